//! DeleteBucketTagging: a bucket without tags. There need not have been any.

use super::put_bucket_tagging::replace;
use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::Answer;

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    replace(request, Vec::new()).await
}
