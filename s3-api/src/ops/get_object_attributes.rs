//! GetObjectAttributes: what is known of a version beside its bytes and metadata, as far as it is
//! asked for.

use super::get_object::target;
use super::list_objects::class;
use super::shared::encryption;
use super::shared::object_headers::parts_of;
use super::shared::object_input;
use super::shared::version;
use crate::checksum::{kind_text, names, object_value_text, value_text};
use crate::date::http_date;
use crate::error::{Code, S3Error};
use crate::limits::LIST_ENTRIES_MAX;
use crate::request::Permitted;
use crate::response::{self, Answer, VERSION_ID, set};
use crate::xml::writer::Writer;
use http::header::LAST_MODIFIED;
use std::time::{Duration, UNIX_EPOCH};
use storage_engine::row::Summary;
use storage_engine::{ObjectInfo, ObjectPart};

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    object_input::check_unsupported(request.headers())?;
    let asked = Asked::parse(request)?;
    let found = request.engine().head(target(request)?).await;
    let info = found.map_err(|error| request.refusal(error))?;
    encryption::shown_to_reader(request, &info)?;
    let parts = match asked.parts {
        true => parts(request, &info).await?,
        false => None,
    };
    let summary = &info.row.summary;
    let mut xml = Writer::document("GetObjectAttributesResponse");
    if let Some(etag) = summary.etag.filter(|_| asked.etag) {
        // The only place where Amazon leaves the quotes out.
        xml.text("ETag", &etag.to_string());
    }
    if asked.checksum {
        write_checksum(&mut xml, summary);
    }
    if let Some(parts) = parts {
        write_parts(&mut xml, &parts, &asked.page);
    }
    if asked.class {
        xml.text("StorageClass", class(summary));
    }
    if asked.size {
        xml.number("ObjectSize", summary.size);
    }
    let mut answer = response::document(xml);
    let headers = answer.headers_mut();
    let modified = UNIX_EPOCH + Duration::from_millis(summary.modified.0);
    set(headers, LAST_MODIFIED, &http_date(modified));
    if let Some(version) = version::shown(&info) {
        set(headers, VERSION_ID, &version.to_string());
    }
    Ok(answer)
}

/// Which attributes, and which of the parts.
#[derive(Debug, Default)]
struct Asked {
    etag: bool,
    checksum: bool,
    parts: bool,
    class: bool,
    size: bool,
    page: Page,
}

#[derive(Debug, Default)]
struct Page {
    after: u16,
    limit: usize,
}

impl Asked {
    fn parse(request: &Permitted<'_>) -> Result<Self, S3Error> {
        const NAME: &str = "x-amz-object-attributes";
        let mut asked = Self {
            page: Page::parse(request)?,
            ..Self::default()
        };
        let mut is_empty = true;
        let values = request.headers().get_all(NAME);
        let texts = values.iter().map(|value| value.to_str().unwrap_or("?"));
        let items = texts.flat_map(|text| text.split(',')).map(str::trim);
        for item in items.filter(|item| !item.is_empty()) {
            is_empty = false;
            let wanted = match item {
                "ETag" => &mut asked.etag,
                "Checksum" => &mut asked.checksum,
                "ObjectParts" => &mut asked.parts,
                "StorageClass" => &mut asked.class,
                "ObjectSize" => &mut asked.size,
                other => {
                    return Err(S3Error::invalid_argument(NAME, other)
                        .message("Invalid attribute name specified."));
                }
            };
            *wanted = true;
        }
        if is_empty {
            return Err(S3Error::new(Code::InvalidRequest).message(
                "The x-amz-object-attributes header specifying the attributes to be retrieved is \
                 either missing or empty",
            ));
        }
        Ok(asked)
    }
}

impl Page {
    fn parse(request: &Permitted<'_>) -> Result<Self, S3Error> {
        let number = |name: &'static str, none: u32| -> Result<u32, S3Error> {
            let Some(text) = request.header_text(name)? else {
                return Ok(none);
            };
            let number = text.parse::<u32>().ok();
            let number = number.filter(|number| i32::try_from(*number).is_ok());
            number.ok_or_else(|| {
                S3Error::invalid_argument(name, text).message(format!(
                    "Argument {name} must be an integer between 0 and 2147483647"
                ))
            })
        };
        let limit = number("x-amz-max-parts", LIST_ENTRIES_MAX)?;
        let after = number("x-amz-part-number-marker", 0)?;
        Ok(Self {
            // A marker behind the highest number is behind all parts.
            after: u16::try_from(after).unwrap_or(u16::MAX),
            limit: limit.min(LIST_ENTRIES_MAX) as usize,
        })
    }
}

/// The parts of an object that was uploaded in parts, all of them.
async fn parts(
    request: &Permitted<'_>,
    info: &ObjectInfo,
) -> Result<Option<Vec<ObjectPart>>, S3Error> {
    if parts_of(&info.row.summary).is_none() {
        return Ok(None);
    }
    let parts = request.engine().object_parts(info).await;
    parts.map(Some).map_err(|error| request.refusal(error))
}

fn write_checksum(xml: &mut Writer, summary: &Summary) {
    let Some(checksum) = &summary.checksum else {
        return;
    };
    xml.element("Checksum", |xml| {
        let element = names(checksum.checksum.algorithm()).element;
        xml.text(element, &object_value_text(checksum, parts_of(summary)));
        xml.text("ChecksumType", kind_text(checksum.kind));
    });
}

fn write_parts(xml: &mut Writer, parts: &[ObjectPart], page: &Page) {
    let from = parts.partition_point(|part| part.number <= page.after);
    let to = parts.len().min(from + page.limit);
    let shown = &parts[from..to];
    let is_truncated = to < parts.len();
    xml.element("ObjectParts", |xml| {
        xml.boolean("IsTruncated", is_truncated);
        xml.number("MaxParts", page.limit as u64);
        let last = shown.last().map_or(page.after, |part| part.number);
        xml.number("NextPartNumberMarker", last.into());
        xml.number("PartNumberMarker", page.after.into());
        for part in shown {
            write_part(xml, part);
        }
        xml.number("PartsCount", parts.len() as u64);
    });
}

fn write_part(xml: &mut Writer, part: &ObjectPart) {
    xml.element("Part", |xml| {
        if let Some(checksum) = &part.checksum {
            xml.text(names(checksum.algorithm()).element, &value_text(checksum));
        }
        xml.number("PartNumber", part.number.into());
        xml.number("Size", part.size);
    });
}
