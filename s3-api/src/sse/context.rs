//! Encryption contexts: what a client binds to the data key of an object.

use std::collections::BTreeMap;

use crate::error::S3Error;
use crate::limits::KMS_CONTEXT_BYTES_MAX;

/// Pairs of text, as JSON with sorted names, so that equal contexts have equal bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EncryptionContext(String);

impl EncryptionContext {
    /// From a header: JSON in Base64.
    pub(crate) fn parse(header: &str) -> Result<Self, S3Error> {
        let invalid = || {
            S3Error::invalid_argument(super::CONTEXT, header).message(
                "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 \
                 string holding JSON which represents a string-string map",
            )
        };
        let decoded = base64_simd::STANDARD.decode_to_vec(header.as_bytes());
        let bytes = decoded.map_err(|_| invalid())?;
        Self::from_json(&bytes).ok_or_else(invalid)
    }

    /// Nothing, if it is not text to text, or too long.
    pub(crate) fn from_json(json: &[u8]) -> Option<Self> {
        let pairs: BTreeMap<String, String> = serde_json::from_slice(json).ok()?;
        let text = serde_json::to_string(&pairs).ok()?;
        (text.len() <= KMS_CONTEXT_BYTES_MAX).then_some(Self(text))
    }

    pub(crate) fn json(&self) -> &str {
        &self.0
    }

    /// As headers have it.
    pub(crate) fn base64(&self) -> String {
        base64_simd::STANDARD.encode_to_string(self.0.as_bytes())
    }
}
