//! How clients name keys.

use std::fmt;

use crate::limits::KMS_KEY_ID_BYTES_MAX;

/// The name of a key as a client gave it: its id, or an ARN that ends in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyId(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a key id has 1 to {KMS_KEY_ID_BYTES_MAX} letters, digits and characters of - _ . / : and \
     nothing else"
)]
pub struct BadKeyId;

impl KeyId {
    pub fn parse(text: &str) -> Result<Self, BadKeyId> {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:".contains(&byte);
        let id = Self(text.to_owned());
        let fits = (1..=KMS_KEY_ID_BYTES_MAX).contains(&text.len()) && !id.name().is_empty();
        match fits && text.bytes().all(is_known) {
            true => Ok(id),
            false => Err(BadKeyId),
        }
    }

    /// What `aws:kms` without a key id uses; made when it is first needed.
    pub(crate) fn of_account() -> Self {
        Self("aws/s3".to_owned())
    }

    /// What `AES256` uses; made when it is first needed.
    pub(crate) fn of_store() -> Self {
        Self("cairn/s3".to_owned())
    }

    /// Whether the key need not be made by anybody.
    pub fn is_made_at_need(&self) -> bool {
        [Self::of_account(), Self::of_store()].contains(self)
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without the part of an ARN that says where the key is: it is here.
    pub fn name(&self) -> &str {
        let resource = self
            .0
            .strip_prefix("arn:")
            .and_then(|arn| arn.split_once(":key/"));
        resource.map_or(&self.0, |(_, name)| name)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
