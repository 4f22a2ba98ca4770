//! The headers that describe an object, on GET and HEAD alike.

use super::{lock, metadata, version};
use crate::checksum::{kind_text, names, object_value_text, value_text};
use crate::date::http_date;
use crate::error::S3Error;
use crate::ops::shared::object_input::DEFAULT_STORAGE_CLASS;
use crate::request::Permitted;
use crate::response::{CHECKSUM_TYPE, VERSION_ID, set, set_etag};
use http::header::{ACCEPT_RANGES, CONTENT_TYPE, LAST_MODIFIED};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::time::{Duration, UNIX_EPOCH};
use storage_engine::ObjectInfo;
use storage_engine::hash::Checksum;
use storage_engine::row::{Attribute, Detail, ObjectChecksum, Summary};

const STORAGE_CLASS: HeaderName = HeaderName::from_static("x-amz-storage-class");
const TAGGING_COUNT: HeaderName = HeaderName::from_static("x-amz-tagging-count");
const MISSING_META: HeaderName = HeaderName::from_static("x-amz-missing-meta");
pub(crate) const PARTS_COUNT: HeaderName = HeaderName::from_static("x-amz-mp-parts-count");

/// Query parameters that replace a header of the answer.
const OVERRIDES: [(&str, HeaderName); 6] = [
    ("response-content-type", http::header::CONTENT_TYPE),
    ("response-content-language", http::header::CONTENT_LANGUAGE),
    ("response-expires", http::header::EXPIRES),
    ("response-cache-control", http::header::CACHE_CONTROL),
    (
        "response-content-disposition",
        http::header::CONTENT_DISPOSITION,
    ),
    ("response-content-encoding", http::header::CONTENT_ENCODING),
];

/// All of them except length, range and checksum.
pub(crate) fn describe(
    request: &Permitted<'_>,
    info: &ObjectInfo,
    headers: &mut HeaderMap,
) -> Result<(), S3Error> {
    identify(info, headers);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("binary/octet-stream"),
    );
    if let Some(detail) = &info.row.detail {
        describe_detail(detail, headers);
    }
    let label = info.row.summary.label.as_str();
    if !label.is_empty() && label != DEFAULT_STORAGE_CLASS {
        set(headers, STORAGE_CLASS, label);
    }
    override_headers(request, headers)
}

/// The headers of an answer that says the object has not changed.
pub(crate) fn identify(info: &ObjectInfo, headers: &mut HeaderMap) {
    let summary = &info.row.summary;
    let modified = UNIX_EPOCH + Duration::from_millis(summary.modified.0);
    set(headers, LAST_MODIFIED, &http_date(modified));
    if let Some(etag) = &summary.etag {
        set_etag(headers, etag);
    }
    if let Some(version) = version::shown(info) {
        set(headers, VERSION_ID, &version.to_string());
    }
}

/// The checksum, for those who asked for it and get the bytes it belongs to.
pub(crate) fn describe_checksum(
    request: &Permitted<'_>,
    summary: &Summary,
    headers: &mut HeaderMap,
) {
    let is_asked = wants_checksum(request);
    if let Some(checksum) = summary.checksum.as_ref().filter(|_| is_asked) {
        set_checksum(headers, checksum, parts_of(summary));
    }
}

/// The same for those who asked for one part of the object. How it was joined to that of the
/// object is told as well.
pub(crate) fn describe_part_checksum(
    request: &Permitted<'_>,
    summary: &Summary,
    part: &Checksum,
    headers: &mut HeaderMap,
) {
    if !wants_checksum(request) {
        return;
    }
    let name = names(part.algorithm()).header();
    set(headers, name, &value_text(part));
    if let Some(whole) = &summary.checksum {
        set(headers, CHECKSUM_TYPE, kind_text(whole.kind));
    }
}

fn wants_checksum(request: &Permitted<'_>) -> bool {
    request
        .header("x-amz-checksum-mode")
        .is_some_and(|mode| mode.eq_ignore_ascii_case(b"enabled"))
}

pub(crate) fn set_checksum(headers: &mut HeaderMap, checksum: &ObjectChecksum, parts: Option<u16>) {
    let name = names(checksum.checksum.algorithm()).header();
    set(headers, name, &object_value_text(checksum, parts));
    set(headers, CHECKSUM_TYPE, kind_text(checksum.kind));
}

/// The number of parts of an object that was uploaded in parts.
pub(crate) fn parts_of(summary: &Summary) -> Option<u16> {
    summary.etag?.parts().map(std::num::NonZeroU16::get)
}

fn describe_detail(detail: &Detail, headers: &mut HeaderMap) {
    let mut missing = 0;
    for Attribute { name, value } in &detail.attributes {
        let is_metadata = name.starts_with("x-amz-meta-");
        let value = match is_metadata {
            true => metadata::as_header(value),
            false => HeaderValue::from_bytes(value).ok(),
        };
        // They were headers when they came; a row that holds anything else shows less.
        match (HeaderName::from_bytes(name.as_bytes()), value) {
            (Ok(name), Some(value)) => {
                headers.insert(name, value);
            }
            _ if is_metadata => missing += 1,
            _ => {}
        }
    }
    if missing > 0 {
        headers.insert(MISSING_META, HeaderValue::from(missing));
    }
    if !detail.tags.is_empty() {
        headers.insert(TAGGING_COUNT, HeaderValue::from(detail.tags.len()));
    }
    lock::describe(&detail.lock, headers);
}

fn override_headers(request: &Permitted<'_>, headers: &mut HeaderMap) -> Result<(), S3Error> {
    for (parameter, name) in OVERRIDES {
        if let Some(value) = request.query().get(parameter) {
            let value = HeaderValue::from_bytes(value).map_err(|_| {
                S3Error::invalid_argument(parameter, String::from_utf8_lossy(value))
            })?;
            headers.insert(name, value);
        }
    }
    Ok(())
}
