//! The outputs of a run: terminal, progress bar, report files.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::ProgressBar;

use crate::cli::console::Console;
use crate::cli::progress;
use crate::event::Event;
use crate::project;
use crate::report::Reporter;
use crate::report::json::Json;
use crate::report::jsonl::Jsonl;
use crate::report::junit::Junit;
use crate::report::terminal::Terminal;

use super::args::ReportArgs;

/// Every output of a run.
pub struct Outputs {
    terminal: Terminal<io::Stdout>,
    progress: ProgressBar,
    reporters: Vec<Box<dyn Reporter + Send>>,
    /// Reports that are written when they are complete: whole, or not at all.
    files: Vec<(PathBuf, Buffer)>,
    complaints: Vec<String>,
    reader_is_gone: bool,
}

/// A buffer that a reporter writes and this module reads.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Outputs {
    /// Opens every output that was asked for, so that a path that cannot be written is told before anything is sent.
    ///
    /// # Errors
    /// The path that cannot be written, and why.
    pub fn open(to: &ReportArgs, console: Console, cases: usize) -> Result<Self, String> {
        let mut outputs = Self {
            terminal: Terminal::new(io::stdout(), console.out),
            progress: progress::bar(console, cases, "cases"),
            reporters: Vec::new(),
            files: Vec::new(),
            complaints: Vec::new(),
            reader_is_gone: false,
        };
        let cannot =
            |path: &Path, error: &io::Error| format!("{} cannot be written: {error}", path.display());
        if let Some(path) = &to.events {
            let file =
                folder_of(path).and_then(|_| File::create(path)).map_err(|error| cannot(path, &error))?;
            outputs.reporters.push(Box::new(Jsonl::new(io::BufWriter::new(file))));
        }
        let buffered: [(&Option<PathBuf>, fn(Buffer) -> Box<dyn Reporter + Send>); 2] = [
            (&to.junit, |buffer| Box::new(Junit::new(buffer))),
            (&to.json, |buffer| Box::new(Json::new(buffer))),
        ];
        for (path, reporter) in buffered {
            let Some(path) = path else { continue };
            folder_of(path).and_then(tempfile::tempfile_in).map_err(|error| cannot(path, &error))?;
            let buffer = Buffer::default();
            outputs.reporters.push(reporter(buffer.clone()));
            outputs.files.push((path.clone(), buffer));
        }
        Ok(outputs)
    }

    /// Hands an event to every output. One that fails is complained about once, at the end; the others go on.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Progress { done } => self.progress.set_position(*done as u64),
            Event::RunFinished(_) => self.progress.finish_and_clear(),
            _ => {}
        }
        if !self.reader_is_gone {
            let written = self.progress.suspend(|| self.terminal.event(event));
            if let Err(error) = written {
                self.reader_is_gone = true;
                // A reader that has seen enough is no failure, a full disk is.
                if error.kind() != io::ErrorKind::BrokenPipe {
                    self.complaints.push(format!("standard output cannot be written: {error}"));
                }
            }
        }
        let complaints = &mut self.complaints;
        self.reporters.retain_mut(|reporter| match reporter.event(event) {
            Ok(()) => true,
            Err(error) => {
                complaints.push(format!("a report could not be written: {error}"));
                false
            }
        });
    }

    /// Notes something that could not be written.
    pub fn failed(&mut self, complaint: String) {
        self.complaints.push(complaint);
    }

    /// Writes the report files; whether everything could be written.
    pub fn close(mut self, console: Console) -> bool {
        drop(self.reporters);
        for (path, buffer) in &self.files {
            let bytes = buffer.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = project::write_whole(path, &String::from_utf8_lossy(&bytes)) {
                self.complaints.push(format!("{} cannot be written: {error}", path.display()));
            }
        }
        for complaint in &self.complaints {
            console.complain(complaint);
        }
        self.complaints.is_empty()
    }
}

fn folder_of(path: &Path) -> io::Result<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    Ok(folder.to_owned())
}
