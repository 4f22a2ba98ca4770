//! What clients send.

use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use pipeline::events::{self, Configuration, EventName, Origin, Rule};
use s3_api::fuzz::{self, Form};

/// Of a query.
const QUERY_PARAMETERS_MAX: usize = s3_api::limits::QUERY_PARAMETERS_MAX;

const EVENTS: [EventName; 12] = [
    EventName::CreatedPut,
    EventName::CreatedPost,
    EventName::CreatedCopy,
    EventName::CreatedComplete,
    EventName::RemovedDelete,
    EventName::RemovedMarker,
    EventName::TaggingPut,
    EventName::TaggingDelete,
    EventName::AclPut,
    EventName::ExpirationDelete,
    EventName::ExpirationMarker,
    EventName::Transition,
];

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

/// The policy of a form, not yet in base64.
pub(crate) fn form_policy(data: &[u8]) -> bool {
    let spelled = base64_simd::STANDARD.encode_to_string(data);
    fuzz::policy(&spelled)
}

/// A key on a line of its own; the document follows.
pub(crate) fn notification(data: &[u8]) -> bool {
    let mut lines = data.splitn(2, |byte| *byte == b'\n');
    let (Some(key), Some(document)) = (lines.next(), lines.next()) else {
        return false;
    };
    let Some(configuration) = fuzz::notification(document) else {
        return false;
    };
    let shown = fuzz::shown_notification(&configuration);
    // Rules come back in the order of their kinds.
    let again = fuzz::notification(&shown).map(sorted);
    assert_eq!(again, Some(sorted(configuration.clone())), "what is shown");
    if let Ok(stored) = configuration.to_stored() {
        let again = Configuration::from_stored(&stored);
        assert_eq!(again.as_ref(), Some(&configuration), "what is stored");
    }
    for event in EVENTS {
        let tells = |rules: &[Rule]| {
            let rules = rules.to_vec();
            !events::notes(&Configuration { rules }, key, &[event], origin).is_empty()
        };
        let rules = &configuration.rules;
        let telling = rules.chunks(1).filter(|rule| tells(rule)).count();
        assert!(telling < 2, "told twice of {event:?}");
        assert_eq!(tells(rules), telling == 1);
    }
    true
}

fn origin() -> Origin {
    Origin {
        bucket: String::new(),
        bucket_owner: String::new(),
        principal: String::new(),
        address: String::new(),
        request_id: String::new(),
        host_id: String::new(),
    }
}

fn sorted(mut configuration: Configuration) -> Configuration {
    configuration
        .rules
        .sort_by(|one, other| one.id.cmp(&other.id));
    configuration
}

/// A query on a line of its own; the form follows.
pub(crate) fn call(data: &[u8]) -> bool {
    let mut lines = data.splitn(2, |byte| *byte == b'\n');
    let (query, form) = (lines.next().unwrap_or_default(), lines.next());
    let (Ok(query), Some(form)) = (std::str::from_utf8(query), form) else {
        return false;
    };
    let understood = fuzz::call(query, form);
    if let Err(refusal) = &understood {
        // Written of NUL as of other control characters, which no reader of XML 1.0 has to take.
        let text = String::from_utf8_lossy(refusal).replace("&#x0;", "");
        assert!(fuzz::document(text.as_bytes()), "{text}");
    }
    // Where a parameter stands makes no difference, but what signs a query is none.
    if let (Ok(meaning), Ok(form)) = (&understood, std::str::from_utf8(form)) {
        let joined = format!("{query}&{form}");
        let parameters = joined.split('&').filter(|pair| !pair.is_empty()).count();
        if parameters <= QUERY_PARAMETERS_MAX && !meaning.contains("X-Amz-") {
            assert_eq!(fuzz::call(&joined, b"").as_ref(), Ok(meaning));
        }
    }
    understood.is_ok()
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
