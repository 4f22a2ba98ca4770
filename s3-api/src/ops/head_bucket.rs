//! HeadBucket: is it there, and in which region.

use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer, set};
use http::{HeaderName, StatusCode};

pub(crate) const BUCKET_REGION: HeaderName = HeaderName::from_static("x-amz-bucket-region");
const ACCESS_POINT_ALIAS: HeaderName = HeaderName::from_static("x-amz-access-point-alias");

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    request
        .engine()
        .bucket(request.bucket())
        .await
        .map_err(|error| request.refusal(error))?;
    let mut answer = response::empty(StatusCode::OK);
    let headers = answer.headers_mut();
    set(headers, BUCKET_REGION, &request.settings().region);
    set(headers, ACCESS_POINT_ALIAS, "false");
    Ok(answer)
}
