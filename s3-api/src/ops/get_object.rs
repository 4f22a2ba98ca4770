//! GetObject: an object, a range of it, or one of its parts.

use super::shared::conditions::{READ, ReadConditions, Verdict, failed, if_range_holds};
use super::shared::object_headers::{
    PARTS_COUNT, describe, describe_checksum, describe_part_checksum, identify,
};
use super::shared::range::{Selection, select};
use super::shared::{encryption, expiry, object_headers, version};
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer, ResponseBody, set, set_length};
use crate::sse::REQUEST;
use http::header::{CONTENT_RANGE, RANGE};
use http::{HeaderValue, StatusCode};
use std::ops::Range;
use storage_engine::hash::Checksum;
use storage_engine::{ObjectInfo, Target};

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let found = request.engine().find(target(request)?).await;
    let found = found.map_err(|error| request.refusal(error))?;
    let (mut answer, range) = head(request, found.info()).await?;
    if let Some(range) = range {
        let key = encryption::key_of(request, found.info(), REQUEST).await?;
        let reader = found.unlock(key.as_ref());
        let reader = reader.map_err(|error| request.refusal(error))?;
        let length = range.end - range.start;
        *answer.body_mut() = ResponseBody::stream(reader.stream(range), length);
    }
    Ok(answer)
}

/// The version that is asked for.
pub(crate) fn target(request: &Permitted<'_>) -> Result<Target, S3Error> {
    let version = version::asked(request)?;
    Ok(Target {
        bucket: request.bucket().to_owned(),
        key: request.key(),
        version,
    })
}

/// The answer without its body, and which bytes the body has; none if it must not have one.
pub(crate) async fn head(
    request: &Permitted<'_>,
    info: &ObjectInfo,
) -> Result<(Answer, Option<Range<u64>>), S3Error> {
    check_part(request, info)?;
    let shown = encryption::shown_to_reader(request, info)?;
    let summary = &info.row.summary;
    match ReadConditions::parse(request, READ)?.evaluate(summary) {
        Verdict::Proceed => {}
        Verdict::Failed(name) => return Err(failed(header_spelling(name))),
        Verdict::NotModified => {
            let mut answer = response::empty(StatusCode::NOT_MODIFIED);
            identify(info, answer.headers_mut());
            return Ok((answer, None));
        }
    }
    let selected = selection(request, info).await?;
    let whole = 0..summary.size;
    let (status, range) = match selected.range {
        Some(range) => (StatusCode::PARTIAL_CONTENT, range),
        None => (StatusCode::OK, whole.clone()),
    };
    let mut answer = response::empty(status);
    let headers = answer.headers_mut();
    headers.reserve(16);
    describe(request, info, headers)?;
    shown.describe(headers);
    if version::asked(request)?.is_none() {
        let detail = info.row.detail.as_ref();
        let tags = detail.map_or(&[][..], |detail| detail.tags.as_slice());
        expiry::tell(request, summary, tags, headers);
    }
    if let Some(parts) = selected.parts {
        headers.insert(PARTS_COUNT, HeaderValue::from(parts));
    }
    match selected.checksum {
        Some(part) => describe_part_checksum(request, summary, &part, headers),
        None if range == whole && selected.parts.is_none() => {
            describe_checksum(request, summary, headers);
        }
        None => {}
    }
    if status == StatusCode::PARTIAL_CONTENT {
        set_content_range(headers, &range, summary.size);
    }
    set_length(headers, range.end - range.start);
    Ok((answer, Some(range)))
}

fn set_content_range(headers: &mut http::HeaderMap, range: &Range<u64>, size: u64) {
    // An empty part of an empty object has no first and last byte to name.
    if !range.is_empty() {
        let text = format!("bytes {}-{}/{size}", range.start, range.end - 1);
        set(headers, CONTENT_RANGE, &text);
    }
}

/// Which bytes are asked for.
#[derive(Debug, Default)]
struct Selected {
    /// None for all of them.
    range: Option<Range<u64>>,
    /// How many parts the object has, for those who ask for one of them.
    parts: Option<u16>,
    /// That part's own.
    checksum: Option<Checksum>,
}

async fn selection(request: &Permitted<'_>, info: &ObjectInfo) -> Result<Selected, S3Error> {
    let header = request.header(RANGE.as_str());
    let number = request.query().number::<u16>("partNumber")?;
    let size = info.row.summary.size;
    match (header, number) {
        (None, None) => Ok(Selected::default()),
        (Some(_), Some(_)) => Err(S3Error::new(Code::InvalidRequest)
            .message("Cannot specify both Range header and partNumber query parameter")),
        (None, Some(number)) => part(request, info, number).await,
        (Some(header), None) => {
            if let Some(tag) = request.header_text("if-range")?
                && !if_range_holds(tag, &info.row.summary)
            {
                return Ok(Selected::default());
            }
            match select(header, size) {
                Selection::Whole => Ok(Selected::default()),
                Selection::Part(range) => Ok(Selected {
                    range: Some(range),
                    ..Selected::default()
                }),
                Selection::Unsatisfiable => Err(unsatisfiable(header, size)),
            }
        }
    }
}

/// A part that is not there is told before keys are looked at, which the request may lack as well.
fn check_part(request: &Permitted<'_>, info: &ObjectInfo) -> Result<(), S3Error> {
    let count = object_headers::parts_of(&info.row.summary).unwrap_or(1);
    match request.query().number::<u16>("partNumber")? {
        Some(number) if number > count => Err(S3Error::new(Code::InvalidPart)),
        _ => Ok(()),
    }
}

/// The bytes of a part. An object that was not uploaded in parts is its own first one.
async fn part(
    request: &Permitted<'_>,
    info: &ObjectInfo,
    number: u16,
) -> Result<Selected, S3Error> {
    let invalid = || S3Error::new(Code::InvalidPart);
    let size = info.row.summary.size;
    let Some(count) = object_headers::parts_of(&info.row.summary) else {
        return match number {
            0 => Err(part_number_argument()),
            1 => Ok(Selected {
                range: Some(0..size),
                ..Selected::default()
            }),
            _ => Err(invalid()),
        };
    };
    if number == 0 {
        return Err(part_number_argument());
    }
    let parts = request.engine().object_parts(info).await;
    let parts = parts.map_err(|error| request.refusal(error))?;
    // Parts are counted as they lie in the object, whatever numbers they were uploaded under.
    let part = parts.get(usize::from(number) - 1).ok_or_else(invalid)?;
    let range = part.offset..part.offset + part.size;
    Ok(Selected {
        range: Some(range),
        parts: Some(count),
        checksum: part.checksum,
    })
}

fn part_number_argument() -> S3Error {
    S3Error::invalid_argument("partNumber", "0")
        .message("Part number must be an integer between 1 and 10000, inclusive")
}

fn unsatisfiable(header: &[u8], size: u64) -> S3Error {
    S3Error::new(Code::InvalidRange)
        .extra("RangeRequested", String::from_utf8_lossy(header))
        .extra("ActualObjectSize", size.to_string())
        .header(CONTENT_RANGE, &format!("bytes */{size}"))
}

/// As documents spell a condition.
fn header_spelling(name: &'static str) -> &'static str {
    match name {
        "if-match" => "If-Match",
        "if-unmodified-since" => "If-Unmodified-Since",
        other => other,
    }
}
