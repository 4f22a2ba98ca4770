//! Which operation a request asks for: a pure function over one table.
//!
//! The table in [`table`] has every operation of the S3 model, whether we serve it or not, so
//! that a request for one we do not serve gets its own answer and never another operation's.

mod actions;
mod example;
mod table;

use crate::error::{Code, S3Error};
use crate::query::Query;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};

pub(crate) use actions::ACTIONS;
pub use example::Example;
pub(crate) use table::{
    Access, DefaultDocument, Disposition, Judged, Level, Marker, POST_OBJECT, PREFLIGHT, Right,
    Served,
};
pub use table::{OPERATIONS, Operation};

/// Finds the operation; the row with the most specific markers that are all present wins.
pub(crate) fn route(
    method: &Method,
    level: Level,
    query: &Query,
    headers: &HeaderMap,
) -> Result<&'static Operation, S3Error> {
    if method == Method::OPTIONS && level != Level::Service {
        // Whatever the request will be that the browser asks about.
        return Ok(&PREFLIGHT);
    }
    let rows = OPERATIONS
        .iter()
        .filter(|row| row.level == level && row.method == method.as_str());
    let mut plain = None;
    for row in rows {
        match row.markers {
            [] => plain = plain.or(Some(row)),
            markers if markers.iter().all(|marker| marker.is_in(query, headers)) => return Ok(row),
            _ => {}
        }
    }
    if let Some(stray) = query.names().find(|name| !is_plain_parameter(query, name)) {
        return Err(stray_subresource(method, stray));
    }
    match plain {
        Some(row) => Ok(row),
        None if method == Method::POST && level == Level::Bucket => form(headers),
        None => Err(method_not_allowed(method)),
    }
}

/// A row by its name, for requests that we make ourselves.
pub(crate) fn named(name: &str) -> Result<&'static Operation, S3Error> {
    let row = OPERATIONS.iter().find(|row| row.name == name);
    row.ok_or_else(|| S3Error::new(Code::InternalError))
}

impl Marker {
    fn is_in(&self, query: &Query, headers: &HeaderMap) -> bool {
        match self {
            Marker::Query(name) => query.has(name),
            Marker::Value(name, value) => query.get(name) == Some(value.as_bytes()),
            Marker::Header(name) => headers.contains_key(*name),
        }
    }
}

/// Whether a plain row may ignore this parameter. A known parameter is the operation's business;
/// an unknown one with a value is somebody's annotation (`x-id=GetObject`), which Amazon ignores
/// too; an unknown one without a value looks like a sub-resource we have never heard of.
fn is_plain_parameter(query: &Query, name: &[u8]) -> bool {
    let is_known = PLAIN_PARAMETERS
        .iter()
        .any(|known| known.as_bytes() == name);
    let has_known_start = PLAIN_PREFIXES.iter().any(|start| name.starts_with(start));
    if is_known || has_known_start {
        return true;
    }
    let is_subresource = subresources().any(|known| known.as_bytes() == name);
    !is_subresource && query.get_bytes(name).is_some_and(|value| !value.is_empty())
}

/// Names that mark an operation by themselves.
fn subresources() -> impl Iterator<Item = &'static str> {
    // Only a row's first marker names it; `id` beside `analytics` does not.
    OPERATIONS
        .iter()
        .filter_map(|row| match row.markers.first() {
            Some(Marker::Query(name)) => Some(*name),
            _ => None,
        })
}

/// A sub-resource we know, under a method it does not have, or one that nobody knows.
fn stray_subresource(method: &Method, name: &[u8]) -> S3Error {
    if subresources().any(|known| known.as_bytes() == name) {
        return method_not_allowed(method);
    }
    S3Error::new(Code::NotImplemented).extra("Resource", String::from_utf8_lossy(name))
}

/// All that can be posted to a bucket as such is a form.
fn form(headers: &HeaderMap) -> Result<&'static Operation, S3Error> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .map_or(&b""[..], HeaderValue::as_bytes);
    let kind = content_type.split(|&byte| byte == b';').next();
    let kind = kind.unwrap_or_default().trim_ascii();
    if kind.eq_ignore_ascii_case(b"multipart/form-data") {
        return Ok(&POST_OBJECT);
    }
    Err(S3Error::new(Code::PreconditionFailed).extra(
        "Condition",
        "Bucket POST must be of the enclosure-type multipart/form-data",
    ))
}

fn method_not_allowed(method: &Method) -> S3Error {
    S3Error::new(Code::MethodNotAllowed).extra("Method", method.as_str())
}

/// Parameters that qualify an operation and never name one.
const PLAIN_PARAMETERS: &[&str] = &[
    "prefix",
    "delimiter",
    "marker",
    "max-keys",
    "encoding-type",
    "list-type",
    "continuation-token",
    "start-after",
    "fetch-owner",
    "key-marker",
    "upload-id-marker",
    "version-id-marker",
    "max-uploads",
    "max-parts",
    "part-number-marker",
    "partNumber",
    "versionId",
    "max-buckets",
    "bucket-region",
    "x-id",
];

/// The same for whole families: presigned requests, and overrides of answer headers.
const PLAIN_PREFIXES: &[&[u8]] = &[b"X-Amz-", b"x-amz-", b"response-"];

#[cfg(test)]
mod tests;
