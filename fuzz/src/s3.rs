//! What clients send.

use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use s3_api::fuzz::{self, Form};

/// The first two bytes say which form is expected and how the body is cut into pieces.
pub(crate) fn aws_chunked(data: &[u8]) -> bool {
    let Some(([form, piece], body)) = data.split_first_chunk() else {
        return false;
    };
    let form = Form {
        signed: form & 1 != 0,
        trailer: form & 2 != 0,
    };
    let whole = fuzz::aws_chunked(form, body, body.len());
    let in_pieces = fuzz::aws_chunked(form, body, usize::from(*piece));
    assert_eq!(whole, in_pieces, "pieces of {piece} bytes");
    if let Ok(payload) = &whole {
        assert!(payload.len() < body.len());
    }
    whole.is_ok()
}

pub(crate) fn xml(data: &[u8]) -> bool {
    let is_well_formed = fuzz::document(data);
    let valid = fuzz::documents(data);
    // No document at all is one way to create a bucket.
    let is_blank = data.trim_ascii().is_empty();
    assert!(
        is_well_formed || is_blank || valid == 0,
        "{valid} found it valid"
    );
    valid > 0
}

/// A request's head: method, target and headers on lines of their own; the first header line
/// doubles as the list of signed headers.
pub(crate) fn request(data: &[u8]) -> bool {
    let Some((parts, signed)) = head(data) else {
        return false;
    };
    let path = parts.uri.path().to_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let _ = fuzz::request_target(&path, &query);
    let operation = fuzz::operation(&parts);
    if let Some(text) = fuzz::string_to_sign(&parts) {
        assert!(text.starts_with(parts.method.as_str().as_bytes()));
    }
    let request = Request::from_parts(parts, ());
    let canonical = fuzz::canonical_request(&request, &signed);
    if let Some(canonical) = &canonical {
        let method = request.method().as_str().as_bytes();
        assert!(
            canonical.starts_with(method),
            "{}",
            canonical.escape_ascii()
        );
        let again = fuzz::canonical_request(&request, &signed);
        assert_eq!(again.as_ref(), Some(canonical));
    }
    operation.is_some() && canonical.is_some()
}

/// The first byte says how the form is cut into pieces.
pub(crate) fn form(data: &[u8]) -> bool {
    // A head that is too long is refused by the piece, so where depends on them.
    const BYTES_MAX: usize = 16 << 10;
    let Some((piece, body)) = data.split_first().filter(|_| data.len() <= BYTES_MAX) else {
        return false;
    };
    let whole = fuzz::form(body, body.len());
    let in_pieces = fuzz::form(body, usize::from(*piece));
    assert_eq!(whole, in_pieces, "pieces of {piece} bytes");
    if let Some((_, content)) = &whole {
        assert!(content.len() < body.len());
    }
    whole.is_some()
}

/// A policy, not yet in base64.
pub(crate) fn policy(data: &[u8]) -> bool {
    let spelled = base64_simd::STANDARD.encode_to_string(data);
    fuzz::policy(&spelled)
}

fn head(data: &[u8]) -> Option<(Parts, String)> {
    let mut lines = data.split(|byte| *byte == b'\n');
    let (method, target) = (lines.next()?, lines.next()?);
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(method).ok()?;
    *request.uri_mut() = Uri::try_from(target).ok()?;
    let signed = String::from_utf8(lines.next().unwrap_or_default().to_vec()).ok()?;
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(&line[colon + 1..]).ok()?;
        request.headers_mut().try_append(name, value).ok()?;
    }
    Some((request.into_parts().0, signed))
}

/// The first eight bytes are the size of the body.
pub(crate) fn range(data: &[u8]) -> bool {
    let Some((size, header)) = data.split_first_chunk() else {
        return false;
    };
    let size = u64::from_le_bytes(*size);
    let range = fuzz::range(header, size);
    if let Some(range) = &range {
        let fits = range.start <= range.end && range.end <= size;
        assert!(fits, "{range:?} of {size}");
        assert!(!range.is_empty() || size == 0, "nothing of {size}");
    }
    range.is_some()
}

pub(crate) fn values(data: &[u8]) -> bool {
    fuzz::values(data) > 0
}
