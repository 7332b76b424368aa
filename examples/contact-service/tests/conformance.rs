//! The service held to API.md, in-process: every case of `specs` is a test.

use std::process::ExitCode;

use fineprint::harness::Conformance;

const TOKEN: &str = "a-token-for-tests";

fn main() -> ExitCode {
    let (runtime, url) = serve();
    let conformance = Conformance::new("specs").url(url).secret("example", TOKEN).alone();
    let code = conformance.main();
    drop(runtime);
    code
}

/// Starts the service on a free port.
fn serve() -> (tokio::runtime::Runtime, String) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    runtime.spawn(async move { axum::serve(listener, contact_service::app(TOKEN)).await });
    (runtime, url)
}
