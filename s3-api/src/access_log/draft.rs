//! What is known of a request before it is answered.

use super::collector::{Collector, Place};
use super::entry::AccessEntry;
use super::name;
use crate::bucket::Bucket;
use crate::bucket::logging::{DateSource, KeyFormat};
use crate::client::Client;
use crate::encoding::{Keep, push_percent_encoded};
use crate::request::Parsed;
use crate::response::{Answer, VERSION_ID};
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, HOST, REFERER, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use identity::Caller;
use identity::policy::PrincipalKind;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

const DAY_SECONDS: u64 = 24 * 3600;
const NOTHING: &str = "-";

/// A line of the log that is yet to be finished.
#[derive(Debug)]
pub(crate) struct Draft {
    place: Place,
    time: SystemTime,
    address: String,
    requester: String,
    operation: String,
    key: String,
    request: String,
    referer: String,
    agent: String,
    host: String,
    signature: (&'static str, &'static str),
    body: Body,
}

/// Where the size of the object is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    /// It came with the request.
    Sent(Option<u64>),
    /// It goes out with the answer.
    Read,
    /// Nowhere.
    Other,
}

impl Body {
    fn of(request: &Parsed<'_>) -> Self {
        match request.operation.name {
            "PutObject" | "UploadPart" => Self::Sent(body_bytes(&request.parts.headers)),
            "GetObject" | "HeadObject" => Self::Read,
            _ => Self::Other,
        }
    }
}

impl Draft {
    /// None where the bucket's owner wants no log.
    pub(crate) fn begin(request: &Parsed<'_>, bucket: &Bucket) -> Option<Self> {
        let target = bucket.logging.as_ref()?;
        let (parts, time) = (request.parts, SystemTime::now());
        let seconds = time
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let by_day = target.keys == KeyFormat::Partitioned(DateSource::EventTime);
        let client = parts.extensions.get::<Client>();
        let version = format!("{:?}", parts.version);
        Some(Self {
            place: Place {
                source: bucket.row.name.clone(),
                owner: bucket.row.owner.clone(),
                target: target.bucket.clone(),
                prefix: target.prefix.clone(),
                keys: target.keys,
                day: by_day.then_some(seconds / DAY_SECONDS),
            },
            time,
            address: client.map_or_else(nothing, |client| client.address.to_string()),
            requester: nothing(),
            operation: name::of(request.operation),
            key: encoded(&request.target.key),
            request: format!("{} {} {version}", parts.method, quoted(target_of(parts))),
            referer: header(&parts.headers, &REFERER),
            agent: header(&parts.headers, &USER_AGENT),
            host: header(&parts.headers, &HOST),
            signature: signature(request),
            body: Body::of(request),
        })
    }

    /// It is known who asks.
    pub(crate) fn asked_by(&mut self, caller: &Caller) {
        self.requester = match caller.kind() {
            PrincipalKind::Anonymous => nothing(),
            PrincipalKind::Account => caller.account().id.clone(),
            _ => caller.arn().to_owned(),
        };
    }

    /// The line but for what is known only once the answer has been sent.
    pub(crate) fn answered(
        self,
        answer: &Answer,
        error: Option<&'static str>,
        ids: (&str, &str),
        collector: &Arc<Collector>,
    ) -> AccessEntry {
        let headers = answer.headers();
        let (request_id, host_id) = ids;
        let size = match self.body {
            Body::Sent(bytes) => bytes,
            Body::Read => object_bytes(headers),
            Body::Other => None,
        };
        let size = size.filter(|_| answer.status().is_success());
        let (scheme, place_of_signature) = self.signature;
        AccessEntry {
            front: format!(
                "{} {} [{}] {} {} {request_id} {} {} \"{}\" {} {}",
                self.place.owner,
                self.place.source,
                log_time(self.time),
                self.address,
                self.requester,
                self.operation,
                self.key,
                self.request,
                answer.status().as_u16(),
                error.unwrap_or(NOTHING),
            ),
            size: size.map_or_else(nothing, |size| size.to_string()),
            back: format!(
                "\"{}\" \"{}\" {} {host_id} {scheme} - {place_of_signature} {} - - -",
                self.referer,
                self.agent,
                header(headers, &VERSION_ID),
                self.host,
            ),
            place: self.place,
            time: self.time,
            collector: Arc::clone(collector),
        }
    }
}

fn nothing() -> String {
    NOTHING.to_owned()
}

fn target_of(parts: &Parts) -> &str {
    let target = parts.uri.path_and_query();
    target.map_or("/", |target| target.as_str())
}

fn encoded(key: &[u8]) -> String {
    if key.is_empty() {
        return nothing();
    }
    let mut out = Vec::with_capacity(key.len());
    push_percent_encoded(&mut out, key, Keep::Slash);
    String::from_utf8_lossy(&out).into_owned()
}

/// What clients say must not end a field, or a line.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("%22"),
            letter if letter.is_control() => {
                out.push_str(&format!("%{:02X}", u32::from(letter)));
            }
            letter => out.push(letter),
        }
    }
    out
}

fn header(headers: &HeaderMap, name: &HeaderName) -> String {
    let Some(value) = headers.get(name) else {
        return nothing();
    };
    let text = quoted(&String::from_utf8_lossy(value.as_bytes()));
    match text.is_empty() {
        true => nothing(),
        false => text,
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// Of a request that brings a body, without the framing of signed chunks.
fn body_bytes(headers: &HeaderMap) -> Option<u64> {
    let decoded = HeaderName::from_static("x-amz-decoded-content-length");
    number(headers, &decoded).or_else(|| number(headers, &CONTENT_LENGTH))
}

/// Of the object that is read, all of it also where a range was asked for.
fn object_bytes(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(CONTENT_RANGE);
    let range = range.and_then(|range| range.to_str().ok());
    match range {
        Some(range) => range.rsplit_once('/')?.1.parse().ok(),
        None => number(headers, &CONTENT_LENGTH),
    }
}

/// Which signature there is, and where.
fn signature(request: &Parsed<'_>) -> (&'static str, &'static str) {
    let header = request.header(AUTHORIZATION.as_str()).unwrap_or_default();
    if header.starts_with(b"AWS4-") {
        ("SigV4", "AuthHeader")
    } else if header.starts_with(b"AWS ") {
        ("SigV2", "AuthHeader")
    } else if request.query.has("X-Amz-Signature") {
        ("SigV4", "QueryString")
    } else if request.query.has("Signature") {
        ("SigV2", "QueryString")
    } else {
        (NOTHING, NOTHING)
    }
}

/// `06/Feb/2019:00:00:38 +0000`
fn log_time(time: SystemTime) -> String {
    let form = time::macros::format_description!(
        "[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000"
    );
    let utc = time::OffsetDateTime::from(time);
    utc.format(&form).unwrap_or_default()
}
