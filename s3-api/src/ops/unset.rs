//! Configurations that cannot be set yet: exact answers to those who read or delete them, because
//! inventories and Terraform ask for every one of them.

use crate::error::{Code, S3Error};
use crate::op::DefaultDocument;
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;
use http::StatusCode;

/// "Not configured", once it is known that the bucket exists.
pub(crate) async fn refuse(request: &Permitted<'_>, code: Code) -> Result<Answer, S3Error> {
    check_bucket(request).await?;
    Err(S3Error::new(code).extra("BucketName", request.bucket()))
}

/// The same, where Amazon says it with a document.
pub(crate) async fn document(
    request: &Permitted<'_>,
    document: DefaultDocument,
) -> Result<Answer, S3Error> {
    check_bucket(request).await?;
    let mut xml = Writer::document(document.root);
    if let Some((name, text)) = document.inside {
        xml.text(name, text);
    }
    Ok(response::document(xml))
}

/// What is not set can be deleted any number of times.
pub(crate) async fn delete(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    check_bucket(request).await?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}

async fn check_bucket(request: &Permitted<'_>) -> Result<(), S3Error> {
    let found = request.engine().bucket(request.bucket()).await;
    found.map(|_| ()).map_err(|error| request.refusal(error))
}
