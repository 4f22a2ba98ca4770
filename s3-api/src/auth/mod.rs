//! Who is asking, and is it really them: AWS Signature Version 4, and Version 2 where a setting
//! accepts it.
//!
//! Canonicalisation is ours, because it decides what is signed: the path as it came, the host as
//! it came, and the query in its one canonical spelling. `aws-sigv4` derives the signing keys, and
//! the tests compare our results with what it signs.

mod call;
mod canonical;
pub(crate) mod chunked;
mod form;
mod header;
mod hoisted;
mod keys;
mod presigned;
mod scope;
mod sigv2;
mod verify;

use crate::encoding::hex_digest;
use crate::error::{Code, S3Error};
use crate::query::Query;
use chunked::ChunkSigner;
use http::request::Parts;
use identity::Caller;
use std::sync::Arc;

pub(crate) use call::Service;
pub use canonical::fuzz_canonical_request;
pub(crate) use hoisted::{Hoisted, take_from_query};
pub(crate) use sigv2::fuzz_string_to_sign;
pub(crate) use verify::Verifier;

/// Whether signatures of Version 2 are accepted. They sign neither the host nor the body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SigV2 {
    #[default]
    Refused,
    Accepted,
}

/// What of a request can be signed, its body aside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head<'a> {
    pub(crate) parts: &'a Parts,
    pub(crate) query: &'a Query,
}

impl<'a> Head<'a> {
    /// The first value of a header.
    pub(crate) fn header(self, name: &str) -> Option<&'a [u8]> {
        let value = self.parts.headers.get(name);
        value.map(http::HeaderValue::as_bytes)
    }

    /// The first value of a header, which must be text.
    pub(crate) fn header_text(self, name: &'static str) -> Result<Option<&'a str>, S3Error> {
        let Some(value) = self.header(name) else {
            return Ok(None);
        };
        std::str::from_utf8(value)
            .map(Some)
            .map_err(|_| S3Error::invalid_argument(name, String::from_utf8_lossy(value)))
    }
}

/// The outcome of looking at a request's signature.
#[derive(Debug)]
pub(crate) struct Verified {
    /// Nobody in particular where there is no signature.
    pub(crate) caller: Arc<Caller>,
    pub(crate) payload: PayloadClaim,
}

/// What the signature says about the body.
#[derive(Debug)]
pub(crate) enum PayloadClaim {
    /// Nothing: `UNSIGNED-PAYLOAD`.
    Unsigned,
    /// All of it has this SHA-256.
    Sha256([u8; 32]),
    /// It comes in `aws-chunked` form, each chunk signed where there is a signer.
    Chunked {
        signer: Option<Box<ChunkSigner>>,
        trailer: bool,
    },
}

/// The spellings of `x-amz-content-sha256`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentSha256 {
    Unsigned,
    Digest([u8; 32]),
    StreamingUnsignedTrailer,
    StreamingSigned { trailer: bool },
}

impl ContentSha256 {
    fn parse(value: &[u8]) -> Result<Self, S3Error> {
        match value {
            b"UNSIGNED-PAYLOAD" => Ok(Self::Unsigned),
            b"STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Ok(Self::StreamingUnsignedTrailer),
            b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Ok(Self::StreamingSigned { trailer: false }),
            b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => {
                Ok(Self::StreamingSigned { trailer: true })
            }
            _ if value.starts_with(b"STREAMING-AWS4-ECDSA") => {
                Err(S3Error::new(Code::NotImplemented)
                    .message("Signature Version 4A is not implemented."))
            }
            digest => hex_digest(digest).map(Self::Digest).ok_or_else(|| {
                S3Error::invalid_argument("x-amz-content-sha256", String::from_utf8_lossy(digest))
                    .message(
                        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, \
                         STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, \
                         STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
                    )
            }),
        }
    }

    /// The claim it makes, `signer` being what chunk signatures continue from.
    fn claim(self, signer: impl FnOnce() -> ChunkSigner) -> PayloadClaim {
        match self {
            Self::Unsigned => PayloadClaim::Unsigned,
            Self::Digest(digest) => PayloadClaim::Sha256(digest),
            Self::StreamingUnsignedTrailer => PayloadClaim::Chunked {
                signer: None,
                trailer: true,
            },
            Self::StreamingSigned { trailer } => PayloadClaim::Chunked {
                signer: Some(Box::new(signer())),
                trailer,
            },
        }
    }
}

/// Where a request carries its signature.
enum Scheme {
    Anonymous,
    Header,
    Presigned,
    HeaderV2,
    PresignedV2,
}

fn scheme(head: Head<'_>) -> Result<Scheme, S3Error> {
    let header = head
        .header("authorization")
        .filter(|value| !value.is_empty());
    let query = head.query;
    match (header, query.has("X-Amz-Algorithm"), query.has("Signature")) {
        (None, false, false) => Ok(Scheme::Anonymous),
        (None, true, false) => Ok(Scheme::Presigned),
        (None, false, true) => Ok(Scheme::PresignedV2),
        (Some(value), false, false) => header_scheme(value),
        _ => Err(S3Error::new(Code::InvalidArgument).message(
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, \
             Signature query string parameter or the Authorization header should be specified",
        )),
    }
}

fn header_scheme(value: &[u8]) -> Result<Scheme, S3Error> {
    if value.starts_with(b"AWS4-HMAC-SHA256") {
        return Ok(Scheme::Header);
    }
    // Version 2 is "AWS", a space, and key and signature with a colon between.
    if value.starts_with(b"AWS ") && value.contains(&b':') {
        return Ok(Scheme::HeaderV2);
    }
    Err(
        S3Error::invalid_argument("Authorization", String::from_utf8_lossy(value))
            .message("Unsupported Authorization Type"),
    )
}

#[cfg(test)]
mod tests;
