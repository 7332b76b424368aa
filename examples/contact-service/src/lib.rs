//! A small service that keeps contacts, as API.md says.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};

const ROLES: [&str; 3] = ["admin", "member", "guest"];
const TAGS: [&str; 3] = ["work", "home", "other"];

#[derive(Clone)]
struct Contact {
    id: String,
    name: String,
    email: String,
    role: Option<String>,
}

#[derive(Default)]
struct Contacts {
    all: Vec<Contact>,
    made: u64,
}

type Store = Arc<Mutex<Contacts>>;

/// The service, for callers who show this token.
pub fn app(token: &str) -> Router {
    let token = format!("Bearer {token}");
    let guard = middleware::from_fn(move |request, next| let_in(token.clone(), request, next));
    Router::new()
        .route("/v1/contacts", post(create).get(list))
        .route("/v1/contacts/{id}", get(read).delete(remove))
        .layer(guard)
        .with_state(Store::default())
}

async fn let_in(token: String, request: Request, next: Next) -> Response {
    let shown = request.headers().get("authorization").and_then(|shown| shown.to_str().ok());
    match shown == Some(&token) {
        true => next.run(request).await,
        false => Rejection(StatusCode::UNAUTHORIZED, "unauthorized", "The token is missing or wrong.")
            .into_response(),
    }
}

/// Status, code and message.
struct Rejection(StatusCode, &'static str, &'static str);

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let Self(status, code, message) = self;
        response(status, &json!({"error": {"code": code, "message": message}}))
    }
}

fn response(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

fn open(store: &Store) -> MutexGuard<'_, Contacts> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}

const NOT_FOUND: Rejection = Rejection(StatusCode::NOT_FOUND, "not_found", "There is no such contact.");
const INVALID_ROLE: Rejection = invalid("invalid_role", "The role is not valid.");

const fn invalid(code: &'static str, message: &'static str) -> Rejection {
    Rejection(StatusCode::UNPROCESSABLE_ENTITY, code, message)
}

async fn create(State(store): State<Store>, body: Bytes) -> Result<Response, Rejection> {
    const MALFORMED: Rejection =
        Rejection(StatusCode::BAD_REQUEST, "malformed", "The body is not a JSON object.");
    let body: Map<String, Value> = serde_json::from_slice(&body).map_err(|_| MALFORMED)?;
    let name = name(body.get("name"))?;
    let email = email(body.get("email"))?;
    let role = role(body.get("role"))?;
    city(body.get("address"))?;
    tags(body.get("tags"))?;
    let mut contacts = open(&store);
    if contacts.all.iter().any(|contact| contact.name == name) {
        return Err(Rejection(StatusCode::CONFLICT, "name_taken", "Another contact has this name."));
    }
    contacts.made += 1;
    let id = contacts.made.to_string();
    let made = json!({"data": {"id": id, "name": name, "created": "2026-01-01"}});
    contacts.all.push(Contact { id, name, email, role });
    Ok(response(StatusCode::CREATED, &made))
}

fn name(value: Option<&Value>) -> Result<String, Rejection> {
    const INVALID: Rejection = invalid("invalid_name", "The name is not valid.");
    let name = value.ok_or(invalid("missing_name", "Give the contact a name."))?;
    let name = name.as_str().ok_or(INVALID)?;
    let most = if cfg!(feature = "broken") { 31 } else { 30 };
    let fits = (2..=most).contains(&name.chars().count()) && name.chars().all(|c| c.is_ascii_alphanumeric());
    fits.then(|| name.to_owned()).ok_or(INVALID)
}

fn email(value: Option<&Value>) -> Result<String, Rejection> {
    const INVALID: Rejection = invalid("invalid_email", "The email address is not valid.");
    let email = value.ok_or(invalid("missing_email", "Give the contact an email address."))?;
    let email = email.as_str().ok_or(INVALID)?;
    let (local, domain) = email.split_once('@').ok_or(INVALID)?;
    let plain = |text: &str| {
        let allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
        !text.is_empty() && text.chars().all(allowed) && !text.contains("..")
    };
    let dots = |text: &str| !text.starts_with('.') && !text.ends_with('.');
    let fits = plain(local) && plain(domain) && dots(local) && dots(domain) && domain.contains('.');
    fits.then(|| email.to_owned()).ok_or(INVALID)
}

fn role(value: Option<&Value>) -> Result<Option<String>, Rejection> {
    match value {
        None => Ok(None),
        Some(value) => match value.as_str().filter(|role| ROLES.contains(role)) {
            Some(role) => Ok(Some(role.to_owned())),
            None => Err(INVALID_ROLE),
        },
    }
}

fn city(address: Option<&Value>) -> Result<(), Rejection> {
    const NO_OBJECT: Rejection = invalid("invalid_address", "The address is not an object.");
    let Some(address) = address else { return Ok(()) };
    let city = address.as_object().ok_or(NO_OBJECT)?.get("city");
    let fits = |city: &Value| city.as_str().is_some_and(|city| (1..=40).contains(&city.chars().count()));
    city.is_none_or(fits).then_some(()).ok_or(invalid("invalid_city", "The city is not valid."))
}

fn tags(value: Option<&Value>) -> Result<(), Rejection> {
    let is_tag = |tag: &Value| tag.as_str().is_some_and(|tag| TAGS.contains(&tag));
    let fits = |tags: &Value| tags.as_array().is_some_and(|tags| tags.iter().all(is_tag));
    value.is_none_or(fits).then_some(()).ok_or(invalid("invalid_tags", "A tag is not valid."))
}

async fn read(State(store): State<Store>, Path(id): Path<String>) -> Result<Response, Rejection> {
    let contacts = open(&store);
    let contact = contacts.all.iter().find(|contact| contact.id == id).ok_or(NOT_FOUND)?;
    let mut data = json!({"id": contact.id, "name": contact.name, "email": contact.email});
    if let Some(role) = &contact.role {
        data["role"] = json!(role);
    }
    Ok(response(StatusCode::OK, &json!({"data": data})))
}

async fn remove(State(store): State<Store>, Path(id): Path<String>) -> Result<StatusCode, Rejection> {
    let mut contacts = open(&store);
    let before = contacts.all.len();
    contacts.all.retain(|contact| contact.id != id);
    if contacts.all.len() < before { Ok(StatusCode::NO_CONTENT) } else { Err(NOT_FOUND) }
}

async fn list(
    State(store): State<Store>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Rejection> {
    let asked = query.iter().find(|(key, _)| key == "role").map(|(_, role)| json!(role));
    let asked = role(asked.as_ref())?;
    let contacts = open(&store);
    let listed = contacts.all.iter().filter(|contact| asked.is_none() || contact.role == asked);
    let listed: Vec<Value> = listed.map(|contact| json!({"id": contact.id, "name": contact.name})).collect();
    Ok(response(StatusCode::OK, &json!({"data": {"contacts": listed}})))
}
