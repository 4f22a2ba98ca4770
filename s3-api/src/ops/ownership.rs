//! PutBucketOwnershipControls.

use super::shared::configuration;
use crate::body::document::Proof;
use crate::body::payload::Payload;
use crate::bucket::ownership::Ownership;
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::{self, Answer};
use http::StatusCode;

/// Lists cannot be switched off while the bucket's own grants something to others: nobody should
/// lose access by surprise.
pub(crate) async fn put(
    request: &Permitted<'_>,
    mut payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    let ownership: Ownership = configuration::read(request, &mut payload, Proof::Optional).await?;
    let bucket = request.settings_of_bucket()?;
    let is_granted = !bucket.acl.is_private(&bucket.row.owner);
    if ownership == Ownership::BucketOwnerEnforced && is_granted {
        return Err(S3Error::new(Code::InvalidBucketAclWithObjectOwnership));
    }
    configuration::store(request, &ownership).await?;
    Ok(response::empty(StatusCode::OK))
}
