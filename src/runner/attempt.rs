//! One case on a target: its set-up, the tried call, and the clean-up.

use std::time::Instant;

use crate::case::value::Value;
use crate::case::{self, Case, Expectation, Parameters};
use crate::event::CaseResult;
use crate::json::Json;
use crate::judge::{self, Contract, Promise, Verdict};
use crate::spec::breach::Breach;
use crate::spec::model::{Entity, Operation, Service, Specs};
use crate::wire::{self, Exchange, NoAnswer, Outcome, Reply};

use super::ledger::Living;
use super::session::Session;

/// How often a case is begun anew because a drawn value was taken on the target.
const ATTEMPTS: u32 = 8;

/// The label of the tried call, for what it draws.
const TRIED: &str = "tried";

/// Runs a case and cleans up behind it.
pub async fn run_case(session: &Session, specs: &Specs, case: &Case) -> CaseResult {
    let begun = Instant::now();
    let Some((service, operation)) = specs.operation(&case.operation) else {
        return unknown_operation(case);
    };
    let wanted = entities_made(specs, case).min(session.ceiling);
    let room = tokio::select! {
        room = session.room.acquire_many(wanted) => room,
        () = session.cancel.cancelled() => return skipped(specs, case, super::INTERRUPTED),
    };
    let mut attempt = Attempt {
        session,
        service,
        operation,
        case,
        number: 0,
        exchanges: Vec::new(),
        made: Vec::new(),
        drawn: Vec::new(),
    };
    let mut verdict = attempt.run().await;
    while attempt.number + 1 < ATTEMPTS && !session.cancel.is_cancelled() && attempt.met_a_stranger() {
        attempt.clean_up().await;
        attempt = Attempt {
            number: attempt.number + 1,
            exchanges: Vec::new(),
            made: Vec::new(),
            drawn: Vec::new(),
            ..attempt
        };
        verdict = attempt.run().await;
    }
    attempt.clean_up().await;
    drop(room);
    CaseResult {
        verdict,
        exchanges: attempt.exchanges,
        drawn: attempt.drawn,
        attempts: attempt.number + 1,
        micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        ..facts(service, operation, case)
    }
}

/// A case that is not tried, as a result.
pub fn skipped(specs: &Specs, case: &Case, reason: &str) -> CaseResult {
    match specs.operation(&case.operation) {
        Some((service, operation)) => CaseResult {
            verdict: Verdict::Skipped { reason: reason.to_owned() },
            ..facts(service, operation, case)
        },
        None => unknown_operation(case),
    }
}

/// How many requests a case takes if nothing has to be repeated, clean-up included.
pub fn requests(specs: &Specs, case: &Case) -> usize {
    let succeeds = matches!(case.expect, Expectation::Accept);
    let removals = case.given.iter().filter(|call| is_removable(specs, &call.operation)).count();
    let removed = case
        .given
        .iter()
        .filter(|call| {
            specs
                .operation(&call.operation)
                .is_some_and(|(service, operation)| is_remover(service, operation))
        })
        .count();
    let own = usize::from(succeeds && is_removable(specs, &case.operation));
    case.given.len() + 1 + removals.saturating_sub(removed) + own
}

fn is_removable(specs: &Specs, operation: &str) -> bool {
    specs.operation(operation).is_some_and(|(service, operation)| {
        let entity = operation.creates.as_ref().and_then(|name| service.entity(name));
        entity.is_some_and(|entity| entity.removed_by.is_some())
    })
}

fn is_remover(service: &Service, operation: &Operation) -> bool {
    service.entities.iter().any(|entity| entity.removed_by.as_ref() == Some(&operation.name))
}

/// How many removable entities a case may have alive at once.
fn entities_made(specs: &Specs, case: &Case) -> u32 {
    let given = case.given.iter().map(|call| call.operation.as_str());
    let made =
        given.chain([case.operation.as_str()]).filter(|operation| is_removable(specs, operation)).count();
    u32::try_from(made).unwrap_or(u32::MAX)
}

fn unknown_operation(case: &Case) -> CaseResult {
    CaseResult {
        id: case.id.clone(),
        vendor: String::new(),
        service: String::new(),
        operation: case.operation.clone(),
        tries: case.tries.clone(),
        promise: Promise { rule: String::new(), sentence: String::new(), place: String::new() },
        sends: String::new(),
        expects: String::new(),
        verdict: Verdict::Skipped { reason: format!("the specs have no operation {}", case.operation) },
        exchanges: Vec::new(),
        drawn: Vec::new(),
        attempts: 0,
        micros: 0,
    }
}

fn facts(service: &Service, operation: &Operation, case: &Case) -> CaseResult {
    CaseResult {
        vendor: service.vendor.clone(),
        service: service.folder.clone(),
        promise: judge::promise_of(operation, case),
        sends: case::sends(case),
        expects: case::expects(case),
        ..unknown_operation(case)
    }
}

struct Attempt<'a> {
    session: &'a Session,
    service: &'a Service,
    operation: &'a Operation,
    case: &'a Case,
    number: u32,
    exchanges: Vec<Exchange>,
    /// What earlier calls sent and made, by label.
    made: Vec<(String, Earlier)>,
    drawn: Vec<String>,
}

struct Earlier {
    sent: Vec<(String, Json)>,
    id: Option<Json>,
}

impl Attempt<'_> {
    async fn run(&mut self) -> Verdict {
        for call in &self.case.given {
            let Some(operation) = self.service.operation(&call.operation) else {
                return Verdict::Skipped {
                    reason: format!("set-up: the service has no operation {}", call.operation),
                };
            };
            let exchange = self.call(operation, &call.label, &call.send).await;
            if let Some(verdict) = self.set_up_failed(operation, &exchange) {
                return verdict;
            }
        }
        let exchange = self.call(self.operation, TRIED, &self.case.send).await;
        judge::judge(
            Contract { service: self.service, operation: self.operation, case: self.case },
            &exchange,
        )
    }

    async fn call(&mut self, operation: &Operation, label: &str, send: &Parameters) -> Exchange {
        let sent = self.resolve_all(operation, send, label);
        let exchange = self.session.call(self.service, operation, &sent).await;
        let id = self.keep_account(operation, &sent, &exchange);
        self.made.push((label.to_owned(), Earlier { sent, id }));
        self.exchanges.push(exchange.clone());
        exchange
    }

    /// Enters into the ledger what the call made or removed; the id of what it made.
    fn keep_account(
        &self,
        operation: &Operation,
        sent: &[(String, Json)],
        exchange: &Exchange,
    ) -> Option<Json> {
        let entity = operation.creates.as_ref().and_then(|name| self.service.entity(name));
        let output = match &exchange.outcome {
            Outcome::Unanswered(reason) => {
                self.may_have_made(entity, reason);
                return None;
            }
            Outcome::Answered(answer) => match wire::decode(self.service.protocol, answer) {
                // An error in the body of a success has neither made nor removed anything.
                Reply::Accepted(output) if output.get("Code").is_none() => output,
                _ => return None,
            },
        };
        if is_remover(self.service, operation) {
            for (name, id) in sent {
                if let Some(entity) =
                    operation.parameter(name).and_then(|parameter| parameter.exists.as_ref())
                {
                    self.session.ledger.removed(&self.service.folder, entity, id);
                }
            }
        }
        let entity = entity?;
        match output.at(&entity.id) {
            Some(id @ (Json::Text(_) | Json::Integer(_))) => {
                self.session.ledger.made(self.service, entity, id.clone(), &self.case.id);
                Some(id.clone())
            }
            _ => {
                let reason = "the answer that made it gave no id";
                self.session.ledger.made_unnamed(self.service, entity, &self.case.id, reason);
                None
            }
        }
    }

    /// A call that was sent and not answered may have made something, where the target answers at all.
    fn may_have_made(&self, entity: Option<&Entity>, reason: &NoAnswer) {
        let was_sent = matches!(reason, NoAnswer::TimedOut(_) | NoAnswer::Closed | NoAnswer::TooLarge(_));
        if let Some(entity) = entity.filter(|_| was_sent && self.session.has_answered()) {
            let reason = format!("it may have been made: {reason}");
            self.session.ledger.made_unnamed(self.service, entity, &self.case.id, &reason);
        }
    }

    fn set_up_failed(&self, operation: &Operation, exchange: &Exchange) -> Option<Verdict> {
        let answer = match &exchange.outcome {
            Outcome::Unanswered(reason) => {
                return Some(Verdict::Error { reason: format!("set-up: {reason}") });
            }
            Outcome::Answered(answer) => answer,
        };
        let accepted =
            Case { expect: Expectation::Accept, operation: operation.name.clone(), ..self.case.clone() };
        let judged = judge::judge(Contract { service: self.service, operation, case: &accepted }, exchange);
        match (wire::decode(self.service.protocol, answer), judged) {
            (_, blocked @ Verdict::Blocked { .. }) => Some(blocked),
            (Reply::Accepted(output), _) if self.lacks_id(operation, &output) => {
                let reason = format!("set-up: {} answered without the id of what it made", operation.name);
                Some(Verdict::Skipped { reason })
            }
            (Reply::Accepted(_), _) => None,
            (Reply::Refused { code, .. }, _) => Some(Verdict::Skipped {
                reason: format!("set-up: {} was refused with {code}", operation.name),
            }),
            (Reply::Unreadable(why), _) => Some(Verdict::Skipped {
                reason: format!("set-up: {} was answered with {why}", operation.name),
            }),
        }
    }

    fn lacks_id(&self, operation: &Operation, output: &Json) -> bool {
        let entity = operation.creates.as_ref().and_then(|name| self.service.entity(name));
        entity.is_some_and(|entity| !matches!(output.at(&entity.id), Some(Json::Text(_) | Json::Integer(_))))
    }

    fn resolve_all(&mut self, operation: &Operation, send: &Parameters, label: &str) -> Vec<(String, Json)> {
        let entity = operation.creates.as_ref().and_then(|name| self.service.entity(name));
        let stays = entity.is_some_and(|entity| entity.removed_by.is_none());
        let what = if stays { format!("{label}/{}", self.session.nonce) } else { label.to_owned() };
        send.iter()
            .map(|(name, value)| (name.clone(), self.resolve(value, &format!("{what}/{name}"))))
            .collect()
    }

    fn resolve(&mut self, value: &Value, what: &str) -> Json {
        match value {
            Value::Plain(json) => json.clone(),
            Value::Described(text) if text.is_drawn() => {
                let key = format!("{}/{what}", self.case.id);
                let drawn = self.session.drawer.draw(text, &key, self.number);
                self.drawn.push(drawn.clone());
                Json::Text(drawn)
            }
            Value::Described(text) => Json::Text(text.witness()),
            Value::Id(label) => {
                self.earlier(label).and_then(|earlier| earlier.id.clone()).unwrap_or(Json::Null)
            }
            Value::Same(label, parameter) => self.sent_earlier(label, parameter).unwrap_or(Json::Null),
            Value::List(items) => {
                let items = items.iter().enumerate();
                Json::List(
                    items.map(|(index, item)| self.resolve(item, &format!("{what}.{index}"))).collect(),
                )
            }
        }
    }

    fn earlier(&self, label: &str) -> Option<&Earlier> {
        self.made.iter().find(|(name, _)| name == label).map(|(_, earlier)| earlier)
    }

    fn sent_earlier(&self, label: &str, parameter: &str) -> Option<Json> {
        let sent = &self.earlier(label)?.sent;
        sent.iter().find(|(name, _)| name == parameter).map(|(_, value)| value.clone())
    }

    /// Whether the last call may have been refused because a value that it drew was on the target already. Where no row
    /// is bound to a used value, any refusal of a call that should have succeeded may mean that.
    fn met_a_stranger(&self) -> bool {
        let Some(exchange) = self.exchanges.last() else { return false };
        let Outcome::Answered(answer) = &exchange.outcome else { return false };
        let Reply::Refused { code, .. } = wire::decode(self.service.protocol, answer) else { return false };
        let Some(operation) = self.service.operation(&exchange.operation) else { return false };
        let is_set_up = self.exchanges.len() <= self.case.given.len();
        let send = match self.case.given.get(self.exchanges.len() - 1) {
            Some(call) => &call.send,
            None => &self.case.send,
        };
        let must_succeed = is_set_up || matches!(self.case.expect, Expectation::Accept);
        let drawn = |name: &str| {
            send.iter().any(|(sent, value)| {
                sent == name && matches!(value, Value::Described(text) if text.is_drawn())
            })
        };
        operation.parameters.iter().filter(|parameter| parameter.unique && drawn(&parameter.name)).any(
            |parameter| {
                let mut rows = self.service.rows_for(operation, &parameter.name, Breach::Unique).peekable();
                match rows.peek() {
                    None => must_succeed,
                    Some(_) => rows.any(|row| self.service.answers_for(row, &code)),
                }
            },
        )
    }

    /// Removes what the case has made.
    async fn clean_up(&self) {
        for living in self.session.ledger.of_case(&self.case.id) {
            self.remove(&living).await;
        }
    }

    async fn remove(&self, living: &Living) {
        let entity = self.service.entity(&living.entity);
        let remover = entity.and_then(|entity| self.service.operation(entity.removed_by.as_ref()?));
        let Some((remover, parameter)) = remover.and_then(|remover| {
            let id = remover
                .parameters
                .iter()
                .find(|parameter| parameter.exists.as_ref() == Some(&living.entity))?;
            Some((remover, id))
        }) else {
            return;
        };
        let exchange =
            self.session.call(self.service, remover, &[(parameter.name.clone(), living.id.clone())]).await;
        match removal(self.service, remover, &parameter.name, &exchange) {
            Ok(()) => self.session.ledger.removed(&living.service, &living.entity, &living.id),
            Err(reason) => self.session.ledger.could_not_remove(living, &reason),
        }
    }
}

/// Whether an entity is gone after a removal; that it was gone before is as good.
fn removal(
    service: &Service,
    remover: &Operation,
    parameter: &str,
    exchange: &Exchange,
) -> Result<(), String> {
    let answer = match &exchange.outcome {
        Outcome::Unanswered(reason) => return Err(reason.to_string()),
        Outcome::Answered(answer) => answer,
    };
    match wire::decode(service.protocol, answer) {
        Reply::Accepted(output) => match output.get("Code").and_then(Json::as_text) {
            None => Ok(()),
            Some(code) => Err(format!("{} was answered with {code} in a success", remover.name)),
        },
        Reply::Unreadable(why) => Err(format!("{} was answered with {why}", remover.name)),
        Reply::Refused { code, .. } => {
            let mut gone = service.rows_for(remover, parameter, Breach::ExistsUnknown);
            match gone.any(|row| service.answers_for(row, &code)) {
                true => Ok(()),
                false => Err(format!("{} was refused with {code}", remover.name)),
            }
        }
    }
}
