//! AddMessageContact, UpdateMessageContact and DeleteMessageContact, written by hand.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::{Contact, Received, Response, State};

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

/// Returns `true` if the name in a call is not in use.
pub fn is_free(state: &State, incoming: &Received) -> bool {
    let name = incoming.query.iter().find(|(key, _)| key == "Name").map(|(_, value)| value);
    !state.contacts.lock().unwrap().iter().any(|contact| Some(&contact.name) == name)
}

/// Responds to a request.
pub fn respond(state: &State, incoming: &Received) -> Response {
    let call = state.calls.load(Ordering::Relaxed);
    let call_text = format!("{:?} {:?}", incoming.headers.get("x-acs-action"), incoming.query);
    if state.on("busy-now-and-then")
        && call.is_multiple_of(5)
        && state.seen_calls.lock().unwrap().insert(call_text)
    {
        return rejected(state, &BUSY);
    }
    let action = incoming.headers.get("x-acs-action").map(String::as_str).unwrap_or_default();
    let call = Call { state, incoming };
    let done = match action {
        "AddMessageContact" => call.add(),
        "UpdateMessageContact" => call.update(),
        "DeleteMessageContact" => call.delete(),
        "GetMessageContact" if !state.on("no-get") => call.read(),
        _ => Err(Error(404, "InvalidAction.NotFound", "Specified api is not found.")),
    };
    match done {
        Ok(value) => (200, "application/json", body(state, value)),
        Err(error) => rejected(state, &error),
    }
}

fn body(state: &State, mut value: Value) -> String {
    if state.on("extra-fields") {
        value["Extra"] = json!({"Nested": [1, 2, 3]});
    }
    let members = value.as_object().unwrap();
    // serde_json sorts the keys. Writing them backwards gives another order.
    match state.on("other-key-order") {
        true => {
            let members: Vec<String> =
                members.iter().rev().map(|(key, value)| format!(" {} :\n{value}", json!(key))).collect();
            format!("{{{}}}", members.join(","))
        }
        false => value.to_string(),
    }
}

fn rejected(state: &State, Error(status, code, message): &Error) -> Response {
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
        let mut found = self.incoming.query.iter().filter(|(key, _)| key == name);
        let chosen = if self.on("last-of-repeated") { found.next_back() } else { found.next() };
        chosen.map(|(_, value)| value.as_str())
    }

    /// Returns `true` if a broken vendor forgets a check under this condition, which concerns another parameter.
    fn while_on(&self, switch: &str, condition: bool) -> bool {
        self.on(switch) && condition
    }

    fn check_request(&self) -> Checked {
        const KNOWN: [&str; 9] = [
            "Action",
            "Version",
            "Format",
            "ContactId",
            "Name",
            "EmailAddress",
            "PhoneNumber",
            "Title",
            "RetainContactInMembers",
        ];
        let keys = || self.incoming.query.iter().map(|(key, _)| key.as_str());
        let unknown = keys().any(|key| !KNOWN.contains(&key) && !key.starts_with("MessageTypes."));
        let twice = keys().any(|key| keys().filter(|other| *other == key).count() > 1);
        match () {
            () if unknown && self.on("crash-on-unknown-parameter") => Err(CRASH),
            () if twice && self.on("crash-on-repeated-parameter") => Err(CRASH),
            () if unknown && self.on("unlisted-refused") => {
                Err(Error(400, "InvalidParameter", "The specified parameter is not valid."))
            }
            () => self.check_odd(),
        }
    }

    /// Checks for values on which a broken vendor fails, whichever parameter has them.
    fn check_odd(&self) -> Checked {
        let value = |name: &str| self.get(name).unwrap_or_default();
        let types = self.list("MessageTypes").join(" ");
        let crashes = [
            ("crash-on-nul", value("Name").contains('\0')),
            ("crash-on-backslash", value("Name").contains('\\')),
            ("crash-on-sql", value("Name").contains("'")),
            ("crash-on-template-in-email", value("EmailAddress").contains("{{")),
            ("crash-on-emoji-in-email", value("EmailAddress").contains('😀')),
            ("crash-on-quote-in-phone", value("PhoneNumber").contains('\'')),
            ("crash-on-long-title", value("Title").len() > 500),
            ("crash-on-markup-in-types", types.contains('<')),
            ("crash-on-long-id", value("ContactId").len() > 500),
        ];
        if crashes.iter().any(|(switch, odd)| *odd && self.on(switch)) { Err(CRASH) } else { Ok(()) }
    }

    fn list(&self, name: &str) -> Vec<&str> {
        (1..).map_while(|index| self.get(&format!("{name}.{index}"))).collect()
    }

    fn add(&self) -> Result<Value, Error> {
        self.check_request()?;
        let name = self.get("Name").unwrap_or_default().to_owned();
        if let Err(error) = self.check_all(true) {
            self.after_rejection(&name);
            return Err(error);
        }
        let mut contacts = self.state.contacts.lock().unwrap();
        let live = contacts.iter().any(|contact| self.same_name(&contact.name, &name));
        let reserved = self.state.reserved.lock().unwrap().iter().any(|taken| self.same_name(taken, &name));
        let passes = self.on("duplicate-passes")
            || self.while_on("duplicate-passes-without-phone", self.get("PhoneNumber").is_none())
            || self.while_on("duplicate-passes-for-ceo", self.get("Title") == Some("CEO"))
            || self.while_on("add-race", self.incoming.was_free);
        if (live || reserved) && !passes {
            return Err(NAME_USED);
        }
        let id = format!("c-{:014}", self.state.number());
        contacts.push(self.contact(&id, name));
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

    fn contact(&self, id: &str, name: String) -> Contact {
        let types = self.list("MessageTypes").into_iter().map(str::to_owned);
        Contact {
            id: id.to_owned(),
            name,
            title: match self.on("add-forgets-title") {
                true => "Other".to_owned(),
                false => self.get("Title").unwrap_or_default().to_owned(),
            },
            types: if self.on("first-type-stored") { types.take(0).collect() } else { types.collect() },
        }
    }

    /// Applies what a broken vendor has already done when it rejects a call.
    fn after_rejection(&self, name: &str) {
        if self.on("refusal-takes-name") {
            self.state.reserved.lock().unwrap().push(name.to_owned());
        }
        if self.on("refusal-makes-contact") {
            let id = format!("c-{:014}", self.state.number());
            self.state.contacts.lock().unwrap().push(self.contact(&id, name.to_owned()));
        }
    }

    fn read(&self) -> Result<Value, Error> {
        let id = self.get("ContactId").ok_or(NO_ID)?;
        let contacts = self.state.contacts.lock().unwrap();
        let contact = contacts.iter().find(|contact| contact.id == id).ok_or(NO_CONTACT)?;
        let later = if self.on("later-is-later") { "" } else { "someone@example.com" };
        let mut types = contact.types.clone();
        if self.on("types-in-another-order") {
            types.reverse();
        }
        Ok(json!({
            "RequestId": self.state.request_id(),
            "Contact": {
                "ContactId": contact.id, "Name": contact.name, "EmailAddress": later, "Title": contact.title,
                "MessageTypes": types, "Status": "Verifying", "CreateDate": "2026-01-02 03:04:05",
            },
        }))
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
        self.check_request()?;
        if let Err(error) = self.check_all(false) {
            if self.on("refused-update-takes-name") {
                self.state.reserved.lock().unwrap().extend(self.get("Name").map(str::to_owned));
            }
            if self.on("refused-update-applies") {
                self.apply(&mut self.state.contacts.lock().unwrap(), id);
            }
            return Err(error);
        }
        let mut contacts = self.state.contacts.lock().unwrap();
        let known = contacts.iter().position(|contact| contact.id == id);
        let passes = self.on("unknown-contact-accepted")
            || self.while_on("unknown-contact-accepted-with-title", self.get("Title").is_some())
            || self.while_on(
                "removed-contact-accepted",
                self.state.removed.lock().unwrap().iter().any(|removed| removed == id),
            );
        if known.is_none() && !passes && !id.is_empty() {
            return Err(NO_CONTACT);
        }
        if let Some(name) = self.get("Name").filter(|name| !name.is_empty()) {
            let own_counts = self.on("own-name-counts-as-used");
            let used = contacts
                .iter()
                .any(|contact| self.same_name(&contact.name, name) && (own_counts || contact.id != id));
            let reserved = self.state.reserved.lock().unwrap().iter().any(|taken| taken == name);
            let passes =
                self.on("update-to-used-name-passes") || self.while_on("update-race", self.incoming.was_free);
            if (used || reserved) && !passes {
                return Err(NAME_USED);
            }
            if let Some(index) = known.filter(|_| !self.on("update-forgets-name")) {
                if self.on("old-name-stays-taken") {
                    self.state.reserved.lock().unwrap().push(contacts[index].name.clone());
                }
                contacts[index].name = name.to_owned();
            }
        }
        self.apply(&mut contacts, id);
        Ok(json!({"RequestId": self.state.request_id()}))
    }

    /// Sets what the call sends besides the name.
    fn apply(&self, contacts: &mut [Contact], id: &str) {
        let Some(contact) = contacts.iter_mut().find(|contact| contact.id == id) else { return };
        if self.on("update-replaces") {
            (contact.title, contact.types) = (String::new(), Vec::new());
        }
        if let Some(title) = self.get("Title").filter(|title| TITLES.contains(title))
            && !self.on("update-forgets-title")
        {
            contact.title = title.to_owned();
        }
        let types = self.list("MessageTypes");
        if !types.is_empty()
            && types.iter().all(|name| TYPES.contains(name))
            && !self.on("update-forgets-types")
        {
            contact.types = types.into_iter().map(str::to_owned).collect();
        }
    }

    fn delete(&self) -> Result<Value, Error> {
        let id = self.get("ContactId").ok_or(NO_ID)?;
        if !self.state.removes.load(Ordering::Relaxed) {
            return Err(Error(403, "NoPermission", "Not now."));
        }
        let mut contacts = self.state.contacts.lock().unwrap();
        let index = contacts.iter().position(|contact| contact.id == id).ok_or(NO_CONTACT)?;
        let contact = contacts.remove(index);
        self.state.removed.lock().unwrap().push(contact.id);
        if self.on("removed-name-stays-taken") {
            self.state.reserved.lock().unwrap().push(contact.name);
        }
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
        let title = self.get("Title");
        let unmeasured = self.while_on("length-unchecked-without-phone", self.get("PhoneNumber").is_none())
            || self.while_on(
                "length-unchecked-for-fault-messages",
                self.list("MessageTypes") == ["FaultMessage"],
            );
        if !unmeasured {
            self.name_length(name, add)?;
        }
        let unread = self.while_on("name-unchecked-for-ceo", title == Some("CEO"))
            || self.while_on("update-name-unchecked-with-title", !add && title.is_some());
        if unread { Ok(()) } else { self.name_characters(name) }
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
            () if self.on("range-from-A-to-z") => ('A'..='z').contains(&character),
            () if self.on("backtick-passes") => character.is_ascii_alphabetic() || character == '`',
            () if self.on("last-line-break-passes") => {
                character.is_ascii_alphabetic() || (character == '\n' && name.ends_with('\n'))
            }
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
            let optional = self.on("email-not-required")
                || self.while_on("email-not-required-of-others", self.get("Title") == Some("Other"));
            return if add && !optional { Err(NO_EMAIL) } else { Ok(()) };
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
        let unchecked = self.on("phone-unchecked")
            || self.while_on(
                "phone-unchecked-for-security-messages",
                self.list("MessageTypes") == ["SecurityMessage"],
            );
        if unchecked {
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
            () if self.while_on("title-unchecked-with-six-types", self.list("MessageTypes").len() == 6) => {
                true
            }
            () if self
                .while_on("update-title-unchecked-without-name", !add && self.get("Name").is_none()) =>
            {
                true
            }
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
        if self
            .while_on("types-unchecked-for-project-directors", self.get("Title") == Some("ProjectDirector"))
        {
            return Ok(());
        }
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
