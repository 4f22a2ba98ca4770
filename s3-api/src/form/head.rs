//! The fields of a form as the head of the `PutObject` they stand for.

use super::fields::Fields;
use super::tagging;
use crate::error::S3Error;
use http::header::{HOST, HeaderName, HeaderValue, ORIGIN, REFERER, USER_AGENT};
use http::request::Parts;

/// Fields that are headers of the same name, beside Amazon's.
const HEADERS: [&str; 7] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-md5",
    "content-type",
    "expires",
];

/// Amazon's that are about the form and not about the object, and those that tell how the body
/// of another request is to be read.
const NOT_HEADERS: [&str; 10] = [
    "x-amz-algorithm",
    "x-amz-content-sha256",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-trailer",
    "x-amz-write-offset-bytes",
];

impl Fields {
    /// The head of a request that puts the same object. Of the form's own head it keeps what
    /// tells who sent it.
    pub(crate) fn head(&self, form: &Parts) -> Result<Parts, S3Error> {
        let (mut head, ()) = http::Request::new(()).into_parts();
        head.method = form.method.clone();
        head.uri = form.uri.clone();
        head.extensions = form.extensions.clone();
        for name in [HOST, ORIGIN, REFERER, USER_AGENT] {
            if let Some(value) = form.headers.get(&name) {
                head.headers.insert(name, value.clone());
            }
        }
        for (name, value) in self.iter() {
            let Some((name, value)) = header(name, value)? else {
                continue;
            };
            head.headers.append(name, value);
        }
        Ok(head)
    }
}

/// The header a field stands for; none where it stands for none.
fn header(name: &str, value: &[u8]) -> Result<Option<(HeaderName, HeaderValue)>, S3Error> {
    let (name, value) = match name {
        "acl" => ("x-amz-acl", value.to_vec()),
        "tagging" => ("x-amz-tagging", tagging::as_header(value)?),
        name if HEADERS.contains(&name) => (name, value.to_vec()),
        name if name.starts_with("x-amz-") && !is_of_another_request(name) => {
            (name, value.to_vec())
        }
        _ => return Ok(None),
    };
    let invalid = || {
        S3Error::invalid_argument("field", name).message(format!(
            "The field {name} has a value that no header can have."
        ))
    };
    let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
    let value = HeaderValue::from_bytes(&value).map_err(|_| invalid())?;
    Ok(Some((header, value)))
}

fn is_of_another_request(name: &str) -> bool {
    NOT_HEADERS.contains(&name) || name.starts_with("x-amz-copy-source")
}
