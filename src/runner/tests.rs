//! Handling of the runner's own mistakes.

use std::path::Path;
use std::sync::Arc;

use crate::event::CaseResult;
use crate::generate::{self, Depth};
use crate::json::Json;
use crate::judge::Verdict;
use crate::project;
use crate::server::Server;
use crate::spec::model::{Operation, Service};
use crate::wire::{self, Call, Exchange, Outcome, Reply};

use super::account::{self, Caller};
use super::attempt::catch_panic;
use super::{Options, Target};

fn text(name: &str, value: &str) -> (String, Json) {
    (name.to_owned(), Json::Text(value.to_owned()))
}

/// Returns the number of contacts in the response of the listing operation.
fn total(exchange: &Exchange, service: &Service, operation: &Operation) -> Option<Json> {
    let Outcome::Received(response) = &exchange.outcome else { return None };
    match wire::decode(service, operation, response) {
        Reply::Accepted(output) => output.get("TotalCount").cloned(),
        _ => None,
    }
}

fn mistake() -> CaseResult {
    panic!("a mistake of the runner")
}

#[tokio::test]
async fn entities_of_a_panicking_case_are_removed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let specs = Arc::new(project::specs(&root.join("specs")).unwrap());
    let server = Server::start(Arc::clone(&specs), 0).await.unwrap();
    let session = Options::new(Target::at("reference", server.url()), 1).session().unwrap();
    let (service, operation) = specs.operation("AddMessageContact").unwrap();
    let cases = generate::cases(service, operation, Depth::Smoke).cases;
    let case = cases.first().unwrap();
    let listing = service.operation("ListMessageContacts").unwrap();
    let list =
        || session.call(Call { service, operation: listing, parameters: &[], twist: None, nonce: None });

    let attempt = async {
        let sent = [
            text("Name", "tom"),
            text("EmailAddress", "someone@example.com"),
            text("Title", "Other"),
            ("MessageTypes".to_owned(), Json::List(vec![Json::Text("AccountExpenses".to_owned())])),
        ];
        let call = Call { service, operation, parameters: &sent, twist: None, nonce: None };
        let caller = Caller { owner: &case.id, distinguishing: &[], once: false };
        let called = account::call(&session, call, caller).await;
        assert!(called.id.is_some() && total(&list().await, service, listing) == Some(Json::Integer(1)));
        mistake()
    };
    let result = catch_panic(&session, &specs, case, attempt).await;
    assert!(matches!(&result.verdict, Verdict::Skipped { reason } if reason.contains("the runner failed")));
    assert_eq!(
        total(&list().await, service, listing),
        Some(Json::Integer(0)),
        "nothing is left on the target"
    );
    assert!(session.ledger.all().is_empty());
}
