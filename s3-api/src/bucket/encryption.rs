//! How objects of a bucket are encrypted whose writer says nothing.

use super::document::{Document, Unset};
use crate::error::{Code, S3Error};
use crate::kms::KeyId;
use crate::sse::Wanted;
use crate::xml::reader::Element;
use crate::xml::writer::Writer;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BucketEncryption {
    /// A rule may say nothing but whether bucket keys are used.
    pub(crate) method: Option<DefaultMethod>,
    pub(crate) bucket_key: Option<bool>,
    /// Which methods writers must not ask for; none if nothing is said of that.
    pub(crate) blocked: Option<Blocked>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DefaultMethod {
    S3,
    /// None for the account's own key.
    Kms(Option<KeyId>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blocked {
    Nothing,
    CustomerKeys,
}

impl BucketEncryption {
    /// What a writer gets who asks for nothing.
    pub(crate) fn wanted(&self) -> Option<Wanted> {
        match self.method.as_ref()? {
            DefaultMethod::S3 => Some(Wanted::S3),
            DefaultMethod::Kms(key) => Some(Wanted::Kms {
                key: key.clone(),
                context: None,
                bucket_key: self.bucket_key,
            }),
        }
    }
}

impl Document for BucketEncryption {
    const KIND: &'static str = "encryption";
    const ROOT: &'static str = "ServerSideEncryptionConfiguration";

    fn read(root: &Element<'_>) -> Result<Self, S3Error> {
        let [rule] = root.children() else {
            return Err(S3Error::malformed("Rules: expected exactly one"));
        };
        if rule.name() != "Rule" {
            return Err(S3Error::malformed("Rules: expected exactly one"));
        }
        let mut read = Self {
            method: None,
            bucket_key: None,
            blocked: None,
        };
        for child in rule.children() {
            match child.name() {
                "ApplyServerSideEncryptionByDefault" => read.method = Some(method(child)?),
                "BucketKeyEnabled" => read.bucket_key = Some(flag(child.text().trim())?),
                "BlockedEncryptionTypes" => read.blocked = Some(blocked(child)?),
                name => {
                    return Err(S3Error::malformed(format!(
                        "Rule: there is no {name} in it"
                    )));
                }
            }
        }
        Ok(read)
    }

    fn write(&self, xml: &mut Writer) {
        xml.element("Rule", |xml| {
            if let Some(method) = &self.method {
                xml.element("ApplyServerSideEncryptionByDefault", |xml| match method {
                    DefaultMethod::S3 => xml.text("SSEAlgorithm", "AES256"),
                    DefaultMethod::Kms(key) => {
                        if let Some(key) = key {
                            xml.text("KMSMasterKeyID", key.as_str());
                        }
                        xml.text("SSEAlgorithm", "aws:kms");
                    }
                });
            }
            if let Some(bucket_key) = self.bucket_key {
                xml.boolean("BucketKeyEnabled", bucket_key);
            }
            if let Some(blocked) = self.blocked {
                let name = match blocked {
                    Blocked::Nothing => "NONE",
                    Blocked::CustomerKeys => "SSE-C",
                };
                xml.element("BlockedEncryptionTypes", |xml| {
                    xml.text("EncryptionType", name);
                });
            }
        });
    }

    fn unset() -> Unset<Self> {
        Unset::Refused(Code::ServerSideEncryptionConfigurationNotFoundError)
    }
}

fn method(element: &Element<'_>) -> Result<DefaultMethod, S3Error> {
    let key = element.child_text("KMSMasterKeyID");
    match (element.child_text("SSEAlgorithm"), key) {
        (Some("AES256"), None) => Ok(DefaultMethod::S3),
        (Some("AES256"), Some(key)) => Err(S3Error::invalid_argument("KMSMasterKeyID", key)
            .message(
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms \
                 or aws:kms:dsse",
            )),
        (Some("aws:kms"), None) => Ok(DefaultMethod::Kms(None)),
        (Some("aws:kms"), Some(key)) => {
            let parsed = KeyId::parse(key);
            let parsed = parsed.map_err(|_| S3Error::invalid_argument("KMSMasterKeyID", key))?;
            Ok(DefaultMethod::Kms(Some(parsed)))
        }
        (Some("aws:kms:dsse"), _) => Err(S3Error::new(Code::NotImplemented)
            .message("Dual-layer encryption (aws:kms:dsse) is not implemented.")),
        _ => Err(S3Error::malformed(
            "SSEAlgorithm: expected AES256 or aws:kms",
        )),
    }
}

fn blocked(element: &Element<'_>) -> Result<Blocked, S3Error> {
    match element.child_text("EncryptionType") {
        Some("NONE") => Ok(Blocked::Nothing),
        Some("SSE-C") => Ok(Blocked::CustomerKeys),
        _ => Err(S3Error::malformed(
            "BlockedEncryptionTypes: expected NONE or SSE-C",
        )),
    }
}

fn flag(text: &str) -> Result<bool, S3Error> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(S3Error::malformed(
            "BucketKeyEnabled: expected true or false",
        )),
    }
}

#[cfg(test)]
mod tests;
