//! The cases as tests of `cargo test` and `cargo nextest`, in any crate.
//!
//! In `Cargo.toml`:
//!
//! ```toml
//! [[test]]
//! name = "conformance"
//! harness = false
//! ```
//!
//! In `tests/conformance.rs`:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     fineprint::harness::Conformance::new("specs").url(std::env::var("FINEPRINT_URL").ok()).main()
//! }
//! ```

mod gate;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

use crate::case::Case;
use crate::diagnostic::Finding;
use crate::event::Leftover;
use crate::generate::{self, Depth};
use crate::json::Json;
use crate::judge::Verdict;
use crate::project::{self, Listing, Suite};
use crate::report::block::{block, of_plain_call};
use crate::report::style::Style;
use crate::report::{number, summary};
use crate::runner::{self, Options, Session, Signer, Target};
use crate::server::Server;
use crate::spec::model::{Service, Specs};
use crate::transport::Network;
use crate::wire::sign::{Form, Key, Secret};

use gate::{Gates, RunContext};

/// Exit code for specs that cannot be used.
const USAGE: u8 = 2;

/// Exit code if every test passed, but something else is wrong.
const INCOMPLETE: u8 = 3;

/// The configuration of a test binary: specs, cases, and a target.
#[derive(Debug, Clone)]
pub struct Conformance {
    specs: PathBuf,
    cases: PathBuf,
    url: Option<String>,
    timeout: Duration,
    seed: u64,
    alone: bool,
    known: Vec<(String, Vec<Json>)>,
    keys: Vec<(String, Key)>,
}

impl Conformance {
    /// Tests a target against the specs of a folder. Hand-written cases are read from `cases`, next to that folder.
    pub fn new(specs: impl Into<PathBuf>) -> Self {
        let specs = specs.into();
        let cases = specs.with_file_name("cases");
        Self {
            specs,
            cases,
            url: None,
            timeout: Duration::from_secs(10),
            seed: runner::any_seed(),
            alone: false,
            known: Vec::new(),
            keys: Vec::new(),
        }
    }

    /// Reads hand-written cases from another folder.
    #[must_use]
    pub fn cases(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cases = folder.into();
        self
    }

    /// Tests the target at this address. `None` or an empty text selects the built-in reference server.
    #[must_use]
    pub fn url(mut self, url: impl Into<Option<String>>) -> Self {
        self.url = url.into().filter(|url| !url.is_empty());
        self
    }

    /// Sets how long a response may take; 10 seconds by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends this secret to the services below a folder of the specs, as `service.yaml` says: `authentication: bearer`.
    #[must_use]
    pub fn secret(self, folder: impl Into<String>, secret: impl Into<String>) -> Self {
        self.key(folder, "", secret)
    }

    /// Signs the requests to the services below a folder of the specs with this key, in the default form of their
    /// protocol.
    #[must_use]
    pub fn key(
        mut self,
        folder: impl Into<String>,
        id: impl Into<String>,
        secret: impl Into<String>,
    ) -> Self {
        let key = Key { id: Secret::new(id), secret: Secret::new(secret), token: None };
        self.keys.push((folder.into(), key));
        self
    }

    /// Sets the seed for random values. By default, it differs each time.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Names an entity that exists on the target and that no operation of the specs creates.
    #[must_use]
    pub fn known(mut self, entity: &str, id: &str) -> Self {
        let id = Json::Text(id.to_owned());
        match self.known.iter_mut().find(|(name, _)| name == entity) {
            Some((_, ids)) => ids.push(id),
            None => self.known.push((entity.to_owned(), vec![id])),
        }
        self
    }

    /// Declares that nobody else uses the target. Then fineprint also sends requests that could affect what the tests
    /// did not create.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// Runs the test binary: reads its arguments, runs the tests that they select, and prints as `cargo test` does. The
    /// exit code has the meaning that `fineprint run` gives it: leftovers on the target, and rejections that prove
    /// nothing, are not a success either.
    pub fn main(self) -> ExitCode {
        let arguments = Arguments::from_args();
        let named = arguments.filter.as_deref().filter(|_| arguments.exact && !arguments.list);
        let (tests, trials) = match self.tests(named) {
            Ok(tests) => tests,
            Err(findings) => {
                findings.iter().for_each(|finding| print_line(&finding.render(false)));
                return ExitCode::from(USAGE);
            }
        };
        let conclusion = libtest_mimic::run(&arguments, trials);
        match (tests.end(), conclusion.has_failed()) {
            (End::Whole, _) | (_, true) => conclusion.exit_code(),
            (End::Incomplete, false) => ExitCode::from(INCOMPLETE),
        }
    }

    fn target(&self) -> Target {
        let network = Network { timeout: self.timeout, ..Network::default() };
        let mut target = Target { network, ..Target::at("cargo-test", self.url.clone()) };
        if self.url.is_none() {
            target = target.alone();
            target.appears.push(("*".to_owned(), Duration::ZERO));
        }
        target.alone |= self.alone;
        target.known.clone_from(&self.known);
        for (folder, key) in &self.keys {
            target.hidden.hide_variable(key.secret.expose(), &variable_of(folder));
            let signer = |form| Signer { form, key: key.clone(), origin: "the test".to_owned() };
            target.signers.extend(Form::defaults().into_iter().map(|form| (folder.clone(), signer(form))));
        }
        target
    }

    /// Returns a test for each case, named by its id. When the last test is dropped, all remaining entities are
    /// removed.
    ///
    /// # Errors
    /// Returns every finding of every spec and case file.
    pub fn trials(self) -> Result<Vec<Trial>, Vec<Finding>> {
        Ok(self.tests(None)?.1)
    }

    /// Reads what a test needs: only the specs of its service, because under nextest each test has its own process.
    fn suite(&self, named: Option<&str>) -> Result<Suite, Vec<Finding>> {
        let listing = named.and_then(|_| Listing::of(&self.specs).ok()).unwrap_or_default();
        match named.and_then(|id| project::operation_of(id, |name| listing.has(name))) {
            Some(operation) => {
                project::suite_of(&listing.part([operation]), &self.specs, &self.cases, Depth::Standard)
            }
            None => project::suite(&self.specs, &self.cases, Depth::Standard),
        }
    }

    fn tests(self, named: Option<&str>) -> Result<(Arc<Tests>, Vec<Trial>), Vec<Finding>> {
        let mut suite = self.suite(named)?;
        let target = self.target();
        let target = match self.url {
            None => target.made_from(&suite.specs),
            Some(_) => target.typed_by(&suite.specs),
        };
        let form = |service: &Service| target.signer(service).map(|signer| signer.form);
        let gates = Gates::new(&suite.cases);
        suite.cases.extend(generate::auth(&suite.specs, form));
        let tests = Arc::new(Tests {
            specs: Arc::clone(&suite.specs),
            options: Options { jobs: 64, ..Options::new(target, self.seed) },
            variables: self.keys.iter().map(|(folder, _)| variable_of(folder)).collect(),
            embedded: self.url.is_none(),
            gates,
            not_tested: Mutex::default(),
            started: Mutex::new(None),
        });
        let cases = Arc::new(suite.cases);
        let trial = |(number, case): (usize, Arc<Case>)| {
            let (tests, cases) = (Arc::clone(&tests), Arc::clone(&cases));
            Trial::test(case.id.clone(), move || {
                let case = cases.get(number).ok_or("no case for this test")?;
                tests.run_case(&case)
            })
        };
        let trials = cases.iter().enumerate().map(trial).collect();
        Ok((tests, trials))
    }
}

/// Returns the environment variable that stands for a secret in the curl lines of a failure.
fn variable_of(folder: &str) -> String {
    let name = folder.to_ascii_uppercase().replace(|each: char| !each.is_ascii_alphanumeric(), "_");
    format!("{}_SECRET", if name.is_empty() { "KEY" } else { &name })
}

/// Prints a line of the test binary itself, in addition to the output of `cargo test`.
fn print_line(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}\n");
}

/// The target of a test binary. The first test that runs starts it, so that listing the tests costs nothing.
struct Tests {
    specs: Arc<Specs>,
    options: Options,
    /// The names that stand for secrets in curl lines.
    variables: Vec<String>,
    embedded: bool,
    gates: Gates,
    /// Number of cases left out on purpose, by reason.
    not_tested: Mutex<BTreeMap<String, usize>>,
    started: Mutex<Option<Arc<Started>>>,
}

struct Started {
    session: Session,
    /// Stops when it is dropped, so it is dropped before the runtime that it runs on.
    _server: Option<Server>,
    runtime: Runtime,
}

/// The result of a test binary, apart from its tests.
enum End {
    Whole,
    /// Leftovers stay on the target, or rejections prove nothing.
    Incomplete,
}

impl Drop for Tests {
    /// Cleans up if the trials are run in another way.
    fn drop(&mut self) {
        self.end();
    }
}

impl Tests {
    fn run_case(&self, case: &Case) -> Result<(), Failed> {
        let started = self.start()?;
        let on = RunContext { session: &started.session, specs: &self.specs };
        let result = started.runtime.block_on(self.gates.run(on, case));
        match result.verdict {
            Verdict::Pass => Ok(()),
            Verdict::NotTested { reason } => {
                let mut not_tested = self.not_tested.lock().unwrap_or_else(PoisonError::into_inner);
                *not_tested.entry(reason).or_default() += 1;
                Ok(())
            }
            _ => Err(self.with_variables(block(&result, Style::default())).into()),
        }
    }

    /// Adds to the block of a failure the names of the variables that its curl line needs.
    fn with_variables(&self, block: String) -> String {
        let named = self.variables.iter().filter(|name| block.contains(&format!("${name}")));
        let lines: String = named
            .map(|name| format!("  {name} stands for the secret: set it before you run the curl line\n"))
            .collect();
        block + &lines
    }

    /// Ends the run after the last test: sends the final plain calls, removes what the cases shared, and reports what
    /// could not be removed.
    fn end(&self) -> End {
        let started = self.started.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(started) = started else { return End::Whole };
        let on = RunContext { session: &started.session, specs: &self.specs };
        let failed = started.runtime.block_on(self.gates.end(on));
        let (kept, left_behind) = started.runtime.block_on(runner::end(&started.session, &self.specs));
        for result in &failed {
            print_line(&self.with_variables(of_plain_call(result, Style::default())));
        }
        if !failed.is_empty() {
            print_line(
                "Cases that expect an error response prove nothing for these operations, even if they passed.",
            );
        }
        let not_tested = self.not_tested.lock().unwrap_or_else(PoisonError::into_inner);
        for (reason, cases) in not_tested.iter() {
            print_line(&format!(
                "not tested, though counted as passed: {} ({reason})",
                number(*cases, "case")
            ));
        }
        summary::unremovable(&kept).iter().for_each(|line| print_line(line));
        for Leftover { entity, id, reason, .. } in &left_behind {
            print_line(&format!("leftover on the target: {entity} {id} ({reason})"));
        }
        match failed.is_empty() && left_behind.is_empty() {
            true => End::Whole,
            false => End::Incomplete,
        }
    }

    fn start(&self) -> Result<Arc<Started>, Failed> {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(started) = started.as_ref() {
            return Ok(Arc::clone(started));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let server = match self.embedded {
            true => Some(runtime.block_on(Server::start(Arc::clone(&self.specs), 0))?),
            false => None,
        };
        let session = match &server {
            Some(server) => self.options.moved(server.url()).session()?,
            None => self.options.session()?,
        };
        let new = Arc::new(Started { session, _server: server, runtime });
        *started = Some(Arc::clone(&new));
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_test_reads_only_its_service_and_gives_the_same_result() {
        let conformance = Conformance::new(concat!(env!("CARGO_MANIFEST_DIR"), "/specs"));
        let ids = |named| {
            let suite = conformance.suite(named).unwrap();
            let ids: Vec<String> = suite.cases.iter().map(|case| case.id.clone()).collect();
            (suite.specs.services.len(), ids)
        };
        let (services, all) = ids(None);
        let (alone, own) = ids(Some("AddUserContact/Name/required/absent"));
        assert!(alone < services, "{alone} of {services}");
        let expected: Vec<String> = all.into_iter().filter(|id| id.starts_with("AddUserContact/")).collect();
        assert_eq!(own, expected);
        assert_eq!(ids(Some("Nonesuch/case")).0, services, "an unknown operation may be a hand-written case");
    }
}
