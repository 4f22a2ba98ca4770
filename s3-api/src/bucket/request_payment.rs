//! Who pays for requests. Nobody does here; the setting is kept and told, and requests to a bucket
//! whose requester pays must say that they know.

use super::document::{Document, Unset};
use crate::error::S3Error;
use crate::xml::reader::Element;
use crate::xml::writer::Writer;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payer {
    BucketOwner,
    Requester,
}

impl Document for Payer {
    const KIND: &'static str = "request-payment";
    const ROOT: &'static str = "RequestPaymentConfiguration";

    fn read(root: &Element<'_>) -> Result<Self, S3Error> {
        match root.child_text("Payer") {
            Some("BucketOwner") => Ok(Payer::BucketOwner),
            Some("Requester") => Ok(Payer::Requester),
            _ => Err(S3Error::malformed(
                "Payer: expected BucketOwner or Requester",
            )),
        }
    }

    fn write(&self, xml: &mut Writer) {
        let payer = match self {
            Payer::BucketOwner => "BucketOwner",
            Payer::Requester => "Requester",
        };
        xml.text("Payer", payer);
    }

    fn unset() -> Unset<Self> {
        Unset::Shown(Payer::BucketOwner)
    }
}
