//! ListMultipartUploads, by prefix as well as by key.

use super::list_parts::write_people;
use super::shared::listing::{self, PageSize, Scope, page_size};
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;
use bytes::Bytes;
use std::time::{Duration, UNIX_EPOCH};
use storage_engine::{Cursor, ListPage, ListRequest, UploadInfo};

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let input = Input::parse(request)?;
    let page = read_page(request, &input).await?;
    let scope = &input.scope;
    let count = page.entries.len() + page.prefixes.len();
    let mut xml = Writer::with_capacity("ListMultipartUploadsResult", 512 + 480 * count);
    xml.text("Bucket", request.bucket());
    scope
        .spelling
        .write(&mut xml, "KeyMarker", &input.key_marker);
    xml.text("UploadIdMarker", &input.upload_marker);
    if let Some(next) = &page.next {
        scope
            .spelling
            .write(&mut xml, "NextKeyMarker", listing::marker(next));
        if let Cursor::AfterUpload(_, upload) = next {
            xml.text("NextUploadIdMarker", &upload.to_string());
        }
    }
    scope.spelling.write(&mut xml, "Prefix", &scope.prefix);
    scope.write(&mut xml);
    xml.number("MaxUploads", input.size.asked.into());
    xml.boolean("IsTruncated", page.next.is_some());
    for upload in &page.entries {
        xml.element("Upload", |xml| {
            scope.spelling.write(xml, "Key", &upload.key);
            xml.text("UploadId", &upload.name.to_string());
            write_people(xml, request, upload);
            xml.time(
                "Initiated",
                UNIX_EPOCH + Duration::from_millis(upload.started.0),
            );
        });
    }
    scope.write_prefixes(&mut xml, &page.prefixes);
    Ok(response::document(xml))
}

struct Input {
    scope: Scope,
    size: PageSize,
    key_marker: Bytes,
    upload_marker: String,
    after: Cursor,
}

impl Input {
    fn parse(request: &Permitted<'_>) -> Result<Self, S3Error> {
        let scope = Scope::parse(request)?;
        let key_marker = listing::bytes(request, "key-marker");
        let marker = request
            .query()
            .text("upload-id-marker")?
            .unwrap_or_default();
        let after = match marker {
            // Amazon ignores the one without the other.
            _ if key_marker.is_empty() => Cursor::Start,
            "" => scope.after(&key_marker),
            text => {
                let upload = text.parse().map_err(|_| {
                    S3Error::invalid_argument("upload-id-marker", text)
                        .message("Invalid uploadId marker")
                })?;
                Cursor::AfterUpload(key_marker.clone(), upload)
            }
        };
        let size = page_size(request, "max-uploads")?;
        Ok(Self {
            size,
            upload_marker: marker.to_owned(),
            scope,
            key_marker,
            after,
        })
    }
}

async fn read_page(
    request: &Permitted<'_>,
    input: &Input,
) -> Result<ListPage<UploadInfo>, S3Error> {
    if input.size.granted == 0 {
        return Ok(ListPage {
            entries: Vec::new(),
            prefixes: Vec::new(),
            next: None,
        });
    }
    let list = ListRequest {
        bucket: request.bucket().to_owned(),
        prefix: input.scope.prefix.clone(),
        delimiter: input.scope.delimiter.clone(),
        after: input.after.clone(),
        limit: input.size.granted,
    };
    let page = request.engine().list_uploads(list).await;
    page.map_err(|error| request.refusal(error))
}
