//! A bar where a person watches, nothing in a pipe.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console::Console;

/// A bar up to so many of something.
pub fn bar(console: Console, count: usize, of: &str) -> ProgressBar {
    let target = if console.watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(count as u64), target);
    match ProgressStyle::with_template(&format!("{{bar:30}} {{pos}}/{{len}} {of}, {{per_sec}}, {{eta}} left"))
    {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
