//! GetBucketTagging: the tags of a bucket, of which there must be some.

use super::shared::tags;
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;

pub(crate) fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let own = &request.settings_of_bucket()?.row.tags;
    if own.is_empty() {
        return Err(S3Error::new(Code::NoSuchTagSet).extra("BucketName", request.bucket()));
    }
    let mut xml = Writer::document("Tagging");
    tags::write(&mut xml, own);
    Ok(response::document(xml))
}
