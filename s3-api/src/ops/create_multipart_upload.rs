//! CreateMultipartUpload: what the object will be, before its bytes come.

use super::shared::{encryption, expiry, object_input, rights};
use crate::checksum::{DEFAULT_ALGORITHM, kind_text, multipart_kind, names, parse_algorithm};
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer, CHECKSUM_ALGORITHM, CHECKSUM_TYPE, set};
use crate::xml::writer::Writer;
use storage_engine::CreateUpload;
use storage_engine::hash::Algorithm;
use storage_engine::row::ChecksumKind;

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    rights::check_beside(request).await?;
    let mut object = object_input::parse(request)?;
    let (checksum, is_asked) = checksum(request)?;
    let new = encryption::for_new_object(request).await?;
    object.attributes.extend(new.attribute);
    let create = CreateUpload {
        bucket: request.bucket().to_owned(),
        key: request.key(),
        object,
        checksum: Some(checksum),
        encryption: new.encryption.map(|encryption| encryption.key),
    };
    let name = request.engine().create_upload(create).await;
    let name = name.map_err(|error| request.refusal(error))?;
    let mut xml = Writer::document("InitiateMultipartUploadResult");
    xml.text("Bucket", request.bucket());
    xml.bytes("Key", &request.key());
    xml.text("UploadId", &name.to_string());
    let mut answer = response::document(xml);
    new.shown.describe_new(answer.headers_mut());
    if is_asked {
        let headers = answer.headers_mut();
        set(headers, CHECKSUM_ALGORITHM, names(checksum.0).wire);
        set(headers, CHECKSUM_TYPE, kind_text(checksum.1));
    }
    expiry::tell_abort_of_new(request, name, answer.headers_mut()).await;
    Ok(answer)
}

/// The checksum parts and object will have, and whether the client asked for it.
fn checksum(request: &Permitted<'_>) -> Result<((Algorithm, ChecksumKind), bool), S3Error> {
    let invalid = |message: &'static str| S3Error::new(Code::InvalidRequest).message(message);
    let asked = match request.header_text("x-amz-checksum-algorithm")? {
        Some(text) => Some(parse_algorithm(text).ok_or_else(|| {
            invalid(
                "Checksum algorithm provided is unsupported. Please try again with any of the \
                     valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
            )
        })?),
        None => None,
    };
    let kind = request.header_text("x-amz-checksum-type")?;
    if kind.is_some() && asked.is_none() {
        return Err(invalid(
            "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm \
             header.",
        ));
    }
    let algorithm = asked.unwrap_or(DEFAULT_ALGORITHM);
    Ok((
        (algorithm, multipart_kind(algorithm, kind)?),
        asked.is_some(),
    ))
}
