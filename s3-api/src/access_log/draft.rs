//! What is known of a request before it is answered.

use super::collector::{Collector, Place};
use super::entry::AccessEntry;
use super::name;
use super::sender::Sender;
use super::text::{NOTHING, encoded, header, log_time, number, or_nothing, quoted};
use crate::bucket::Bucket;
use crate::query::Query;
use crate::request::Parsed;
use crate::response::{Answer, VERSION_ID};
use crate::shown::ShownTarget;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, REFERER, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use identity::Caller;
use std::sync::Arc;
use std::time::SystemTime;

/// A line of the log that is yet to be finished.
#[derive(Debug)]
pub(crate) struct Draft {
    place: Place,
    time: SystemTime,
    sender: Sender,
    operation: String,
    key: String,
    request: String,
    referer: String,
    agent: String,
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
        let sender = Sender::of(request.parts, &request.query);
        let (operation, key) = (name::of(request.operation), &request.target.key);
        let draft = Self::new(request.parts, bucket, operation, key)?;
        Some(Self {
            sender,
            body: Body::of(request),
            ..draft
        })
    }

    /// The same for a visitor of a website, who is shown that page.
    pub(crate) fn visit(parts: &Parts, bucket: &Bucket, page: &[u8]) -> Option<Self> {
        Self::new(parts, bucket, name::of_visit(&parts.method), page)
    }

    fn new(parts: &Parts, bucket: &Bucket, operation: String, key: &[u8]) -> Option<Self> {
        let time = SystemTime::now();
        let version = format!("{:?}", parts.version);
        Some(Self {
            place: Place::of(bucket, time)?,
            time,
            sender: Sender::of(parts, &Query::default()),
            operation,
            key: encoded(key),
            request: format!(
                "{} {} {version}",
                parts.method,
                quoted(&ShownTarget(target_of(parts)).to_string())
            ),
            referer: header(&parts.headers, &REFERER),
            agent: header(&parts.headers, &USER_AGENT),
            body: Body::Read,
        })
    }

    /// It is known who asks.
    pub(crate) fn asked_by(&mut self, caller: &Caller) {
        self.sender.is(caller);
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
        let Sender {
            address, requester, ..
        } = &self.sender;
        AccessEntry {
            front: format!(
                "{} {} [{}] {} {} {request_id} {} {} \"{}\" {} {}",
                self.place.owner,
                self.place.source,
                log_time(self.time),
                address,
                requester,
                self.operation,
                self.key,
                self.request,
                answer.status().as_u16(),
                error.unwrap_or(NOTHING),
            ),
            size: or_nothing(size),
            back: format!(
                "\"{}\" \"{}\" {} {host_id} {}",
                self.referer,
                self.agent,
                header(headers, &VERSION_ID),
                self.sender.signature_and_host(),
            ),
            place: self.place,
            time: self.time,
            collector: Arc::clone(collector),
        }
    }
}

fn target_of(parts: &Parts) -> &str {
    let target = parts.uri.path_and_query();
    target.map_or("/", |target| target.as_str())
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
