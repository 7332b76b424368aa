//! Exit codes.

use std::process::ExitCode;

use crate::event::{Compared, Finish};

/// The exit of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All promises that were tested hold.
    Holds = 0,
    /// A promise is broken, or a snapshot changed.
    Broken = 1,
    /// The command line, a spec or a case file is wrong; nothing was sent.
    Usage = 2,
    /// The run could not be completed or judged.
    Incomplete = 3,
}

impl Exit {
    /// Returns the exit of a run. A broken promise takes precedence over cases that could not be judged.
    pub fn of_run(
        finish: &Finish,
        snapshots_changed: bool,
        baseline: Option<&Compared>,
        reports_written: bool,
    ) -> Self {
        let known = baseline.map_or(0, |compared| compared.known.len());
        let outdated = baseline.is_some_and(Compared::is_outdated);
        let incomplete = !finish.is_complete() || !reports_written;
        match (finish.counts.fail > known || snapshots_changed || outdated, incomplete) {
            (true, _) => Self::Broken,
            (false, true) => Self::Incomplete,
            (false, false) => Self::Holds,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Counts, Leftover};

    #[test]
    fn broken_takes_precedence_over_incomplete_and_incomplete_is_not_success() {
        let finish = |fail, blocked, error, skipped| Finish {
            counts: Counts { pass: 5, fail, blocked, error, skipped, ..Counts::default() },
            ..Finish::default()
        };
        assert_eq!(Exit::of_run(&finish(0, 0, 0, 0), false, None, true), Exit::Holds);
        assert_eq!(Exit::of_run(&finish(0, 0, 0, 0), true, None, true), Exit::Broken);
        assert_eq!(Exit::of_run(&finish(1, 1, 1, 1), false, None, true), Exit::Broken);
        for finish in [finish(0, 1, 0, 0), finish(0, 0, 1, 0), finish(0, 0, 0, 1)] {
            assert_eq!(Exit::of_run(&finish, false, None, true), Exit::Incomplete);
        }
        assert_eq!(Exit::of_run(&finish(0, 0, 0, 0), false, None, false), Exit::Incomplete);
        let others = |unproven, not_tested| Finish {
            counts: Counts { pass: 5, unproven, not_tested, ..Counts::default() },
            ..Finish::default()
        };
        assert_eq!(Exit::of_run(&others(1, 0), false, None, true), Exit::Incomplete);
        assert_eq!(Exit::of_run(&others(0, 1), false, None, true), Exit::Holds, "left out on purpose");
        let stopped = Finish { stopped: Some("interrupted".into()), ..finish(0, 0, 0, 0) };
        assert_eq!(Exit::of_run(&stopped, false, None, true), Exit::Incomplete);
        let known = |ids: &[&str], passing: &[&str]| Compared {
            known: ids.iter().map(|id| ((*id).to_owned(), String::new())).collect(),
            passing: passing.iter().map(|id| (*id).to_owned()).collect(),
            ..Compared::default()
        };
        assert_eq!(Exit::of_run(&finish(1, 0, 0, 0), false, Some(&known(&["a"], &[])), true), Exit::Holds);
        assert_eq!(Exit::of_run(&finish(2, 0, 0, 0), false, Some(&known(&["a"], &[])), true), Exit::Broken);
        assert_eq!(Exit::of_run(&finish(0, 0, 0, 0), false, Some(&known(&[], &["a"])), true), Exit::Broken);
        let leftover = Leftover {
            service: "s".into(),
            entity: "contact".into(),
            id: "1".into(),
            case: "c".into(),
            reason: "r".into(),
        };
        let left = Finish { left_behind: vec![leftover], ..finish(0, 0, 0, 0) };
        assert_eq!(Exit::of_run(&left, false, None, true), Exit::Incomplete);
    }
}
