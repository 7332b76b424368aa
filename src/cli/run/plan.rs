//! What a run will do: the arguments, resolved and checked before anything is sent.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;

use crate::cli::args::{DepthArg, RunArgs};
use crate::cli::console::Console;
use crate::diagnostic::did_you_mean;
use crate::generate::Depth;
use crate::runner::{self, Options};
use crate::spec::model::Circumstance;

/// The name of the embedded target.
pub const REFERENCE: &str = "reference";

/// What happens to answers that differ from the accepted ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotPolicy {
    /// Snapshots are left alone.
    Off,
    /// Compared, nothing written: in CI.
    Compare,
    /// Compared; what differs is written as pending.
    Pending,
    /// This run's answers are the accepted ones.
    Update,
}

/// A resolved run.
#[derive(Debug)]
pub struct Plan {
    /// The folder of the specs.
    pub specs: PathBuf,
    /// The folder of the case files.
    pub cases: PathBuf,
    /// The folder of the snapshots.
    pub reports: PathBuf,
    /// The target's address; `None` is the embedded reference server.
    pub url: Option<String>,
    /// The target's name.
    pub target: String,
    /// Whether stale case files are refused.
    pub locked: bool,
    /// Whether only the ids are wanted.
    pub list: bool,
    /// What happens to snapshots.
    pub snapshots: SnapshotPolicy,
    /// Where a JUnit report goes.
    pub junit: Option<PathBuf>,
    /// Where a JSON report goes.
    pub json: Option<PathBuf>,
    /// Where the event stream goes.
    pub events: Option<PathBuf>,
    /// How deep the run goes.
    pub depth: Depth,
    /// Circumstances that are provoked.
    pub with: Vec<Circumstance>,
    /// How many of which entities the target allows.
    pub quotas: Vec<(String, u32)>,
    /// How many requests a second are sent at most.
    pub rate: Option<u32>,
    filter: Vec<String>,
    jobs: usize,
    seed: u64,
    timeout: Duration,
}

impl Plan {
    /// Resolves the arguments.
    ///
    /// # Errors
    /// What is wrong with them, in a sentence.
    pub fn resolve(args: RunArgs, console: Console) -> Result<Self, String> {
        let url = args.url.as_deref().map(address).transpose()?;
        let target = target(args.target.as_deref(), url.as_ref())?;
        let timeout = Duration::try_from_secs_f64(args.timeout)
            .ok()
            .filter(|timeout| *timeout >= Duration::from_millis(1))
            .ok_or_else(|| format!("--timeout {} is no number of seconds above 0", args.timeout))?;
        // Snapshots are of the standard depth: one case, one answer.
        let off = args.no_snapshots || args.depth != DepthArg::Standard;
        let snapshots = match (off, args.update, console.ci) {
            (true, true, _) => return Err("snapshots are kept at the standard depth only".to_owned()),
            (true, ..) => SnapshotPolicy::Off,
            (_, true, _) => SnapshotPolicy::Update,
            (.., true) => SnapshotPolicy::Compare,
            _ => SnapshotPolicy::Pending,
        };
        Ok(Self {
            specs: args.specs,
            cases: args.cases,
            reports: args.reports,
            url: url.map(|url| url.as_str().trim_end_matches('/').to_owned()),
            target,
            locked: args.locked || console.ci,
            list: args.list,
            snapshots,
            junit: args.junit,
            json: args.json,
            events: args.events,
            depth: args.depth.into(),
            with: args.with.into_iter().map(Circumstance::from).collect(),
            quotas: args.quotas,
            rate: args.rate,
            filter: args.filter,
            jobs: usize::from(args.jobs),
            seed: args.seed.unwrap_or_else(runner::any_seed),
            timeout,
        })
    }

    /// Whether a case is wanted.
    pub fn selects(&self, id: &str) -> bool {
        self.filter.is_empty() || self.filter.iter().any(|part| id.contains(part.as_str()))
    }

    /// The complaint about filters that select nothing.
    pub fn nothing_selected(&self, ids: &[String]) -> String {
        let wanted = self.filter.join(" or ");
        let parts: Vec<String> = ids.iter().flat_map(|id| parts(id)).collect();
        let near =
            self.filter.first().and_then(|first| did_you_mean(first, parts.iter().map(String::as_str)));
        match near {
            Some(near) => format!("no case has an id with {wanted} in it; did you mean {near}?"),
            None => format!("no case has an id with {wanted} in it; `fineprint run --list` shows all"),
        }
    }

    /// The runner's options for a target at this address.
    pub fn options(&self, url: String) -> Options {
        Options {
            target: self.target.clone(),
            url,
            jobs: self.jobs,
            timeout: self.timeout,
            seed: self.seed,
            nonce: runner::any_seed(),
            rate: self.rate,
        }
    }
}

/// What a person may have typed of an id: `Op`, `Op/Name`, `Op/Name/length`…, and the same without the operation.
fn parts(id: &str) -> Vec<String> {
    let names: Vec<&str> = id.split('/').collect();
    let runs = |from: usize| (from + 1..=names.len()).map(move |to| (from, to));
    runs(0).chain(runs(1)).map(|(from, to)| names[from..to].join("/")).collect()
}

fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("--url {text} is no address: {error}"))?;
    let plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    match url.scheme() {
        "http" => {}
        "https" if cfg!(feature = "tls") => {}
        "https" => {
            return Err("this fineprint was built without TLS; build it with the feature `tls`".to_owned());
        }
        _ => return Err(format!("--url {text} begins neither with http:// nor with https://")),
    }
    match plain && url.host().is_some() {
        true => Ok(url),
        false => {
            Err(format!("--url {text}: write scheme, host, port and path only, as in http://localhost:8080"))
        }
    }
}

/// The target's name, which is a folder of the reports as well.
fn target(name: Option<&str>, url: Option<&Url>) -> Result<String, String> {
    match (name, url) {
        (None, None) => Ok(REFERENCE.to_owned()),
        (Some(REFERENCE), Some(_)) => {
            Err(format!("the target {REFERENCE} is the embedded server; call yours by another name"))
        }
        (Some(name), None) if name != REFERENCE => {
            Err(format!("the address of the target {name} is not known; say it with --url"))
        }
        (Some(name), _) => {
            let plain = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
            match name.chars().all(plain) && !name.starts_with('.') && !name.is_empty() {
                true => Ok(name.to_owned()),
                false => Err(format!(
                    "--target {name:?}: write letters, digits, hyphens, dots and underscores only"
                )),
            }
        }
        (None, Some(url)) => {
            let host = url.host_str().unwrap_or("target").replace(['[', ']'], "").replace(':', "-");
            let port = url.port_or_known_default().map_or(String::new(), |port| format!("-{port}"));
            Ok(format!("{host}{port}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_cannot_be_meant_are_refused() {
        for text in
            ["localhost:8080", "ftp://a", "http://u:p@host", "http://host/?a=b", "http://", "nonsense"]
        {
            assert!(address(text).is_err(), "{text}");
        }
        assert!(address("http://localhost:8080/base").is_ok());
    }

    #[test]
    fn a_target_without_a_name_is_called_by_its_host_and_port() {
        let url = Url::parse("http://127.0.0.1:8080").unwrap();
        assert_eq!(target(None, Some(&url)).unwrap(), "127.0.0.1-8080");
        assert_eq!(target(None, None).unwrap(), "reference");
        assert_eq!(target(Some("mine"), Some(&url)).unwrap(), "mine");
        assert!(target(Some("mine"), None).is_err());
        assert!(target(Some("../x"), Some(&url)).is_err());
    }
}
