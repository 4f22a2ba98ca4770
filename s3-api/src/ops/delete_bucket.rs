//! DeleteBucket: only an empty one. Unfinished uploads are no objects; they end with the bucket.

use crate::error::S3Error;
use crate::request::Permitted;
use crate::response::{self, Answer};
use http::StatusCode;
use storage_engine::{Error, ListRequest, UploadTarget};

pub(crate) async fn run(request: &Permitted<'_>) -> Result<Answer, S3Error> {
    let deleted = match request.engine().delete_bucket(request.bucket()).await {
        Err(Error::BucketNotEmpty { .. }) => delete_with_uploads(request).await,
        other => other,
    };
    deleted.map_err(|error| request.refusal(error))?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}

/// Ends the uploads of a bucket that holds nothing else. Whoever begins one meanwhile makes the
/// bucket not empty.
async fn delete_with_uploads(request: &Permitted<'_>) -> Result<(), Error> {
    let (engine, name) = (request.engine(), request.bucket());
    let mut left = engine.usage(name).await?;
    while left.versions == 0 && left.uploads > 0 {
        let list = ListRequest {
            bucket: name.to_owned(),
            limit: storage_engine::limits::LIST_MAX,
            ..ListRequest::default()
        };
        let page = engine.list_uploads(list).await?;
        if page.entries.is_empty() {
            break;
        }
        for upload in page.entries {
            let target = UploadTarget {
                bucket: name.to_owned(),
                key: upload.key,
                upload: upload.name,
            };
            match engine.abort_upload(&target).await {
                // Somebody else has ended it.
                Ok(()) | Err(Error::NoSuchUpload) => {}
                Err(error) => return Err(error),
            }
        }
        left = engine.usage(name).await?;
    }
    engine.delete_bucket(name).await
}
