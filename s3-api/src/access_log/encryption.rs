//! How logs are encrypted: as their bucket says, if the store's own key is enough.

use crate::bucket::Bucket;
use crate::bucket::encryption::DefaultMethod;
use crate::kms::{KeyId, Kms, KmsError};
use crate::sse::{Managed, Method};
use storage_engine::row::Attribute;
use storage_engine::{EncryptedTag, Encryption};

fn method(target: &Bucket) -> Option<&DefaultMethod> {
    target.encryption.as_ref()?.method.as_ref()
}

/// A key that somebody chose is not for the service to use; Amazon's cannot either.
pub(crate) fn can_be_written(target: &Bucket) -> bool {
    !matches!(method(target), Some(DefaultMethod::Kms(_)))
}

/// None where the bucket does not encrypt. The attribute is kept with the object.
pub(super) async fn for_log(
    kms: &dyn Kms,
    target: &Bucket,
) -> Result<Option<(Encryption, Attribute)>, KmsError> {
    if method(target).is_none() {
        return Ok(None);
    }
    let (method, own) = (Method::S3, KeyId::of_store());
    let made = kms.generate_data_key(&own, &method.associated()).await;
    let (key, wrapped) = made?;
    let tag = EncryptedTag::Md5;
    let attribute = Managed { method, wrapped }.attribute();
    Ok(Some((Encryption { key, tag }, attribute)))
}
