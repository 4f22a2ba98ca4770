//! ListObjectVersions: all versions and delete markers of each key, newest first.

use super::list_objects::{class, write_summary};
use super::shared::listing::{self, PageSize, Scope, page_size, write_owner};
use super::shared::version;
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;
use bytes::Bytes;
use std::time::{Duration, UNIX_EPOCH};
use storage_engine::{Cursor, ListPage, ListRequest, VersionEntry};

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let input = Input::parse(request)?;
    let page = read_page(request, &input).await?;
    let count = page.entries.len() + page.prefixes.len();
    let mut xml = Writer::with_capacity("ListVersionsResult", 512 + 480 * count);
    let scope = &input.scope;
    xml.text("Name", request.bucket());
    scope.spelling.write(&mut xml, "Prefix", &scope.prefix);
    scope
        .spelling
        .write(&mut xml, "KeyMarker", &input.key_marker);
    xml.text("VersionIdMarker", &input.version_marker);
    if let Some(next) = &page.next {
        scope
            .spelling
            .write(&mut xml, "NextKeyMarker", listing::marker(next));
        if let Cursor::AfterVersion(_, version) = next {
            xml.text("NextVersionIdMarker", &version.to_string());
        }
    }
    xml.number("MaxKeys", input.size.asked.into());
    scope.write(&mut xml);
    xml.boolean("IsTruncated", page.next.is_some());
    for entry in &page.entries {
        write_entry(&mut xml, request, scope, entry);
    }
    scope.write_prefixes(&mut xml, &page.prefixes);
    Ok(response::document(xml))
}

struct Input {
    scope: Scope,
    size: PageSize,
    key_marker: Bytes,
    version_marker: String,
    after: Cursor,
}

impl Input {
    fn parse(request: &Permitted<'_>) -> Result<Self, S3Error> {
        let scope = Scope::parse(request)?;
        let key_marker = listing::bytes(request, "key-marker");
        let version_marker = request
            .query()
            .text("version-id-marker")?
            .unwrap_or_default();
        let after = match version_marker {
            "" => scope.after(&key_marker),
            text if key_marker.is_empty() => {
                return Err(S3Error::invalid_argument("version-id-marker", text)
                    .message("A version-id marker cannot be specified without a key marker."));
            }
            text => Cursor::AfterVersion(key_marker.clone(), version::parse(text)?),
        };
        Ok(Self {
            size: page_size(request, "max-keys")?,
            version_marker: version_marker.to_owned(),
            scope,
            key_marker,
            after,
        })
    }
}

async fn read_page(
    request: &Permitted<'_>,
    input: &Input,
) -> Result<ListPage<VersionEntry>, S3Error> {
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
    let page = request.engine().list_versions(list).await;
    page.map_err(|error| request.refusal(error))
}

fn write_entry(xml: &mut Writer, request: &Permitted<'_>, scope: &Scope, entry: &VersionEntry) {
    let summary = &entry.summary;
    let element = if summary.marker {
        "DeleteMarker"
    } else {
        "Version"
    };
    xml.element(element, |xml| {
        scope.spelling.write(xml, "Key", &entry.key);
        xml.text("VersionId", &summary.version_id().to_string());
        xml.boolean("IsLatest", entry.latest);
        if summary.marker {
            xml.time(
                "LastModified",
                UNIX_EPOCH + Duration::from_millis(summary.modified.0),
            );
        } else {
            write_summary(xml, summary);
        }
        write_owner(xml, "Owner", request, &summary.owner);
        if !summary.marker {
            xml.text("StorageClass", class(summary));
        }
    });
}
