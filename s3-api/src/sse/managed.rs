//! What is kept with an object whose key the server manages: one line of text.

use crate::kms::{KeyId, WrappedKey};
use storage_engine::row::Attribute;

use super::EncryptionContext;

/// The attribute that has it. No header has such a name, so none can set it and none shows it.
pub(crate) const ATTRIBUTE: &str = ":sse";

const FORMAT: &str = "1";

/// An object's data key, and how it is guarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Managed {
    pub(crate) method: Method,
    pub(crate) wrapped: WrappedKey,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// `AES256`: under the store's own key.
    S3,
    /// `aws:kms`: under a key that somebody chose.
    Kms {
        context: Option<EncryptionContext>,
        /// Asked for and told; a local key ring has nothing to save by it.
        bucket_key: bool,
    },
}

impl Method {
    /// As headers have it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Method::S3 => "AES256",
            Method::Kms { .. } => "aws:kms",
        }
    }

    /// What the data key is bound to: wrapped for one method it opens for no other.
    pub(crate) fn associated(&self) -> Vec<u8> {
        let context = match self {
            Method::Kms {
                context: Some(context),
                ..
            } => context.json(),
            _ => "",
        };
        format!("{}\n{context}", self.name()).into_bytes()
    }
}

impl Managed {
    pub(crate) fn of(attributes: &[Attribute]) -> Option<Result<Self, Unreadable>> {
        let attribute = attributes.iter().find(|one| one.name == ATTRIBUTE)?;
        Some(Self::parse(&attribute.value).ok_or(Unreadable))
    }

    pub(crate) fn attribute(&self) -> Attribute {
        let base64 = |bytes: &[u8]| base64_simd::STANDARD.encode_to_string(bytes);
        let WrappedKey {
            key,
            version,
            sealed,
        } = &self.wrapped;
        let sealed = base64(sealed);
        let mut text = format!("{FORMAT} {} {key} {version} {sealed}", self.method.name());
        if let Method::Kms {
            context,
            bucket_key,
        } = &self.method
        {
            text.push_str(if *bucket_key { " true" } else { " false" });
            if let Some(context) = context {
                text.push(' ');
                text.push_str(&context.base64());
            }
        }
        Attribute {
            name: ATTRIBUTE.to_owned(),
            value: text.into_bytes(),
        }
    }

    fn parse(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?;
        let mut words = text.split(' ');
        let format = words.next()?;
        let name = words.next()?;
        let key = KeyId::parse(words.next()?).ok()?;
        let version = words.next()?.parse().ok()?;
        let sealed = base64_simd::STANDARD.decode_to_vec(words.next()?).ok()?;
        let method = match name {
            "AES256" => Method::S3,
            "aws:kms" => Method::Kms {
                bucket_key: words.next()?.parse().ok()?,
                context: match words.next() {
                    Some(context) => Some(EncryptionContext::parse(context).ok()?),
                    None => None,
                },
            },
            _ => return None,
        };
        let wrapped = WrappedKey {
            key,
            version,
            sealed,
        };
        (format == FORMAT && words.next().is_none()).then_some(Self { method, wrapped })
    }
}

/// An attribute that is no line of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;
