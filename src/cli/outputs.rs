//! The outputs of a run: terminal, progress bar, report files.

use std::fmt::Display;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use crate::cli::console::Console;
use crate::cli::progress;
use crate::event::Event;
use crate::files::{self, Begun};
use crate::report::Reporter;
use crate::report::github::Github;
use crate::report::html::Html;
use crate::report::json::Json;
use crate::report::jsonl::Jsonl;
use crate::report::junit::Junit;
use crate::report::markdown::Markdown;
use crate::report::root::Root;
use crate::report::sarif::Sarif;
use crate::report::standing::Gathered;
use crate::report::terminal::{Talk, Terminal};
use crate::runner::Known;

use super::args::ReportArgs;
use super::stream;

/// Every output of a run.
pub struct Outputs {
    terminal: Option<Terminal<io::Stdout>>,
    progress: ProgressBar,
    run: Gathered,
    reports: Vec<Report>,
    complaints: Vec<String>,
    /// Where the project stands in its repository.
    root: Root,
}

/// A report, and what becomes of its file when it is complete.
struct Report {
    reporter: Box<dyn Reporter + Send>,
    end: End,
}

/// What becomes of the file of a report that is complete.
enum End {
    /// It is where it belongs already.
    Stays,
    /// It is put where it belongs: whole, or not at all.
    Put(PathBuf, Begun),
    /// It replaces the stream from which the run went on.
    Replace(PathBuf, PathBuf),
}

/// How the event stream is written.
#[derive(Clone, Copy)]
pub enum Stream<'k> {
    /// Whole or not at all, as other reports are.
    Whole,
    /// As the run goes on: one that is killed leaves what it has found out.
    Live,
    /// The same, beside the stream from which the run goes on, of which this is known.
    GoesOn(&'k Known),
}

impl Outputs {
    /// Nothing but the progress.
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

    /// Opens every output that was asked for, so that a path that cannot be written is told before anything is sent.
    ///
    /// # Errors
    /// The path that cannot be written, and why.
    pub fn open(
        to: &ReportArgs,
        inputs: &[&Path],
        stream: Stream<'_>,
        console: Console,
        cases: usize,
    ) -> Result<Self, String> {
        let mut outputs = Self::none(console, cases);
        outputs.terminal = Some(Terminal::new(io::stdout(), console.out, talk(to)));
        check(to, inputs)?;
        for (path, reporter) in files(to) {
            outputs.whole(path, reporter)?;
        }
        // Last, because this may empty what is there.
        if let Some(path) = &to.events {
            match stream {
                Stream::Whole => outputs.whole(path, |out, _| Box::new(Jsonl::new(out)))?,
                Stream::Live => outputs.live(path, path, None)?,
                Stream::GoesOn(known) => {
                    let beside = stream::resumed(path);
                    outputs.live(path, &beside, Some(known))?;
                }
            }
        }
        if let Some(summary) = &console.step_summary() {
            outputs.on_github(summary);
        }
        Ok(outputs)
    }

    /// A report that is there when it is complete, and not before.
    fn whole(&mut self, path: &Path, reporter: Maker) -> Result<(), String> {
        files::sweep(files::folder_of(&files::resolved(path)));
        let begun = files::begin(path).and_then(|file| Ok((file.writer()?, file)));
        let (writer, file) = begun.map_err(|error| files::not_written(path, &error))?;
        let reporter = reporter(io::BufWriter::new(writer), self.root.clone());
        self.reports.push(Report { reporter, end: End::Put(path.to_owned(), file) });
        Ok(())
    }

    /// A stream that is written as the run goes on: where it belongs, or beside the one that it replaces at its end. What a
    /// killed run has left beside that goes into it first.
    fn live(&mut self, path: &Path, at: &Path, known: Option<&Known>) -> Result<(), String> {
        let cannot = |error: &dyn Display| files::not_written(at, error);
        // Before anything of what is there is touched: another run may be writing it.
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

    /// Where GitHub Actions runs this: annotations in its log, and the summary of the step.
    fn on_github(&mut self, summary: &Path) {
        let root = self.root.clone();
        let mut add = |reporter| self.reports.push(Report { reporter, end: End::Stays });
        add(Box::new(Github::new(io::stdout(), root)));
        match File::options().append(true).create(true).open(summary) {
            Ok(file) => add(Box::new(Markdown::new(io::BufWriter::new(file)))),
            Err(error) => self.complaints.push(files::not_written(summary, &error)),
        }
    }

    /// Notes something that could not be written.
    pub fn failed(&mut self, complaint: String) {
        self.complaints.push(complaint);
    }

    /// Writes the report files; whether everything could be written.
    pub fn close(mut self, console: Console) -> bool {
        for Report { reporter, end } in self.reports {
            drop(reporter);
            let (path, ended) = match end {
                End::Stays => continue,
                End::Put(path, file) => (path.clone(), files::end(file, &path)),
                End::Replace(beside, path) => (path.clone(), fs::rename(beside, path)),
            };
            match ended {
                Ok(()) => drop_resumed(&path),
                Err(error) => self.complaints.push(files::not_written(&path, &error)),
            }
        }
        for complaint in &self.complaints {
            console.complain(complaint);
        }
        self.complaints.is_empty()
    }
}

/// A file to write a stream into, kept from other runs for as long as it is open. Where a file system has no locks, there is none.
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

/// What a killed run has left beside a stream goes with that stream: it says nothing about another one in its place.
fn drop_resumed(path: &Path) {
    let _ = fs::remove_file(stream::resumed(path));
}

fn talk(to: &ReportArgs) -> Talk {
    match (to.quiet, to.verbose) {
        (true, _) => Talk::Quiet,
        (_, true) => Talk::Verbose,
        _ => Talk::Normal,
    }
}

/// Whether no report would be written over another, or over what is read. Beside a stream may be that of a run that was
/// killed: it goes when the stream is written.
fn check(to: &ReportArgs, inputs: &[&Path]) -> Result<(), String> {
    let beside = to.events.as_deref().map(stream::resumed);
    files::apart(inputs, paths(to).chain(beside.as_deref()))
}

/// Where reports go.
pub fn paths(to: &ReportArgs) -> impl Iterator<Item = &Path> {
    files(to).map(|(path, _)| path.as_path()).chain(to.events.as_deref())
}

type Writer = io::BufWriter<File>;
type Maker = fn(Writer, Root) -> Box<dyn Reporter + Send>;

/// The reports that are written when they are complete, and who makes them.
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
