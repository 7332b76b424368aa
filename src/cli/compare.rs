//! `fineprint compare`

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use crate::compare::{Matrix, Recording, matrix};
use crate::project;
use crate::report;
use crate::runner;

use super::args::{CompareArgs, RunArgs, is_named};
use super::console::Console;
use super::exit::Exit;
use super::recording;
use super::run;

/// One of the two, as it was typed.
enum Side {
    /// What was seen at another time, and the seed of that run.
    Recorded(u64, Recording),
    /// A target that is tried now.
    Live(String),
}

/// Sets two targets side by side.
pub fn execute(args: &CompareArgs, console: Console) -> Exit {
    match compared(args, console) {
        Ok(exit) => exit,
        Err(exit) => exit,
    }
}

fn compared(args: &CompareArgs, console: Console) -> Result<Exit, Exit> {
    let usage = |complaint: String| {
        console.complain(&complaint);
        Exit::Usage
    };
    let specs = project::specs(&args.specs).map_err(|findings| console.findings(&findings))?;
    let left = side(&args.left).map_err(usage)?;
    let right = side(&args.right).map_err(usage)?;
    let seed = args.seed.or(left.seed()).or(right.seed()).unwrap_or_else(runner::any_seed);
    let left = left.seen(args, seed, console)?;
    let right = right.seen(args, seed, console)?;
    let matrix = matrix(&specs, &wanted(&left, args), &wanted(&right, args));
    if matrix.cells.is_empty() {
        return Err(usage("there is no case to compare".to_owned()));
    }
    let told = report::matrix::write(&mut io::stdout().lock(), &matrix, args.all, console.out);
    if let Err(error) = told
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        return Err(usage(format!("standard output cannot be written: {error}")));
    }
    write(args, &matrix).map_err(|complaint| {
        console.complain(&complaint);
        Exit::Incomplete
    })?;
    Ok(match (matrix.differences().next().is_some(), matrix.not_compared()) {
        (true, _) => Exit::Broken,
        (false, 0) => Exit::Holds,
        (false, _) => Exit::Incomplete,
    })
}

/// A path is a recording; what is none is a target or an address.
fn side(typed: &str) -> Result<Side, String> {
    let path = Path::new(typed);
    match path.exists() {
        true => recording::events(path).map(|(seed, recording)| Side::Recorded(seed, recording)),
        false => Ok(Side::Live(typed.to_owned())),
    }
}

impl Side {
    fn seed(&self) -> Option<u64> {
        match self {
            Self::Recorded(seed, _) => Some(*seed),
            Self::Live(_) => None,
        }
    }

    /// What the target does, or did.
    fn seen(self, args: &CompareArgs, seed: u64, console: Console) -> Result<Recording, Exit> {
        let target = match self {
            Self::Recorded(_, recording) => return Ok(recording),
            Self::Live(target) => target,
        };
        let seed = seed.to_string();
        let by = if target.contains("://") { "--url" } else { "--target" };
        let mut options = vec![OsStr::new(by), OsStr::new(&target), OsStr::new("--seed"), OsStr::new(&seed)];
        for (option, folder) in
            [("--specs", &args.specs), ("--cases", &args.cases), ("--config", &args.config)]
        {
            options.extend([OsStr::new(option), folder.as_os_str()]);
        }
        options.extend([OsStr::new("--no-snapshots"), OsStr::new("--")]);
        options.extend(args.filter.iter().map(OsStr::new));
        let args = RunArgs::typed(options).map_err(|error| {
            console.complain(&error.to_string());
            Exit::Usage
        })?;
        run::observe(args, console)
    }
}

/// A recording's cases that are asked for.
fn wanted(recording: &Recording, args: &CompareArgs) -> Recording {
    let mut wanted = Recording::of(&recording.target);
    let named = recording.all().filter(|result| is_named(&args.filter, &result.id));
    named.for_each(|result| wanted.take(result.clone()));
    wanted
}

fn write(args: &CompareArgs, matrix: &Matrix) -> Result<(), String> {
    if let Some(path) = &args.json {
        let json = serde_json::to_string_pretty(matrix).map_err(|error| cannot(path, &error))?;
        project::write_whole(path, &format!("{json}\n")).map_err(|error| cannot(path, &error))?;
    }
    if let Some(path) = &args.html {
        project::write_whole(path, &report::html::matrix(matrix)).map_err(|error| cannot(path, &error))?;
    }
    Ok(())
}

fn cannot(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{} cannot be written: {error}", path.display())
}
