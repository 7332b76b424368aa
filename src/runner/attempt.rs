//! One case on a target: its setup, the tested call, what must hold afterwards, and the cleanup.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::PoisonError;
use std::time::Instant;

use futures_util::FutureExt as _;
use futures_util::future::join_all;

use crate::case::{self, Case, Expectation, Parameters, Step, TRIED, entity_of};
use crate::event::CaseResult;
use crate::json::Json;
use crate::judge::{self, Contract, Mismatch, Verdict};
use crate::snapshot;
use crate::spec::model::{Operation, Service, Specs};
use crate::wire::sign::Hidden;
use crate::wire::{self, Exchange, Outcome, Reply, Tamper, Twist};

use super::account::{self, CallOutcome, Caller, lacks_id};
use super::clean_up;
use super::cost::{self, is_remover};
use super::facts::{facts, skipped};
use super::harm;
use super::redact;
use super::resolve::{Earlier, Values, key_of};
use super::restart::RestartReason;
use super::session::{FIRST_PAUSE, Session};
use super::shared::{EntityKey, Shared};

/// The reason why a case has no verdict if the runner itself failed on it.
const FAILED: &str = "the runner failed on this case";

/// Runs a case and cleans up after it, even if the runner itself fails on it.
pub async fn run_case(session: &Session, specs: &Specs, case: &Case) -> CaseResult {
    catch_panic(session, specs, case, run_attempts(session, specs, case)).await
}

/// Returns the result of an attempt at a case. If the attempt panics, its entities are removed, and the result says
/// nothing about the target.
pub(super) async fn catch_panic(
    session: &Session,
    specs: &Specs,
    case: &Case,
    attempt: impl Future<Output = CaseResult>,
) -> CaseResult {
    // Anything that a panic leaves half done is in the ledger, behind its lock, which ignores poisoning.
    match AssertUnwindSafe(attempt).catch_unwind().await {
        Ok(result) => result,
        Err(_) => {
            super::remove(session, specs, session.ledger.created_by(&case.id)).await;
            skipped(specs, case, FAILED)
        }
    }
}

async fn run_attempts(session: &Session, specs: &Specs, case: &Case) -> CaseResult {
    let begun = Instant::now();
    let Some(found) = specs.operation(&case.operation) else {
        return skipped(specs, case, "");
    };
    let (service, operation) = found;
    if let Some(reason) = why_not_sent(session, service, case) {
        let verdict = Verdict::NotTested { reason };
        return CaseResult { verdict, ..facts(service, operation, case) };
    }
    let room = tokio::select! {
        room = session.wait_for_room(cost::entities(specs, case)) => room,
        () = session.cancel.cancelled() => return skipped(specs, case, super::INTERRUPTED),
    };
    let begin = |number| Attempt::new(session, specs, found, case, number);
    let mut attempt = begin(0);
    let mut verdict = attempt.run().await;
    let mut pause = FIRST_PAUSE;
    while !session.cancel.is_cancelled()
        && let Some(why) = attempt.restart_reason(&verdict)
    {
        attempt.clean_up().await;
        if let RestartReason::Gateway(asked) = why {
            let Some(pause) = session.pause(asked, &mut pause) else { break };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = session.cancel.cancelled() => break,
            }
        }
        attempt = begin(attempt.values.attempt + 1);
        attempt.notes.push(why.in_words().to_owned());
        verdict = attempt.run().await;
    }
    attempt.clean_up().await;
    drop(room);
    let verdict = attempt.with_id_mismatches(verdict);
    let tried = attempt.tried.and_then(|tried| attempt.exchanges.get(tried));
    let contract = attempt.contract(operation, &case.expect, &[]);
    let observed = judge::observe(contract, tried, &attempt.exchanges);
    let hidden = session.hidden(attempt.exchanges.iter().map(|exchange| &exchange.request));
    let result = CaseResult {
        verdict,
        observed,
        exchanges: attempt.exchanges,
        tried: attempt.tried,
        drawn: attempt.values.drawn.into_iter().map(|(_, drawn)| drawn).collect(),
        seed: session.random_values.seed(),
        attempts: attempt.values.attempt + 1,
        notes: attempt.notes,
        kept: session.ledger.unremovable(&case.id),
        micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        ..facts(service, operation, case)
    };
    prepare_for_output(service, result, &hidden)
}

/// Returns a result as it is kept and shown: no target decides how much memory a run needs, nor how long it takes to
/// search.
fn prepare_for_output(service: &Service, mut result: CaseResult, hidden: &Hidden) -> CaseResult {
    let plain = |text: &str| hidden.clean_plain(text);
    result.digest =
        result.tested_exchange().and_then(|tried| snapshot::digest(service, tried, &result.drawn, plain));
    result.exchanges = result.exchanges.into_iter().map(Exchange::shortened).collect();
    let mut result = redact::redact_result(result, hidden);
    result.exchanges = result.exchanges.into_iter().map(Exchange::for_storage).collect();
    result
}

/// Returns the reason why a case is not sent to this target; `None` if it is sent.
fn why_not_sent(session: &Session, service: &Service, case: &Case) -> Option<String> {
    if let Some(why) = unknown_id(session, service, case) {
        return Some(why);
    }
    if session.target.alone {
        return None;
    }
    harm::why_not_sent(service, case).or_else(|| wrong_secret(session, service, case))
}

/// Returns the reason why a case cannot be sent if it needs a foreign entity of which no id is known.
fn unknown_id(session: &Session, service: &Service, case: &Case) -> Option<String> {
    let mut ids = case.calls().flat_map(|(_, send)| send).flat_map(|(_, value)| value.ids());
    let is_unknown = |label: &str| {
        let is_foreign = entity_of(service, label).is_some_and(|entity| entity.foreign);
        is_foreign && session.target.known_id(label).is_none()
    };
    let label = ids.find(|label| is_unknown(label))?;
    let entity = entity_of(service, label)?.name.as_str();
    let more = if label == entity { "no id" } else { "no second id" };
    Some(format!(
        "{more} of a {entity} is known: add --known {entity}=ID, or `known = {{ {entity} = [\"ID\"] }}` to the target in fineprint.toml"
    ))
}

/// Maximum number of times that a wrong secret is sent for a real key of a service: accounts are locked for more.
const WRONG_SECRETS: u32 = 2;

fn wrong_secret(session: &Session, service: &Service, case: &Case) -> Option<String> {
    if case.twist != Some(Twist::Signature(Tamper::WrongSecret)) {
        return None;
    }
    let mut sent = session.wrong_secrets.lock().unwrap_or_else(PoisonError::into_inner);
    let sent = sent.entry(service.folder.clone()).or_default();
    *sent += 1;
    (*sent > WRONG_SECRETS).then(|| {
        format!("a wrong secret for a real key is sent at most {WRONG_SECRETS} times per service, so that no account is locked; send all with --alone")
    })
}

/// An attempt at a case.
pub(super) struct Attempt<'a> {
    pub(super) session: &'a Session,
    specs: &'a Specs,
    pub(super) service: &'a Service,
    pub(super) operation: &'a Operation,
    pub(super) case: &'a Case,
    pub(super) values: Values<'a>,
    pub(super) exchanges: Vec<Exchange>,
    /// Index of the tested exchange in `exchanges`, once it was sent.
    tried: Option<usize>,
    /// Shared entities that the case uses; other cases may use them after it.
    lent: Vec<Shared>,
    notes: Vec<String>,
    pub(super) last: Option<LastCall<'a>>,
    /// Mismatches of creations that returned the id of another live entity.
    same_ids: Vec<Mismatch>,
}

/// The last call: what it asked for, and the expected outcome.
pub(super) struct LastCall<'a> {
    pub(super) operation: &'a Operation,
    pub(super) send: &'a Parameters,
    pub(super) expect: &'a Expectation,
}

/// Returns `true` if concurrent calls ask for the same value of a parameter: at most one of them may succeed, and the
/// case is about this parameter.
fn is_contested(case: &Case, parameter: &str) -> bool {
    let is_about = case.about.is_empty() || case.about.iter().any(|about| about.at.parameter() == parameter);
    matches!(case.expect, Expectation::OneAccepted(_)) && is_about
}

impl<'a> Attempt<'a> {
    fn new(
        session: &'a Session,
        specs: &'a Specs,
        (service, operation): (&'a Service, &'a Operation),
        case: &'a Case,
        attempt: u32,
    ) -> Self {
        let values = Values::new(session, &case.id, attempt);
        Self {
            session,
            specs,
            service,
            operation,
            case,
            values,
            exchanges: Vec::new(),
            tried: None,
            lent: Vec::new(),
            notes: Vec::new(),
            last: None,
            same_ids: Vec::new(),
        }
    }

    async fn run(&mut self) -> Verdict {
        for call in &self.case.given {
            if let Err(verdict) = self.set_up(call).await {
                return verdict;
            }
        }
        if let Some(reason) = self.why_may_affect_others() {
            return Verdict::NotTested { reason };
        }
        let mut verdict = self.run_tested_call().await;
        for step in &self.case.then {
            if verdict != Verdict::Pass {
                break;
            }
            verdict = self.run_follow_up(step).await;
        }
        verdict
    }

    async fn set_up(&mut self, call: &'a case::Call) -> Result<(), Verdict> {
        let service = self.service;
        let Some(operation) = service.operation(&call.operation) else {
            let reason = format!("setup: the service has no operation {}", call.operation);
            return Err(Verdict::Skipped { reason });
        };
        if call.shared && self.borrow_shared(call).await {
            return Ok(());
        }
        self.last = Some(LastCall { operation, send: &call.send, expect: &Expectation::Accept });
        let sent = self.resolve(operation, &call.send, |_| call.label.clone());
        let owner = if call.shared { super::SHARED } else { &self.case.id };
        let called = self.call(operation, &sent, owner).await;
        self.exchanges.push(called.exchange.clone());
        if let Some(verdict) = self.set_up_failed(operation, &sent, &called.exchange) {
            return Err(verdict);
        }
        self.record_id(operation, &called);
        let id = called.id;
        if let (true, Some(id)) = (call.shared, &id) {
            let made = EntityKey {
                service: service.folder.clone(),
                entity: operation.creates.clone(),
                id: id.clone(),
            };
            self.lent.push(Shared { call: case::asks(call), sent: sent.clone(), made });
        }
        self.values.earlier.push(Earlier { label: call.label.clone(), sent, id });
        Ok(())
    }

    /// Takes an entity that an earlier case has left; returns `true` if there is one.
    async fn borrow_shared(&mut self, call: &case::Call) -> bool {
        let asked = case::asks(call);
        if let Some(shared) = self.session.pool.take(&self.service.folder, &asked) {
            let (sent, id) = (shared.sent.clone(), Some(shared.made.id.clone()));
            self.values.add_drawn_by_others(self.service.operation(&call.operation), &sent, &call.label);
            self.values.earlier.push(Earlier { label: call.label.clone(), sent, id });
            self.lent.push(shared);
            return true;
        }
        if let Some(other) = self.session.pool.evict(&self.service.folder, &asked) {
            self.remove_shared(&other).await;
        }
        false
    }

    async fn run_tested_call(&mut self) -> Verdict {
        let case = self.case;
        self.last = Some(LastCall { operation: self.operation, send: &case.send, expect: &case.expect });
        self.tried = Some(self.exchanges.len());
        let at_once = case.at_once.max(1);
        let mut sent: Vec<Vec<(String, Json)>> = Vec::new();
        for number in 0..at_once {
            self.values.nth = number;
            let key = |name: &str| match number > 0 && !is_contested(case, name) {
                true => format!("{TRIED}-{number}"),
                false => TRIED.to_owned(),
            };
            sent.push(self.resolve(self.operation, &case.send, key));
        }
        self.values.nth = 0;
        let called = join_all(sent.iter().map(|sent| self.send_tested_call(sent))).await;
        called.iter().for_each(|called| self.record_id(self.operation, called));
        let (exchanges, ids): (Vec<Exchange>, Vec<Option<Json>>) =
            called.into_iter().map(|called| (called.exchange, called.id)).unzip();
        self.exchanges.extend(exchanges.iter().cloned());
        let earlier = |(sent, id): (Vec<(String, Json)>, _)| Earlier { label: TRIED.to_owned(), sent, id };
        self.values.earlier.extend(sent.into_iter().zip(ids).map(earlier));
        let tried = self.values.earlier.len() - at_once as usize;
        let contract = self.contract(self.operation, &case.expect, &self.values.earlier[tried].sent);
        match exchanges.as_slice() {
            [exchange] => judge::judge(contract, exchange),
            exchanges => judge::judge_concurrent(contract, exchanges),
        }
    }

    async fn run_follow_up(&mut self, step: &'a Step) -> Verdict {
        let service = self.service;
        let Some(operation) = service.operation(&step.call.operation) else {
            let reason = format!("the service has no operation {}", step.call.operation);
            return Verdict::Skipped { reason };
        };
        self.last = Some(LastCall { operation, send: &step.call.send, expect: &step.expect });
        let sent = self.resolve(operation, &step.call.send, |_| step.call.label.clone());
        let called = self.call(operation, &sent, &self.case.id).await;
        self.record_id(operation, &called);
        let CallOutcome { exchange, id, .. } = called;
        let shows = self.values.resolve_all(&step.shows, &step.call.label);
        let mut contract = self.contract(operation, &step.expect, &sent);
        if !step.about.is_empty() {
            contract.about = &step.about;
        }
        let shown = judge::ExpectedValues { elements: &shows, demanded: step.demanded };
        let (verdict, note) = judge::judge_step(contract, shown, &exchange);
        self.exchanges.push(exchange);
        self.notes.extend(note);
        self.values.earlier.push(Earlier { label: step.call.label.clone(), sent, id });
        verdict
    }

    fn contract<'c>(
        &'c self,
        operation: &'c Operation,
        expect: &'c Expectation,
        sent: &'c [(String, Json)],
    ) -> Contract<'c> {
        let gateways = &self.session.target.gateways;
        let about = &self.case.about;
        Contract { service: self.service, operation, case: self.case, about, expect, sent, gateways }
    }

    async fn call(&self, operation: &Operation, sent: &[(String, Json)], owner: &str) -> CallOutcome {
        let call =
            wire::Call { service: self.service, operation, parameters: sent, twist: None, nonce: None };
        let caller = Caller { owner, distinguishing: &self.values.distinguishing, once: false };
        account::call(self.session, call, caller).await
    }

    /// Sends the tested call, without retries if its circumstances are what is tested.
    async fn send_tested_call(&self, sent: &[(String, Json)]) -> CallOutcome {
        let replayed = self.case.twist == Some(Twist::Signature(Tamper::RepeatedNonce));
        let before = self.exchanges.last().filter(|_| replayed);
        let nonce = before.and_then(|exchange| wire::nonce(&exchange.request));
        let call = wire::Call {
            service: self.service,
            operation: self.operation,
            parameters: sent,
            twist: self.case.twist.as_ref(),
            nonce: nonce.as_deref(),
        };
        let is_crowd = self.case.at_once > 1 && !matches!(self.case.expect, Expectation::OneAccepted(_));
        // A wrong secret that is sent again is one more wrong secret.
        let once = is_crowd || matches!(self.case.twist, Some(Twist::Signature(_)));
        let caller = Caller { owner: &self.case.id, distinguishing: &self.values.distinguishing, once };
        account::call(self.session, call, caller).await
    }

    /// Returns the parameters that a call sends; `label` distinguishes their random values from those of other calls.
    fn resolve(
        &mut self,
        operation: &Operation,
        send: &Parameters,
        label: impl Fn(&str) -> String,
    ) -> Vec<(String, Json)> {
        let (session, service) = (self.session, self.service);
        let key = |name: &str| key_of(session, service, operation, &label(name));
        let about: Vec<&str> = self.case.about.iter().map(|about| about.at.parameter()).collect();
        self.session.target.fixed(operation, &about, self.values.resolve_all_by(send, key))
    }

    fn set_up_failed(
        &self,
        operation: &Operation,
        sent: &[(String, Json)],
        exchange: &Exchange,
    ) -> Option<Verdict> {
        let response = match &exchange.outcome {
            Outcome::NoResponse(reason) => {
                return Some(Verdict::Error { reason: format!("setup: {reason}") });
            }
            Outcome::Received(response) => response,
        };
        let judged = judge::judge(self.contract(operation, &Expectation::Accept, sent), exchange);
        match (wire::decode(self.service, operation, response), judged) {
            (_, blocked @ (Verdict::Blocked { .. } | Verdict::NotTested { .. })) => Some(blocked),
            (Reply::Accepted(output), _) if lacks_id(self.service, operation, &output) => {
                let reason =
                    format!("setup: the response of {} has no id of the created entity", operation.name);
                Some(Verdict::Skipped { reason })
            }
            (Reply::Accepted(_), _) => None,
            (Reply::Rejected { code, .. }, _) => Some(Verdict::Skipped {
                reason: format!("setup: {} was rejected with {}", operation.name, judge::excerpt(&code)),
            }),
            (Reply::Unreadable(why), _) => Some(Verdict::Skipped {
                reason: format!("setup: unreadable response of {}: {why}", operation.name),
            }),
            (Reply::Misplaced(path), _) => Some(Verdict::Skipped {
                reason: format!("setup: the response of {} has no `{path}`", operation.name),
            }),
        }
    }

    /// Records a creation that returned the id of another live entity.
    fn record_id(&mut self, operation: &Operation, called: &CallOutcome) {
        let (Some(id), Some(other)) = (&called.id, &called.as_another) else { return };
        self.same_ids.extend(judge::repeated_id(self.service, operation, id, other));
    }

    /// Returns the verdict, with the mismatches that the ids of creations have shown.
    fn with_id_mismatches(&mut self, verdict: Verdict) -> Verdict {
        let same = std::mem::take(&mut self.same_ids);
        match verdict {
            verdict if same.is_empty() => verdict,
            Verdict::Fail { mismatches } => Verdict::Fail { mismatches: [mismatches, same].concat() },
            _ => Verdict::Fail { mismatches: same },
        }
    }

    /// Returns the reason why the tested call may reach an entity of somebody else although it looks harmless: ids of
    /// removed entities may have been assigned again, and an invented number may have been assigned already.
    fn why_may_affect_others(&self) -> Option<String> {
        if self.session.target.alone || !harm::may_change(self.service, self.operation) {
            return None;
        }
        let is_gone = |label: &str| {
            let mut removals = self.case.given.iter().filter(|call| {
                self.service
                    .operation(&call.operation)
                    .is_some_and(|operation| is_remover(self.service, operation))
            });
            removals.any(|call| call.send.iter().any(|(_, value)| value.ids().contains(&label)))
        };
        let ids = self.case.send.iter().flat_map(|(_, value)| value.ids());
        let mut removed = ids.filter(|label| is_gone(label));
        let id = |label: &str| self.values.earlier.iter().find(|earlier| earlier.label == label)?.id.clone();
        if removed.any(|label| id(label).is_none_or(|id| harm::may_be_reused(&id))) {
            return Some(format!(
                "{} with the id of a removed entity could affect another entity that has the id now: ids have fewer than 64 bits; send it with --alone",
                self.operation.name
            ));
        }
        let highest = |entity: &str| self.session.ledger.highest(&self.service.folder, entity);
        let mut numbers = harm::made_up_numbers(self.operation, &self.case.send).into_iter();
        let (entity, number) =
            numbers.find(|(entity, number)| !harm::is_far_above(*number, highest(entity)))?;
        Some(format!(
            "{} with the made-up id {number} could affect another user's {entity}: its highest id is unknown; send it with --alone",
            self.operation.name
        ))
    }

    /// Removes what the case has created, and gives back the shared entities that it has not changed.
    async fn clean_up(&mut self) {
        for live in self.session.ledger.created_by(&self.case.id) {
            clean_up::remove(self.session, self.service, &live).await;
        }
        let unchanged = self.tried.and_then(|tried| self.exchanges.get(tried)).is_some_and(|exchange| {
            let Outcome::Received(response) = &exchange.outcome else { return false };
            matches!(wire::decode(self.service, self.operation, response), Reply::Rejected { .. })
        });
        for shared in std::mem::take(&mut self.lent) {
            match unchanged && self.case.then.is_empty() {
                true => self.session.pool.give_back(shared),
                false => self.remove_shared(&shared).await,
            }
        }
    }

    async fn remove_shared(&self, shared: &Shared) {
        // The entity may belong to another service, which has its own call to remove it.
        let mut live = self.session.ledger.created_by(super::SHARED);
        live.retain(|live| shared.made.is_entity(live));
        super::remove(self.session, self.specs, live).await;
    }
}
