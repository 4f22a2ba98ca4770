//! Everything of a new object but its bytes, from the headers of a request.

use super::acl_input::{self, Owned};
use super::{lock, metadata, tags};
use crate::auth::Hoisted;
use crate::error::{Code, S3Error};
use crate::limits::USER_METADATA_BYTES_MAX;
use crate::ops::post_object::Wish;
use crate::request::Permitted;
use crate::within::TextHeaders;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use storage_engine::NewObject;
use storage_engine::row::Attribute;

pub(crate) const DEFAULT_STORAGE_CLASS: &str = "STANDARD";

/// Classes an object can be in without being restored first.
const STORAGE_CLASSES: [&str; 6] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
];

/// Headers kept with the object and given back as they came, beside `x-amz-meta-*`.
const KEPT_HEADERS: [&str; 7] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
    "x-amz-website-redirect-location",
];

/// Reads the headers in one pass, and refuses what would have to be done but is not.
pub(crate) fn parse(request: &Permitted<'_>) -> Result<NewObject, S3Error> {
    check_unsupported(request.headers())?;
    let Owned { owner, acl } = acl_input::for_new_object(request)?;
    let mut attributes = attributes(request.parts())?;
    attributes.extend(acl);
    Ok(NewObject {
        owner,
        label: storage_class(request)?,
        attributes,
        tags: given_tags(request)?.unwrap_or_default(),
        lock: lock::from_headers(request)?,
    })
}

/// The class asked for, or the usual one.
pub(crate) fn storage_class(request: &Permitted<'_>) -> Result<String, S3Error> {
    let asked = request
        .header_text("x-amz-storage-class")?
        .unwrap_or(DEFAULT_STORAGE_CLASS);
    if STORAGE_CLASSES.contains(&asked) {
        return Ok(asked.to_owned());
    }
    Err(S3Error::new(Code::InvalidStorageClass).extra("StorageClassRequested", asked))
}

pub(crate) fn given_tags(
    request: &Permitted<'_>,
) -> Result<Option<Vec<storage_engine::row::Tag>>, S3Error> {
    request
        .header_text("x-amz-tagging")?
        .map(tags::parse_header)
        .transpose()
}

/// The headers to keep. Repeated metadata is joined by commas, as HTTP allows.
pub(crate) fn attributes(parts: &Parts) -> Result<Vec<Attribute>, S3Error> {
    let mut kept: Vec<Attribute> = Vec::new();
    let mut metadata_bytes = 0;
    for (name, value) in &parts.headers {
        let name = name.as_str();
        let own = name.strip_prefix("x-amz-meta-");
        if own.is_none() && !KEPT_HEADERS.contains(&name) {
            continue;
        }
        let value = match name {
            "content-encoding" => without_framing(value),
            _ if own.is_some() && !is_text(parts, name) => metadata::of_header(value.as_bytes()),
            _ => value.as_bytes().to_vec(),
        };
        if let Some(short) = own {
            metadata_bytes += short.len() + value.len();
        }
        match kept.iter_mut().find(|attribute| attribute.name == name) {
            Some(attribute) => {
                attribute.value.push(b',');
                attribute.value.extend_from_slice(&value);
            }
            None if value.is_empty() && name == "content-encoding" => {}
            None => kept.push(Attribute {
                name: name.to_owned(),
                value,
            }),
        }
    }
    if metadata_bytes > USER_METADATA_BYTES_MAX {
        return Err(S3Error::new(Code::MetadataTooLarge)
            .extra("Size", metadata_bytes.to_string())
            .extra("MaxSizeAllowed", USER_METADATA_BYTES_MAX.to_string()));
    }
    Ok(kept)
}

/// Whether it is UTF-8: it has not come as a header of the wire.
fn is_text(parts: &Parts, name: &str) -> bool {
    Hoisted::has(parts, name)
        || parts.extensions.get::<Wish>().is_some()
        || parts.extensions.get::<TextHeaders>().is_some()
}

/// `aws-chunked` describes the transfer, not the object. A value without it stays as it came.
fn without_framing(value: &HeaderValue) -> Vec<u8> {
    let is_framing = |item: &&[u8]| item.eq_ignore_ascii_case(b"aws-chunked");
    let items = value.as_bytes().split(|&byte| byte == b',');
    let items: Vec<&[u8]> = items.map(<[u8]>::trim_ascii).collect();
    if !items.iter().any(is_framing) {
        return value.as_bytes().to_vec();
    }
    let kept = items.into_iter().filter(|item| !is_framing(item));
    let kept: Vec<&[u8]> = kept.filter(|item| !item.is_empty()).collect();
    kept.join(&b","[..])
}

/// Appending exists with Amazon in another kind of bucket only.
pub(crate) fn check_unsupported(headers: &HeaderMap) -> Result<(), S3Error> {
    for name in headers.keys() {
        let Some(rest) = name.as_str().strip_prefix("x-amz-") else {
            continue;
        };
        if rest == "write-offset-bytes" {
            return Err(S3Error::new(Code::NotImplemented)
                .message("A header you provided implies functionality that is not implemented.")
                .extra("Header", name.as_str()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
