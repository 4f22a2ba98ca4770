//! PutBucketTagging: new tags in the place of all old ones.

use super::shared::tags;
use crate::body::document::{self, Proof};
use crate::body::payload::Payload;
use crate::error::S3Error;
use crate::limits::TAGS_DOCUMENT_BYTES_MAX;
use crate::request::Permitted;
use crate::response::{self, Answer};
use http::StatusCode;
use storage_engine::UpdateBucket;
use storage_engine::row::Tag;

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let limit = TAGS_DOCUMENT_BYTES_MAX;
    let body = document::read(&mut payload, request.headers(), limit, Proof::Required).await?;
    replace(request, tags::of_bucket(&body)?).await
}

/// Gives the bucket these tags and no others.
pub(crate) async fn replace(request: &Permitted<'_>, tags: Vec<Tag>) -> Result<Answer, S3Error> {
    let change = UpdateBucket {
        tags: Some(tags),
        ..UpdateBucket::default()
    };
    let updated = request.engine().update_bucket(request.bucket(), change);
    updated.await.map_err(|error| request.refusal(error))?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}
