//! Pure entry points for the fuzzer: any input gives a value or an error, and never a panic.

pub use crate::auth::fuzz_canonical_request as canonical_request;
pub use crate::body::aws_chunked::{Decoder, Event, Form};

use crate::query::Query;
use crate::target::Target;

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
