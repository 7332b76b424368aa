//! The cases as tests of `cargo test`: the harness of `tests/conformance.rs`, run as in a user's crate.

use std::process::Command;

use crate::common::{ReceivedRequest, respond};
use crate::vendor::Vendor;
use fineprint::harness::Conformance;
use libtest_mimic::{Arguments, Conclusion};

fn run(arguments: &[&str], url: Option<&str>) -> Conclusion {
    // The output of the inner run is not of interest here, least of all its failures.
    let log = tempfile::NamedTempFile::new().unwrap();
    let log = log.path().to_str().unwrap();
    let all = ["conformance", "--logfile", log].into_iter().chain(arguments.iter().copied());
    let arguments = Arguments::from_iter(all);
    let harness = Conformance::new(concat!(env!("CARGO_MANIFEST_DIR"), "/specs")).url(url.map(str::to_owned));
    libtest_mimic::run(&arguments, harness.trials().unwrap())
}

#[test]
fn exact_selects_what_list_prints() {
    let id = "AddMessageContact/Name/length/13";
    let exact = run(&["--exact", id, "--quiet"], None);
    assert_eq!((exact.num_passed, exact.num_filtered_out), (1, 875));
    let part = run(&["Name/length", "--quiet"], None);
    assert_eq!(part.num_failed, 0);
    assert!(part.num_passed > 20);
    let skipped = run(
        &["--skip", "AddMessageContact", "--skip", "UpdateMessageContact", "--quiet", "--test-threads", "1"],
        None,
    );
    assert_eq!((skipped.num_passed, skipped.num_failed), (252, 0));
}

#[test]
fn other_target_runs_the_same_cases() {
    let vendor = Vendor::start(&["13-letters-pass"]);
    let conclusion = run(&["AddMessageContact/Name/length/1", "--quiet"], Some(&vendor.url));
    assert_eq!(conclusion.num_failed, 3, "13 letters, alone and among other values");
    assert_eq!(vendor.contacts(), 0, "nothing is left behind");
}

#[test]
fn invalid_specs_give_findings_and_no_tests() {
    let findings =
        Conformance::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/broken/unknown-key")).trials();
    assert_eq!(findings.err().map(|findings| findings.len()), Some(2));
}

#[test]
fn binary_path_is_available_to_scripts() {
    let version = Command::new(env!("CARGO_BIN_EXE_fineprint")).arg("--version").output().unwrap();
    assert_eq!(
        String::from_utf8(version.stdout).unwrap(),
        format!("fineprint {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn rejections_do_not_pass_if_valid_calls_are_rejected() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let body =
                    r#"{"Code":"InvalidParameter.Title","Message":"The Title is invalid.","RequestId":"1"}"#;
                if ReceivedRequest::read(&mut stream).is_some() {
                    respond(&mut stream, 400, body);
                }
            });
        }
    });
    let conclusion = run(&["AddMessageContact/Title/values/unknown", "--quiet"], Some(&url));
    assert_eq!(conclusion.num_passed, 0, "the right refusals prove nothing");
    assert!(conclusion.num_failed > 0);
}
