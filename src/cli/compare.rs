//! `fineprint compare`

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::compare::{Matrix, Recording, matrix};
use crate::files;
use crate::project;
use crate::report;
use crate::runner;

use super::args::{CompareArgs, RunArgs};
use super::console::Console;
use super::exit::Exit;
use super::filter::Filter;
use super::recording;
use super::run::{self, Ready};

/// One of the two targets, before anything is sent.
enum Side {
    /// Results that were recorded earlier.
    Recorded(Recording),
    /// A target that can be called now.
    Live(Box<Ready>),
}

/// Compares two targets.
pub fn execute(args: &CompareArgs, console: Console) -> Exit {
    compared(args, console).unwrap_or_else(|exit| exit)
}

fn compared(args: &CompareArgs, console: Console) -> Result<Exit, Exit> {
    let usage = |complaint: String| {
        console.error(&complaint);
        Exit::Usage
    };
    let specs = project::specs(&args.project.specs).map_err(|findings| console.findings(&findings))?;
    let filter = Filter::new(&args.filter, |name| specs.operation(name).is_some());
    let config = run::config(&args.project.config, console)?;
    let recorded = |typed: &str| {
        let path = Path::new(typed);
        // If a folder has a target's name but contains no recording, the target is meant.
        let is_target = typed == run::REFERENCE || config.targets.contains_key(typed);
        let is_other = is_target && path.is_dir() && !recording::file(path).exists();
        (path.exists() && !is_other).then(|| recording::read(path)).transpose().map_err(usage)
    };
    let (left, right) = (recorded(&args.left)?, recorded(&args.right)?);
    let of_recording = left.as_ref().or(right.as_ref()).map(|recording| recording.seed);
    let seed = args.seed.or(of_recording).unwrap_or_else(runner::any_seed);
    let side = |recorded: Option<Recording>, typed: &str| match recorded {
        Some(mut recording) => {
            recording.retain(|id| filter.selects(id));
            Ok(Side::Recorded(recording))
        }
        None => prepare(args, typed, seed, console).map(|ready| Side::Live(Box::new(ready))),
    };
    let (mut left, mut right) = (side(left, &args.left)?, side(right, &args.right)?);
    match (&mut left, &mut right) {
        // A case that was asked for by name runs even if the recording lacks it.
        (Side::Recorded(recording), Side::Live(ready)) | (Side::Live(ready), Side::Recorded(recording))
            if args.filter.is_empty() =>
        {
            ready.retain(|id| recording.has(id));
        }
        _ => {}
    }
    let begun = begin(args).map_err(usage)?;
    let (left, left_whole) = left.observe(console)?;
    let (right, right_whole) = right.observe(console)?;
    if left.ids().chain(right.ids()).next().is_none() {
        return Err(usage("no case to compare".to_owned()));
    }
    let matrix = matrix(&specs, &left, &right);
    let written = report::matrix::write(&mut io::stdout().lock(), &matrix, args.all, console.out);
    let written = written.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(format!("failed to write to standard output: {error}")),
    });
    written.and_then(|()| end(begun, &matrix)).map_err(|complaint| {
        console.error(&complaint);
        Exit::Incomplete
    })?;
    let is_whole = left_whole && right_whole && matrix.not_compared() == 0;
    Ok(match (matrix.differences().next().is_some(), is_whole) {
        (true, _) => Exit::Broken,
        (false, true) => Exit::Holds,
        (false, false) => Exit::Incomplete,
    })
}

/// Prepares a target or an address that will be called.
fn prepare(args: &CompareArgs, target: &str, seed: u64, console: Console) -> Result<Ready, Exit> {
    let is_path = !target.contains("://") && (target.contains(['/', '\\']) || target.ends_with(".jsonl"));
    if is_path {
        console.error(&format!("{target} is not a recording: no such file or folder"));
        return Err(Exit::Usage);
    }
    let seed = seed.to_string();
    let by = if target.contains("://") { "--url" } else { "--target" };
    let mut options = vec![OsStr::new(by), OsStr::new(target), OsStr::new("--seed"), OsStr::new(&seed)];
    options.extend(args.project.options());
    options.extend([OsStr::new("--no-snapshots"), OsStr::new("--")]);
    options.extend(args.filter.iter().map(OsStr::new));
    let args = RunArgs::typed(options).map_err(|error| {
        console.error(&error.to_string());
        Exit::Usage
    })?;
    Ready::new(args, console)
}

impl Side {
    /// Returns the results of the target, and `true` if all were observed and nothing is left behind.
    fn observe(self, console: Console) -> Result<(Recording, bool), Exit> {
        match self {
            Self::Recorded(recording) => Ok((recording, true)),
            Self::Live(ready) => ready.observe(console),
        }
    }
}

/// A file to be written: its path, the file so far, and the function that renders the matrix into it.
type PendingOutput<'a> = (&'a Path, files::PendingFile, fn(&Matrix) -> Result<String, serde_json::Error>);

/// Opens the requested files, so that a path that cannot be written is reported before anything is sent.
fn begin(args: &CompareArgs) -> Result<Vec<PendingOutput<'_>>, String> {
    let inputs = [&args.left, &args.right].map(|typed| recording::file(Path::new(typed)));
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    files::check_distinct(&inputs, [&args.json, &args.html].into_iter().filter_map(Option::as_deref))?;
    let mut begun: Vec<PendingOutput<'_>> = Vec::new();
    if let Some(path) = &args.json {
        let file = files::begin(path).map_err(|error| files::not_written(path, &error))?;
        begun.push((path, file, |matrix| serde_json::to_string_pretty(matrix).map(|json| json + "\n")));
    }
    if let Some(path) = &args.html {
        let file = files::begin(path).map_err(|error| files::not_written(path, &error))?;
        begun.push((path, file, |matrix| Ok(report::html::matrix(matrix))));
    }
    Ok(begun)
}

fn end(begun: Vec<PendingOutput<'_>>, matrix: &Matrix) -> Result<(), String> {
    for (path, file, text) in begun {
        let text = text(matrix).map_err(|error| files::not_written(path, &error))?;
        let written = file.writer().and_then(|mut writer| writer.write_all(text.as_bytes()));
        let written = written.and_then(|()| files::end(file, path));
        written.map_err(|error| files::not_written(path, &error))?;
    }
    Ok(())
}
