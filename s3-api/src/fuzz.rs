//! Pure entry points for the fuzzer: any input gives a value or an error, and never a panic.

pub use crate::auth::fuzz_canonical_request as canonical_request;
pub use crate::body::aws_chunked::{Decoder, Event, Form};

use crate::body::wire::WireBody;
use crate::bucket::cors::Cors;
use crate::bucket::document::{from_request, to_bytes};
use crate::bucket::encryption::BucketEncryption;
use crate::bucket::logging::Logging;
use crate::bucket::object_lock::ObjectLock;
use crate::bucket::ownership::Ownership;
use crate::bucket::public_access::PublicAccessBlock;
use crate::bucket::website::Website;
use crate::domains::Domains;
use crate::error::S3Error;
use crate::form::Form as Upload;
use crate::form::policy::Policy;
use crate::ops::complete_multipart_upload::{self, Chosen};
use crate::ops::shared::copy_source::CopySource;
use crate::ops::shared::range::{Selection, select};
use crate::ops::shared::{listing, tags, version};
use crate::ops::{
    create_bucket, delete_objects, put_bucket_versioning, put_object_legal_hold,
    put_object_retention,
};
use crate::query::Query;
use crate::request::Parsed;
use crate::target::Target;
use bytes::Bytes;
use futures_util::{FutureExt, stream};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use pipeline::{events, lifecycle};
use std::convert::Infallible;
use std::ops::Range;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use storage_engine::hash::Algorithm;
use storage_engine::row::ChecksumKind;

/// Unpacks a body that comes in pieces of `piece_bytes`, and gives its payload. The result must
/// not depend on `piece_bytes`.
pub fn aws_chunked(form: Form, input: &[u8], piece_bytes: usize) -> Result<Vec<u8>, String> {
    let mut decoder = Decoder::new(form);
    let mut payload = Vec::new();
    for piece in input.chunks(piece_bytes.max(1)) {
        let mut rest = piece;
        while !rest.is_empty() {
            let (used, event) = decoder.step(rest).map_err(|error| error.to_string())?;
            if let Some(Event::Data(range)) = event {
                payload.extend_from_slice(&rest[range]);
            }
            rest = &rest[used..];
        }
    }
    decoder.finish().map_err(|error| error.to_string())?;
    Ok(payload)
}

/// Reads a request document; true if it was well-formed.
pub fn document(input: &[u8]) -> bool {
    crate::xml::reader::parse(input).is_ok()
}

/// Takes a request target apart; true if it names something.
pub fn request_target(path: &str, query: &str) -> bool {
    Target::from_path(path).is_ok() && Query::parse(Some(query)).is_ok()
}

/// Reads a request document as each operation that takes one would; how many found it valid.
pub fn documents(input: &[u8]) -> usize {
    const CHOSEN: [Chosen; 3] = [
        None,
        Some((Algorithm::Crc32, ChecksumKind::FullObject)),
        Some((Algorithm::Sha256, ChecksumKind::Composite)),
    ];
    let completes = CHOSEN.map(|chosen| complete_multipart_upload::parse(input, chosen).is_ok());
    let others = [
        from_request::<Cors>(input).is_ok(),
        from_request::<Website>(input).is_ok(),
        delete_objects::Input::parse(input).is_ok(),
        put_bucket_versioning::parse(input).is_ok(),
        create_bucket::parse(input, "us-east-1").is_ok(),
        tags::of_object(input).is_ok(),
        tags::of_bucket(input).is_ok(),
        put_object_retention::parse(input).is_ok(),
        put_object_legal_hold::parse(input).is_ok(),
        from_request::<ObjectLock>(input).is_ok(),
        from_request::<BucketEncryption>(input).is_ok(),
        from_request::<Logging>(input).is_ok(),
        from_request::<Ownership>(input).is_ok(),
        from_request::<PublicAccessBlock>(input).is_ok(),
        from_request::<lifecycle::Configuration>(input).is_ok(),
        notification(input).is_some(),
    ];
    let valid = completes.iter().chain(&others);
    valid.filter(|is_valid| **is_valid).count()
}

/// Reads a configuration of notifications.
pub fn notification(input: &[u8]) -> Option<events::Configuration> {
    from_request(input).ok()
}

/// The same as clients are shown it.
pub fn shown_notification(configuration: &events::Configuration) -> Bytes {
    to_bytes(configuration)
}

/// Reads a call of IAM or STS up to its action: what it means in words of ours, or the document
/// that refuses it.
pub fn call(query: &str, form: &[u8]) -> Result<String, Bytes> {
    crate::iam::fuzz::read(query, form).map_err(|refusal| {
        let body = refusal.into_body().collect().now_or_never();
        let body = body.and_then(Result::ok);
        body.map(|body| body.to_bytes()).unwrap_or_default()
    })
}

/// Finds the operation a request's head asks for; nothing where it asks for none.
pub fn operation(parts: &Parts) -> Option<&'static str> {
    let parsed = Parsed::parse(parts, &Domains::default()).ok()?;
    Some(parsed.operation.name)
}

/// Reads a form that comes in pieces of `piece_bytes`, as the head of the put it stands for and the
/// bytes of its file; nothing where it is none. The result must not depend on `piece_bytes`.
///
/// Panics where a form neither ends nor waits for anything.
pub fn form(input: &[u8], piece_bytes: usize) -> Option<(String, Vec<u8>)> {
    let pieces = input.chunks(piece_bytes.max(1));
    let pieces: Vec<_> = pieces
        .map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(piece))))
        .collect();
    let turns_max = 8 * pieces.len() + 64;
    let mut body = WireBody::new(StreamBody::new(stream::iter(pieces)), &HeaderMap::new());
    let reading = read_form(&mut body);
    let mut reading = pin!(reading);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..turns_max + input.len() {
        if let Poll::Ready(outcome) = reading.as_mut().poll(&mut context) {
            return outcome.ok();
        }
    }
    panic!("a form of {} bytes never ends", input.len());
}

async fn read_form(body: &mut WireBody) -> Result<(String, Vec<u8>), S3Error> {
    let mut headers = HeaderMap::new();
    let kind = HeaderValue::from_static("multipart/form-data; boundary=x");
    headers.insert(CONTENT_TYPE, kind);
    let Upload { fields, mut file } = Upload::open(&headers, body).await?;
    let (parts, ()) = http::Request::new(()).into_parts();
    let head = fields.head(&parts)?;
    let mut content = Vec::new();
    while let Some(piece) = file.next().await? {
        content.extend_from_slice(&piece);
    }
    let shown = format!("{:?} {:?} {:?}", fields.key().ok(), head.headers, fields);
    Ok((shown, content))
}

/// Reads the policy of a form, in the spelling it has in a field; true if it is one.
pub fn policy(input: &str) -> bool {
    Policy::parse(input).is_ok()
}

/// What a request signs in Version 2, whether or not it is signed so.
pub fn string_to_sign(parts: &Parts) -> Option<Vec<u8>> {
    let parsed = Parsed::parse(parts, &Domains::default()).ok()?;
    Some(crate::auth::fuzz_string_to_sign(&parsed))
}

/// What a `Range` header selects of so many bytes: nothing is an answer too, if there is no such
/// place.
pub fn range(header: &[u8], size: u64) -> Option<Range<u64>> {
    match select(header, size) {
        Selection::Whole => Some(0..size),
        Selection::Part(range) => Some(range),
        Selection::Unsatisfiable => None,
    }
}

/// Reads a value as each of the headers and parameters with a form of their own; how many it fits.
pub fn values(input: &[u8]) -> usize {
    let is_source = CopySource::parse(input).is_ok();
    let Ok(text) = std::str::from_utf8(input) else {
        return usize::from(is_source);
    };
    let others = [
        version::parse(text).is_ok(),
        tags::parse_header(text).is_ok(),
        listing::parse_token(text).is_ok(),
        crate::date::parse_http_date(text).is_some(),
        crate::date::parse_basic_iso8601(input).is_some(),
        crate::date::parse_iso8601(text).is_some(),
    ];
    let fits = others.iter().chain(std::iter::once(&is_source));
    fits.filter(|fits| **fits).count()
}
