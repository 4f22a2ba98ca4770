//! PutBucketAcl: a list in headers or in a document becomes the bucket's.

use super::shared::acl_input;
use crate::acl::{self, Acl};
use crate::body::payload::Payload;
use crate::bucket::Bucket;
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer};
use http::StatusCode;

pub(crate) async fn run(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let bucket = request.settings_of_bucket()?;
    let owner = bucket.row.owner.as_str();
    let acl = acl_input::replacement(request, &mut payload, owner).await?;
    if !bucket.lists_count() {
        return Err(S3Error::new(Code::AccessControlListNotSupported));
    }
    store(request, bucket, &acl).await?;
    Ok(response::empty(StatusCode::OK))
}

/// Gives a bucket in which lists count this one.
pub(crate) async fn store(
    request: &Permitted<'_>,
    bucket: &Bucket,
    acl: &Acl,
) -> Result<(), S3Error> {
    acl_input::check_public(bucket, acl)?;
    let (engine, name) = (request.engine(), &bucket.row.name);
    let put = match acl.is_private(&bucket.row.owner) {
        true => engine.delete_document(name, acl::KIND).await,
        false => {
            engine
                .put_document(name, acl::KIND, acl.to_bytes().into())
                .await
        }
    };
    put.map_err(|error| request.refusal(error))
}
