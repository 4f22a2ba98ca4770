//! What endpoints give back, and what it becomes.

mod lists;
mod plain;

use crate::body::{AdminBody, RequestBody};
use crate::refused::Refused;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::timeout;

pub(crate) type Answer = Response<AdminBody>;

/// What metrics and logs may know of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// From the table of routes, or a word for everything else.
    pub operation: &'static str,
    /// The code of a refusal; empty where there is none.
    pub error: &'static str,
}

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");

/// Nothing: no query, no body, no answer.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Nothing {}

/// What an endpoint gives back: a value, and headers that come with it.
pub(crate) struct Reply<T> {
    pub(crate) value: T,
    pub(crate) headers: HeaderMap,
}

impl<T> From<T> for Reply<T> {
    fn from(value: T) -> Self {
        Self {
            value,
            headers: HeaderMap::new(),
        }
    }
}

impl<T: Serialize> Reply<T> {
    pub(crate) fn render(self, status: StatusCode) -> Result<Answer, Refused> {
        let mut answer = match status {
            StatusCode::NO_CONTENT => Response::new(AdminBody::full(Bytes::new())),
            _ => json(&self.value)?,
        };
        *answer.status_mut() = status;
        answer.headers_mut().extend(self.headers);
        Ok(answer)
    }
}

fn json<T: Serialize>(value: &T) -> Result<Answer, Refused> {
    let text = serde_json::to_vec(value);
    let text = text.map_err(|error| Refused::failure("an answer", &error))?;
    Ok(with_type(text, "application/json"))
}

pub(crate) fn with_type(body: impl Into<Bytes>, kind: &'static str) -> Answer {
    let mut answer = Response::new(AdminBody::full(body));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// A refusal as it goes out.
pub(crate) fn refusal(refused: &Refused, request_id: &str) -> Answer {
    let text = serde_json::to_vec(&refused.render(request_id)).unwrap_or_default();
    let mut answer = with_type(text, "application/json");
    *answer.status_mut() = refused.status;
    if let Some(seconds) = refused.retry_after_seconds {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    if refused.status == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Bearer");
        let name = http::header::WWW_AUTHENTICATE;
        answer.headers_mut().insert(name, scheme);
    }
    answer
}

/// The JSON of a request, which says what is wrong with it.
pub(crate) async fn read<T: DeserializeOwned + JsonSchema>(
    body: RequestBody,
    bytes_max: usize,
) -> Result<T, Refused> {
    let text = read_bytes(body, bytes_max).await?;
    // An object without fields may be left out.
    let text: &[u8] = if text.is_empty() { b"{}" } else { &text };
    if let Some(field) = lists::misplaced::<T>(text) {
        let message = "It has to be an object, and is a list.";
        return Err(Refused::field(field, message));
    }
    let mut read = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut read).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        match error.is_data() {
            true => misread(&path, &error.to_string()),
            false => malformed(&error.to_string()),
        }
    })?;
    let ended = read.end();
    ended.map_err(|error| malformed(&error.to_string()))?;
    Ok(value)
}

fn malformed(message: &str) -> Refused {
    let message = plain::malformed(message);
    Refused::new(StatusCode::BAD_REQUEST, "MalformedJSON", message)
}

/// What is not there, or not known, has no path; its name stands in the message.
pub(crate) fn misread(path: &str, message: &str) -> Refused {
    let said = plain::said(message);
    let path = if path == "." { "" } else { path };
    let field = match (path, said.field) {
        ("", Some(name)) => name,
        (path, Some(name)) if path.rsplit('.').next() != Some(name.as_str()) => {
            format!("{path}.{name}")
        }
        (path, _) => path.to_owned(),
    };
    Refused::field(field, said.text)
}

/// The same body once all of it is there, if that does not take too long. One that is not wanted
/// is not waited for.
pub(crate) async fn arrived(
    body: RequestBody,
    bytes_max: usize,
    longest: Duration,
) -> Result<RequestBody, Refused> {
    let bytes = match bytes_max {
        0 => Vec::new(),
        most => {
            let arriving = timeout(longest, read_bytes(body, most));
            arriving.await.map_err(|_| {
                let message = "The body of the request took too long to arrive.";
                Refused::new(StatusCode::REQUEST_TIMEOUT, "RequestTimeout", message)
            })??
        }
    };
    Ok(whole(bytes.into()))
}

/// A body that is all there.
pub(crate) fn whole(bytes: Bytes) -> RequestBody {
    let body = Full::new(bytes).map_err(|never| match never {});
    body.boxed_unsync()
}

pub(crate) fn too_large(bytes_max: usize) -> Refused {
    Refused::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestTooLarge",
        format!("The body of this request may have {bytes_max} bytes at most."),
    )
}

pub(crate) async fn read_bytes(
    mut body: RequestBody,
    bytes_max: usize,
) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            let message = "The body of the request did not arrive.";
            Refused::new(StatusCode::BAD_REQUEST, "IncompleteBody", message)
        })?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > bytes_max {
            return Err(too_large(bytes_max));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
