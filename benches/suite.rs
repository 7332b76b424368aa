//! The cost of the suite: `cargo bench --bench suite`. The figures are for reading; nothing is asserted.

#![expect(clippy::print_stdout, reason = "the figures are the result")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use fineprint::case::Case;
use fineprint::generate::Depth;
use fineprint::mutants;
use fineprint::project;
use fineprint::runner::{self, Options, Target};
use fineprint::server::Server;

fn options(url: String) -> Options {
    Options { nonce: 1, ..Options::new(Target::at("bench", url), 1) }
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().enable_all().build() else { return };
    for depth in [Depth::Smoke, Depth::Standard, Depth::Pairwise] {
        let begun = Instant::now();
        let Ok(suite) = project::suite(&root.join("specs"), &root.join("cases"), depth) else { return };
        let made = begun.elapsed();
        let specs = suite.specs;
        let Ok(server) = runtime.block_on(Server::start(Arc::clone(&specs), 0)) else { return };
        let count = suite.cases.len();
        let begun = Instant::now();
        let options = options(server.url());
        let run = runner::run(Arc::clone(&specs), suite.cases, &options, Default::default(), |_| {});
        let requests = runtime.block_on(run).map_or(0, |finish| finish.requests);
        println!(
            "{:10} {count:5} cases, {requests:5} requests: read and made in {made:.0?}, run in {:.0?}",
            depth.name(),
            begun.elapsed()
        );
    }
    let Ok(suite) = project::suite(&root.join("specs"), &root.join("cases"), Depth::Standard) else { return };
    let specs = suite.specs;
    let cases: Vec<Arc<Case>> = suite.cases.iter().collect();
    let begun = Instant::now();
    let options = options(String::new());
    let all = mutants::run(&specs, &cases, &options, |_| true, |_| {});
    let count = runtime.block_on(all).map_or(0, |fates| fates.len());
    println!("{count} mutants in {:.1?}", begun.elapsed());
}
