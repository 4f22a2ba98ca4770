//! A request document: the whole body, bounded and verified.

use super::integrity::Integrity;
use super::payload::Payload;
use crate::error::{Code, S3Error};
use crate::xml::reader::{self, Element};
use storage_engine::hash::{Hasher, md5_inline};

/// Whether Amazon insists on a checksum for this document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    Optional,
    Required,
}

/// Reads the body into memory; more than `bytes_max` is refused before it is kept.
pub(crate) async fn read(
    payload: &mut Payload<'_>,
    headers: &http::HeaderMap,
    bytes_max: usize,
    proof: Proof,
) -> Result<Vec<u8>, S3Error> {
    let integrity = Integrity::from_headers(headers, payload.announced_trailers())?;
    if proof == Proof::Required && !integrity.is_given() {
        return Err(S3Error::new(Code::InvalidRequest)
            .message("Missing required header for this request: Content-MD5"));
    }
    if payload
        .length()
        .is_some_and(|length| length > bytes_max as u64)
    {
        return Err(too_large(bytes_max));
    }
    let announced = payload
        .length()
        .and_then(|length| usize::try_from(length).ok());
    let mut document = Vec::with_capacity(announced.unwrap_or(0));
    while let Some(data) = payload.next().await? {
        if document.len() + data.len() > bytes_max {
            return Err(too_large(bytes_max));
        }
        document.extend_from_slice(&data);
    }
    check(&integrity, payload, &document)?;
    Ok(document)
}

/// Reads the tree; everything wrong with it is one error to the client.
pub(crate) fn parse<'a>(document: &'a [u8], root: &str) -> Result<Element<'a>, S3Error> {
    match reader::parse(document) {
        Ok(element) if element.name() == root => Ok(element),
        Ok(_) => Err(S3Error::new(Code::MalformedXML)),
        Err(error) => {
            tracing::debug!(%error, "refused a request document");
            Err(S3Error::new(Code::MalformedXML))
        }
    }
}

fn check(integrity: &Integrity, payload: &Payload<'_>, document: &[u8]) -> Result<(), S3Error> {
    let checksum = integrity.algorithm().map(|algorithm| {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(document);
        hasher.finish()
    });
    let md5 = integrity.wants_md5().then(|| md5_inline(document));
    integrity.check(payload, md5, checksum.as_slice())
}

fn too_large(bytes_max: usize) -> S3Error {
    S3Error::new(Code::EntityTooLarge).extra("MaxSizeAllowed", bytes_max.to_string())
}
