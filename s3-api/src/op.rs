//! Which operation a request asks for: a pure function over one table.
//!
//! The table in [`table`] has every operation of the S3 model, whether we serve it or not, so
//! that a request for one we do not serve gets its own answer and never another operation's.

mod actions;
mod table;

use crate::error::{Code, S3Error};
use crate::query::Query;
use http::{HeaderMap, Method};

pub(crate) use actions::ACTIONS;
pub(crate) use table::{
    Access, DefaultDocument, Disposition, Judged, Level, Marker, Right, Served,
};
pub use table::{OPERATIONS, Operation};

/// Finds the operation; the row with the most specific markers that are all present wins.
pub(crate) fn route(
    method: &Method,
    level: Level,
    query: &Query,
    headers: &HeaderMap,
) -> Result<&'static Operation, S3Error> {
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
    plain.ok_or_else(|| unrouted(method, level, headers))
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

fn unrouted(method: &Method, level: Level, headers: &HeaderMap) -> S3Error {
    if method == Method::OPTIONS {
        // What Amazon answers to a preflight where no CORS rules are set.
        return S3Error::new(Code::AccessForbidden)
            .message("CORSResponse: CORS is not enabled for this bucket.");
    }
    let content_type = headers
        .get(http::header::CONTENT_TYPE)
        .map(|value| value.as_bytes());
    let is_form = content_type.is_some_and(|value| value.starts_with(b"multipart/form-data"));
    if method == Method::POST && level == Level::Bucket && is_form {
        return S3Error::new(Code::NotImplemented)
            .message("Uploads by an HTML form are not implemented.");
    }
    method_not_allowed(method)
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
