//! UploadPartCopy: a part from bytes that are here already.

use super::copy_object::SOURCE_VERSION_ID;
use super::shared::conditions::{later_refusal, refusal};
use super::shared::copy_source::CopySource;
use super::shared::patience::{self, Waited};
use super::shared::recoding::{self, Bytes};
use super::shared::{encryption, object_input, upload};
use crate::checksum::{names, value_text};
use crate::error::{Code, S3Error};
use crate::limits::COPY_BYTES_MAX;
use crate::request::Permitted;
use crate::response::{self, Answer, set};
use crate::sse::COPY_SOURCE;
use crate::xml::writer::Writer;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use storage_engine::{CopyPart, PartOutcome};

/// What a source that has changed meanwhile is refused by.
const CONDITION: &str = "x-amz-copy-source-If-Match";

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    object_input::check_unsupported(request.headers())?;
    let source = CopySource::from_request(request)?;
    let number = upload::part_number(request)?;
    let target = upload::target(request)?;
    let asked = request
        .header("x-amz-copy-source-range")
        .map(parse_range)
        .transpose()?;
    let upload = request.engine().upload(&target).await;
    let upload = upload.map_err(|error| request.refusal(error))?;
    let part = encryption::for_part(request, &upload).await?;
    let mut found = source.find(request).await?;
    let size = found.info.row.summary.size;
    check_size(asked.as_ref(), size)?;
    let copied = asked.as_ref().map_or(size, |range| range.end - range.start);
    found.check_largest(request, copied)?;
    let source_key = encryption::key_of(request, &found.info, COPY_SOURCE).await?;
    let bytes = match source_key.is_some() || part.encryption.is_some() {
        true => Bytes::Recoded,
        false => Bytes::Shared,
    };
    let held = recoding::hold(request, bytes, copied).await?;
    let source_version = found.target.version;
    let copy = CopyPart {
        target,
        number,
        source: found.target,
        source_conditions: found.pinned,
        range: asked,
        source_key,
        encryption: part.encryption,
    };
    let engine = Arc::clone(request.engine());
    let copying = async move {
        let _held = held;
        let copied = engine.copy_part(copy).await;
        copied.map_err(encryption::changed_meanwhile)
    };
    let mut answer = match patience::wait(request, copying).await {
        Waited::Soon(outcome) => {
            let outcome = outcome.map_err(|error| refusal(CONDITION, request, error))?;
            response::document(result(&outcome))
        }
        Waited::Late(copying) => {
            let refuse = later_refusal(CONDITION, request);
            patience::answer(request, async move {
                let outcome = copying.await.map_err(refuse)?;
                Ok(result(&outcome).finish())
            })
        }
    };
    part.shown.describe(answer.headers_mut());
    if let Some(version) = source_version {
        set(
            answer.headers_mut(),
            SOURCE_VERSION_ID,
            &version.to_string(),
        );
    }
    Ok(answer)
}

/// `bytes=first-last` with both ends, and nothing else.
fn parse_range(header: &[u8]) -> Result<Range<u64>, S3Error> {
    let malformed = || {
        S3Error::invalid_argument("x-amz-copy-source-range", String::from_utf8_lossy(header))
            .message(
                "The x-amz-copy-source-range value must be of the form bytes=first-last where \
                 first and last are the zero-based offsets of the first and last bytes to copy",
            )
    };
    let text = std::str::from_utf8(header).map_err(|_| malformed())?;
    let ends = text
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'));
    let (first, last) = ends.ok_or_else(malformed)?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits
            .then(|| text.parse::<u64>().ok())
            .flatten()
            .ok_or_else(malformed)
    };
    let (first, last) = (number(first)?, number(last)?);
    match last.checked_add(1) {
        Some(end) if first < end => Ok(first..end),
        _ => Err(malformed()),
    }
}

fn check_size(asked: Option<&Range<u64>>, size: u64) -> Result<(), S3Error> {
    let length = match asked {
        Some(range) if range.end > size => {
            return Err(S3Error::new(Code::InvalidRange)
                .message(format!(
                    "Range specified is not valid for source object of size: {size}"
                ))
                .extra(
                    "RangeRequested",
                    format!("bytes={}-{}", range.start, range.end - 1),
                ));
        }
        Some(range) => range.end - range.start,
        None => size,
    };
    if length > COPY_BYTES_MAX {
        return Err(S3Error::new(Code::InvalidRequest).message(format!(
            "The specified copy source is larger than the maximum allowable size for a copy \
             source: {COPY_BYTES_MAX}"
        )));
    }
    Ok(())
}

fn result(outcome: &PartOutcome) -> Writer {
    let mut xml = Writer::document("CopyPartResult");
    xml.time(
        "LastModified",
        UNIX_EPOCH + Duration::from_millis(outcome.modified.0),
    );
    xml.etag("ETag", &outcome.etag);
    if let Some(checksum) = &outcome.checksum {
        xml.text(names(checksum.algorithm()).element, &value_text(checksum));
    }
    xml
}
