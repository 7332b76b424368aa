//! AddMessageContact, UpdateMessageContact and DeleteMessageContact by hand.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::{Answer, Contact, Received, State};

const TITLES: [&str; 6] =
    ["FinanceDirector", "TechnicalDirector", "MaintenanceDirector", "CEO", "ProjectDirector", "Other"];
const TYPES: [&str; 6] = [
    "ServiceMessage",
    "FaultMessage",
    "AccountExpenses",
    "SecurityMessage",
    "ActivityMessage",
    "ProductMessage",
];

struct Error(u16, &'static str, &'static str);

const NAME: Error = Error(400, "InvalidParameter.Name", "The Name is invalid.");
const NAME_LENGTH: Error = Error(400, "InvalidParameter.Name.Length", "The Name exceeds the length limit.");
const NAME_USED: Error = Error(
    400,
    "InvalidParameter.Name.AlreadyUsed",
    "The Name already exists. Please change to another name.",
);
const NO_NAME: Error = Error(400, "MissingParameter.Name", "You must specify Name.");
const EMAIL: Error = Error(400, "InvalidParameter.EmailAddress", "The EmailAddress is invalid.");
const EMAIL_LENGTH: Error =
    Error(400, "InvalidParameter.EmailAddress.Length", "The EmailAddress exceeds the length limit.");
const NO_EMAIL: Error = Error(400, "MissingParameter.EmailAddress", "You must specify EmailAddress.");
const PHONE: Error = Error(400, "InvalidParameter.PhoneNumber", "The PhoneNumber is invalid.");
const NO_PHONE: Error = Error(400, "MissingParameter.PhoneNumber", "You must specify PhoneNumber.");
const COUNTRY: Error =
    Error(400, "InvalidParameter.MobileCountryCode", "The current site does not support the country code.");
const TITLE: Error = Error(400, "InvalidParameter.Title", "The Title is invalid.");
const NO_TITLE: Error = Error(400, "MissingParameter.Title", "You must specify Title.");
const MESSAGE_TYPES: Error = Error(400, "InvalidParameter.MessageTypes", "The MessageTypes is invalid.");
const NO_TYPES: Error = Error(400, "MissingParameter.MessageTypes", "You must specify MessageTypes.");
const ID: Error = Error(400, "InvalidParameter.ContactId", "The ContactId is invalid.");
const NO_ID: Error = Error(400, "MissingParameter.ContactId", "You must specify ContactId.");
const NO_CONTACT: Error = Error(404, "EntityNotExists.Contact", "This Contact does not exist.");
const BUSY: Error = Error(
    429,
    "ConcurrentCallNotSupported",
    "The operation conflicts with other operations. Please try again later.",
);
const CRASH: Error = Error(500, "InternalError", "Something broke.");

/// Answers a request.
pub fn answer(state: &State, incoming: &Received) -> Answer {
    let call = state.calls.load(Ordering::Relaxed);
    if state.on("busy-now-and-then") && call.is_multiple_of(5) {
        return refused(state, &BUSY);
    }
    let action = incoming.headers.get("x-acs-action").map(String::as_str).unwrap_or_default();
    let call = Call { state, incoming };
    let done = match action {
        "AddMessageContact" => call.add(),
        "UpdateMessageContact" => call.update(),
        "DeleteMessageContact" => call.delete(),
        _ => Err(Error(404, "InvalidAction.NotFound", "Specified api is not found.")),
    };
    match done {
        Ok(value) => (200, "application/json", body(state, value)),
        Err(error) => refused(state, &error),
    }
}

fn body(state: &State, mut value: Value) -> String {
    if state.on("extra-fields") {
        value["Extra"] = json!({"Nested": [1, 2, 3]});
    }
    let members = value.as_object().unwrap();
    // serde_json sorts its keys; written backwards they come in another order.
    match state.on("other-key-order") {
        true => {
            let members: Vec<String> =
                members.iter().rev().map(|(key, value)| format!(" {} :\n{value}", json!(key))).collect();
            format!("{{{}}}", members.join(","))
        }
        false => value.to_string(),
    }
}

fn refused(state: &State, Error(status, code, message): &Error) -> Answer {
    if state.on("html-errors") {
        return (*status, "text/html", format!("<html><body>{code}</body></html>"));
    }
    let status = match *code {
        "InvalidParameter.Name" if state.on("wrong-status") => 403,
        "EntityNotExists.Contact" if state.on("unknown-contact-with-400") => 400,
        _ if state.on("errors-with-200") => 200,
        _ => *status,
    };
    let code = match *code {
        "InvalidParameter.Name.Length" if state.on("wrong-code") => "InvalidParameter.Name",
        "InvalidParameter.Name" if state.on("undocumented-code") => "Invalid.Name",
        "MissingParameter.Title" if state.on("missing-title-as-invalid") => "InvalidParameter.Title",
        "InvalidParameter.Name.AlreadyUsed" if state.on("duplicate-with-wrong-code") => {
            "InvalidParameter.Name"
        }
        "InvalidParameter.MobileCountryCode" if state.on("country-with-wrong-code") => {
            "InvalidParameter.PhoneNumber"
        }
        code => code,
    };
    let message = match *message {
        "The Title is invalid." if state.on("wrong-message") => "The title is invalid.",
        message => message,
    };
    let mut value = json!({"Code": code, "Message": message, "HostId": "h", "RequestId": state.request_id()});
    if state.on("no-request-id-in-errors") {
        value.as_object_mut().unwrap().remove("RequestId");
    }
    (status, "application/json", body(state, value))
}

struct Call<'a> {
    state: &'a State,
    incoming: &'a Received,
}

type Checked = Result<(), Error>;

impl Call<'_> {
    fn on(&self, switch: &str) -> bool {
        self.state.on(switch)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.incoming.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn list(&self, name: &str) -> Vec<&str> {
        (1..).map_while(|index| self.get(&format!("{name}.{index}"))).collect()
    }

    fn add(&self) -> Result<Value, Error> {
        self.check_all(true)?;
        let name = self.get("Name").unwrap_or_default().to_owned();
        let mut contacts = self.state.contacts.lock().unwrap();
        if contacts.iter().any(|contact| self.same_name(&contact.name, &name)) && !self.on("duplicate-passes")
        {
            return Err(NAME_USED);
        }
        let id = format!("c-{:014}", self.state.number());
        contacts.push(Contact { id: id.clone(), name });
        let id = if self.on("contact-id-as-number") { json!(self.state.number()) } else { json!(id) };
        if self.on("contact-id-as-number") {
            contacts.last_mut().unwrap().id = id.to_string();
        }
        let mut value = json!({
            "RequestId": self.state.request_id(),
            "Contact": {"ContactId": id, "CreateDate": "2026-01-02 03:04:05"},
        });
        if self.on("no-create-date") {
            value["Contact"].as_object_mut().unwrap().remove("CreateDate");
        }
        if self.on("no-request-id") {
            value.as_object_mut().unwrap().remove("RequestId");
        }
        if self.on("null-request-id") {
            value["RequestId"] = Value::Null;
        }
        Ok(value)
    }

    fn same_name(&self, one: &str, other: &str) -> bool {
        match self.on("names-without-case") {
            true => one.to_lowercase() == other.to_lowercase(),
            false => one == other,
        }
    }

    fn update(&self) -> Result<Value, Error> {
        let id = self.get("ContactId").unwrap_or_default();
        if id.is_empty() && !self.on("contact-id-optional") {
            return Err(NO_ID);
        }
        let well_formed = id.starts_with("c-") && id[2..].bytes().all(|byte| byte.is_ascii_digit());
        if self.on("id-form-checked") && !well_formed {
            return Err(ID);
        }
        let nothing =
            ["Name", "EmailAddress", "PhoneNumber", "Title", "MessageTypes.1"].map(|name| self.get(name));
        if self.on("empty-update-refused") && nothing.iter().all(Option::is_none) {
            return Err(Error(
                400,
                "ContactStatusMismatchAction",
                "The status of the contact does not allow the specified operation.",
            ));
        }
        self.check_all(false)?;
        let mut contacts = self.state.contacts.lock().unwrap();
        let known = contacts.iter().position(|contact| contact.id == id);
        if known.is_none() && !self.on("unknown-contact-accepted") && !id.is_empty() {
            return Err(NO_CONTACT);
        }
        if let Some(name) = self.get("Name").filter(|name| !name.is_empty()) {
            let own_counts = self.on("own-name-counts-as-used");
            let used = contacts
                .iter()
                .any(|contact| self.same_name(&contact.name, name) && (own_counts || contact.id != id));
            if used && !self.on("update-to-used-name-passes") {
                return Err(NAME_USED);
            }
            if let Some(index) = known {
                contacts[index].name = name.to_owned();
            }
        }
        Ok(json!({"RequestId": self.state.request_id()}))
    }

    fn delete(&self) -> Result<Value, Error> {
        let id = self.get("ContactId").ok_or(NO_ID)?;
        let mut contacts = self.state.contacts.lock().unwrap();
        let index = contacts.iter().position(|contact| contact.id == id).ok_or(NO_CONTACT)?;
        contacts.remove(index);
        Ok(json!({"RequestId": self.state.request_id(), "Status": "Deleted"}))
    }

    fn check_all(&self, add: bool) -> Checked {
        let mut checks: Vec<fn(&Self, bool) -> Checked> =
            vec![Self::name, Self::email, Self::phone, Self::title, Self::types];
        if self.on("checked-backwards") {
            checks.reverse();
        }
        checks.into_iter().try_for_each(|check| check(self, add))
    }

    fn name(&self, add: bool) -> Checked {
        let Some(name) = self.get("Name") else { return if add { Err(NO_NAME) } else { Ok(()) } };
        if name.is_empty() {
            return match (add, self.on("empty-name-is-invalid"), self.on("empty-name-is-too-short")) {
                (_, true, _) => Err(NAME),
                (_, _, true) => Err(NAME_LENGTH),
                (true, ..) => Err(NO_NAME),
                (false, ..) => Ok(()),
            };
        }
        if self.on("blank-is-missing") && name.trim().is_empty() {
            return if add { Err(NO_NAME) } else { Ok(()) };
        }
        if (self.on("crash-on-emoji") && name.contains('😀'))
            || (self.on("crash-on-quote") && name.contains('"'))
        {
            return Err(CRASH);
        }
        let name = if self.on("name-trimmed") { name.trim() } else { name };
        self.name_length(name, add)?;
        self.name_characters(name)
    }

    fn name_length(&self, name: &str, add: bool) -> Checked {
        let length = match self.on("length-in-bytes") {
            true => name.len(),
            false => name.chars().count(),
        };
        let least = match () {
            () if self.on("one-letter-passes") => 1,
            () if self.on("two-letters-refused") => 3,
            () => 2,
        };
        let most = match () {
            () if self.on("13-letters-pass") || (self.on("update-13-letters-pass") && !add) => 13,
            () if self.on("12-letters-refused") => 11,
            () if self.on("no-length-limit") => usize::MAX,
            () => 12,
        };
        if length < least {
            return Err(if self.on("one-letter-is-a-length") { NAME_LENGTH } else { NAME });
        }
        if length > most { Err(NAME_LENGTH) } else { Ok(()) }
    }

    fn name_characters(&self, name: &str) -> Checked {
        let letter = |character: char| match () {
            () if self.on("letters-of-any-script") => character.is_alphabetic() || character == '\u{301}',
            () if self.on("digits-pass") => character.is_ascii_alphanumeric(),
            () if self.on("hyphens-pass") => character.is_ascii_alphabetic() || character == '-',
            () if self.on("capitals-refused") => character.is_ascii_lowercase(),
            () => character.is_ascii_alphabetic(),
        };
        let letters: Vec<char> = name.chars().collect();
        let checked = match () {
            () if self.on("last-character-unchecked") => &letters[..letters.len().saturating_sub(1)],
            () if self.on("only-first-character-checked") => &letters[..1.min(letters.len())],
            () => &letters[..],
        };
        if checked.iter().all(|character| letter(*character)) { Ok(()) } else { Err(NAME) }
    }

    fn email(&self, add: bool) -> Checked {
        let Some(email) = self.get("EmailAddress").filter(|email| !email.is_empty()) else {
            return if add && !self.on("email-not-required") { Err(NO_EMAIL) } else { Ok(()) };
        };
        if self.on("email-unchecked") {
            return Ok(());
        }
        let limit = match () {
            () if self.on("email-limit-64") => 64,
            () if self.on("email-limit-128") => 128,
            () if self.on("email-limit-gone") => usize::MAX,
            () => 254,
        };
        let too_long = || if self.on("long-email-is-invalid") { EMAIL } else { EMAIL_LENGTH };
        if email.chars().count() > limit {
            return Err(too_long());
        }
        let email = if self.on("email-trimmed") { email.trim() } else { email };
        let odd = |character: char| character.is_whitespace() || character.is_control();
        let (local, host) = email.split_once('@').unwrap_or((email, ""));
        let strict = self.on("email-strict")
            && !email.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte));
        let no_host = host.is_empty() && !(self.on("email-without-host-passes") && email.ends_with('@'));
        match local.is_empty() || no_host || host.contains('@') || email.contains(odd) || strict {
            true => Err(EMAIL),
            false => Ok(()),
        }
    }

    fn phone(&self, add: bool) -> Checked {
        let Some(phone) = self.get("PhoneNumber") else {
            return if add && self.on("phone-demanded") { Err(NO_PHONE) } else { Ok(()) };
        };
        if phone.is_empty() {
            return if self.on("empty-phone-refused") && add { Err(NO_PHONE) } else { Ok(()) };
        }
        if self.on("phone-unchecked") {
            return Ok(());
        }
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let Some((country, number)) = phone.split_once('-') else {
            return Err(if self.on("no-country-is-a-country") { COUNTRY } else { PHONE });
        };
        if !digits(country)
            || !digits(number)
            || (self.on("phone-strict") && number.len() != 11 && country == "86")
        {
            return Err(PHONE);
        }
        let only_86 = add || self.on("update-supports-86-only");
        match only_86 && country != "86" && !self.on("foreign-phone-passes") {
            true => Err(COUNTRY),
            false => Ok(()),
        }
    }

    fn title(&self, add: bool) -> Checked {
        let Some(title) = self.get("Title").filter(|title| !title.is_empty()) else {
            let empty_is_invalid = self.on("empty-title-is-invalid") && self.get("Title").is_some();
            return match (add, empty_is_invalid) {
                (true, true) => Err(TITLE),
                (true, false) => Err(NO_TITLE),
                (false, _) => Ok(()),
            };
        };
        let valid = match () {
            () if self.on("title-unchecked") || (self.on("update-title-unchecked") && !add) => true,
            () if self.on("ceo-refused") && title == "CEO" => false,
            () if self.on("title-by-prefix") => TITLES.iter().any(|known| known.starts_with(title)),
            () if self.on("values-without-case") => {
                TITLES.iter().any(|known| known.eq_ignore_ascii_case(title))
            }
            () if self.on("blank-is-missing") && title.trim().is_empty() => {
                return if add { Err(NO_TITLE) } else { Ok(()) };
            }
            () => TITLES.contains(&title),
        };
        if valid { Ok(()) } else { Err(TITLE) }
    }

    fn types(&self, add: bool) -> Checked {
        let types = self.list("MessageTypes");
        if types.is_empty() {
            return if add && !self.on("types-not-required") { Err(NO_TYPES) } else { Ok(()) };
        }
        let checked = match () {
            () if self.on("only-first-type-checked") => &types[..1],
            () if self.on("last-type-unchecked") && types.len() > 1 => &types[..types.len() - 1],
            () => &types[..],
        };
        if self.on("six-types-refused") && types.len() > 5 {
            return Err(MESSAGE_TYPES);
        }
        let mut sorted = types.clone();
        sorted.sort_unstable();
        sorted.dedup();
        if self.on("repeated-types-refused") && sorted.len() < types.len() {
            return Err(MESSAGE_TYPES);
        }
        let known = |name: &&str| match self.on("values-without-case") {
            true => TYPES.iter().any(|known| known.eq_ignore_ascii_case(name)),
            false => TYPES.contains(name),
        };
        if checked.iter().all(known) { Ok(()) } else { Err(MESSAGE_TYPES) }
    }
}
