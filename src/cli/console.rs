//! The console: where output goes, and what the environment says about it. Only this module reads the environment.

use std::env;
use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;

use crate::diagnostic::Finding;
use crate::report::root::Root;
use crate::report::sink::printable;
use crate::report::style::Style;

use super::exit::Exit;

/// Standard output and standard error, and how they may be used.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    /// Style of results.
    pub out: Style,
    /// Style of error messages.
    pub err: Style,
    /// Whether standard error is a terminal.
    pub watched: bool,
    /// Whether this runs in CI, where nothing is written unless asked.
    pub ci: bool,
}

impl Console {
    /// Returns the console of this process.
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line's own module reads the environment for all others"
    )]
    pub fn of_process() -> Self {
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let ci = env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
        let plain = is_set("NO_COLOR") || env::var("TERM").is_ok_and(|term| term == "dumb");
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let style =
            |is_terminal: bool| Style { colour: is_terminal && !plain, width: width.filter(|_| is_terminal) };
        Self {
            out: style(io::stdout().is_terminal()),
            err: style(io::stderr().is_terminal()),
            watched: io::stderr().is_terminal(),
            ci,
        }
    }

    /// Returns the file for the step summary, if GitHub Actions runs this.
    pub fn step_summary(self) -> Option<PathBuf> {
        let is_github = Self::variable("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        Self::variable("GITHUB_STEP_SUMMARY").filter(|_| is_github).map(PathBuf::from)
    }

    /// Returns the position of the current folder in its repository: annotations name files relative to the
    /// repository's root.
    pub fn repository(self) -> Root {
        let found = || {
            let here = env::current_dir().ok()?.canonicalize().ok()?;
            let root = here.ancestors().find(|folder| folder.join(".git").exists())?;
            let below = here.strip_prefix(root).ok()?;
            let names: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            Some(Root::at(&names.join("/")))
        };
        found().unwrap_or_default()
    }

    /// Returns the value of an environment variable.
    #[expect(clippy::disallowed_methods, reason = "the user names the variables that hold credentials")]
    pub fn variable(name: &str) -> Option<String> {
        env::var(name).ok()
    }

    /// Writes a line of the result. A closed pipe is not a failure.
    pub fn print(self, text: &str) {
        let _ = writeln!(io::stdout(), "{}", printable(text));
    }

    /// Writes a status line.
    pub fn status(self, text: &str) {
        let _ = writeln!(io::stderr(), "{}", printable(text));
    }

    /// Writes an error message.
    pub fn error(self, text: &str) {
        self.status(&format!("{}: {text}", self.err.bad("error")));
    }

    /// Writes findings, and returns the exit code for them.
    pub fn findings(self, findings: &[Finding]) -> Exit {
        for finding in findings {
            self.status(&format!("{}\n", finding.render(self.err.colour)));
        }
        match findings.len() {
            1 => self.status("1 finding; nothing was sent"),
            many => self.status(&format!("{many} findings; nothing was sent")),
        }
        Exit::Usage
    }
}
