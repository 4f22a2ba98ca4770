//! GetBucketLocation: the region, which for us-east-1 is written as nothing.

use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer};
use crate::xml::writer::Writer;

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    request
        .engine()
        .bucket(request.bucket())
        .await
        .map_err(|error| request.refusal(error))?;
    let mut xml = Writer::document("LocationConstraint");
    let region = request.settings().region.as_str();
    if region != "us-east-1" {
        xml.content(region);
    }
    Ok(response::document(xml))
}
