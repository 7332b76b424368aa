//! `fineprint man`

use std::fs;
use std::io;

use clap::CommandFactory as _;

use super::args::{Cli, ManArgs};
use super::console::Console;
use super::exit::Exit;

/// Prints the manual page, or writes the pages of all commands into a folder.
pub fn execute(args: &ManArgs, console: Console) -> Exit {
    let written = match &args.folder {
        Some(folder) => {
            fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        }
        None => clap_mangen::Man::new(Cli::command()).render(&mut io::stdout().lock()),
    };
    match written {
        Ok(()) => Exit::Holds,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Holds,
        Err(error) => {
            console.error(&format!("failed to write the manual: {error}"));
            Exit::Usage
        }
    }
}
