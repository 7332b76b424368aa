//! Every case as a test, against the built-in reference server or `FINEPRINT_URL`.

#[expect(clippy::disallowed_methods, reason = "the address of the target comes from whoever runs the tests")]
fn main() -> std::process::ExitCode {
    fineprint::harness::Conformance::new("specs").url(std::env::var("FINEPRINT_URL").ok()).main()
}
