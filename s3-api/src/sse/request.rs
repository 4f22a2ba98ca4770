//! Which encryption a request asks for.

use http::HeaderMap;

use super::{BUCKET_KEY, CONTEXT, CustomerKey, EncryptionContext, KMS_KEY_ID, METHOD, REQUEST};
use crate::error::{Code, S3Error};
use crate::kms::KeyId;

/// What a request says of the object it makes.
#[derive(Debug)]
pub(crate) enum Asked {
    /// Nothing of a method. A default that uses keys of buckets may still be told about that.
    Nothing {
        bucket_key: Option<bool>,
    },
    Customer(CustomerKey),
    Managed(Wanted),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    S3,
    Kms {
        /// None for the account's own.
        key: Option<KeyId>,
        context: Option<EncryptionContext>,
        /// None for what the bucket is set to.
        bucket_key: Option<bool>,
    },
}

impl Asked {
    pub(crate) fn parse(headers: &HeaderMap) -> Result<Self, S3Error> {
        let method = text(headers, METHOD)?;
        let customer = CustomerKey::parse(headers, REQUEST)?;
        let key = text(headers, KMS_KEY_ID)?;
        let context = text(headers, CONTEXT)?;
        let bucket_key = text(headers, BUCKET_KEY)?.map(flag).transpose()?;
        match (method, customer) {
            (Some(method), Some(_)) => Err(S3Error::invalid_argument(METHOD, method).message(
                "Server Side Encryption with Customer provided key is incompatible with the \
                 encryption method specified",
            )),
            (Some("aws:kms"), None) => Ok(Asked::Managed(Wanted::Kms {
                key: key.map(key_id).transpose()?,
                context: context.map(EncryptionContext::parse).transpose()?,
                bucket_key,
            })),
            (Some("aws:kms:dsse"), None) => Err(S3Error::new(Code::NotImplemented)
                .message("Dual-layer encryption (aws:kms:dsse) is not implemented.")
                .extra("Header", METHOD)),
            (Some(method), None) if method != "AES256" => {
                Err(S3Error::invalid_argument(METHOD, method)
                    .message("The encryption method specified is not supported"))
            }
            (_, _) if key.is_some() || context.is_some() => {
                let (name, value) = match key {
                    Some(key) => (KMS_KEY_ID, key),
                    None => (CONTEXT, context.unwrap_or_default()),
                };
                Err(S3Error::invalid_argument(name, value).message(
                    "Server Side Encryption with AWS KMS managed key requires HTTP header \
                     x-amz-server-side-encryption : aws:kms",
                ))
            }
            (Some(_), None) => Ok(Asked::Managed(Wanted::S3)),
            (None, Some(key)) => Ok(Asked::Customer(key)),
            (None, None) => Ok(Asked::Nothing { bucket_key }),
        }
    }
}

/// Whether a request says anything of how its object is to be encrypted.
pub(crate) fn is_asked(headers: &HeaderMap) -> bool {
    headers.contains_key(METHOD) || headers.contains_key(REQUEST.algorithm)
}

/// Reading needs no method: the object has one.
pub(crate) fn refuse_method(headers: &HeaderMap) -> Result<(), S3Error> {
    match text(headers, METHOD)? {
        None => Ok(()),
        Some(method) => Err(S3Error::invalid_argument(METHOD, method)
            .message("x-amz-server-side-encryption header is not supported for this operation.")),
    }
}

pub(super) fn text<'a>(
    headers: &'a HeaderMap,
    name: &'static str,
) -> Result<Option<&'a str>, S3Error> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    let text = value.to_str();
    text.map(Some)
        .map_err(|_| S3Error::invalid_argument(name, String::from_utf8_lossy(value.as_bytes())))
}

fn key_id(text: &str) -> Result<KeyId, S3Error> {
    KeyId::parse(text).map_err(|_| S3Error::new(Code::KmsNotFound).message("Invalid keyId"))
}

fn flag(text: &str) -> Result<bool, S3Error> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(S3Error::invalid_argument(BUCKET_KEY, text)),
    }
}
