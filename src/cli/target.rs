//! Resolution of a target from its table: addresses are checked, credentials and files are read.

use std::path::Path;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use serde::Deserialize as _;

use crate::digest::base64;
use crate::files;
use crate::json::Json;
use crate::runner::{Signer, Target};
use crate::transport::Network;
use crate::wire::GatewayResponse;
use crate::wire::sign::{Form, Key, Secret};

use super::args;
use super::config::{CredentialsTable, Statuses, TargetTable, Text};

/// Maximum of any time, in seconds.
const LONGEST: f64 = 3600.0;

/// Maximum size of a file with certificates, in bytes.
const MAX_FILE: usize = 8 * 1024 * 1024;

/// A function that returns the value of an environment variable.
pub type Environment<'e> = &'e dyn Fn(&str) -> Option<String>;

/// Returns the target of that name, without credentials unless `is_signed`. Files are relative to the folder of the
/// table's file.
///
/// # Errors
/// Returns what is wrong with it, in a sentence.
pub fn resolve(
    name: &str,
    table: &TargetTable,
    folder: &Path,
    is_signed: bool,
    environment: Environment<'_>,
) -> Result<Target, String> {
    let in_target = |what: String| format!("target {name}: {what}");
    let mut target = Target::at(name, None);
    target.url = table.url.as_deref().map(|url| plain_address("url", url)).transpose().map_err(in_target)?;
    for (service, url) in &table.services {
        let url = plain_address(&format!("services.\"{service}\""), url).map_err(in_target)?;
        target.addresses.push((service.clone(), url));
    }
    for (folder, credentials) in table.credentials.iter().filter(|_| is_signed) {
        let signers = signers(credentials, environment, &mut target).map_err(in_target)?;
        target.signers.extend(signers.into_iter().map(|signer| (folder.clone(), signer)));
    }
    for (header, text) in &table.headers {
        let value = read_text(text, environment, &mut target).map_err(in_target)?;
        if is_for_secrets(header) {
            let name = header.to_ascii_uppercase().replace('-', "_");
            target.hidden.hide_variable(&value, &name);
            // After the name of a scheme, as in `Bearer TOKEN`, the secret is the rest.
            let secret = value.split_once(' ').map_or("", |(_, rest)| rest);
            target.hidden.hide(secret, &format!("${name}"));
        }
        target.headers.push((self::header(header, &value).map_err(in_target)?, Secret::new(value)));
    }
    for (name, value) in &table.parameters {
        let json = parameter(value, environment, &mut target).map_err(in_target)?;
        target.parameters.push((name.clone(), json));
    }
    for (entity, ids) in &table.known {
        let ids = ids.iter().map(|id| parameter(id, environment, &mut target)).collect::<Result<_, _>>();
        target.known.push((entity.clone(), ids.map_err(in_target)?));
    }
    limits(table, &mut target).map_err(in_target)?;
    circumstances(table, &mut target).map_err(in_target)?;
    target.network = network(table, folder, environment, &mut target).map_err(in_target)?;
    Ok(target)
}

/// Returns `true` if the values of such a header are secrets, even if the file contains them directly.
fn is_for_secrets(header: &str) -> bool {
    let header = header.to_ascii_lowercase();
    let words =
        ["auth", "cookie", "key", "token", "secret", "password", "credential", "session", "signature"];
    words.iter().any(|word| header.contains(word))
}

/// Returns the name of a header, if it can be sent with its value.
fn header(name: &str, value: &str) -> Result<String, String> {
    let name = HeaderName::try_from(name).map_err(|_| format!("headers.\"{name}\": invalid header name"))?;
    match HeaderValue::try_from(value) {
        Ok(_) => Ok(name.to_string()),
        Err(_) => Err(format!("headers.{name}: invalid header value")),
    }
}

/// Reads the value of a parameter that is fixed for all calls. `{env = "NAME"}` reads it from the environment, and
/// makes it a secret.
fn parameter(value: &toml::Value, environment: Environment<'_>, target: &mut Target) -> Result<Json, String> {
    match value {
        toml::Value::Datetime(date) => Ok(Json::Text(date.to_string())),
        toml::Value::Table(table) if table.keys().eq(["env"]) => {
            let text = Text::deserialize(value.clone()).map_err(|error| error.message().to_owned())?;
            Ok(Json::Text(read_text(&text, environment, target)?))
        }
        value => {
            let json = serde_json::to_vec(value).map_err(|error| error.to_string())?;
            Json::read(&json).map_err(|error| error.to_string())
        }
    }
}

/// Reads the address of a proxy. User and password go to the proxy in another form, which is hidden as well.
fn proxy(text: &Text, environment: Environment<'_>, target: &mut Target) -> Result<String, String> {
    let address = read_text(text, environment, target)?;
    let url = Url::parse(&address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| {
        "proxy: write an address that starts with http:// or https://, e.g. http://localhost:3128".to_owned()
    })?;
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (user, password) = (decoded(url.username()), url.password().map(decoded).unwrap_or_default());
    if !user.is_empty() || !password.is_empty() {
        target.hidden.hide(&base64(format!("{user}:{password}").as_bytes()), "$PROXY_PASSWORD");
    }
    // A token may be in the place of the user.
    let secret = if password.is_empty() { user } else { password };
    target.hidden.hide(&secret, "$PROXY_PASSWORD");
    Ok(address)
}

fn limits(table: &TargetTable, target: &mut Target) -> Result<(), String> {
    target.rate = table.rate.as_deref().map(args::rate).transpose()?;
    for (operation, rate) in &table.rates {
        target.rates.push((operation.clone(), args::rate(rate)?));
    }
    target.connections = table.connections;
    target.retries = table.retries.unwrap_or(target.retries);
    target.entities = table.entities.unwrap_or(target.entities);
    match target.entities {
        0 | 1 => Err("entities: a run needs at least 2".to_owned()),
        _ => Ok(()),
    }
}

/// Reads what is special about the target: whether others use it, how soon entities become visible, and the gateways in
/// front of it.
fn circumstances(table: &TargetTable, target: &mut Target) -> Result<(), String> {
    target.alone = table.alone;
    for (entity, time) in &table.appears {
        let time = args::time(time).map_err(|why| format!("appears.{entity}: {why}"))?;
        target.appears.push((entity.clone(), time));
    }
    // An entry for one entity takes precedence over the entry for all.
    target.appears.sort_by_key(|(entity, _)| entity == "*");
    for gateway in &table.gateway {
        let statuses = match &gateway.status {
            Statuses::One(status) => vec![*status],
            Statuses::Several(statuses) => statuses.clone(),
        };
        if let Some(status) = statuses.iter().find(|status| !(400..600).contains(*status)) {
            return Err(format!("gateway: status {status} is not from 400 to 599"));
        }
        target.gateways.push(GatewayResponse {
            statuses,
            kind: gateway.kind.clone(),
            is_final: gateway.is_final,
        });
    }
    Ok(())
}

fn network(
    table: &TargetTable,
    folder: &Path,
    environment: Environment<'_>,
    target: &mut Target,
) -> Result<Network, String> {
    let default = Network::default();
    let file = |path: &Path| {
        let path = folder.join(path);
        files::ordinary(&path, MAX_FILE).map_err(|error| files::not_read(&path, &error))
    };
    let timeout =
        table.timeout.map(|given| seconds("timeout", given)).transpose()?.unwrap_or(default.timeout);
    let connect_timeout =
        table.connect_timeout.map(|given| seconds("connect-timeout", given)).transpose()?.unwrap_or(timeout);
    Ok(Network {
        timeout,
        connect_timeout,
        proxy: table.proxy.as_ref().map(|text| proxy(text, environment, target)).transpose()?,
        authorities: table.ca_file.as_deref().map(file).transpose()?,
        max_body: table.max_answer.unwrap_or(default.max_body),
        identity: table.client_certificate.as_deref().map(file).transpose()?,
        idle: default.idle,
    })
}

/// Reads a number of seconds.
///
/// # Errors
/// Returns an error if it is less than 0.001 or greater than the maximum.
pub fn seconds(what: &str, given: f64) -> Result<Duration, String> {
    Duration::try_from_secs_f64(given)
        .ok()
        .filter(|time| *time >= Duration::from_millis(1) && given <= LONGEST)
        .ok_or_else(|| format!("{what} {given}: write a number of seconds from 0.001 to {LONGEST}"))
}

/// Returns the text, or the value of an environment variable, which is a secret.
fn read_text(text: &Text, environment: Environment<'_>, target: &mut Target) -> Result<String, String> {
    match text {
        Text::Plain(text) => Ok(text.clone()),
        Text::Env(table) => {
            let value = variable(&table.env, environment)?;
            target.hidden.hide_variable(&value, &table.env);
            Ok(value)
        }
    }
}

fn variable(name: &str, environment: Environment<'_>) -> Result<String, String> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !name.bytes().all(is_name) || name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit())
    {
        // It may be the secret itself, so it is not shown.
        return Err(
            "write the name of an environment variable (letters, digits, underscores), not the secret itself"
                .to_owned(),
        );
    }
    let value = environment(name).filter(|value| !value.trim().is_empty());
    let value =
        value.ok_or_else(|| format!("the environment variable {name} is not set, or holds no text"))?;
    match value.chars().any(char::is_control) {
        false => Ok(value),
        true => Err(format!(
            "the environment variable {name} contains a control character, perhaps a line feed at its end"
        )),
    }
}

/// Returns a signer for each protocol that the credentials may be for: a vendor has one protocol, which only the specs
/// name.
fn signers(
    table: &CredentialsTable,
    environment: Environment<'_>,
    target: &mut Target,
) -> Result<Vec<Signer>, String> {
    let mut id = String::new();
    if let Some(name) = &table.id {
        id = variable(name, environment)?;
        target.hidden.hide_public(&id, name);
    }
    let mut read = |name: &str| {
        let value = variable(name, environment)?;
        target.hidden.hide_variable(&value, name);
        Ok::<_, String>(Secret::new(value))
    };
    let key = Key {
        id: Secret::new(id),
        secret: read(&table.secret)?,
        token: table.token.as_deref().map(read).transpose()?,
    };
    let origin = [table.id.as_deref(), Some(&table.secret), table.token.as_deref()];
    let origin = origin.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let forms = match &table.signature {
        None => Form::defaults(),
        Some(name) => vec![Form::named(name).ok_or_else(|| unknown_form(name))?],
    };
    Ok(forms.into_iter().map(|form| Signer { form, key: key.clone(), origin: origin.clone() }).collect())
}

fn unknown_form(name: &str) -> String {
    format!("unknown signature {name}; valid signatures: {}", Form::NAMES.join(", "))
}

fn plain_address(what: &str, text: &str) -> Result<String, String> {
    Ok(address(what, text)?.as_str().trim_end_matches('/').to_owned())
}

/// Reads an address that consists of scheme, host, port and path only.
///
/// # Errors
/// Returns what is wrong with it.
pub fn address(what: &str, text: &str) -> Result<Url, String> {
    let url = Url::parse(text);
    // The address may contain a password, although none is allowed.
    let text = text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, rest)| format!("…@{rest}"));
    let url = url.map_err(|error| format!("{what} {text} is not an address: {error}"))?;
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
        _ => return Err(format!("{what} {text} must start with http:// or https://")),
    }
    match plain && url.host().is_some() {
        true => Ok(url),
        false => {
            Err(format!("{what} {text}: write only scheme, host, port and path, e.g. http://localhost:8080"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::config;

    fn resolved(toml: &str) -> Result<Target, String> {
        let config = config::read(Path::new("fineprint.toml"), toml.to_owned())
            .map_err(|finding| finding.render(false))?;
        let environment = |name: &str| match name {
            "UNSET" => None,
            "LINE" => Some("value\n".to_owned()),
            "PROXY" => Some("http://user:pass%20word@127.0.0.1:3128".to_owned()),
            name => Some(format!("value-of-{name}")),
        };
        let (name, table) = config.targets.first_key_value().ok_or("no target")?;
        resolve(name, table, Path::new("."), true, &environment)
    }

    #[test]
    fn invalid_addresses_are_rejected() {
        for text in
            ["localhost:8080", "ftp://a", "http://u:p@host", "http://host/?a=b", "http://", "nonsense"]
        {
            assert!(address("--url", text).is_err(), "{text}");
        }
        assert!(address("--url", "http://localhost:8080/base").is_ok());
    }

    #[test]
    fn credentials_come_from_the_environment_and_are_never_shown() {
        let target = resolved(
            "[targets.vendor]\nurl = 'https://example.com'\nheaders = {X-Env = {env = 'HEADER'}}\n\
             [targets.vendor.credentials.alibaba-cloud]\nid = 'ID'\nsecret = 'SECRET'\ntoken = 'TOKEN'\n",
        )
        .unwrap();
        assert_eq!(target.signers.len(), 3, "one a protocol");
        assert_eq!(target.signers[0].1.key.secret.expose(), "value-of-SECRET");
        let shown = format!("{target:?}");
        assert!(!shown.contains("value-of"), "{shown}");
        assert_eq!(target.hidden.clean("a value-of-SECRET, value-of-HEADER"), "a $SECRET, $HEADER");
    }

    #[test]
    fn secret_headers_are_never_shown_even_if_the_file_contains_them() {
        let target = resolved(
            "[targets.a]\nurl = 'http://b'\nheaders = {Authorization = 'Bearer abc-def', Tenant = 'eu'}\n",
        );
        let clean = target.unwrap().hidden.clean("Bearer abc-def of eu");
        assert_eq!(clean, "$AUTHORIZATION of eu");
    }

    #[test]
    fn fixed_parameters_are_strings_numbers_dates_or_secrets() {
        let target = resolved(
            "[targets.a]\nurl = 'http://b'\nproxy = {env = 'PROXY'}\n\
             parameters = {Region = 'eu', Zone = 3, Since = 2026-01-02, Tenant = {env = 'TENANT'}}\n",
        )
        .unwrap();
        let named =
            |wanted: &str| target.parameters.iter().find(|(name, _)| name == wanted).unwrap().1.clone();
        assert_eq!(named("Zone"), Json::Integer(3));
        assert_eq!(named("Since"), Json::Text("2026-01-02".to_owned()));
        assert_eq!(named("Tenant"), Json::Text("value-of-TENANT".to_owned()));
        let echoed = "value-of-TENANT, pass word, Basic dXNlcjpwYXNzIHdvcmQ=";
        assert_eq!(target.hidden.clean(echoed), "$TENANT, $PROXY_PASSWORD, Basic $PROXY_PASSWORD");
    }

    #[test]
    fn errors_name_the_invalid_setting() {
        let missing = "[targets.a]\nurl = 'http://b'\ncredentials.x = {secret = 'UNSET'}";
        assert_eq!(
            resolved(missing).unwrap_err(),
            "target a: the environment variable UNSET is not set, or holds no text"
        );
        let form = "[targets.a]\ncredentials.x = {secret = 'S', signature = 'md5'}";
        assert!(
            resolved(form).unwrap_err().contains("unknown signature md5; valid signatures: acs3-hmac-sha256")
        );
        let url = "[targets.a]\nurl = 'example.com'";
        assert!(resolved(url).unwrap_err().starts_with("target a: url example.com is not an address"));
        let key = resolved("[targets.a]\nulr = 'http://b'").unwrap_err();
        assert!(key.contains("fineprint.toml:2:1") && key.contains("unknown field `ulr`"), "{key}");
        for (line, word) in [
            ("headers = {'bad name' = 'x'}", "headers.\"bad name\""),
            ("headers = {x = \"a\\nb\"}", "headers.x"),
            ("headers = {x = {env = 'LINE'}}", "LINE contains a control character"),
            ("proxy = 'htp://127.0.0.1:9'", "proxy"),
            ("proxy = 'foo bar'", "proxy"),
            ("proxy = 'socks5://127.0.0.1:9'", "proxy"),
        ] {
            let complaint = resolved(&format!("[targets.a]\nurl = 'http://b'\n{line}")).unwrap_err();
            assert!(complaint.contains(word), "{line}: {complaint}");
        }
        let password = address("--url", "http://bob:hunter2@host").unwrap_err();
        assert!(!password.contains("hunter2") && password.contains("host"), "{password}");
        assert!(resolved("[targets.a]\nrate = '0/s'").is_err());
        assert!(resolved("[targets.a]\ntimeout = 0").is_err());
        assert!(
            resolved("[targets.a]\nca-file = 'no-such-file.pem'").unwrap_err().contains("no-such-file.pem")
        );
    }
}
