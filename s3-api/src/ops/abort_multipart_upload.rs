//! AbortMultipartUpload: parts and all.

use super::shared::upload;
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer};
use http::StatusCode;

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let target = upload::target(request)?;
    let aborted = request.engine().abort_upload(&target).await;
    aborted.map_err(|error| request.refusal(error))?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}
