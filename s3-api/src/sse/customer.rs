//! Keys that customers send along and keep themselves.

use std::fmt;

use http::HeaderMap;
use storage_engine::SecretKey;
use storage_engine::hash::md5_inline;

use super::request::text;
use crate::error::{Code, S3Error};

/// Under which names a key comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CustomerHeaders {
    pub(crate) algorithm: &'static str,
    key: &'static str,
    pub(crate) md5: &'static str,
}

/// Of what is written or read.
pub(crate) const REQUEST: CustomerHeaders = CustomerHeaders {
    algorithm: "x-amz-server-side-encryption-customer-algorithm",
    key: "x-amz-server-side-encryption-customer-key",
    md5: "x-amz-server-side-encryption-customer-key-md5",
};

/// Of what is copied from.
pub(crate) const COPY_SOURCE: CustomerHeaders = CustomerHeaders {
    algorithm: "x-amz-copy-source-server-side-encryption-customer-algorithm",
    key: "x-amz-copy-source-server-side-encryption-customer-key",
    md5: "x-amz-copy-source-server-side-encryption-customer-key-md5",
};

pub(crate) const ALGORITHM: &str = "AES256";

const MUST: &str = "Requests specifying Server Side Encryption with Customer provided keys must";

#[derive(Clone)]
pub(crate) struct CustomerKey {
    pub(crate) key: SecretKey,
    /// Of the key, in Base64, as answers repeat it.
    pub(crate) md5: String,
}

impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomerKey(..)")
    }
}

impl CustomerKey {
    /// The key, if there is any of its headers; then there must be all of them.
    pub(crate) fn parse(
        headers: &HeaderMap,
        names: CustomerHeaders,
    ) -> Result<Option<Self>, S3Error> {
        let algorithm = text(headers, names.algorithm)?;
        let key = text(headers, names.key)?;
        let md5 = text(headers, names.md5)?;
        if algorithm.is_none() && key.is_none() && md5.is_none() {
            return Ok(None);
        }
        match algorithm {
            Some(ALGORITHM) => {}
            Some(other) => {
                return Err(S3Error::new(Code::InvalidEncryptionAlgorithmError)
                    .extra("ArgumentName", names.algorithm)
                    .extra("ArgumentValue", other));
            }
            None => {
                return Err(missing(
                    names.algorithm,
                    "provide a valid encryption algorithm.",
                ));
            }
        }
        let key = key.ok_or_else(|| missing(names.key, "provide an appropriate secret key."))?;
        let md5 = md5.ok_or_else(|| {
            missing(
                names.md5,
                "provide the client calculated MD5 of the secret key.",
            )
        })?;
        let decoded = base64_simd::STANDARD.decode_to_vec(key.as_bytes());
        let bytes = decoded
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        // The key itself is never told, not even to whom it came from.
        let bytes = bytes.ok_or_else(|| {
            S3Error::new(Code::InvalidArgument)
                .message("The secret key was invalid for the specified algorithm.")
                .extra("ArgumentName", names.key)
        })?;
        if base64_simd::STANDARD.encode_to_string(md5_inline(&bytes)) != md5 {
            return Err(S3Error::invalid_argument(names.md5, md5).message(
                "The calculated MD5 hash of the key did not match the hash that was provided.",
            ));
        }
        Ok(Some(Self {
            key: SecretKey(bytes),
            md5: md5.to_owned(),
        }))
    }
}

fn missing(name: &'static str, what: &str) -> S3Error {
    S3Error::new(Code::InvalidArgument)
        .message(format!("{MUST} {what}"))
        .extra("ArgumentName", name)
        .extra("ArgumentValue", "null")
}
