//! The outputs of a run: terminal, progress bar, report files.

use std::fmt::Display;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use crate::cli::console::Console;
use crate::cli::progress;
use crate::event::Event;
use crate::files::{self, PendingFile};
use crate::report::Reporter;
use crate::report::gathered::Gathered;
use crate::report::github::Github;
use crate::report::html::Html;
use crate::report::json::Json;
use crate::report::jsonl::Jsonl;
use crate::report::junit::Junit;
use crate::report::markdown::Markdown;
use crate::report::root::Root;
use crate::report::sarif::Sarif;
use crate::report::terminal::{Terminal, Verbosity};
use crate::runner::EarlierResults;

use super::args::ReportArgs;
use super::stream;

/// Every output of a run.
pub struct Outputs {
    terminal: Option<Terminal<io::Stdout>>,
    progress: ProgressBar,
    run: Gathered,
    reports: Vec<Report>,
    complaints: Vec<String>,
    /// Position of the project in its repository.
    root: Root,
}

/// A report, and what happens to its file when it is complete.
struct Report {
    reporter: Box<dyn Reporter + Send>,
    end: End,
}

/// What happens to the file of a complete report.
enum End {
    /// The file is in its place already.
    Stays,
    /// The file is moved to its place: whole, or not at all.
    Put(PathBuf, PendingFile),
    /// The file replaces the event stream that the run resumed.
    Replace(PathBuf, PathBuf),
}

/// How the event stream is written.
#[derive(Clone, Copy)]
pub enum Stream<'k> {
    /// Whole or not at all, like other reports.
    Whole,
    /// During the run: a killed run leaves its results so far.
    Live,
    /// During the run, next to the event stream that it resumes and whose results these are.
    GoesOn(&'k EarlierResults),
}

impl Outputs {
    /// Creates outputs with a progress bar only.
    pub fn none(console: Console, cases: usize) -> Self {
        Self {
            terminal: None,
            progress: progress::bar(console, cases, "cases"),
            run: Gathered::default(),
            reports: Vec::new(),
            complaints: Vec::new(),
            root: console.repository(),
        }
    }

    /// Opens every requested output, so that a path that cannot be written is reported before anything is sent.
    ///
    /// # Errors
    /// Returns the path that cannot be written, and why.
    pub fn open(
        to: &ReportArgs,
        inputs: &[&Path],
        stream: Stream<'_>,
        console: Console,
        cases: usize,
    ) -> Result<Self, String> {
        let mut outputs = Self::none(console, cases);
        outputs.terminal = Some(Terminal::new(io::stdout(), console.out, verbosity(to)));
        check(to, inputs)?;
        for (path, reporter) in files(to) {
            outputs.add_report(path, reporter)?;
        }
        // Last, because this may empty an existing file.
        if let Some(path) = &to.events {
            match stream {
                Stream::Whole => outputs.add_report(path, |out, _| Box::new(Jsonl::new(out)))?,
                Stream::Live => outputs.add_stream(path, path, None)?,
                Stream::GoesOn(known) => {
                    let resumed_path = stream::resumed(path);
                    outputs.add_stream(path, &resumed_path, Some(known))?;
                }
            }
        }
        if let Some(summary) = &console.step_summary() {
            outputs.add_github(summary);
        }
        Ok(outputs)
    }

    /// Adds a report whose file exists only when the report is complete.
    fn add_report(&mut self, path: &Path, reporter: Maker) -> Result<(), String> {
        files::remove_abandoned(files::folder_of(&files::resolved(path)));
        let begun = files::begin(path).and_then(|file| Ok((file.writer()?, file)));
        let (writer, file) = begun.map_err(|error| files::not_written(path, &error))?;
        let reporter = reporter(io::BufWriter::new(writer), self.root.clone());
        self.reports.push(Report { reporter, end: End::Put(path.to_owned(), file) });
        Ok(())
    }

    /// Adds an event stream that is written during the run: in its place, or next to the stream that it replaces at the
    /// end. If a killed run has left events next to that stream, they are added to that stream first.
    fn add_stream(&mut self, path: &Path, at: &Path, known: Option<&EarlierResults>) -> Result<(), String> {
        let cannot = |error: &dyn Display| files::not_written(at, error);
        // Lock the file before any existing file is changed: another run may be writing it.
        let file = locked(at).map_err(|error| cannot(&error))?;
        if let Some(known) = known.filter(|_| stream::has_begun(at)) {
            let written = stream::write_whole(path, known.events());
            written.map_err(|error| files::not_written(path, &error))?;
        }
        match file.metadata() {
            Ok(it) if it.is_file() => file.set_len(0).map_err(|error| cannot(&error))?,
            _ => {}
        }
        let end = match known {
            Some(_) => End::Replace(at.to_owned(), files::resolved(path)),
            None => {
                drop_resumed(path);
                End::Stays
            }
        };
        self.reports.push(Report { reporter: Box::new(Jsonl::new(io::BufWriter::new(file))), end });
        Ok(())
    }

    /// Passes an event to every output. If an output fails, this is reported once, at the end; the others continue.
    pub fn event(&mut self, event: &Event) {
        self.run.add(event);
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
                // A closed pipe is not a failure, a full disk is.
                if error.kind() != io::ErrorKind::BrokenPipe {
                    self.complaints.push(format!("failed to write to standard output: {error}"));
                }
            }
        }
        let (complaints, run) = (&mut self.complaints, &self.run);
        self.reports.retain_mut(|report| match report.reporter.event(event, run) {
            Ok(()) => true,
            Err(error) => {
                complaints.push(format!("failed to write a report: {error}"));
                false
            }
        });
    }

    /// Adds the outputs for GitHub Actions: annotations in its log, and the summary of the step.
    fn add_github(&mut self, summary: &Path) {
        let root = self.root.clone();
        let mut add = |reporter| self.reports.push(Report { reporter, end: End::Stays });
        add(Box::new(Github::new(io::stdout(), root)));
        match File::options().append(true).create(true).open(summary) {
            Ok(file) => add(Box::new(Markdown::new(io::BufWriter::new(file)))),
            Err(error) => self.complaints.push(files::not_written(summary, &error)),
        }
    }

    /// Records that something could not be written.
    pub fn record_failure(&mut self, complaint: String) {
        self.complaints.push(complaint);
    }

    /// Writes the report files. Returns `true` if everything could be written.
    pub fn close(mut self, console: Console) -> bool {
        for Report { reporter, end } in self.reports {
            drop(reporter);
            let (path, ended) = match end {
                End::Stays => continue,
                End::Put(path, file) => (path.clone(), files::end(file, &path)),
                End::Replace(resumed_path, path) => (path.clone(), fs::rename(resumed_path, path)),
            };
            match ended {
                Ok(()) => drop_resumed(&path),
                Err(error) => self.complaints.push(files::not_written(&path, &error)),
            }
        }
        for complaint in &self.complaints {
            console.error(complaint);
        }
        self.complaints.is_empty()
    }
}

/// Opens a file for an event stream, and locks it against other runs for as long as it is open. If a file system has no
/// locks, nothing is locked.
fn locked(path: &Path) -> io::Result<File> {
    fs::create_dir_all(files::folder_of(path))?;
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Err(fs::TryLockError::WouldBlock) => Err(io::Error::new(
            io::ErrorKind::ResourceBusy,
            "another run is writing it; use a separate file for each run",
        )),
        _ => Ok(file),
    }
}

/// Removes what a killed run left next to an event stream. It belongs to that stream, and says nothing about another
/// one in its place.
fn drop_resumed(path: &Path) {
    let _ = fs::remove_file(stream::resumed(path));
}

fn verbosity(to: &ReportArgs) -> Verbosity {
    match (to.quiet, to.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    }
}

/// Checks that no report would overwrite another one, or an input. Next to an event stream there may be that of a
/// killed run, which is removed when the stream is written.
fn check(to: &ReportArgs, inputs: &[&Path]) -> Result<(), String> {
    let resumed_path = to.events.as_deref().map(stream::resumed);
    files::check_distinct(inputs, paths(to).chain(resumed_path.as_deref()))
}

/// Returns the paths of the reports.
pub fn paths(to: &ReportArgs) -> impl Iterator<Item = &Path> {
    files(to).map(|(path, _)| path.as_path()).chain(to.events.as_deref())
}

type Writer = io::BufWriter<File>;
type Maker = fn(Writer, Root) -> Box<dyn Reporter + Send>;

/// Returns the reports that are written when they are complete, with the functions that create them.
fn files(to: &ReportArgs) -> impl Iterator<Item = (&PathBuf, Maker)> {
    let all: [(&Option<PathBuf>, Maker); 5] = [
        (&to.html, |out, _| Box::new(Html::new(out))),
        (&to.junit, |out, _| Box::new(Junit::new(out))),
        (&to.json, |out, _| Box::new(Json::new(out))),
        (&to.sarif, |out, root| Box::new(Sarif::new(out, root))),
        (&to.markdown, |out, _| Box::new(Markdown::new(out))),
    ];
    all.into_iter().filter_map(|(path, maker)| Some((path.as_ref()?, maker)))
}
