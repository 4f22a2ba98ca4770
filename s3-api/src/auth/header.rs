//! The signature in the `Authorization` header.

use super::scope::Scope;
use super::verify::{Claim, check_skew};
use super::{ContentSha256, Head};
use crate::date::{basic_iso8601, parse_basic_iso8601, parse_http_date, parse_mail_date};
use crate::error::{Code, S3Error};
use std::borrow::Cow;
use std::time::SystemTime;

/// Reads the claim; everything it borrows stands in the request's headers.
pub(crate) fn claim(head: Head<'_>, now: SystemTime) -> Result<Claim<'_>, S3Error> {
    let payload = head.header("x-amz-content-sha256");
    let claim = claim_over(head, now, payload.unwrap_or_default())?;
    match payload {
        Some(payload) => Ok(Claim {
            content: ContentSha256::parse(payload)?,
            ..claim
        }),
        None => Err(S3Error::new(Code::InvalidRequest)
            .message("Missing required header for this request: x-amz-content-sha256")),
    }
}

/// The same where what is signed of the body need not stand in the request. What the body is stays
/// open.
pub(crate) fn claim_over<'a>(
    head: Head<'a>,
    now: SystemTime,
    payload: &'a [u8],
) -> Result<Claim<'a>, S3Error> {
    let value = head
        .header_text("authorization")
        .ok()
        .flatten()
        .unwrap_or_default();
    let fields = Fields::parse(value)?;
    let scope = Scope::parse(fields.credential).ok_or_else(|| {
        malformed(
            "the Credential is mal-formed; expecting \
             \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
        )
    })?;
    let time = request_time(head, now)?;
    Ok(Claim {
        scope,
        signed_headers: fields.signed_headers,
        signature: fields.signature,
        time,
        payload,
        content: ContentSha256::Unsigned,
        session_token: head.header("x-amz-security-token"),
        exempt: "",
    })
}

/// The three fields, in whichever order they come.
#[derive(Debug, Default, PartialEq, Eq)]
struct Fields<'a> {
    credential: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Fields<'a> {
    fn parse(value: &'a str) -> Result<Self, S3Error> {
        let mut fields = Self::default();
        let list = value.strip_prefix("AWS4-HMAC-SHA256").unwrap_or_default();
        for field in list.split(',') {
            match field.trim().split_once('=') {
                Some(("Credential", value)) => fields.credential = value,
                Some(("SignedHeaders", value)) => fields.signed_headers = value,
                Some(("Signature", value)) => fields.signature = value,
                _ => {
                    return Err(malformed(
                        "the authorization header requires three components: \
                         Credential, SignedHeaders, and Signature.",
                    ));
                }
            }
        }
        for (name, value) in [
            ("Credential", fields.credential),
            ("SignedHeaders", fields.signed_headers),
            ("Signature", fields.signature),
        ] {
            if value.is_empty() {
                return Err(malformed(&format!("missing {name}.")));
            }
        }
        Ok(fields)
    }
}

/// The time the request says it was made, in the form that is signed, which must be near ours.
/// `Date` stands in where `x-amz-date` is missing, and may have the form of HTTP dates.
fn request_time(head: Head<'_>, now: SystemTime) -> Result<Cow<'_, str>, S3Error> {
    let text = match head.header_text("x-amz-date")? {
        Some(text) => Some(text),
        None => head.header_text("date")?,
    };
    let (text, time) = text.and_then(parse_time).ok_or_else(|| {
        S3Error::new(Code::AccessDenied)
            .message("AWS authentication requires a valid Date or x-amz-date header")
    })?;
    check_skew(time, now, &text)?;
    Ok(text)
}

fn parse_time(text: &str) -> Option<(Cow<'_, str>, SystemTime)> {
    if let Some(time) = parse_basic_iso8601(text.as_bytes()) {
        return Some((text.into(), time));
    }
    let time = parse_http_date(text).or_else(|| parse_mail_date(text))?;
    Some((basic_iso8601(time).into(), time))
}

fn malformed(detail: &str) -> S3Error {
    S3Error::new(Code::AuthorizationHeaderMalformed)
        .message(format!("The authorization header is malformed; {detail}"))
}
