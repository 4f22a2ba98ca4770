//! PutObjectLockConfiguration: switches object lock on for good, and sets how new versions are
//! locked.

use super::shared::configuration;
use crate::body::document::Proof;
use crate::body::payload::Payload;
use crate::bucket::document::{Document, to_bytes};
use crate::bucket::object_lock::ObjectLock;
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer};
use http::StatusCode;
use storage_engine::{Error, UpdateBucket};

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let lock: ObjectLock = configuration::read(request, &mut payload, Proof::Required).await?;
    let change = UpdateBucket {
        lockable: Some(true),
        default_retention: Some(lock.default_retention()),
        documents: vec![(ObjectLock::KIND.to_owned(), to_bytes(&lock))],
        ..UpdateBucket::default()
    };
    let updated = request.engine().update_bucket(request.bucket(), change);
    updated.await.map_err(|error| match error {
        Error::VersioningRequired => S3Error::new(Code::InvalidBucketState).message(
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
        ),
        error => request.refusal(error),
    })?;
    Ok(response::empty(StatusCode::OK))
}
