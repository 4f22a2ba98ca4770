//! PostObject: an upload by a form. The form has become the head and the payload of a PutObject;
//! what is its own is the answer, which the form chooses.

use super::put_object;
use crate::body::payload::Payload;
use crate::client::Scheme;
use crate::domains::host;
use crate::encoding::{Keep, push_percent_encoded};
use crate::error::{Code, S3Error};
use crate::form::fields::Fields;
use crate::request::Permitted;
use crate::response::{Answer, ResponseBody, document_bytes, set};
use crate::target::Style;
use crate::xml::writer::Writer;
use http::header::{CONTENT_LENGTH, ETAG, LOCATION};
use http::{StatusCode, Uri};

/// What the answer is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    status: Option<StatusCode>,
    redirect: Option<String>,
}

impl Wish {
    /// What is no address, or no status to choose from, is passed over as if it were not there.
    pub(crate) fn of(fields: &Fields) -> Self {
        let text = |name| std::str::from_utf8(fields.get(name)?).ok();
        let redirect = text("success_action_redirect").or_else(|| text("redirect"));
        let redirect = redirect.filter(|address| {
            let parsed = address.parse::<Uri>();
            parsed.is_ok_and(|uri| uri.scheme().is_some() && uri.authority().is_some())
        });
        let status = match text("success_action_status") {
            Some("200") => Some(StatusCode::OK),
            Some("201") => Some(StatusCode::CREATED),
            _ => None,
        };
        Self {
            status,
            redirect: redirect.map(str::to_owned),
        }
    }
}

pub(crate) async fn run(request: &Permitted<'_>, payload: Payload<'_>) -> Result<Answer, S3Error> {
    let wish = request.extension::<Wish>().cloned();
    // Forms come through the one way that leaves it there.
    let wish = wish.ok_or_else(|| S3Error::new(Code::InternalError))?;
    let mut answer = put_object::run(request, payload).await?;
    let etag = answer
        .headers()
        .get(ETAG)
        .and_then(|etag| etag.to_str().ok());
    let etag = etag.unwrap_or_default().to_owned();
    let place = location(request);
    if let Some(address) = wish.redirect {
        *answer.status_mut() = StatusCode::SEE_OTHER;
        let address = with_result(&address, request, &etag);
        set(answer.headers_mut(), LOCATION, &address);
        return Ok(answer);
    }
    *answer.status_mut() = wish.status.unwrap_or(StatusCode::NO_CONTENT);
    if answer.status() == StatusCode::CREATED {
        let document = document_bytes(StatusCode::CREATED, receipt(request, &place, &etag));
        let (head, body) = document.into_parts();
        answer.headers_mut().remove(CONTENT_LENGTH);
        answer.headers_mut().extend(head.headers);
        *answer.body_mut() = body;
    } else {
        *answer.body_mut() = ResponseBody::empty();
    }
    set(answer.headers_mut(), LOCATION, &place);
    Ok(answer)
}

/// The document of status 201.
fn receipt(request: &Permitted<'_>, place: &str, etag: &str) -> bytes::Bytes {
    let mut xml = Writer::without_namespace("PostResponse");
    xml.text("Location", place);
    xml.text("Bucket", request.bucket());
    xml.bytes("Key", &request.key());
    xml.text("ETag", etag);
    xml.finish()
}

/// Where the object is, as the client that sent the form would name it.
fn location(request: &Permitted<'_>) -> String {
    let parts = request.parts();
    let scheme = Scheme::of(parts).name();
    let mut place = format!("{scheme}://{}/", host(parts).unwrap_or_default()).into_bytes();
    if request.style() == Style::Path {
        place.extend_from_slice(request.bucket().as_bytes());
        place.push(b'/');
    }
    push_percent_encoded(&mut place, &request.key(), Keep::Slash);
    String::from_utf8_lossy(&place).into_owned()
}

/// The address a browser is sent to learns what was stored.
fn with_result(address: &str, request: &Permitted<'_>, etag: &str) -> String {
    let mut out = address.as_bytes().to_vec();
    out.push(if address.contains('?') { b'&' } else { b'?' });
    let pairs = [
        ("bucket", request.bucket().as_bytes()),
        ("key", &request.key()),
        ("etag", etag.as_bytes()),
    ];
    for (at, (name, value)) in pairs.into_iter().enumerate() {
        if at > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
        push_percent_encoded(&mut out, value, Keep::Nothing);
    }
    String::from_utf8_lossy(&out).into_owned()
}
