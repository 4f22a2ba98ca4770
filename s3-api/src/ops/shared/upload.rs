//! Naming an upload and its parts.

use crate::error::{Code, S3Error};
use crate::limits::PART_NUMBER_MAX;
use crate::request::Permitted;
use storage_engine::UploadTarget;

/// The upload a request is about. Text that is no upload's name is told like one that is gone.
pub(crate) fn target(request: &Permitted<'_>) -> Result<UploadTarget, S3Error> {
    let text = request.query().text("uploadId")?.unwrap_or_default();
    let no_such_upload = |_| S3Error::new(Code::NoSuchUpload).extra("UploadId", text);
    Ok(UploadTarget {
        bucket: request.bucket().to_owned(),
        key: request.key(),
        upload: text.parse().map_err(no_such_upload)?,
    })
}

pub(crate) fn part_number(request: &Permitted<'_>) -> Result<u16, S3Error> {
    let text = request.query().text("partNumber")?.unwrap_or_default();
    parse_part_number(text).ok_or_else(|| {
        S3Error::invalid_argument("partNumber", text)
            .message("Part number must be an integer between 1 and 10000, inclusive")
    })
}

pub(crate) fn parse_part_number(text: &str) -> Option<u16> {
    let number: u16 = text.parse().ok()?;
    (1..=PART_NUMBER_MAX)
        .contains(&u32::from(number))
        .then_some(number)
}
