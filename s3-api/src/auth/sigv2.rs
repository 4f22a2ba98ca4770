//! Signature Version 2, in the header and in the query: HMAC-SHA1 over a few headers and the
//! resource. It is refused unless a setting accepts it, because it signs neither the host nor the
//! body.

use super::SigV2;
use super::verify::{Verifier, check_skew, let_in};
use crate::date::{basic_iso8601, parse_basic_iso8601, parse_http_date, parse_mail_date};
#[cfg(test)]
use crate::encoding::base64;
use crate::encoding::{base64_bytes, percent_decode};
use crate::error::{Code, S3Error};
use crate::op::Level;
use crate::request::Parsed;
use crate::target::Style;
use identity::Caller;
use ring::hmac;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Query parameters that are part of the resource, as every signer has them.
const SUBRESOURCES: [&str; 35] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// A signature, and what stands in the place of the date.
struct Claim<'a> {
    access_key: &'a str,
    signature: &'a str,
    date: &'a str,
}

impl Verifier {
    /// Finds out who signed a request in its `Authorization` header.
    pub(crate) fn verify_v2_header(
        &self,
        request: &Parsed<'_>,
        now: SystemTime,
    ) -> Result<Arc<Caller>, S3Error> {
        self.check_v2_is_accepted()?;
        let value = request.header_text("authorization")?.unwrap_or_default();
        let fields = value.strip_prefix("AWS ").unwrap_or_default().trim();
        // An access key may hold a colon before a signature does.
        let (access_key, signature) = fields.rsplit_once(':').ok_or_else(|| {
            S3Error::invalid_argument("Authorization", value)
                .message("AWS authorization header is invalid.  Expected AwsAccessKeyId:signature")
        })?;
        let amazon = request.header_text("x-amz-date")?;
        let date = request.header_text("date")?;
        let text = amazon.or(date).unwrap_or_default();
        let time = parse_time(text).ok_or_else(|| {
            S3Error::new(Code::AccessDenied)
                .message("AWS authentication requires a valid Date or x-amz-date header")
        })?;
        check_skew(time, now, text)?;
        let claim = Claim {
            access_key,
            signature,
            // One that stands among Amazon's headers is signed there.
            date: date.filter(|_| amazon.is_none()).unwrap_or_default(),
        };
        self.check_v2(request, &claim)
    }

    /// The same for a link that works for a while.
    pub(crate) fn verify_v2_query(
        &self,
        request: &Parsed<'_>,
        now: SystemTime,
    ) -> Result<Arc<Caller>, S3Error> {
        self.check_v2_is_accepted()?;
        let field = |name: &'static str| {
            let text = request.query.text(name)?.filter(|text| !text.is_empty());
            text.ok_or_else(|| {
                S3Error::new(Code::AccessDenied).message(
                    "Query-string authentication requires the Signature, Expires and \
                     AWSAccessKeyId parameters",
                )
            })
        };
        let claim = Claim {
            access_key: field("AWSAccessKeyId")?,
            signature: field("Signature")?,
            date: field("Expires")?,
        };
        check_life(claim.date, now)?;
        self.check_v2(request, &claim)
    }

    /// Whether a signature of this version is looked at at all.
    pub(crate) fn check_v2_is_accepted(&self) -> Result<(), S3Error> {
        match self.sigv2() {
            SigV2::Accepted => Ok(()),
            SigV2::Refused => Err(S3Error::new(Code::InvalidRequest).message(
                "The authorization mechanism you have provided is not supported. \
                 Please use AWS4-HMAC-SHA256.",
            )),
        }
    }

    /// Whether `signature` is the access key's under `text`.
    pub(crate) fn check_v2_text(
        &self,
        (access_key, token): (&str, Option<&[u8]>),
        text: &[u8],
        signature: &str,
    ) -> Result<Arc<Caller>, S3Error> {
        let credential = self.credential(access_key, token)?;
        let key = hmac::Key::new(
            hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            credential.secret.expose().as_bytes(),
        );
        let given = base64_bytes(signature).unwrap_or_default();
        if hmac::verify(&key, text, &given).is_ok() {
            // These signatures are for no region.
            self.note_use(&credential, "s3", self.region());
            return let_in(&credential);
        }
        Err(S3Error::new(Code::SignatureDoesNotMatch)
            .extra("AWSAccessKeyId", access_key)
            .extra("StringToSign", String::from_utf8_lossy(text))
            .extra("SignatureProvided", signature))
    }

    fn check_v2(&self, request: &Parsed<'_>, claim: &Claim<'_>) -> Result<Arc<Caller>, S3Error> {
        let name = "x-amz-security-token";
        let token = request.header(name).or_else(|| request.query.get(name));
        let check = |end| {
            let text = string_to_sign(request, claim.date, end);
            self.check_v2_text((claim.access_key, token), &text, claim.signature)
        };
        let checked = check(PathEnd::AsItCame);
        // Most clients send `/bucket` and sign `/bucket/`. It names the same bucket, so trying both
        // gives nothing away.
        let is_bare = request.target.level() == Level::Bucket
            && request.target.style == Style::Path
            && !request.parts.uri.path().ends_with('/');
        match checked {
            Err(error) if is_bare && error.code() == Code::SignatureDoesNotMatch => {
                check(PathEnd::Slash)
            }
            checked => checked,
        }
    }
}

/// How the path of a bucket as such is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathEnd {
    AsItCame,
    Slash,
}

/// Exactly the bytes both sides sign.
pub(crate) fn string_to_sign(request: &Parsed<'_>, date: &str, end: PathEnd) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(request.parts.method.as_str().as_bytes());
    out.push(b'\n');
    for name in ["content-md5", "content-type"] {
        // A link holds what its signer had as headers.
        let value = request.header(name).or_else(|| request.query.get(name));
        out.extend_from_slice(value.unwrap_or_default().trim_ascii());
        out.push(b'\n');
    }
    out.extend_from_slice(date.as_bytes());
    out.push(b'\n');
    push_amazon_headers(&mut out, request);
    push_resource(&mut out, request, end);
    out
}

/// `name:value` lines, sorted, several values with commas between.
fn push_amazon_headers(out: &mut Vec<u8>, request: &Parsed<'_>) {
    let mut lines: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    for (name, value) in &request.parts.headers {
        let name = name.as_str();
        if name.starts_with("x-amz-") {
            let line = lines.entry(name).or_default();
            if !line.is_empty() {
                line.push(b',');
            }
            line.extend_from_slice(value.as_bytes().trim_ascii());
        }
    }
    for (name, value) in request.query.pairs() {
        let name = std::str::from_utf8(name).unwrap_or_default();
        if name.starts_with("x-amz-") && !request.parts.headers.contains_key(name) {
            lines.entry(name).or_insert_with(|| value.to_vec());
        }
    }
    for (name, value) in lines {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        out.extend_from_slice(&value);
        out.push(b'\n');
    }
}

/// The path with its bucket, and the parameters that are part of the resource, decoded.
fn push_resource(out: &mut Vec<u8>, request: &Parsed<'_>, end: PathEnd) {
    if request.target.style == Style::Host {
        out.push(b'/');
        out.extend_from_slice(request.target.bucket.as_bytes());
    }
    out.extend_from_slice(request.parts.uri.path().as_bytes());
    if end == PathEnd::Slash {
        out.push(b'/');
    }
    // Not from the decoded query: here a plus sign is a plus sign.
    let raw = request.parts.uri.query().unwrap_or_default().as_bytes();
    let mut kept: Vec<(&[u8], Option<&[u8]>)> = raw
        .split(|&byte| byte == b'&')
        .map(|pair| match memchr::memchr(b'=', pair) {
            Some(at) => (&pair[..at], Some(&pair[at + 1..])),
            None => (pair, None),
        })
        .filter(|(name, _)| is_subresource(name))
        .collect();
    kept.sort_by_key(|(name, _)| *name);
    for (at, (name, value)) in kept.into_iter().enumerate() {
        out.push(if at == 0 { b'?' } else { b'&' });
        out.extend_from_slice(name);
        if let Some(value) = value {
            out.push(b'=');
            out.extend_from_slice(&percent_decode(value));
        }
    }
}

fn is_subresource(name: &[u8]) -> bool {
    SUBRESOURCES.iter().any(|known| known.as_bytes() == name)
}

fn parse_time(text: &str) -> Option<SystemTime> {
    parse_http_date(text)
        .or_else(|| parse_mail_date(text))
        .or_else(|| parse_basic_iso8601(text.as_bytes()))
}

fn check_life(expires: &str, now: SystemTime) -> Result<(), S3Error> {
    let seconds: u64 = expires.parse().map_err(|_| {
        S3Error::new(Code::AccessDenied).message(format!(
            "Invalid date (should be seconds since epoch): {expires}"
        ))
    })?;
    let end = UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    match end {
        Some(end) if end >= now => Ok(()),
        Some(end) => Err(S3Error::new(Code::AccessDenied)
            .message("Request has expired")
            .extra("Expires", basic_iso8601(end))
            .extra("ServerTime", basic_iso8601(now))),
        // Later than any clock can say.
        None => Ok(()),
    }
}

/// For the fuzzer: any request gives these bytes, and never a panic.
pub(crate) fn fuzz_string_to_sign(request: &Parsed<'_>) -> Vec<u8> {
    string_to_sign(request, "date", PathEnd::AsItCame)
}

/// For tests: the signature as a client sends it.
#[cfg(test)]
pub(crate) fn sign(secret: &str, text: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    base64(hmac::sign(&key, text).as_ref())
}

#[cfg(test)]
mod tests;
