//! The command line: parsed arguments, then a resolved plan, then one file per command.

mod args;
mod check;
mod compare;
mod config;
mod console;
mod decide;
mod exit;
mod failures;
mod filter;
mod generate;
mod init;
mod man;
mod mutants;
mod outputs;
mod progress;
mod prune;
mod recording;
mod report;
mod review;
mod run;
mod schema;
mod serve;
mod stream;
mod streams;
mod target;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use crate::snapshot::review::Decision;

use args::{Cli, Command};
use console::Console;
use exit::Exit;

/// Runs the command that the arguments name.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let console = Console::of_process();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    match parse(&arguments) {
        Ok(command) => execute(command, console).into(),
        Err(error) => {
            // Help and version are results, everything else is an error. clap knows which stream each of them goes to.
            let _ = error.print();
            if error.use_stderr() { Exit::Usage.into() } else { Exit::Holds.into() }
        }
    }
}

/// Parses the arguments. `fineprint` alone means `fineprint run`, and so does `fineprint --url …`.
fn parse(arguments: &[OsString]) -> Result<Command, clap::Error> {
    let mut as_run: Vec<OsString> = arguments.iter().take(1).cloned().collect();
    as_run.push(OsString::from("run"));
    as_run.extend(arguments.iter().skip(1).cloned());
    let begins_with_option = arguments.get(1).is_some_and(|first| first.to_string_lossy().starts_with('-'));
    match Cli::try_parse_from(arguments) {
        Ok(Cli { command: Some(command) }) => Ok(command),
        Ok(Cli { command: None }) => parse(&["fineprint", "run"].map(OsString::from)),
        Err(error) if begins_with_option && error.kind() == ErrorKind::UnknownArgument => parse(&as_run),
        Err(error) => Err(error),
    }
}

fn execute(command: Command, console: Console) -> Exit {
    match command {
        Command::Run(args) => run::execute(*args, console),
        Command::Init(args) => init::execute(&args, console),
        Command::Check(args) => check::execute(&args, console),
        Command::Generate(args) => generate::execute(&args, console),
        Command::Show(args) => run::show(&args, console),
        Command::Mutants(args) => mutants::execute(&args, console),
        Command::Record(args) => run::execute(args.into_run(), console),
        Command::Compare(args) => compare::execute(&args, console),
        Command::Report(args) => report::report(&args, console),
        Command::Merge(args) => report::merge(&args, console),
        Command::Serve(args) => serve::execute(&args, console),
        Command::Review(args) => review::execute(&args, console),
        Command::Accept(args) => decide::execute(&args, Decision::Accept, console),
        Command::Reject(args) => decide::execute(&args, Decision::Reject, console),
        Command::Prune(args) => prune::execute(&args, console),
        Command::Schema(args) => schema::execute(&args, console),
        Command::Man(args) => man::execute(&args, console),
        Command::Completions(args) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "fineprint", &mut script);
            console.print(String::from_utf8_lossy(&script).trim_end());
            Exit::Holds
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_line_definition_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn command_without_arguments_means_run() {
        let alone = parse(&[OsString::from("fineprint")]).unwrap();
        assert!(matches!(alone, Command::Run(args) if args.url.is_none() && args.filter.is_empty()));
        let with_options = parse(&["fineprint", "--url", "http://a"].map(OsString::from)).unwrap();
        assert!(matches!(with_options, Command::Run(args) if args.url.is_some()));
        assert!(parse(&["fineprint", "--nonsense"].map(OsString::from)).is_err());
    }
}
