//! The limits of a target are respected at all times, and nothing is left behind.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::common::{Done, fineprint};
use crate::tls::{Flaw, Gateway};
use fineprint::json::Json;
use fineprint::project;
use fineprint::server::{Behaviour, DEMO, Server};
use fineprint::spec::model::Specs;
use fineprint::transport::{Network, Transport};
use fineprint::wire::sign::{Form, Key, Secret, Stamp};
use fineprint::wire::{Call, Outcome, Signing, encode_signed};
use tokio::runtime::Runtime;

/// The quota of the vendor, and its rate.
const QUOTA: u32 = 20;
const RATE: usize = 20;

/// The reference server with a quota; it requires signatures.
struct Reference {
    runtime: Runtime,
    server: Server,
    specs: Arc<Specs>,
    calls: Cell<u32>,
}

impl Reference {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let specs = project::specs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("specs")).unwrap();
        let specs = Arc::new(specs);
        let behaviour = Behaviour { quotas: vec![("contact".to_owned(), QUOTA)], ..Behaviour::without(None) };
        let server = runtime.block_on(Server::behaving(Arc::clone(&specs), 0, behaviour)).unwrap();
        Self { runtime, server, specs, calls: Cell::new(0) }
    }

    /// Sends a signed call, and returns the body of the response.
    fn call(&self, operation: &str, parameters: &[(&str, &str)]) -> String {
        let (service, operation) = self.specs.operation(operation).unwrap();
        let parameters: Vec<(String, Json)> = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Json::Text((*value).to_owned())))
            .collect();
        let call = Call { service, operation, parameters: &parameters, twist: None, nonce: None };
        let key = Key { id: Secret::new(DEMO.id), secret: Secret::new(DEMO.secret), token: None };
        self.calls.set(self.calls.get() + 1);
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let stamp =
            Stamp { seconds: i64::try_from(seconds).unwrap(), nonce: format!("test-{}", self.calls.get()) };
        let signing = Signing { form: Form::Acs3, key: &key, stamp: &stamp };
        let request = encode_signed(call, &self.server.url(), signing);
        let transport = Transport::new(&Network::default()).unwrap();
        match self.runtime.block_on(transport.send("test", request)).outcome {
            Outcome::Received(response) => response.body,
            outcome => panic!("{outcome:?}"),
        }
    }

    /// Returns the number of live contacts.
    fn contacts(&self) -> usize {
        let response = self.call("ListMessageContacts", &[]);
        assert!(response.contains("\"Contacts\""), "{response}");
        response.matches("\"ContactId\"").count()
    }
}

fn config(folder: &Path, target: &str) {
    let credentials = "id = 'TEST_ID'\nsecret = 'TEST_SECRET'\n";
    let text = format!(
        "[targets.limited]\n{target}\n[targets.limited.credentials.alibaba-cloud]\n{credentials}\
         [targets.limited.credentials.tencent-cloud]\n{credentials}"
    );
    std::fs::write(folder.join("fineprint.toml"), text).unwrap();
}

fn command(folder: &Path) -> std::process::Command {
    let mut command = fineprint();
    command
        .args(["run", "--target", "limited", "--no-snapshots", "--config"])
        .arg(folder.join("fineprint.toml"));
    command.arg("--reports").arg(folder.join("reports"));
    command.env("TEST_ID", DEMO.id).env("TEST_SECRET", DEMO.secret);
    command
}

/// Runs over TLS, through a gateway that enforces the rate, against a server that enforces the quota.
fn through_the_gateway(arguments: &[&str]) -> (Done, Gateway) {
    let reference = Reference::start();
    let gateway = Gateway::before(&reference.server.url(), RATE, Flaw::None);
    let folder = tempfile::tempdir().unwrap();
    let target = format!(
        "url = '{}'\nalone = true\nrate = '{RATE}/s'\nca-file = '{}'\nquotas = {{contact = {QUOTA}}}",
        gateway.url,
        gateway.ca_file().display()
    );
    config(folder.path(), &target);
    let done = Done::from(command(folder.path()).args(arguments).output().unwrap());
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert_eq!(*gateway.rejected.lock().unwrap(), 0, "no request came too fast");
    assert!(gateway.most_in_a_second() <= RATE, "{} in a second", gateway.most_in_a_second());
    assert_eq!(reference.contacts(), 0, "nothing is left behind");
    (done, gateway)
}

#[test]
fn rate_and_quota_are_never_exceeded_over_tls() {
    let (done, gateway) = through_the_gateway(&["--depth", "smoke"]);
    assert!(!done.stdout.contains("BLOCKED"), "{}", done.stdout);
    let arrivals = gateway.arrivals.lock().unwrap();
    let took = arrivals.last().unwrap().duration_since(arrivals[0]).as_secs_f64();
    let rate = (arrivals.len() - 1) as f64 / took;
    assert!(rate > 10.0, "the rate is made use of: {rate:.1} requests a second");
}

/// Takes a minute and a half; `.ci/run` requests it.
#[test]
#[ignore = "takes a minute and a half"]
fn whole_run_stays_within_rate_and_quota() {
    let (done, gateway) = through_the_gateway(&[]);
    let last = done.stdout.lines().last().unwrap();
    assert!(last.contains(" passed in "), "{last}");
    // For readers of the log: this test is the proof.
    use std::io::Write as _;
    let _ = writeln!(
        std::io::stderr(),
        "{last}\nat most {} requests in a second, {} in all",
        gateway.most_in_a_second(),
        gateway.arrivals.lock().unwrap().len()
    );
}

#[test]
fn rate_of_one_operation_is_not_exceeded() {
    let reference = Reference::start();
    let folder = tempfile::tempdir().unwrap();
    config(
        folder.path(),
        &format!("url = '{}'\nrates = {{AddUserContact = '20/s'}}", reference.server.url()),
    );
    let begun = Instant::now();
    let done = Done::from(command(folder.path()).args(["AddUserContact/Name/length"]).output().unwrap());
    assert_eq!(done.code, 0, "{}", done.stdout);
    let requests: usize =
        done.stdout.split(" requests").next().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    assert!(requests > 10, "{}", done.stdout);
    assert!(begun.elapsed() > Duration::from_millis(50 * (requests as u64 - 2)), "{:?}", begun.elapsed());
}

#[test]
fn next_run_removes_entities_of_a_killed_run() {
    let reference = Reference::start();
    let folder = tempfile::tempdir().unwrap();
    config(
        folder.path(),
        &format!("url = '{}'\nrate = '40/s'\nquotas = {{contact = {QUOTA}}}", reference.server.url()),
    );
    // In these cases, each contact has a long random name. The name of one letter that other cases send does not
    // identify a contact: if such a call is under way when the run is killed, its contact rightly stays.
    let mut first = command(folder.path());
    first.arg("AddMessageContact/MessageTypes").stdout(std::process::Stdio::null());
    let mut first = first.spawn().unwrap();
    let begun = Instant::now();
    while reference.contacts() < 3 && begun.elapsed() < Duration::from_secs(30) {
        thread::sleep(Duration::from_millis(5));
    }
    // SIGKILL: nothing in the process can clean up.
    first.kill().unwrap();
    first.wait().unwrap();
    thread::sleep(Duration::from_millis(100));
    assert!(reference.contacts() > 0, "the killed run has left something");
    config(folder.path(), &format!("url = '{}'\nquotas = {{contact = {QUOTA}}}", reference.server.url()));
    let second = Done::from(command(folder.path()).output().unwrap());
    assert!(second.stderr.contains("an earlier run has left something"), "{}", second.stderr);
    assert_eq!(second.code, 0, "{}", second.stdout);
    assert_eq!(reference.contacts(), 0, "neither run has left anything");
    let journals = std::fs::read_dir(folder.path().join("reports")).map_or(0, |folders| {
        folders
            .flatten()
            .filter_map(|folder| std::fs::read_dir(folder.path()).ok())
            .map(Iterator::count)
            .sum()
    });
    assert_eq!(journals, 0, "and no journal is left");
}

/// Writes a file as a run leaves its journal: nobody else can read it.
fn private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn entity_of_an_unanswered_call_is_found_in_the_list() {
    let reference = Reference::start();
    let folder = tempfile::tempdir().unwrap();
    let reports = folder.path().join("reports/limited");
    std::fs::create_dir_all(&reports).unwrap();
    let response = reference.call(
        "AddMessageContact",
        &[
            ("Name", "leftover"),
            ("EmailAddress", "a@b.example"),
            ("Title", "CEO"),
            ("MessageTypes.1", "FaultMessage"),
        ],
    );
    assert_eq!(reference.contacts(), 1, "{response}");
    let asked = |at: &str| {
        format!(
            r#"{{"asked":{{"service":"alibaba-cloud/resource-directory-master","at":"{at}","entity":"contact","unique":[["Name","leftover"]]}}}}"#
        )
    };
    let url = reference.server.url();
    config(folder.path(), &format!("url = '{url}'"));
    // What was left elsewhere does not concern this target, although it has a contact of the same name.
    private(&reports.join("living-1.jsonl"), &asked("http://elsewhere.example"));
    let done = Done::from(command(folder.path()).arg("AddMessageContact/call/all").output().unwrap());
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert_eq!(reference.contacts(), 1);
    assert!(done.stderr.contains("left something at http://elsewhere.example"), "{}", done.stderr);

    private(&reports.join("living-1.jsonl"), &asked(&url));
    let done = Done::from(command(folder.path()).arg("AddMessageContact/call/all").output().unwrap());
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert_eq!(reference.contacts(), 0);
}
