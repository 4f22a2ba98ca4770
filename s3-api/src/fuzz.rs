//! Pure entry points for the fuzzer: any input gives a value or an error, and never a panic.

pub use crate::auth::fuzz_canonical_request as canonical_request;
pub use crate::body::aws_chunked::{Decoder, Event, Form};

use crate::ops::complete_multipart_upload::{self, Chosen};
use crate::ops::shared::copy_source::CopySource;
use crate::ops::shared::range::{Selection, select};
use crate::ops::shared::{listing, tags, version};
use crate::ops::{create_bucket, delete_objects, put_bucket_versioning};
use crate::query::Query;
use crate::request::Parsed;
use crate::target::Target;
use http::request::Parts;
use std::ops::Range;
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
        delete_objects::Input::parse(input).is_ok(),
        put_bucket_versioning::parse(input).is_ok(),
        create_bucket::check_document(input, "us-east-1").is_ok(),
    ];
    let valid = completes.iter().chain(&others);
    valid.filter(|is_valid| **is_valid).count()
}

/// Finds the operation a request's head asks for; nothing where it asks for none.
pub fn operation(parts: &Parts) -> Option<&'static str> {
    let parsed = Parsed::parse(parts).ok()?;
    Some(parsed.operation.name)
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
    ];
    let fits = others.iter().chain(std::iter::once(&is_source));
    fits.filter(|fits| **fits).count()
}
