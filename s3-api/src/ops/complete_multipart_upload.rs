//! CompleteMultipartUpload: the listed parts become an object. The engine moves no bytes, so the
//! answer needs no keep-alive while it is made.

use super::shared::conditions::{WriteConditions, refusal};
use super::shared::encryption::{self, Shown};
use super::shared::object_headers::parts_of;
use super::shared::{expiry, largest, notices, upload, version};
use crate::body::document::{self, Proof};
use crate::body::payload::Payload;
use crate::checksum::{algorithm_of_header, kind_text, names, object_value_text, parse_value};
use crate::encoding::{Keep, push_percent_encoded};
use crate::error::{Code, S3Error};
use crate::limits::{LARGE_DOCUMENT_BYTES_MAX, PART_BYTES_MIN, PART_NUMBER_MAX};
use crate::request::Permitted;
use crate::response::{self, Answer, VERSION_ID, set};
use crate::xml::reader::Element;
use crate::xml::writer::Writer;
use pipeline::events::EventName;
use storage_engine::hash::{Algorithm, Checksum};
use storage_engine::row::ChecksumKind;
use storage_engine::{CompletePart, CompleteUpload, Error, PutOutcome};

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let target = upload::target(request)?;
    let conditions = WriteConditions::parse(request)?;
    let checksum = object_checksum(request)?;
    let size = object_size(request)?;
    let body = read(request, &mut payload).await?;
    let (chosen, shown) = match request.engine().upload(&target).await {
        Ok(upload) => {
            let shown = encryption::for_completion(request, &upload)?;
            (upload.checksum, shown)
        }
        // Completed before: the engine remembers what came of it for a while.
        Err(Error::NoSuchUpload) => (None, Shown::Nothing),
        Err(error) => return Err(request.refusal(error)),
    };
    let parts = parse(&body, chosen)?;
    check_type(request, chosen)?;
    let name = conditions.name();
    let complete = CompleteUpload {
        target,
        parts,
        part_bytes_min: PART_BYTES_MIN,
        conditions: conditions.list,
        checksum,
        size,
        size_max: largest::bytes_max(request),
        notes: notices::notes(request, &request.key(), &[EventName::CreatedComplete]),
    };
    let outcome = request.engine().complete_upload(complete).await;
    let outcome = outcome.map_err(|error| match error {
        Error::DigestMismatch => mismatch(size),
        error => refusal(name, request, error),
    })?;
    let mut answer = response::document(result(request, &outcome));
    shown.describe(answer.headers_mut());
    if let Some(version) = version::written(&outcome) {
        set(answer.headers_mut(), VERSION_ID, &version.to_string());
    }
    expiry::tell_of_new(request, &outcome, answer.headers_mut()).await;
    Ok(answer)
}

/// The document. A checksum header here is the object's, not the document's, so only Content-MD5
/// speaks of the body.
async fn read(request: &Permitted<'_>, payload: &mut Payload<'_>) -> Result<Vec<u8>, S3Error> {
    let mut headers = http::HeaderMap::new();
    if let Some(md5) = request.headers().get("content-md5") {
        headers.insert("content-md5", md5.clone());
    }
    document::read(payload, &headers, LARGE_DOCUMENT_BYTES_MAX, Proof::Optional).await
}

pub(crate) type Chosen = Option<(Algorithm, ChecksumKind)>;

pub(crate) fn parse(body: &[u8], chosen: Chosen) -> Result<Vec<CompletePart>, S3Error> {
    let root = document::parse(body, "CompleteMultipartUpload")?;
    let parts = root
        .children()
        .iter()
        .filter(|child| child.name() == "Part");
    let mut parts = parts
        .map(|part| parse_part(part, chosen))
        .collect::<Result<Vec<_>, _>>()?;
    if parts.is_empty() || parts.len() > PART_NUMBER_MAX as usize {
        return Err(S3Error::new(Code::MalformedXML));
    }
    // A client that sent a part twice may list it twice; what it sent last counts.
    parts.dedup_by(|later, earlier| {
        let is_again = later.number == earlier.number;
        if is_again {
            std::mem::swap(later, earlier);
        }
        is_again
    });
    Ok(parts)
}

fn parse_part(part: &Element<'_>, chosen: Chosen) -> Result<CompletePart, S3Error> {
    let malformed = || S3Error::new(Code::MalformedXML);
    let number = part
        .child_text("PartNumber")
        .and_then(upload::parse_part_number);
    let number = number.ok_or_else(malformed)?;
    let etag = part.child_text("ETag").ok_or_else(malformed)?;
    // Text that is no tag is no part's tag either.
    let etag = etag
        .parse()
        .map_err(|_| S3Error::new(Code::InvalidPart).extra("PartNumber", number.to_string()))?;
    Ok(CompletePart {
        number,
        etag: Some(etag),
        checksum: part_checksum(part, chosen)?,
    })
}

/// The part's checksum in the upload's algorithm, where the client gives it. All of them were
/// verified when the parts came.
fn part_checksum(part: &Element<'_>, chosen: Chosen) -> Result<Option<Checksum>, S3Error> {
    let Some((algorithm, _)) = chosen else {
        return Ok(None);
    };
    let given = part.child_text(names(algorithm).element);
    given.map(|text| parse_value(algorithm, text)).transpose()
}

/// The checksum of the whole object, if the client knows it.
fn object_checksum(request: &Permitted<'_>) -> Result<Option<Checksum>, S3Error> {
    let mut found = None;
    for (name, value) in request.headers() {
        let Some(algorithm) = algorithm_of_header(name.as_str()) else {
            continue;
        };
        let text = value.to_str().unwrap_or_default();
        // A composed value carries the number of its parts.
        let value = text.rsplit_once('-').map_or(text, |(value, _)| value);
        if found.replace(parse_value(algorithm, value)?).is_some() {
            return Err(S3Error::new(Code::InvalidRequest).message(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not \
                 allowed.",
            ));
        }
    }
    Ok(found)
}

fn object_size(request: &Permitted<'_>) -> Result<Option<u64>, S3Error> {
    let Some(text) = request.header_text("x-amz-mp-object-size")? else {
        return Ok(None);
    };
    let size = text
        .parse()
        .map_err(|_| S3Error::invalid_argument("x-amz-mp-object-size", text))?;
    Ok(Some(size))
}

fn check_type(request: &Permitted<'_>, chosen: Chosen) -> Result<(), S3Error> {
    let asked = request.header_text("x-amz-checksum-type")?;
    match (asked, chosen) {
        (Some(asked), Some((_, kind))) if asked != kind_text(kind) => {
            Err(S3Error::new(Code::InvalidRequest).message(format!(
                "The upload was created using the {} checksum mode. The complete request must \
                 use the same checksum mode.",
                kind_text(kind)
            )))
        }
        _ => Ok(()),
    }
}

fn mismatch(size: Option<u64>) -> S3Error {
    let error = S3Error::new(Code::BadDigest);
    match size {
        Some(size) => error.message(format!(
            "The checksum, or the object size of {size} bytes, that you specified did not match \
             the uploaded parts."
        )),
        None => error,
    }
}

fn result(request: &Permitted<'_>, outcome: &PutOutcome) -> Writer {
    let summary = &outcome.summary;
    let mut xml = Writer::document("CompleteMultipartUploadResult");
    xml.text("Location", &location(request));
    xml.text("Bucket", request.bucket());
    xml.bytes("Key", &request.key());
    if let Some(etag) = &summary.etag {
        xml.etag("ETag", etag);
    }
    if let Some(checksum) = &summary.checksum {
        let element = names(checksum.checksum.algorithm()).element;
        xml.text(element, &object_value_text(checksum, parts_of(summary)));
        xml.text("ChecksumType", kind_text(checksum.kind));
    }
    xml
}

/// Where the object can be had. What stands before us knows whether that is TLS; we assume not.
fn location(request: &Permitted<'_>) -> String {
    let host = request.header("host").unwrap_or_default();
    let mut path = Vec::new();
    push_percent_encoded(&mut path, &request.key(), Keep::Slash);
    format!(
        "http://{}/{}/{}",
        String::from_utf8_lossy(host),
        request.bucket(),
        String::from_utf8_lossy(&path)
    )
}
