//! AddUserContact, written by hand.

use serde_json::{Map, Value, json};

use super::{Received, Response, State};

const KNOWN: [&str; 3] = ["Name", "ContactInfo", "Product"];

/// Returns `true` if the name in a call is not in use.
pub fn is_free(state: &State, incoming: &Received) -> bool {
    let parameters: Map<String, Value> = serde_json::from_str(&incoming.body).unwrap_or_default();
    let name = parameters.get("Name").and_then(Value::as_str).unwrap_or_default();
    !state.users.lock().unwrap().iter().any(|known| known == name)
}

/// Responds to a request.
pub fn respond(state: &State, incoming: &Received) -> Response {
    let action = incoming.headers.get("x-tc-action").map(String::as_str).unwrap_or_default();
    let parameters: Result<Map<String, Value>, _> = serde_json::from_str(&incoming.body);
    let version = incoming.headers.get("x-tc-version").map(String::as_str).unwrap_or_default();
    let action = if state.on("any-action") { "AddUserContact" } else { action };
    let crash = |what: bool, switch: &str| what && state.on(switch);
    if crash(parameters.is_err(), "crash-on-bad-json") || crash(incoming.body.len() > 50_000, "crash-on-huge")
    {
        return (500, "text/plain", "oops".to_owned());
    }
    let unknown = parameters
        .as_ref()
        .is_ok_and(|parameters| parameters.keys().any(|key| !KNOWN.contains(&key.as_str())));
    if crash(parameters.as_ref().is_ok_and(|all| all.values().any(Value::is_array)), "crash-on-list") {
        return (500, "text/plain", "oops".to_owned());
    }
    let done = match (action, parameters) {
        ("AddUserContact", _) if version != "2019-10-16" && !state.on("any-version") => Err("NoSuchVersion"),
        ("AddUserContact", Ok(_)) if unknown && !state.on("unknown-parameter-ignored") => {
            Err("UnknownParameter")
        }
        ("AddUserContact", Err(_)) if state.on("bad-json-accepted") => Ok(state.number()),
        ("AddUserContact", Ok(parameters)) => Call { state, incoming, parameters: &parameters }.add(),
        ("AddUserContact", Err(_)) => Err("InvalidParameter"),
        _ => Err("InvalidAction"),
    };
    let id = state.request_id();
    let mut status = 200;
    let response = match done {
        Ok(number) if state.on("id-as-text") => json!({"Id": number.to_string(), "RequestId": id}),
        Ok(number) if state.on("id-missing") => json!({"Identifier": number, "RequestId": id}),
        Ok(number) => json!({"Id": number, "RequestId": id}),
        Err(code) => {
            if state.on("tencent-errors-with-400") {
                status = 400;
            }
            let code = match code {
                "InvalidParameterValue" if state.on("sub-codes") => "InvalidParameterValue.NameFormatError",
                "InvalidParameterValue" if state.on("parameter-not-value") => "InvalidParameter",
                "InvalidParameterValue" if state.on("tencent-undocumented-code") => "BadValue",
                "InvalidParameterValue" if state.on("longer-but-no-sub-code") => "InvalidParameterValues",
                "MissingParameter" if state.on("missing-as-invalid") => "InvalidParameterValue",
                "Duplicate" if state.on("duplicate-is-failed-operation") => "FailedOperation.NameExists",
                "Duplicate" => "InvalidParameterValue",
                code => code,
            };
            json!({"Error": {"Code": code, "Message": format!("{code} happened")}, "RequestId": id})
        }
    };
    let body = if state.on("no-envelope") { response } else { json!({"Response": response}) };
    (status, "application/json", body.to_string())
}

struct Call<'a> {
    state: &'a State,
    incoming: &'a Received,
    parameters: &'a Map<String, Value>,
}

impl Call<'_> {
    fn on(&self, switch: &str) -> bool {
        self.state.on(switch)
    }

    fn text(&self, name: &str) -> Result<String, &'static str> {
        match self.parameters.get(name) {
            None | Some(Value::Null) => Err("MissingParameter"),
            Some(Value::String(text)) if text.is_empty() && !self.on("empty-is-invalid") => {
                Err("MissingParameter")
            }
            Some(Value::String(text)) => Ok(text.clone()),
            Some(scalar @ (Value::Number(_) | Value::Bool(_))) if self.on("scalars-converted") => {
                Ok(scalar.to_string())
            }
            Some(Value::Array(_)) if self.on("lists-pass") => {
                Ok("list".to_owned() + &self.state.number().to_string())
            }
            Some(_) => Err("InvalidParameter"),
        }
    }

    fn add(&self) -> Result<u64, &'static str> {
        let region = self.incoming.headers.get("x-tc-region").map(String::as_str).unwrap_or_default();
        if region.is_empty() && !self.on("region-not-required") {
            return Err("MissingParameter");
        }
        if self.on("region-checked") && !region.is_empty() && region != "ap-guangzhou" {
            return Err("UnsupportedRegion");
        }
        let name = self.text("Name")?;
        let contact = self.text("ContactInfo")?;
        let product = self.text("Product")?;
        self.check_name(&name)?;
        if let Err(code) = self.check_contact(&contact) {
            if self.on("tencent-refusal-takes-name") {
                self.state.users.lock().unwrap().push(name);
            }
            return Err(code);
        }
        let known =
            product == "mysql" || (self.on("values-without-case") && product.eq_ignore_ascii_case("mysql"));
        if !known && !self.on("product-unchecked") {
            return Err("InvalidParameterValue");
        }
        let mut users = self.state.users.lock().unwrap();
        let raced = self.on("tencent-race") && self.incoming.was_free;
        if users.contains(&name) && !self.on("tencent-duplicate-passes") && !raced {
            return Err("Duplicate");
        }
        users.push(name);
        Ok(self.state.number())
    }

    fn check_name(&self, name: &str) -> Result<(), &'static str> {
        let length = name.chars().count();
        let least = if self.on("one-character-passes") { 1 } else { 2 };
        let most = match () {
            () if self.on("61-characters-pass") => 61,
            () if self.on("60-characters-refused") => 59,
            () => 60,
        };
        let allowed = |character: char| {
            character.is_ascii_alphanumeric()
                || character == '_'
                || (character == ' ' && !self.on("blank-refused"))
                || (self.on("hyphen-passes") && character == '-')
                || (self.on("letters-of-any-script") && character.is_alphabetic())
        };
        let leading = name.starts_with('_') && !self.on("leading-underscore-passes");
        let digits = self.on("only-digits-refused") && name.bytes().all(|byte| byte.is_ascii_digit());
        let digit_first =
            self.on("digit-first-refused") && name.starts_with(|first: char| first.is_ascii_digit());
        let underscore_last = self.on("underscore-last-refused") && name.ends_with('_');
        match length < least
            || length > most
            || leading
            || digits
            || digit_first
            || underscore_last
            || !name.chars().all(allowed)
        {
            true => Err("InvalidParameterValue"),
            false => Ok(()),
        }
    }

    fn check_contact(&self, contact: &str) -> Result<(), &'static str> {
        if self.on("contact-unchecked") {
            return Ok(());
        }
        let plain = |character: char| character.is_ascii_alphanumeric() || "_.@".contains(character);
        let (local, host) = contact.split_once('@').unwrap_or((contact, ""));
        let odd = contact.chars().any(|character| character.is_whitespace() || character.is_control());
        let rejected = local.is_empty()
            || host.is_empty()
            || host.contains('@')
            || odd
            || (local.starts_with('_') && !self.on("contact-leading-underscore-passes"))
            || (self.on("contact-strict") && !contact.chars().all(plain));
        if rejected { Err("InvalidParameterValue") } else { Ok(()) }
    }
}
