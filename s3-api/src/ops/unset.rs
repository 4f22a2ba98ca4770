//! Configurations that cannot be set yet: exact answers to those who read or delete them, because
//! inventories and Terraform ask for every one of them.

use crate::error::{Code, S3Error};
use crate::op::DefaultDocument;
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;
use http::StatusCode;

/// "Not configured".
pub(crate) fn refuse(request: &Permitted<'_>, code: Code) -> Result<Answer, S3Error> {
    Err(S3Error::new(code).extra("BucketName", request.bucket()))
}

/// The same, where Amazon says it with a document.
pub(crate) fn document(document: DefaultDocument) -> Result<Answer, S3Error> {
    let mut xml = Writer::document(document.root);
    if let Some((name, text)) = document.inside {
        xml.text(name, text);
    }
    Ok(response::document(xml))
}

/// What is not set can be deleted any number of times.
pub(crate) fn delete() -> Result<Answer, S3Error> {
    Ok(response::empty(StatusCode::NO_CONTENT))
}
