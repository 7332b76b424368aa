//! The `fineprint` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    fineprint::cli::main(std::env::args_os())
}
