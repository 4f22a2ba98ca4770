//! DeleteBucket: only an empty one.

use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer};
use http::StatusCode;

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let deleted = request.engine().delete_bucket(request.bucket()).await;
    deleted.map_err(|error| request.refusal(error))?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}
