//! Headers of a presigned link that stand in its query: whoever opens the link sends none of them.

use crate::query::Query;
use http::request::Parts;
use http::{HeaderName, HeaderValue};

/// Parameters that are about the signature, and those that are not heeded in a link: Amazon's say
/// nothing of the body, which is not there yet when a link is made.
const NOT_HEADERS: [&str; 11] = [
    "x-amz-algorithm",
    "x-amz-content-sha256",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-expires",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
    "x-amz-trailer",
];

/// Headers that did not come as such. Their values are UTF-8, and a signature of the query covers
/// them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hoisted(Vec<HeaderName>);

impl Hoisted {
    /// Whether that header of the request is one of them.
    pub(crate) fn has(parts: &Parts, name: &str) -> bool {
        let hoisted = parts.extensions.get::<Self>();
        hoisted.is_some_and(|Self(names)| names.iter().any(|one| one == name))
    }
}

/// Adds them to the headers. One that came as a header stays as it is. What is no header is left
/// where it is, and so is a query that nobody can read: it is refused soon.
pub(crate) fn take_from_query(parts: &mut Parts) {
    let is_link = |query: &Query| query.has("X-Amz-Algorithm") || query.has("Signature");
    let query = parts
        .uri
        .query()
        .filter(|query| query.contains("ignature="));
    let Some(query) = query.and_then(|query| Query::parse(Some(query)).ok()) else {
        return;
    };
    if !is_link(&query) {
        return;
    }
    let mut hoisted = Vec::new();
    for (name, value) in query.pairs() {
        let Ok(name) = HeaderName::from_bytes(name) else {
            continue;
        };
        let Ok(value) = HeaderValue::from_bytes(value) else {
            continue;
        };
        if is_header(name.as_str()) && !parts.headers.contains_key(&name) {
            parts.headers.insert(&name, value);
            hoisted.push(name);
        }
    }
    parts.extensions.insert(Hoisted(hoisted));
}

fn is_header(name: &str) -> bool {
    let checksum = name.strip_prefix("x-amz-checksum-");
    let is_heeded = checksum.is_none_or(|what| what == "mode");
    name.starts_with("x-amz-") && is_heeded && !NOT_HEADERS.contains(&name)
}

#[cfg(test)]
mod tests;
