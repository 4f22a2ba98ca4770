//! The public access block: what a bucket's owner has ruled out, whatever lists and policies say.

use super::document::{Document, Unset};
use crate::error::{Code, S3Error};
use crate::xml::reader::Element;
use crate::xml::writer::Writer;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PublicAccessBlock {
    /// Lists that grant strangers anything are refused.
    pub(crate) block_acls: bool,
    /// Those there are do not count.
    pub(crate) ignore_acls: bool,
    /// Policies that let strangers in are refused.
    pub(crate) block_policy: bool,
    /// One there is lets in nobody but the owner's account.
    pub(crate) restrict: bool,
}

const FIELDS: [&str; 4] = [
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
];

impl Document for PublicAccessBlock {
    const KIND: &'static str = "public-access-block";
    const ROOT: &'static str = "PublicAccessBlockConfiguration";

    fn read(root: &Element<'_>) -> Result<Self, S3Error> {
        let flag = |name| match root
            .child_text(name)
            .map(str::to_ascii_lowercase)
            .as_deref()
        {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(S3Error::malformed(format!(
                "{name}: expected true or false"
            ))),
        };
        let is_known = |child: &Element<'_>| FIELDS.contains(&child.name());
        if !root.children().iter().all(is_known) {
            return Err(S3Error::malformed(format!(
                "expected {}",
                FIELDS.join(", ")
            )));
        }
        Ok(Self {
            block_acls: flag(FIELDS[0])?,
            ignore_acls: flag(FIELDS[1])?,
            block_policy: flag(FIELDS[2])?,
            restrict: flag(FIELDS[3])?,
        })
    }

    fn write(&self, xml: &mut Writer) {
        let values = [
            self.block_acls,
            self.ignore_acls,
            self.block_policy,
            self.restrict,
        ];
        for (name, value) in FIELDS.into_iter().zip(values) {
            xml.boolean(name, value);
        }
    }

    fn unset() -> Unset<Self> {
        Unset::Refused(Code::NoSuchPublicAccessBlockConfiguration)
    }
}
