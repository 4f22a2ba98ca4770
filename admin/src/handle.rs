//! The straight line of a request: route, find out who asks, run, render, note.

use crate::answer::{Answer, REQUEST_ID, Seen, arrived, refusal, too_large};
use crate::audit::{Change, Elsewhere};
use crate::base::Place;
use crate::body::{AdminBody, RequestBody};
use crate::call::Call;
use crate::condition::{self, Asker};
use crate::inner::{AdminConfig, Inner, OpenError};
use crate::jobs::JobStats;
use crate::limits::{BODY_WAIT_MAX, UNHELD_BODY_BYTES_MAX};
use crate::local::{self, Local};
use crate::refused::Refused;
use crate::repeats;
use crate::route::{Audited, Door, Route};
use crate::router::{Found, find};
use crate::session::bearer::Bearer;
use crate::session::login::OWN_HEADER;
use crate::transfer;
use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, ORIGIN, SERVER};
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use identity::Caller;
use s3_api::{Client, Memory, Observation, RequestId};
use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;

/// What the interface calls the transfer of an object by a link of its own.
pub const TRANSFER: &str = "Transfer";
/// Where the interface lies.
const API: &str = "/api/v1";
/// Where the protocol of S3 lies in it.
const TRANSFERS: &str = "/s3";

/// Said with every answer: browsers take each for what it says it is, show it in no frame, and
/// tell nobody where they came from.
const ALWAYS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// The admin interface and the console.
#[derive(Debug, Clone)]
pub struct Admin {
    inner: Arc<Inner>,
}

impl Admin {
    /// Reads who is logged in. Cheap to clone; all clones are one.
    pub async fn open(config: AdminConfig) -> Result<Self, OpenError> {
        let inner = Inner::open(config).await?.shared();
        Ok(Self { inner })
    }

    /// Returns once no job runs any more, or they have had time enough to end: the server has been
    /// told to stop before.
    pub async fn ended(&self) {
        self.inner.jobs.ended().await;
    }

    /// What work there is and was on the running store.
    pub fn job_stats(&self) -> JobStats {
        self.inner.jobs.stats()
    }

    /// Answers one request; every refusal is an answer too. The answer's extensions hold what
    /// the server has to know of it, [`Seen`].
    ///
    /// Dropping the future leaves nothing half done: a change of the interface's own goes on and gets
    /// into the audit log, what came by the protocol of S3 ends where it is.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<AdminBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (mut parts, body) = request.into_parts();
        parts.extensions.remove::<Local>();
        self.answer(parts, body.map_err(Into::into).boxed_unsync())
            .await
    }

    /// The same for a request that comes from the machine itself. Unless it brings a token, it
    /// comes from the server's own account.
    pub async fn handle_local<B>(&self, from: Local, request: Request<B>) -> Response<AdminBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(from);
        self.answer(parts, body.map_err(Into::into).boxed_unsync())
            .await
    }

    async fn answer(&self, mut parts: Parts, body: RequestBody) -> Response<AdminBody> {
        let given = parts.extensions.get::<RequestId>().cloned();
        let id = given.unwrap_or_else(|| self.inner.s3.next_request_id());
        parts.extensions.insert(id.clone());
        let path = parts.uri.path().to_owned();
        let base = &self.inner.facts.base;
        let path = match base.place(&path) {
            Place::Inside(path) => path,
            Place::Bare => {
                let mut answer = moved(base.as_str());
                let seen = seen(&answer, "Console");
                answer.extensions_mut().insert(seen);
                name(&mut answer, &id);
                return answer;
            }
        };
        let (mut answer, operation) = match path.strip_prefix(API) {
            Some(path) if path.is_empty() || path.starts_with('/') => {
                Box::pin(self.answer_api(&parts, path, body, &id)).await
            }
            _ => (self.inner.console.answer(&parts, path), "Console"),
        };
        let seen = seen(&answer, operation);
        answer.extensions_mut().insert(seen);
        name(&mut answer, &id);
        answer
    }

    /// Notes what S3 has answered in the audit log, of which this interface is the keeper.
    pub async fn note(&self, change: Elsewhere<'_>) {
        let (audit, now) = (&self.inner.audit, self.inner.seconds());
        audit.note(change.into(), now).await;
    }

    /// What the next request will be called: [`Admin::handle`] keeps the name that is in the
    /// extensions of a request.
    pub fn next_request_id(&self) -> RequestId {
        self.inner.s3.next_request_id()
    }

    /// The whole answer to what could not be read as a request, which the server has found to
    /// deserve this status.
    pub fn refuse_unreadable(&self, status: StatusCode) -> Response<Bytes> {
        let id = self.inner.s3.next_request_id();
        let refused = Refused::new(
            status,
            "BadRequest",
            "An error occurred when parsing the HTTP request.",
        );
        let text = serde_json::to_vec(&refused.render(id.as_str())).unwrap_or_default();
        let mut answer = refusal(&refused, id.as_str());
        name(&mut answer, &id);
        answer.map(|_| Bytes::from(text))
    }

    async fn answer_api(
        &self,
        parts: &Parts,
        path: &str,
        body: RequestBody,
        id: &RequestId,
    ) -> (Answer, &'static str) {
        let client = parts.extensions.get::<Client>();
        let admitted = client.map(|it| self.inner.s3.load().admit_address(it.address));
        if let Some(Err(busy)) = admitted {
            return (finish(Err(busy.into()), id), "unknown");
        }
        if let Some(path) = path
            .strip_prefix(TRANSFERS)
            .filter(|it| it.starts_with('/'))
        {
            let outcome = transfer::answer(&self.inner, parts, path, body).await;
            return (finish(outcome, id), TRANSFER);
        }
        match find(&parts.method, path) {
            Found::Route(route, values) => {
                let outcome = self.run(route, values, parts, body, id).await;
                (finish(outcome, id), route.name)
            }
            Found::Methods(methods) => {
                let allowed: Vec<&str> = methods.iter().map(|it| it.as_str()).collect();
                let refused = Refused::new(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "MethodNotAllowed",
                    "The specified method is not allowed against this resource.",
                );
                let mut answer = finish(Err(refused), id);
                if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
                    answer.headers_mut().insert(ALLOW, allowed);
                }
                (answer, "unknown")
            }
            Found::Nothing => {
                let message = "There is no such resource; /api/v1/openapi.json names all.";
                (
                    finish(Err(Refused::not_found("NotFound", message)), id),
                    "unknown",
                )
            }
        }
    }

    /// Memory for a body that may become long. What anybody can send is short.
    async fn hold(&self, route: &Route, coming: Option<u64>) -> Result<Option<Memory>, Refused> {
        let bytes = taken(coming, route.body_bytes_max)?;
        if route.door == Door::Open || bytes <= UNHELD_BODY_BYTES_MAX {
            return Ok(None);
        }
        Ok(Some(self.inner.s3.load().hold(bytes).await?))
    }

    /// Who asks is known before anything else is looked at.
    async fn run(
        &self,
        route: &'static Route,
        values: Vec<String>,
        parts: &Parts,
        body: RequestBody,
        id: &RequestId,
    ) -> Result<Answer, Refused> {
        let (caller, bearer) = match route.door {
            Door::Open => {
                refuse_other_sites(parts)?;
                (Caller::anonymous(), None)
            }
            Door::Bearer | Door::Login => local::who(&self.inner, parts).await?,
        };
        if let (Door::Login, Some(bearer)) = (route.door, &bearer) {
            bearer.require_login()?;
        }
        let memory = self.hold(route, body.size_hint().upper()).await?;
        // Before anything is permitted or held: a client may take its time.
        let body = arrived(body, route.body_bytes_max, BODY_WAIT_MAX).await?;
        let asked = Asked {
            route,
            values,
            caller,
            bearer,
            memory,
        };
        match repeats::key_of(route, parts)? {
            Some(key) => repeats::once(&self.inner, key, asked, (parts, body), id).await,
            None if route.audited == Audited::No => {
                perform(&self.inner, asked, parts, body, id).await
            }
            None => {
                // A client that goes away does not keep it out of the audit log.
                let (inner, mut parts, id) = (Arc::clone(&self.inner), parts.clone(), id.clone());
                let (_waits, asker) = Asker::new();
                parts.extensions.insert(asker);
                let done = async move { perform(&inner, asked, &parts, body, &id).await };
                let done = tokio::spawn(done).await;
                done.map_err(|error| Refused::failure("a change", &error))?
            }
        }
    }
}

/// How much will be read of a body that says how long it is, or does not. One that is too long need not
/// come; one that is not wanted is not read.
fn taken(coming: Option<u64>, bytes_max: usize) -> Result<u64, Refused> {
    let most = bytes_max as u64;
    match coming {
        Some(coming) if coming > most && most > 0 => Err(too_large(bytes_max)),
        coming => Ok(coming.unwrap_or(most).min(most)),
    }
}

/// What is open changes something by a cookie, or sets one. Browsers say where a request comes from;
/// everybody else may leave it out. Without TLS they say no more than that it comes from a page: then
/// it has to be in a form that no page of another site can send without asking first.
fn refuse_other_sites(parts: &Parts) -> Result<(), Refused> {
    let headers = &parts.headers;
    let is_own = match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin" || site == "none",
        None => !headers.contains_key(ORIGIN) || cannot_be_sent_unasked(headers),
    };
    match is_own || parts.method == Method::GET {
        true => Ok(()),
        false => Err(Refused::new(
            StatusCode::FORBIDDEN,
            "CrossSite",
            "A page of another site cannot do this.",
        )),
    }
}

fn cannot_be_sent_unasked(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let kind = kind.and_then(|it| it.split(';').next()).map(str::trim);
    let is_json = kind.is_some_and(|it| it.eq_ignore_ascii_case("application/json"));
    is_json || headers.contains_key(OWN_HEADER)
}

/// A request whose route and sender are known.
pub(crate) struct Asked {
    route: &'static Route,
    values: Vec<String>,
    caller: Arc<Caller>,
    pub(crate) bearer: Option<Bearer>,
    /// Of its body.
    memory: Option<Memory>,
}

/// Does it, and notes that, also where it panics: something may have been done.
pub(crate) async fn perform(
    inner: &Inner,
    asked: Asked,
    parts: &Parts,
    body: RequestBody,
    id: &RequestId,
) -> Result<Answer, Refused> {
    let route = asked.route;
    let _memory = asked.memory;
    let mut call = Call::new(inner, parts, asked.caller, asked.bearer, asked.values);
    call.route = Some(route);
    let (outcome, panic) = caught(run(route, &call, body)).await;
    if route.audited == Audited::Yes && !is_flood(&call, &outcome) {
        let change = Change::of(&call, route.name, id, outcome.as_ref());
        inner.audit.note(change, inner.seconds()).await;
    }
    match panic {
        // The server counts it, and answers.
        Some(panic) => resume_unwind(panic),
        None => outcome,
    }
}

/// What comes of it, and why nothing could.
async fn caught(
    run: impl Future<Output = Result<Answer, Refused>>,
) -> (Result<Answer, Refused>, Option<Box<dyn Any + Send>>) {
    match AssertUnwindSafe(run).catch_unwind().await {
        Ok(outcome) => (outcome, None),
        Err(panic) => (Err(Refused::internal()), Some(panic)),
    }
}

async fn run(route: &Route, call: &Call<'_>, body: RequestBody) -> Result<Answer, Refused> {
    condition::check(route, &call.parts.headers)?;
    let mut answer = (route.run)(call, body).await?;
    condition::tag(route, &mut answer);
    Ok(answer)
}

/// What anybody could send as often as he likes: it could push all else out of the audit log.
fn is_flood(call: &Call<'_>, outcome: &Result<Answer, Refused>) -> bool {
    let refused = outcome.as_ref().err();
    refused.is_some_and(|refused| {
        refused.status == StatusCode::TOO_MANY_REQUESTS || call.is_of_stranger()
    })
}

/// The code of a refusal, for metrics; those that are none of ours are S3's.
#[derive(Clone, Copy)]
struct Failed(&'static str);

fn finish(outcome: Result<Answer, Refused>, id: &RequestId) -> Answer {
    outcome.unwrap_or_else(|refused| {
        let mut answer = refusal(&refused, id.as_str());
        let code = match refused.code {
            std::borrow::Cow::Borrowed(code) => code,
            std::borrow::Cow::Owned(_) => "unknown",
        };
        answer.extensions_mut().insert(Failed(code));
        answer
    })
}

/// What S3 itself has answered is counted as that.
fn seen(answer: &Answer, operation: &'static str) -> Seen {
    match answer.extensions().get::<Observation>() {
        Some(seen) => Seen {
            operation: seen.operation.unwrap_or(operation),
            error: seen.error.unwrap_or_default(),
        },
        None => Seen {
            operation,
            error: answer.extensions().get::<Failed>().map_or("", |it| it.0),
        },
    }
}

fn moved(to: &str) -> Answer {
    let mut answer = Response::new(AdminBody::full(Bytes::new()));
    *answer.status_mut() = StatusCode::PERMANENT_REDIRECT;
    if let Ok(to) = HeaderValue::from_str(to) {
        answer.headers_mut().insert(LOCATION, to);
    }
    answer
}

fn name(answer: &mut Answer, id: &RequestId) {
    let headers = answer.headers_mut();
    headers.insert(SERVER, HeaderValue::from_static("Cairn"));
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        headers.insert(REQUEST_ID, id);
    }
    for (name, value) in ALWAYS {
        let name = HeaderName::from_static(name);
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests;
