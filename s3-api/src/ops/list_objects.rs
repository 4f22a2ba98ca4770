//! ListObjects, the first version: still what s3cmd and s3fs ask for.

use super::list_objects_v2::read_page;
use super::shared::listing::{self, Scope, Spelling, page_size, write_owner};
use super::shared::object_input::DEFAULT_STORAGE_CLASS;
use crate::checksum::{kind_text, names};
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;
use std::time::{Duration, UNIX_EPOCH};
use storage_engine::ObjectEntry;
use storage_engine::row::Summary;

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let scope = Scope::parse(request)?;
    let size = page_size(request, "max-keys")?;
    let marker = listing::bytes(request, "marker");
    let page = read_page(request, &scope, scope.after(&marker), size).await?;

    let count = page.entries.len() + page.prefixes.len();
    let mut xml = Writer::with_capacity("ListBucketResult", 512 + 400 * count);
    xml.text("Name", request.bucket());
    scope.spelling.write(&mut xml, "Prefix", &scope.prefix);
    scope.spelling.write(&mut xml, "Marker", &marker);
    // Without a delimiter the last key serves as the marker of the next page.
    if let Some(next) = page.next.as_ref().filter(|_| !scope.delimiter.is_empty()) {
        scope
            .spelling
            .write(&mut xml, "NextMarker", listing::marker(next));
    }
    xml.number("MaxKeys", size.asked.into());
    scope.write(&mut xml);
    xml.boolean("IsTruncated", page.next.is_some());
    for entry in &page.entries {
        write_entry(&mut xml, scope.spelling, entry, Some(request));
    }
    scope.write_prefixes(&mut xml, &page.prefixes);
    Ok(response::document(xml))
}

/// An object in a listing; its owner too if there is a request to look it up with.
pub(crate) fn write_entry(
    xml: &mut Writer,
    spelling: Spelling,
    entry: &ObjectEntry,
    owner: Option<&Permitted<'_>>,
) {
    xml.element("Contents", |xml| {
        spelling.write(xml, "Key", &entry.key);
        write_summary(xml, &entry.summary);
        if let Some(request) = owner {
            write_owner(xml, "Owner", request, &entry.summary.owner);
        }
        xml.text("StorageClass", class(&entry.summary));
    });
}

/// Time, tag, checksum and size, in the order of the model.
pub(crate) fn write_summary(xml: &mut Writer, summary: &Summary) {
    xml.time(
        "LastModified",
        UNIX_EPOCH + Duration::from_millis(summary.modified.0),
    );
    if let Some(etag) = &summary.etag {
        xml.etag("ETag", etag);
    }
    if let Some(checksum) = &summary.checksum {
        xml.text(
            "ChecksumAlgorithm",
            names(checksum.checksum.algorithm()).wire,
        );
        xml.text("ChecksumType", kind_text(checksum.kind));
    }
    xml.number("Size", summary.size);
}

pub(crate) fn class(summary: &Summary) -> &str {
    if summary.label.is_empty() {
        DEFAULT_STORAGE_CLASS
    } else {
        &summary.label
    }
}
