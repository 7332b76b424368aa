//! `fineprint serve`

use std::sync::Arc;

use crate::project;
use crate::server::{Access, Behaviour, DEMO, Server};

use super::args::ServeArgs;
use super::console::Console;
use super::exit::Exit;
use super::run;

/// Runs the reference server until it is interrupted.
pub fn execute(args: &ServeArgs, console: Console) -> Exit {
    let specs = match project::specs(&args.specs) {
        Ok(specs) => specs,
        Err(findings) => return console.findings(&findings),
    };
    let runtime = match run::runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            console.error(&format!("failed to start the runtime: {error}"));
            return Exit::Incomplete;
        }
    };
    runtime.block_on(async {
        let behaviour = Behaviour {
            quotas: args.quotas.clone(),
            access: if args.signed { Access::Always } else { Access::IfSigned },
            ..Behaviour::reading(args.readings.iter().copied())
        };
        match Server::behaving(Arc::new(specs), args.port, behaviour).await {
            Ok(server) => {
                console.print(&server.url());
                console.status("serving the operations of the specs; stop with Ctrl-C");
                console.status(&format!(
                    "signatures are checked{}; the key is {}, its secret {}, its session token (or none) {}",
                    if args.signed { " and required" } else { " if present" },
                    DEMO.id,
                    DEMO.secret,
                    DEMO.token,
                ));
                run::interrupted().await;
                Exit::Holds
            }
            Err(error) => {
                console.error(&format!("failed to listen on 127.0.0.1:{}: {error}", args.port));
                Exit::Usage
            }
        }
    })
}
