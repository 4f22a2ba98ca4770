//! Object ownership: whether access control lists count in a bucket, and whose new objects are.

use super::document::{Document, Unset};
use crate::error::{Code, S3Error};
use crate::xml::reader::Element;
use crate::xml::writer::Writer;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Lists do not count; everything belongs to the bucket's owner.
    BucketOwnerEnforced,
    /// As the writer's, unless it is handed over by the list `bucket-owner-full-control`.
    BucketOwnerPreferred,
    /// Whoever writes an object owns it.
    ObjectWriter,
}

impl Ownership {
    const ALL: [Ownership; 3] = [
        Ownership::BucketOwnerEnforced,
        Ownership::BucketOwnerPreferred,
        Ownership::ObjectWriter,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Ownership::BucketOwnerEnforced => "BucketOwnerEnforced",
            Ownership::BucketOwnerPreferred => "BucketOwnerPreferred",
            Ownership::ObjectWriter => "ObjectWriter",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|ownership| ownership.name() == name)
    }
}

impl Document for Ownership {
    const KIND: &'static str = "ownership";
    const ROOT: &'static str = "OwnershipControls";

    fn read(root: &Element<'_>) -> Result<Self, S3Error> {
        let malformed = || {
            S3Error::malformed(
                "Rules: expected one with ObjectOwnership BucketOwnerEnforced, \
                 BucketOwnerPreferred or ObjectWriter",
            )
        };
        let [rule] = root.children() else {
            return Err(malformed());
        };
        let name = rule
            .child_text("ObjectOwnership")
            .filter(|_| rule.name() == "Rule");
        name.and_then(Self::parse).ok_or_else(malformed)
    }

    fn write(&self, xml: &mut Writer) {
        xml.element("Rule", |xml| xml.text("ObjectOwnership", self.name()));
    }

    fn unset() -> Unset<Self> {
        Unset::Refused(Code::OwnershipControlsNotFoundError)
    }
}
