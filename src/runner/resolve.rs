//! The step from the symbolic values of a case to what is sent.

use smol_str::SmolStr;

use crate::case::text::Text;
use crate::case::value::Value;
use crate::case::{Case, FEW_RANDOM, Parameters, TRIED};
use crate::json::Json;
use crate::spec::model::{Member, Operation, Service, Specs};
use crate::spec::path::Path;

use super::session::Session;

/// An earlier call of a case.
pub struct Earlier {
    /// Its label.
    pub label: String,
    /// The parameters that were sent.
    pub sent: Vec<(String, Json)>,
    /// The id of the entity that it created.
    pub id: Option<Json>,
}

/// The values of one attempt at a case.
pub struct Values<'a> {
    /// The session, which provides new random values.
    pub session: &'a Session,
    /// The case's id, on which random values depend.
    pub case: &'a str,
    /// Number of earlier attempts at the case.
    pub attempt: u32,
    /// Index of the current one of several concurrent calls, from 0.
    pub nth: u32,
    /// The calls so far.
    pub earlier: Vec<Earlier>,
    /// The random values so far, by what they are for.
    pub drawn: Vec<(String, String)>,
    /// The random values that are so rare that nobody else has them.
    pub distinguishing: Vec<String>,
}

/// Generates values with few random characters in the order of the plan, before anything is sent.
pub fn reserve(session: &Session, specs: &Specs, case: &Case) {
    let Some((service, tried)) = specs.operation(&case.operation) else { return };
    let given =
        case.given.iter().map(|call| (service.operation(&call.operation), call.label.as_str(), &call.send));
    let then = case.then.iter().map(|step| &step.call);
    let then = then.map(|call| (service.operation(&call.operation), call.label.as_str(), &call.send));
    for (operation, label, send) in given.chain([(Some(tried), TRIED, &case.send)]).chain(then) {
        let Some(operation) = operation else { continue };
        let key = key_of(session, service, operation, label);
        for (name, value) in send {
            if let Value::Described(text) = value
                && text.is_random()
                && value.random_count().is_some_and(|drawn| drawn <= FEW_RANDOM)
            {
                session.random_values.reserve(text, format!("{}/{key}/{name}", case.id));
            }
        }
    }
}

/// Returns the key that distinguishes the random values of a call from those of others: its label. For an entity that
/// can never be removed, the key also contains the session's nonce, because the entities of earlier runs with the same
/// seed still exist.
pub fn key_of(session: &Session, service: &Service, operation: &Operation, label: &str) -> String {
    let entity = service.created_by(operation);
    let stays = entity.is_some_and(|entity| entity.removed_by.is_none());
    if stays { format!("{label}/{}", session.nonce) } else { label.to_owned() }
}

/// Number of random bits with which a text distinguishes an entity from those of others: five digits have them.
pub(super) const DISTINGUISHING_BITS: usize = 15;

impl<'a> Values<'a> {
    /// Creates the values of an attempt that has not started.
    pub fn new(session: &'a Session, case: &'a str, attempt: u32) -> Self {
        let (earlier, drawn, distinguishing) = (Vec::new(), Vec::new(), Vec::new());
        Self { session, case, attempt, nth: 0, earlier, drawn, distinguishing }
    }

    /// Returns the parameters that a call sends. `key` distinguishes their random values from those of the case's other
    /// calls.
    pub fn resolve_all(&mut self, send: &Parameters, key: &str) -> Vec<(String, Json)> {
        self.resolve_all_by(send, |_| key.to_owned())
    }

    /// Returns the parameters that a call sends, with a key for each parameter.
    pub fn resolve_all_by(&mut self, send: &Parameters, key: impl Fn(&str) -> String) -> Vec<(String, Json)> {
        let values = send.iter();
        values
            .map(|(name, value)| {
                (name.to_string(), self.resolve_value(value, &format!("{}/{name}", key(name))))
            })
            .collect()
    }

    fn resolve_value(&mut self, value: &Value, what: &str) -> Json {
        match value {
            Value::Plain(json) => json.clone(),
            Value::Described(text) if text.is_random() => Json::Text(self.draw(text, what)),
            Value::Described(text) => Json::Text(text.witness()),
            Value::Id(label) => self.id(label).unwrap_or(Json::Null),
            Value::Same(sent) => self.sent_earlier(&sent.call, &sent.parameter).unwrap_or(Json::Null),
            Value::List(items) => {
                let items = items.iter().enumerate();
                Json::List(
                    items.map(|(index, item)| self.resolve_value(item, &format!("{what}.{index}"))).collect(),
                )
            }
            Value::Object(members) => {
                let one = |(name, member): &(SmolStr, Value)| {
                    (name.to_string(), self.resolve_value(member, &format!("{what}.{name}")))
                };
                Json::Object(members.iter().map(one).collect())
            }
        }
    }

    /// Returns the same text for the same call: several concurrent calls may have to ask for the same value.
    fn draw(&mut self, text: &Text, what: &str) -> String {
        if let Some((_, drawn)) = self.drawn.iter().find(|(known, _)| known == what) {
            return drawn.clone();
        }
        let drawn = self.session.random_values.draw(text, &format!("{}/{what}", self.case), self.attempt);
        self.drawn.push((what.to_owned(), drawn.clone()));
        if text.bits() >= DISTINGUISHING_BITS {
            self.distinguishing.push(drawn.clone());
        }
        drawn
    }

    /// Records the values of an entity that another case has created: they are random for this case, too.
    pub fn add_drawn_by_others(&mut self, maker: Option<&Operation>, sent: &[(String, Json)], label: &str) {
        let is_new =
            |name: &str| maker.is_some_and(|maker| maker.parameter(name).is_some_and(Member::is_new));
        for (name, value) in sent.iter().filter(|(name, _)| is_new(name)) {
            let text = value.as_text().map(str::to_owned);
            self.drawn.extend(text.map(|text| (format!("{label} of another case/{name}"), text)));
        }
    }

    /// Returns the id of what an earlier call has created. Of several concurrent calls, each has its own if `given`
    /// creates it: `contact`, `contact-1`, `contact-2`…
    fn id(&self, label: &str) -> Option<Json> {
        let own = match self.nth {
            0 => None,
            nth => self.labelled(&format!("{label}-{nth}")),
        };
        match own.or_else(|| self.labelled(label)) {
            Some(earlier) => earlier.id.clone(),
            None => self.session.target.known_id(label).cloned(),
        }
    }

    fn labelled(&self, label: &str) -> Option<&Earlier> {
        self.earlier.iter().find(|earlier| earlier.label == label)
    }

    fn sent_earlier(&self, label: &str, place: &str) -> Option<Json> {
        Path::read(place)?.sent(&self.labelled(label)?.sent).cloned()
    }
}
