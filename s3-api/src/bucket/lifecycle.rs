//! Lifecycle rules on the wire. What they mean is the business of the crate that follows them.

mod check;
mod read;
#[cfg(test)]
mod tests;
mod write;

use super::document::{Document, Unset, to_bytes};
use crate::error::{Code, S3Error};
use crate::limits::LIFECYCLE_DOCUMENT_BYTES_MAX;
use crate::xml::reader::Element;
use crate::xml::writer::Writer;
use bytes::Bytes;
use pipeline::lifecycle::{Configuration, KIND};

impl Document for Configuration {
    const KIND: &'static str = KIND;
    const ROOT: &'static str = "LifecycleConfiguration";
    const REQUEST_BYTES_MAX: usize = LIFECYCLE_DOCUMENT_BYTES_MAX;

    fn read(root: &Element<'_>) -> Result<Self, S3Error> {
        let configuration = read::configuration(root)?;
        check::configuration(&configuration)?;
        Ok(configuration)
    }

    fn write(&self, xml: &mut Writer) {
        for rule in &self.rules {
            write::rule(rule, xml);
        }
    }

    fn unset() -> Unset<Self> {
        Unset::Refused(Code::NoSuchLifecycleConfiguration)
    }

    fn to_stored(&self) -> Result<Bytes, S3Error> {
        Configuration::to_stored(self).map_err(|long| {
            S3Error::new(Code::EntityTooLarge)
                .message(format!("The lifecycle configuration is too long: {long}."))
                .extra("ProposedSize", long.bytes.to_string())
                .extra("MaxSizeAllowed", long.limit.to_string())
        })
    }

    fn from_stored(stored: &[u8]) -> Option<Self> {
        Configuration::from_stored(stored)
    }

    fn shown(stored: &Bytes) -> Option<Bytes> {
        Some(to_bytes(&Configuration::from_stored(stored)?))
    }
}
