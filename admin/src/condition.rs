//! Changes of what somebody has read: `ETag` of a document, and `If-Match` with it on a change.
//!
//! Two people who edit the same document must not undo each other's change without a word. Where a
//! document can be edited, reading it gives a tag; a change that brings the tag is made only while
//! the document still has it.

use crate::answer::Answer;
use crate::body::RequestBody;
use crate::call::Call;
use crate::refused::Refused;
use crate::route::Route;
use crate::router::{Found, find};
use bytes::Bytes;
use http::header::{ETAG, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tokio::sync::MutexGuard;

/// Routes of documents that are edited, and the fields of an answer that are the document. Others
/// tell what changes without it: how many have a policy.
const DOCUMENTS: [(&str, &[&str]); 5] = [
    ("/buckets/{name}/config/{kind}", &[]),
    ("/policies/{name}", &["version", "document"]),
    ("/policies/{name}/limits", &[]),
    ("/users/{name}/policies/{policy}", &[]),
    ("/groups/{name}/policies/{policy}", &[]),
];

/// What a change asks of the document as it is.
enum Wanted {
    /// It still has this tag, or any.
    Tag(HeaderValue),
    /// There is none.
    Nothing,
}

fn fields(route: &Route) -> Option<&'static [&'static str]> {
    let found = DOCUMENTS.iter().find(|(path, _)| *path == route.path);
    found.map(|(_, fields)| *fields)
}

/// Whether both headers mean something to the route.
pub(crate) fn is_known(route: &Route) -> bool {
    fields(route).is_some() && (route.method == Method::PUT || route.method == Method::DELETE)
}

/// Gives the answer to a read the tag of its document.
pub(crate) fn tag(route: &Route, answer: &mut Answer) {
    if route.method != Method::GET {
        return;
    }
    if let Some(tag) = fields(route).and_then(|fields| tag_of(answer, fields)) {
        answer.headers_mut().insert(ETAG, tag);
    }
}

fn tag_of(answer: &Answer, fields: &[&str]) -> Option<HeaderValue> {
    let body = answer.body().whole()?;
    let digest = match fields {
        [] => digest(&[body]),
        fields => {
            let shown: Value = serde_json::from_slice(body).ok()?;
            let parts = fields.iter().map(|field| shown[field].to_string());
            let parts: Vec<String> = parts.collect();
            digest(&parts.iter().map(String::as_bytes).collect::<Vec<_>>())
        }
    };
    HeaderValue::from_str(&format!("\"{digest}\"")).ok()
}

fn digest(parts: &[&[u8]]) -> String {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    hex::encode(&context.finish().as_ref()[..16])
}

/// Refuses a change whose condition the document does not meet. Until what is returned goes, no other
/// change of a document is made by this interface.
pub(crate) async fn check<'a>(
    route: &Route,
    call: &Call<'a>,
) -> Result<Option<MutexGuard<'a, ()>>, Refused> {
    let wanted = wanted(route, &call.parts.headers)?;
    if !is_known(route) {
        return Ok(None);
    }
    let held = call.admin.documents.lock().await;
    let Some(wanted) = wanted else {
        return Ok(Some(held));
    };
    let now = document(route, call).await?;
    let is_met = match (&wanted, &now) {
        (Wanted::Nothing, now) => now.is_none(),
        (Wanted::Tag(_), None) => false,
        (Wanted::Tag(tag), Some(now)) => tag == "*" || tag == now,
    };
    match is_met {
        true => Ok(Some(held)),
        false => Err(Refused::new(
            StatusCode::PRECONDITION_FAILED,
            "PreconditionFailed",
            "It has been changed since it was read. Read it again.",
        )),
    }
}

fn wanted(route: &Route, headers: &HeaderMap) -> Result<Option<Wanted>, Refused> {
    let given = [IF_MATCH, IF_NONE_MATCH].map(|name| headers.get(name));
    // Browsers and proxies ask so of what they have kept, of which there is nothing here.
    let is_read = route.method == Method::GET;
    match given {
        [None, None] => Ok(None),
        _ if is_read => Ok(None),
        _ if !is_known(route) => Err(Refused::field(
            "if-match",
            "This route changes nothing that has an ETag.",
        )),
        [Some(tag), None] => Ok(Some(Wanted::Tag(tag.clone()))),
        [None, Some(tag)] if tag == "*" => Ok(Some(Wanted::Nothing)),
        _ => Err(Refused::field(
            "if-none-match",
            "It can only be `*`, and without `If-Match`.",
        )),
    }
}

/// The tag of what is there now, as whoever asks may see it.
async fn document(route: &Route, call: &Call<'_>) -> Result<Option<HeaderValue>, Refused> {
    let path = call.parts.uri.path();
    let reading = match find(&Method::GET, route.path) {
        Found::Route(reading, _) => reading,
        _ => return Err(Refused::failure("a document", &path)),
    };
    let nothing = Full::new(Bytes::new()).map_err(|never| match never {});
    let nothing: RequestBody = nothing.boxed_unsync();
    match (reading.run)(call, nothing).await {
        Ok(answer) => Ok(tag_of(&answer, fields(route).unwrap_or_default())),
        Err(refused) if refused.status == StatusCode::NOT_FOUND => Ok(None),
        Err(refused) => Err(refused),
    }
}

#[cfg(test)]
mod tests;
