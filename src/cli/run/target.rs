//! The target of a run, from the arguments and fineprint.toml.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use reqwest::Url;

use crate::cli::args::RunArgs;
use crate::cli::config::{self, Config};
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::target;
use crate::diagnostic::did_you_mean;
use crate::files;
use crate::json::Json;
use crate::runner::{Signer, Target};
use crate::server::DEMO;
use crate::wire::sign::{Form, Key, Secret};

/// Name of the built-in reference server as a target.
pub const REFERENCE: &str = "reference";

/// Returns the target, and the quotas that its table names.
pub fn target(args: &RunArgs, config: &Config) -> Result<(Target, BTreeMap<String, u32>), String> {
    let url = args.url.as_deref().map(|url| target::address("--url", url)).transpose()?;
    let table = args.target.as_deref().and_then(|name| config.targets.get(name));
    let name = name(args.target.as_deref(), url.as_ref(), config)?;
    let folder = args.config.parent().unwrap_or(Path::new(""));
    let mut target = match table {
        Some(table) => target::resolve(&name, table, folder, !args.unsigned, &Console::variable)?,
        None => Target::at(&name, None),
    };
    if let Some(url) = &url {
        target = target.with_url(url.as_str().trim_end_matches('/').to_owned());
    }
    if target.url.is_none() && target.addresses.is_empty() && name != REFERENCE {
        return Err(format!(
            "target {name}: no address; set `url`, or an address for each service in `services`"
        ));
    }
    for (entity, id) in &args.known {
        let id = Json::Text(id.clone());
        match target.known.iter_mut().find(|(name, _)| name == entity) {
            Some((_, ids)) => ids.push(id),
            None => target.known.push((entity.clone(), vec![id])),
        }
    }
    target.alone |= args.alone;
    if name == REFERENCE {
        // Nobody else knows its port, and its entities are visible immediately.
        target.alone = true;
        target.appears.push(("*".to_owned(), Duration::ZERO));
    }
    if args.signed {
        target.signers = demo_signers();
        target.hidden.hide(DEMO.secret, "$KEY_SECRET");
    }
    if args.unsigned {
        target.signers.clear();
    }
    for form in &args.forms {
        sign_in(*form, &mut target)?;
    }
    target.rate = args.rate.or(target.rate);
    if let Some(timeout) = args.timeout {
        let timeout = target::seconds("--timeout", timeout)?;
        target.network.timeout = timeout;
        target.network.connect_timeout = timeout;
    }
    Ok((target, table.map(|table| table.quotas.clone()).unwrap_or_default()))
}

/// Maximum size of the file of targets, in bytes.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// Reads the file of targets. A missing file is an error only if another path than the default was given.
///
/// # Errors
/// Returns the exit of the process; the error has been reported.
pub fn config(path: &Path, console: Console) -> Result<Config, Exit> {
    match files::text(path, MAX_BYTES) {
        Ok(text) => config::read(path, text).map_err(|finding| console.findings(&[*finding])),
        Err(error) if error.kind() == io::ErrorKind::NotFound && path == Path::new(config::NAME) => {
            Ok(Config::default())
        }
        Err(error) => {
            console.error(&files::not_read(path, &error));
            Err(Exit::Usage)
        }
    }
}

/// Returns the key that the built-in server knows, in the default form of each protocol's SDK.
fn demo_signers() -> Vec<(String, Signer)> {
    let key = Key { id: Secret::new(DEMO.id), secret: Secret::new(DEMO.secret), token: None };
    let signer =
        |form| Signer { form, key: key.clone(), origin: "the reference server's own key".to_owned() };
    Form::defaults().into_iter().map(|form| (String::new(), signer(form))).collect()
}

fn sign_in(form: Form, target: &mut Target) -> Result<(), String> {
    let mut of_protocol =
        target.signers.iter_mut().filter(|(_, signer)| signer.form.protocol() == form.protocol()).peekable();
    if of_protocol.peek().is_none() {
        return Err(format!("--signature {}: the target has no credentials to sign with", form.name()));
    }
    of_protocol.for_each(|(_, signer)| signer.form = form);
    Ok(())
}

/// Returns the target's name, which is also a folder of the reports.
fn name(name: Option<&str>, url: Option<&Url>, config: &Config) -> Result<String, String> {
    match (name, url) {
        (None, None) => Ok(REFERENCE.to_owned()),
        (Some(REFERENCE), Some(_)) => {
            Err(format!("`{REFERENCE}` is the built-in reference server; give your target another name"))
        }
        (Some(name), None) if name != REFERENCE && !config.targets.contains_key(name) => {
            let near = did_you_mean(name, config.targets.keys().map(String::as_str));
            let hint = match near {
                Some(near) => format!("a similar name exists: `{near}`"),
                None => format!("give its address with --url, or add the target to {}", config::NAME),
            };
            Err(format!("unknown target `{name}`: {hint}"))
        }
        (Some(name), _) => {
            let plain = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
            match name.chars().all(plain) && !name.starts_with('.') && !name.is_empty() {
                true => Ok(name.to_owned()),
                false => {
                    Err(format!("--target {name:?}: use only letters, digits, hyphens, dots and underscores"))
                }
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
    fn unnamed_target_is_named_after_host_and_port() {
        let name = |named, url| name(named, url, &Config::default());
        let url = Url::parse("http://127.0.0.1:8080").unwrap();
        assert_eq!(name(None, Some(&url)).unwrap(), "127.0.0.1-8080");
        assert_eq!(name(None, None).unwrap(), "reference");
        assert_eq!(name(Some("mine"), Some(&url)).unwrap(), "mine");
        assert!(name(Some("mine"), None).is_err());
        assert!(name(Some("../x"), Some(&url)).is_err());
    }
}
