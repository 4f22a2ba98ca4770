//! Changes of what somebody has read: `ETag` of a document, and `If-Match` with it on a change.
//!
//! Two people who edit the same document must not undo each other's change without a word. Where a
//! document can be edited, reading it gives a tag; a change that brings the tag is made only while
//! the document still has it.
//!
//! An endpoint that changes a document [`hold`]s it once it knows that the caller may, and has
//! nothing to wait for but the store from then on: whoever may not change a document keeps nobody
//! from it, and neither does a slow network.

use crate::answer::{Answer, whole};
use crate::call::Call;
use crate::limits::DOCUMENT_WAIT_MAX;
use crate::locks::{Held, Locks};
use crate::refused::Refused;
use crate::route::{ROUTES, Route};
use bytes::Bytes;
use http::header::{ETAG, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use std::time::Duration;
use tags::Tags;
use tokio::sync::watch;

mod tags;

/// What is edited.
struct Document {
    /// Where it is read, set and deleted.
    path: &'static str,
    /// The fields of an answer that are the document; without any, all of it is. Others tell what
    /// changes without it: how many have a policy.
    fields: &'static [&'static str],
    /// By what else it is changed.
    also: &'static [&'static str],
}

const fn document(path: &'static str) -> Document {
    Document {
        path,
        fields: &[],
        also: &[],
    }
}

static DOCUMENTS: [Document; 5] = [
    document("/buckets/{name}/config/{kind}"),
    Document {
        path: "/policies/{name}",
        fields: &["version", "document"],
        also: &["/policies/{name}/version"],
    },
    document("/policies/{name}/limits"),
    document("/users/{name}/policies/{policy}"),
    document("/groups/{name}/policies/{policy}"),
];

/// What a change asks of the document as it is.
struct Wanted {
    /// It has one of these tags.
    is: Option<Tags>,
    /// It has none of these.
    is_not: Option<Tags>,
}

impl Document {
    fn of(route: &Route) -> Option<&'static Document> {
        let mut all = DOCUMENTS.iter();
        all.find(|it| it.path == route.path || it.also.contains(&route.path))
    }

    /// The route that reads it.
    fn reading(&self) -> Option<&'static Route> {
        let mut all = ROUTES.iter();
        all.find(|route| route.path == self.path && route.method == Method::GET)
    }
}

/// Whether both headers mean something to the route.
pub(crate) fn is_known(route: &Route) -> bool {
    let is_change = route.method == Method::PUT || route.method == Method::DELETE;
    is_change && Document::of(route).is_some()
}

/// Gives the answer to a read the tag of its document.
pub(crate) fn tag(route: &Route, answer: &mut Answer) {
    let document = Document::of(route).filter(|it| it.path == route.path);
    let read = document.filter(|_| route.method == Method::GET);
    if let Some(tag) = read.and_then(|document| tag_of(answer, document))
        && let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\""))
    {
        answer.headers_mut().insert(ETAG, tag);
    }
}

fn tag_of(answer: &Answer, document: &Document) -> Option<String> {
    let body = answer.body().whole()?;
    if document.fields.is_empty() {
        return Some(digest(&[body]));
    }
    let shown: Value = serde_json::from_slice(body).ok()?;
    let parts = document.fields.iter().map(|field| shown[field].to_string());
    let parts: Vec<String> = parts.collect();
    let parts: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
    Some(digest(&parts))
}

fn digest(parts: &[&[u8]]) -> String {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    hex::encode(&context.finish().as_ref()[..16])
}

/// Whoever waits for an answer, as a change sees it that goes on without.
#[derive(Debug, Clone)]
pub(crate) struct Asker(watch::Receiver<()>);

impl Asker {
    /// It waits as long as there is the first.
    pub(crate) fn new() -> (watch::Sender<()>, Self) {
        let (waits, asker) = watch::channel(());
        (waits, Self(asker))
    }

    async fn left(mut self) {
        // Nothing is ever sent: this ends with the sender.
        while self.0.changed().await.is_ok() {}
    }
}

/// Keeps everybody else from changing a document by this interface, as long as there is what is
/// returned. Refuses a change whose condition the document does not meet.
pub(crate) async fn hold(call: &Call<'_>, name: &str) -> Result<Held, Refused> {
    let asker = call.parts.extensions.get::<Asker>().cloned();
    let locks = &call.admin.documents;
    let held = wait(locks, name, asker, DOCUMENT_WAIT_MAX).await?;
    let route = call.route.filter(|route| is_known(route));
    let Some(document) = route.and_then(Document::of) else {
        return Err(Refused::failure("a document", &"no route to it is known"));
    };
    if let Some(wanted) = wanted(&call.parts.headers)? {
        wanted.check(current(document, call).await?.as_deref())?;
    }
    Ok(held)
}

/// Nothing is left of who has stopped waiting.
async fn wait(
    locks: &Locks,
    name: &str,
    asker: Option<Asker>,
    longest: Duration,
) -> Result<Held, Refused> {
    let name = *blake3::hash(name.to_lowercase().as_bytes()).as_bytes();
    let left = async {
        match asker {
            Some(asker) => asker.left().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        held = locks.hold(name) => Ok(held),
        () = left => Err(Refused::new(
            StatusCode::REQUEST_TIMEOUT,
            "RequestTimeout",
            "Nobody waits for this change any more.",
        )),
        () = tokio::time::sleep(longest) => Err(Refused {
            retry_after_seconds: Some(1),
            ..Refused::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "SlowDown",
                "Too many others are changing this just now. Try again.",
            )
        }),
    }
}

/// Refuses conditions that cannot be read, and those of routes that change no document.
pub(crate) fn check(route: &Route, headers: &HeaderMap) -> Result<(), Refused> {
    if is_known(route) {
        return wanted(headers).map(|_| ());
    }
    let mut names = [IF_MATCH, IF_NONE_MATCH].into_iter();
    match names.find(|name| headers.contains_key(name)) {
        // Browsers and proxies ask so of what they have kept, of which there is nothing here.
        Some(name) if ![Method::GET, Method::HEAD].contains(&route.method) => Err(Refused::field(
            name.as_str(),
            "This route changes nothing that has an ETag.",
        )),
        _ => Ok(()),
    }
}

fn wanted(headers: &HeaderMap) -> Result<Option<Wanted>, Refused> {
    let wanted = Wanted {
        is: tags(headers, &IF_MATCH)?,
        is_not: tags(headers, &IF_NONE_MATCH)?,
    };
    let is_asked = wanted.is.is_some() || wanted.is_not.is_some();
    Ok(is_asked.then_some(wanted))
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Tags>, Refused> {
    if !headers.contains_key(name) {
        return Ok(None);
    }
    let lines = headers.get_all(name).iter().map(|line| line.to_str().ok());
    let lines: Option<Vec<&str>> = lines.collect();
    let tags = lines.and_then(|lines| Tags::parse(&lines.join(",")));
    let message = "It is `*`, or tags in quotes with commas between them.";
    let tags = tags.ok_or_else(|| Refused::field(name.as_str(), message))?;
    Ok(Some(tags))
}

impl Wanted {
    fn check(&self, now: Option<&str>) -> Result<(), Refused> {
        let (name, message) = match (&self.is, &self.is_not, now) {
            (Some(_), _, None) => (IF_MATCH, "It is not there, or not any more."),
            (Some(tags), _, Some(now)) if !tags.has(now) => (
                IF_MATCH,
                "It has been changed since it was read. Read it again.",
            ),
            (_, Some(Tags::Any), Some(_)) => (IF_NONE_MATCH, "There is one already."),
            (_, Some(tags), Some(now)) if tags.has(now) => {
                (IF_NONE_MATCH, "It is still one that was named.")
            }
            _ => return Ok(()),
        };
        Err(Refused {
            field: Some(name.as_str().to_owned()),
            ..Refused::new(
                StatusCode::PRECONDITION_FAILED,
                "PreconditionFailed",
                message,
            )
        })
    }
}

/// The tag of what is there now, as whoever asks may see it.
async fn current(document: &Document, call: &Call<'_>) -> Result<Option<String>, Refused> {
    let reading = document.reading();
    let reading = reading.ok_or_else(|| Refused::failure("a document", &document.path))?;
    match (reading.run)(call, whole(Bytes::new())).await {
        Ok(answer) => Ok(tag_of(&answer, document)),
        Err(refused) if refused.status == StatusCode::NOT_FOUND => Ok(None),
        Err(refused) => Err(refused),
    }
}

#[cfg(test)]
mod tests;
