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
use crate::judge::Verdict;
use crate::project;
use crate::report::block::block;
use crate::report::style::Style;
use crate::runner::{self, Options, Session, Signer, Target};
use crate::server::Server;
use crate::spec::model::{Service, Specs};
use crate::transport::Network;
use crate::wire::sign::{Form, Key, Secret};

/// The exit code for specs that cannot be used.
const USAGE: u8 = 2;

/// A test binary in the making: specs, cases, and a target.
#[derive(Debug, Clone)]
pub struct Conformance {
    specs: PathBuf,
    cases: PathBuf,
    url: Option<String>,
    timeout: Duration,
    seed: u64,
    keys: Vec<(String, Key)>,
}

impl Conformance {
    /// Holds a target to the specs of a folder. Cases that people wrote are taken from `cases`, beside that folder.
    pub fn new(specs: impl Into<PathBuf>) -> Self {
        let specs = specs.into();
        let cases = specs.with_file_name("cases");
        Self {
            specs,
            cases,
            url: None,
            timeout: Duration::from_secs(10),
            seed: runner::any_seed(),
            keys: Vec::new(),
        }
    }

    /// Takes hand-written cases from another folder.
    #[must_use]
    pub fn cases(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cases = folder.into();
        self
    }

    /// Tries the target at this address; `None`, or an empty text, is the embedded reference server.
    #[must_use]
    pub fn url(mut self, url: impl Into<Option<String>>) -> Self {
        self.url = url.into().filter(|url| !url.is_empty());
        self
    }

    /// How long an answer may take; 10 seconds if nothing is said.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Shows this secret to the services below a folder of the specs, as `service.yaml` says: `authentication: bearer`.
    #[must_use]
    pub fn secret(self, folder: impl Into<String>, secret: impl Into<String>) -> Self {
        self.key(folder, "", secret)
    }

    /// Signs as the owner of this key what goes to the services below a folder of the specs, in the form that their protocol
    /// uses if nothing is said.
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

    /// Draws new values from this number; another each time if nothing is said.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Runs the test binary: reads its arguments, runs the tests that they select, prints as `cargo test` does.
    pub fn main(self) -> ExitCode {
        let arguments = Arguments::from_args();
        match self.trials() {
            Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
            Err(findings) => {
                use std::io::Write as _;
                for finding in findings {
                    let _ = writeln!(std::io::stderr(), "{}\n", finding.render(false));
                }
                ExitCode::from(USAGE)
            }
        }
    }

    fn target(&self) -> Target {
        let network = Network { timeout: self.timeout, ..Network::default() };
        let mut target = Target { network, ..Target::at("cargo-test", self.url.clone()) };
        for (folder, key) in &self.keys {
            target.hidden.hide(key.secret.expose(), "$KEY_SECRET");
            let signer = |form| Signer { form, key: key.clone(), origin: "the test".to_owned() };
            target.signers.extend(Form::defaults().into_iter().map(|form| (folder.clone(), signer(form))));
        }
        target
    }

    /// A test for each case, named by its id.
    ///
    /// # Errors
    /// Every finding of every spec and case file.
    pub fn trials(self) -> Result<Vec<Trial>, Vec<Finding>> {
        let mut suite = project::suite(&self.specs, &self.cases, Depth::Standard)?;
        let target = self.target();
        let form = |service: &Service| target.signer(service).map(|signer| signer.form);
        suite.cases.extend(generate::auth(&suite.specs, form));
        let tests = Arc::new(Tests {
            specs: Arc::new(suite.specs),
            options: Options { jobs: 64, ..Options::new(target, self.seed) },
            embedded: self.url.is_none(),
            started: Mutex::new(None),
        });
        let trial = |case: Case| {
            let tests = Arc::clone(&tests);
            Trial::test(case.id.clone(), move || tests.hold(&case))
        };
        Ok(suite.cases.into_iter().map(trial).collect())
    }
}

/// The target of a test binary. It is started by the first test that runs, so that listing the tests costs nothing.
struct Tests {
    specs: Arc<Specs>,
    options: Options,
    embedded: bool,
    started: Mutex<Option<Arc<Started>>>,
}

struct Started {
    session: Session,
    specs: Arc<Specs>,
    /// Stops when it is dropped, so it goes before the runtime that it runs on.
    _server: Option<Server>,
    runtime: Runtime,
}

impl Drop for Started {
    /// After the last test: what the cases have shared goes too, and what does not go is told.
    fn drop(&mut self) {
        use std::io::Write as _;
        let (_, left_behind) = self.runtime.block_on(runner::end(&self.session, &self.specs));
        for Leftover { entity, id, reason, .. } in left_behind {
            let _ = writeln!(std::io::stderr(), "left behind on the target: {entity} {id} ({reason})");
        }
    }
}

impl Tests {
    fn hold(&self, case: &Case) -> Result<(), Failed> {
        let started = self.start()?;
        let result = started.runtime.block_on(runner::run_case(&started.session, &self.specs, case));
        match result.verdict {
            Verdict::Pass => Ok(()),
            _ => Err(block(&result, Style::default()).into()),
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
        let new = Arc::new(Started { session, specs: Arc::clone(&self.specs), _server: server, runtime });
        *started = Some(Arc::clone(&new));
        Ok(new)
    }
}
