//! The progress bar: only on a terminal, not in a pipe.

use std::fmt::Write;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::report::gathered::Gathered;

use super::console::Console;

/// Creates a bar for this number of items.
pub fn bar(console: Console, count: usize, of: &str) -> ProgressBar {
    let target = if console.watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(count as u64), target);
    let template = format!("{{wide_bar}} {{pos}}/{{len}} {of}, {{rate}}/s, {{eta}} left{{msg}}");
    match ProgressStyle::with_template(&template) {
        Ok(style) => bar.with_style(style.with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            let _ = write!(out, "{:.0}", state.per_sec());
        })),
        Err(_) => bar,
    }
}

/// Returns what is worth knowing during a run besides the number of cases.
pub fn so_far(run: &Gathered) -> String {
    match (run.counts.fail, run.counts.unjudged()) {
        (0, 0) => String::new(),
        (failed, 0) => format!(", {failed} failed"),
        (0, unjudged) => format!(", {unjudged} not judged"),
        (failed, unjudged) => format!(", {failed} failed, {unjudged} not judged"),
    }
}
