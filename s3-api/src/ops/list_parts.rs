//! ListParts: what an upload has so far.

use super::shared::listing::{page_size, write_owner};
use super::shared::object_input::DEFAULT_STORAGE_CLASS;
use super::shared::{encryption, expiry, upload};
use crate::checksum::{kind_text, names, value_text};
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;
use std::time::{Duration, UNIX_EPOCH};
use storage_engine::{PartInfo, UploadInfo};

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let target = upload::target(request)?;
    let size = page_size(request, "max-parts")?;
    let after = request
        .query()
        .number::<u32>("part-number-marker")?
        .unwrap_or(0);
    // A marker behind the highest number is behind all parts.
    let after = u16::try_from(after).unwrap_or(u16::MAX);
    // A page of none still proves that the upload is there.
    let page = request
        .engine()
        .list_parts(&target, after, size.granted.max(1))
        .await;
    let mut page = page.map_err(|error| request.refusal(error))?;
    encryption::check_listing(request, &page.upload)?;
    if size.granted == 0 {
        page.parts.clear();
        page.next = None;
    }

    let mut xml = Writer::with_capacity("ListPartsResult", 768 + 256 * page.parts.len());
    xml.text("Bucket", request.bucket());
    xml.bytes("Key", &request.key());
    xml.text("UploadId", &target.upload.to_string());
    write_people(&mut xml, request, &page.upload);
    xml.number("PartNumberMarker", after.into());
    if let Some(next) = page.next {
        xml.number("NextPartNumberMarker", next.into());
    }
    xml.number("MaxParts", size.asked.into());
    xml.boolean("IsTruncated", page.next.is_some());
    for part in &page.parts {
        write_part(&mut xml, part);
    }
    let mut answer = response::document(xml);
    expiry::tell_abort(request, page.upload.started, answer.headers_mut());
    Ok(answer)
}

/// Whose upload it is, and what it will be.
pub(crate) fn write_people(xml: &mut Writer, request: &Permitted<'_>, upload: &UploadInfo) {
    write_owner(xml, "Initiator", request, &upload.owner);
    write_owner(xml, "Owner", request, &upload.owner);
    let class = if upload.label.is_empty() {
        DEFAULT_STORAGE_CLASS
    } else {
        &upload.label
    };
    xml.text("StorageClass", class);
    if let Some((algorithm, kind)) = upload.checksum {
        xml.text("ChecksumAlgorithm", names(algorithm).wire);
        xml.text("ChecksumType", kind_text(kind));
    }
}

fn write_part(xml: &mut Writer, part: &PartInfo) {
    xml.element("Part", |xml| {
        xml.number("PartNumber", part.number.into());
        xml.time(
            "LastModified",
            UNIX_EPOCH + Duration::from_millis(part.modified.0),
        );
        xml.etag("ETag", &part.etag);
        if let Some(checksum) = &part.checksum {
            xml.text(names(checksum.algorithm()).element, &value_text(checksum));
        }
        xml.number("Size", part.size);
    });
}
