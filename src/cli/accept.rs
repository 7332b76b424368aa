//! `fineprint accept`

use crate::snapshot::store;

use super::args::AcceptArgs;
use super::console::Console;
use super::exit::Exit;

/// Makes pending snapshots the accepted ones.
pub fn execute(args: &AcceptArgs, console: Console) -> Exit {
    let folder = match &args.target {
        Some(target) => args.reports.join(target),
        None => args.reports.clone(),
    };
    let pending = match store::all_pending(&folder) {
        Ok(pending) => pending,
        Err(error) => {
            console.complain(&format!("{} cannot be read: {error}", folder.display()));
            return Exit::Usage;
        }
    };
    if pending.is_empty() {
        console.say("no snapshot is pending");
    }
    for path in pending {
        match store::accept(&path) {
            Ok(accepted) => console.say(&format!("accepted {}", accepted.display())),
            Err(error) => {
                console.complain(&format!("{} cannot be accepted: {error}", path.display()));
                return Exit::Incomplete;
            }
        }
    }
    Exit::Holds
}
