//! The outputs of a run: terminal, progress bar, report files.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use crate::cli::console::Console;
use crate::cli::progress;
use crate::event::Event;
use crate::project::{self, Begun};
use crate::report::Reporter;
use crate::report::github::Github;
use crate::report::html::Html;
use crate::report::json::Json;
use crate::report::jsonl::Jsonl;
use crate::report::junit::Junit;
use crate::report::markdown::Markdown;
use crate::report::sarif::Sarif;
use crate::report::standing::Gathered;
use crate::report::terminal::{Talk, Terminal};

use super::args::ReportArgs;

/// Every output of a run.
pub struct Outputs {
    terminal: Option<Terminal<io::Stdout>>,
    progress: ProgressBar,
    run: Gathered,
    reporters: Vec<Box<dyn Reporter + Send>>,
    /// Reports that are written when they are complete: whole, or not at all.
    files: Vec<(PathBuf, Begun)>,
    complaints: Vec<String>,
}

impl Outputs {
    /// Nothing but the progress.
    pub fn none(console: Console, cases: usize) -> Self {
        Self {
            terminal: None,
            progress: progress::bar(console, cases, "cases"),
            run: Gathered::default(),
            reporters: Vec::new(),
            files: Vec::new(),
            complaints: Vec::new(),
        }
    }

    /// Opens every output that was asked for, so that a path that cannot be written is told before anything is sent.
    ///
    /// # Errors
    /// The path that cannot be written, and why.
    pub fn open(to: &ReportArgs, inputs: &[&Path], console: Console, cases: usize) -> Result<Self, String> {
        let mut outputs = Self::none(console, cases);
        outputs.terminal = Some(Terminal::new(io::stdout(), console.out, talk(to)));
        let cannot = |path: &Path, error: &io::Error| project::not_written(path, error);
        check(to, inputs)?;
        for (path, reporter) in files(to) {
            let file = project::begin(path).map_err(|error| cannot(path, &error))?;
            let writer = file.writer().map_err(|error| cannot(path, &error))?;
            outputs.reporters.push(reporter(io::BufWriter::new(writer)));
            outputs.files.push((path.clone(), file));
        }
        // Last, because this empties what is there.
        if let Some(path) = &to.events {
            let file = fs::create_dir_all(project::folder_of(path))
                .and_then(|()| File::create(path))
                .map_err(|error| cannot(path, &error))?;
            outputs.reporters.push(Box::new(Jsonl::new(io::BufWriter::new(file))));
        }
        if let Some(summary) = &console.step_summary() {
            outputs.on_github(summary);
        }
        Ok(outputs)
    }

    /// Hands an event to every output. One that fails is complained about once, at the end; the others go on.
    pub fn event(&mut self, event: &Event) {
        self.run.take(event);
        match event {
            Event::Progress { done } => self.progress.set_position(*done as u64),
            Event::CaseFinished(_) => self.progress.set_message(progress::so_far(&self.run)),
            Event::RunFinished(_) => self.progress.finish_and_clear(),
            _ => {}
        }
        if let Some(terminal) = &mut self.terminal {
            let run = &self.run;
            let written = self.progress.suspend(|| terminal.event(event, run));
            if let Err(error) = written {
                self.terminal = None;
                // A reader that has seen enough is no failure, a full disk is.
                if error.kind() != io::ErrorKind::BrokenPipe {
                    self.complaints.push(format!("standard output cannot be written: {error}"));
                }
            }
        }
        let (complaints, run) = (&mut self.complaints, &self.run);
        self.reporters.retain_mut(|reporter| match reporter.event(event, run) {
            Ok(()) => true,
            Err(error) => {
                complaints.push(format!("a report could not be written: {error}"));
                false
            }
        });
    }

    /// Where GitHub Actions runs this: annotations in its log, and the summary of the step.
    fn on_github(&mut self, summary: &Path) {
        self.reporters.push(Box::new(Github::new(io::stdout())));
        match File::options().append(true).create(true).open(summary) {
            Ok(file) => self.reporters.push(Box::new(Markdown::new(io::BufWriter::new(file)))),
            Err(error) => self.complaints.push(project::not_written(summary, &error)),
        }
    }

    /// Notes something that could not be written.
    pub fn failed(&mut self, complaint: String) {
        self.complaints.push(complaint);
    }

    /// Writes the report files; whether everything could be written.
    pub fn close(mut self, console: Console) -> bool {
        drop(self.reporters);
        for (path, file) in self.files {
            if let Err(error) = project::end(file, &path) {
                self.complaints.push(project::not_written(&path, &error));
            }
        }
        for complaint in &self.complaints {
            console.complain(complaint);
        }
        self.complaints.is_empty()
    }
}

fn talk(to: &ReportArgs) -> Talk {
    match (to.quiet, to.verbose) {
        (true, _) => Talk::Quiet,
        (_, true) => Talk::Verbose,
        _ => Talk::Normal,
    }
}

/// Whether no report would be written over another, or over what is read.
fn check(to: &ReportArgs, inputs: &[&Path]) -> Result<(), String> {
    let all = files(to).map(|(path, _)| path.as_path()).chain(to.events.as_deref());
    project::apart(inputs, all)
}

type Writer = io::BufWriter<File>;
type Maker = fn(Writer) -> Box<dyn Reporter + Send>;

/// The reports that are written when they are complete, and who makes them.
fn files(to: &ReportArgs) -> impl Iterator<Item = (&PathBuf, Maker)> {
    let all: [(&Option<PathBuf>, Maker); 5] = [
        (&to.html, |out| Box::new(Html::new(out))),
        (&to.junit, |out| Box::new(Junit::new(out))),
        (&to.json, |out| Box::new(Json::new(out))),
        (&to.sarif, |out| Box::new(Sarif::new(out))),
        (&to.markdown, |out| Box::new(Markdown::new(out))),
    ];
    all.into_iter().filter_map(|(path, maker)| Some((path.as_ref()?, maker)))
}
