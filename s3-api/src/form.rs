//! Uploads by an HTML form: fields, then a file, in one `multipart/form-data` body.
//!
//! The fields say what a `PutObject` says in its headers, so they become headers, and the file
//! becomes the payload of one. What is a form's own: it is signed by its policy (`form/policy.rs`,
//! `auth/form.rs`), and it chooses the answer (`ops/post_object.rs`).

pub(crate) mod fields;
pub(crate) mod file;
mod head;
pub(crate) mod policy;
mod tagging;

use crate::body::wire::WireBody;
use crate::error::{Code, S3Error};
use crate::limits::FORM_FIELDS_BYTES_MAX;
use fields::Fields;
use file::{File, Head, refused};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use multer::{Field, Multipart};

/// A form, read up to its file.
pub(crate) struct Form<'a> {
    pub(crate) fields: Fields,
    pub(crate) file: File<'a>,
}

impl<'a> Form<'a> {
    /// Reads the fields before the file. What follows the file is not looked at, as with Amazon.
    pub(crate) async fn open(headers: &HeaderMap, body: &'a mut WireBody) -> Result<Self, S3Error> {
        let content_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let boundary = multer::parse_boundary(content_type.unwrap_or_default());
        let boundary = boundary.map_err(|_| S3Error::new(Code::MalformedPOSTRequest))?;
        let head = Head::default();
        let mut parts = Multipart::new(file::pieces(body, &head), boundary);
        let mut fields = Fields::default();
        let mut bytes = 0;
        while let Some(field) = parts.next_field().await.map_err(refused)? {
            head.goes_on();
            let name = field.name().unwrap_or_default().to_owned();
            if name.eq_ignore_ascii_case("file") {
                head.end();
                fields.set_file_name(field.file_name());
                return Ok(Self {
                    fields,
                    file: File::new(field),
                });
            }
            let value = read_value(field, &head, &mut bytes, name.len()).await?;
            fields.push(&name, value);
        }
        Err(S3Error::invalid_argument("file", "0")
            .message("POST requires exactly one file upload per request."))
    }
}

/// The value of a field; `bytes` counts what all fields have.
async fn read_value(
    mut field: Field<'_>,
    head: &Head,
    bytes: &mut usize,
    name_bytes: usize,
) -> Result<Vec<u8>, S3Error> {
    let mut value = Vec::new();
    *bytes += name_bytes;
    while let Some(piece) = field.chunk().await.map_err(refused)? {
        head.goes_on();
        *bytes += piece.len();
        if *bytes > FORM_FIELDS_BYTES_MAX {
            return Err(file::too_long());
        }
        value.extend_from_slice(&piece);
    }
    Ok(value)
}

#[cfg(test)]
mod tests;
