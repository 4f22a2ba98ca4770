//! The signature in the query: a link that works for a while.

use super::scope::Scope;
use super::verify::Claim;
use super::{ContentSha256, Head};
use crate::date::{basic_iso8601, parse_basic_iso8601};
use crate::error::{Code, S3Error};
use crate::limits::{CLOCK_SKEW_SECONDS_MAX, PRESIGNED_SECONDS_MAX};
use std::time::{Duration, SystemTime};

const CONTENT_SHA256: &str = "x-amz-content-sha256";

/// Reads the claim; everything it borrows stands in the head.
pub(crate) fn claim(head: Head<'_>, now: SystemTime) -> Result<Claim<'_>, S3Error> {
    let field = |name: &'static str| {
        let text = head.query.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| {
            refused(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, \
                 X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and \
                 X-Amz-Expires parameters.",
            )
        })
    };
    if field("X-Amz-Algorithm")? != "AWS4-HMAC-SHA256" {
        return Err(refused(
            "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"",
        ));
    }
    let scope = Scope::parse(field("X-Amz-Credential")?).ok_or_else(|| {
        refused(
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; \
             expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
        )
    })?;
    let (time, signature) = (field("X-Amz-Date")?, field("X-Amz-Signature")?);
    let signed_headers = field("X-Amz-SignedHeaders")?;
    check_life(time, field("X-Amz-Expires")?, now)?;

    // What the body is may stand in the query or in a header. Only a signed header is part of
    // what is signed; an unsigned one still says how to read the body.
    let header = head.header(CONTENT_SHA256);
    let header_is_signed = signed_headers.split(';').any(|name| name == CONTENT_SHA256);
    let queried = head.query.get("X-Amz-Content-Sha256");
    let signed = queried.or(header.filter(|_| header_is_signed));
    let content = queried.or(header).map(ContentSha256::parse).transpose()?;
    Ok(Claim {
        scope,
        signed_headers,
        signature,
        time: time.into(),
        payload: signed.unwrap_or(b"UNSIGNED-PAYLOAD"),
        content: content.unwrap_or(ContentSha256::Unsigned),
        session_token: head.query.get("X-Amz-Security-Token"),
        exempt: CONTENT_SHA256,
    })
}

/// The link must have begun, and must not have ended.
fn check_life(time: &str, expires: &str, now: SystemTime) -> Result<(), S3Error> {
    let begin = parse_basic_iso8601(time.as_bytes()).ok_or_else(|| {
        refused("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
    })?;
    let seconds: i64 = expires
        .parse()
        .map_err(|_| refused("X-Amz-Expires should be a number"))?;
    let seconds =
        u64::try_from(seconds).map_err(|_| out_of_range("X-Amz-Expires must be non-negative"))?;
    if seconds > PRESIGNED_SECONDS_MAX {
        return Err(out_of_range(
            "X-Amz-Expires must be less than a week (in seconds) that is 604800",
        ));
    }
    if begin > now + Duration::from_secs(CLOCK_SKEW_SECONDS_MAX) {
        return Err(S3Error::new(Code::AccessDenied).message("Request is not valid yet"));
    }
    let end = begin + Duration::from_secs(seconds);
    // A link that works for no time at all never does.
    if now > end || seconds == 0 {
        return Err(S3Error::new(Code::AccessDenied)
            .message("Request has expired")
            .extra("X-Amz-Expires", expires)
            .extra("Expires", basic_iso8601(end))
            .extra("ServerTime", basic_iso8601(now)));
    }
    Ok(())
}

/// A life that cannot be is one that is over: 403, as the conformance suite has it.
fn out_of_range(message: &'static str) -> S3Error {
    S3Error::new(Code::AccessDenied).message(message)
}

fn refused(message: &'static str) -> S3Error {
    S3Error::new(Code::AuthorizationQueryParametersError).message(message)
}
