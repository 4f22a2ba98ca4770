//! The operations, one file each, and the steps they share under [`shared`].

mod abort_multipart_upload;
mod bucket_policy;
pub(crate) mod complete_multipart_upload;
mod copy_object;
pub(crate) mod create_bucket;
mod create_multipart_upload;
mod delete_bucket;
mod delete_bucket_tagging;
mod delete_object;
mod delete_object_tagging;
pub(crate) mod delete_objects;
mod get_acl;
mod get_bucket_lifecycle_configuration;
mod get_bucket_location;
mod get_bucket_tagging;
mod get_bucket_versioning;
mod get_object;
mod get_object_attributes;
mod get_object_legal_hold;
mod get_object_retention;
mod get_object_tagging;
mod head_bucket;
mod head_object;
mod list_buckets;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects;
mod list_objects_v2;
mod list_parts;
mod ownership;
pub(crate) mod post_object;
mod put_bucket_acl;
mod put_bucket_lifecycle_configuration;
mod put_bucket_logging;
mod put_bucket_notification_configuration;
pub(crate) mod put_bucket_policy;
mod put_bucket_tagging;
pub(crate) mod put_bucket_versioning;
mod put_object;
mod put_object_acl;
pub(crate) mod put_object_legal_hold;
mod put_object_lock_configuration;
pub(crate) mod put_object_retention;
mod put_object_tagging;
mod rename_object;
mod restore_object;
pub(crate) mod shared;
mod unset;
mod upload_part;
mod upload_part_copy;

use crate::body::document::Proof;
use crate::body::payload::Payload;
use crate::bucket::cors::Cors;
use crate::bucket::encryption::BucketEncryption;
use crate::bucket::logging::Logging;
use crate::bucket::object_lock::ObjectLock;
use crate::bucket::ownership::Ownership;
use crate::bucket::public_access::PublicAccessBlock;
use crate::bucket::request_payment::Payer;
use crate::bucket::website::Website;
use crate::error::{Code, S3Error};
use crate::op::{Disposition, Served};
use crate::request::Permitted;
use crate::response::Answer;
use pipeline::events::Configuration as Notifications;
use pipeline::lifecycle::Configuration;
use shared::configuration;

/// Does what a permitted request asks for.
pub(crate) async fn run(request: &Permitted<'_>, payload: Payload<'_>) -> Result<Answer, S3Error> {
    match request.operation().disposition {
        Disposition::Served(operation) => serve(operation, request, payload).await,
        Disposition::Unset(code) => unset::refuse(request, code),
        Disposition::Default(document) => unset::document(document),
        Disposition::NothingToDelete => unset::delete(),
        Disposition::NotImplemented | Disposition::SameAs(_) => {
            Err(S3Error::new(Code::NotImplemented).message(format!(
                "The operation {} is not implemented.",
                request.operation().name
            )))
        }
    }
}

/// The reads that come by the thousand stay small; the state of all others together is too large
/// to be carried along by every request, and lives on the heap.
async fn serve(
    operation: Served,
    request: &Permitted<'_>,
    payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    match operation {
        Served::GetObject => get_object::run(request).await,
        Served::HeadObject => head_object::run(request).await,
        other => Box::pin(serve_on_heap(other, request, payload)).await,
    }
}

async fn serve_on_heap(
    operation: Served,
    request: &Permitted<'_>,
    payload: Payload<'_>,
) -> Result<Answer, S3Error> {
    match operation {
        Served::GetObject => get_object::run(request).await,
        Served::HeadObject => head_object::run(request).await,
        Served::PutObject => put_object::run(request, payload).await,
        Served::DeleteObject => delete_object::run(request).await,
        Served::DeleteObjects => delete_objects::run(request, payload).await,
        Served::CopyObject => copy_object::run(request).await,
        Served::ListObjects => list_objects::run(request).await,
        Served::ListObjectsV2 => list_objects_v2::run(request).await,
        Served::ListObjectVersions => list_object_versions::run(request).await,
        Served::CreateMultipartUpload => create_multipart_upload::run(request).await,
        Served::UploadPart => upload_part::run(request, payload).await,
        Served::UploadPartCopy => upload_part_copy::run(request).await,
        Served::CompleteMultipartUpload => complete_multipart_upload::run(request, payload).await,
        Served::AbortMultipartUpload => abort_multipart_upload::run(request).await,
        Served::ListParts => list_parts::run(request).await,
        Served::ListMultipartUploads => list_multipart_uploads::run(request).await,
        Served::ListBuckets => list_buckets::run(request).await,
        Served::CreateBucket => create_bucket::run(request, payload).await,
        Served::HeadBucket => head_bucket::run(request).await,
        Served::DeleteBucket => delete_bucket::run(request).await,
        Served::GetBucketLocation => get_bucket_location::run(request).await,
        Served::GetBucketVersioning => get_bucket_versioning::run(request),
        Served::PutBucketVersioning => put_bucket_versioning::run(request, payload).await,
        Served::GetBucketCors => configuration::get::<Cors>(request),
        Served::PutBucketCors => {
            configuration::put::<Cors>(request, payload, Proof::Required).await
        }
        Served::DeleteBucketCors => configuration::delete::<Cors>(request).await,
        Served::GetBucketWebsite => configuration::get::<Website>(request),
        Served::PutBucketWebsite => {
            configuration::put::<Website>(request, payload, Proof::Optional).await
        }
        Served::DeleteBucketWebsite => configuration::delete::<Website>(request).await,
        Served::PostObject => post_object::run(request, payload).await,
        // Answered before anybody asks who is asking.
        Served::Preflight => Err(S3Error::new(Code::InternalError)),
        Served::GetBucketAcl => get_acl::bucket(request),
        Served::GetBucketLifecycleConfiguration => get_bucket_lifecycle_configuration::run(request),
        Served::PutBucketLifecycleConfiguration => {
            put_bucket_lifecycle_configuration::run(request, payload).await
        }
        Served::DeleteBucketLifecycle => configuration::delete::<Configuration>(request).await,
        Served::GetBucketLogging => configuration::get::<Logging>(request),
        Served::PutBucketLogging => put_bucket_logging::run(request, payload).await,
        Served::GetBucketNotificationConfiguration => configuration::get::<Notifications>(request),
        Served::PutBucketNotificationConfiguration => {
            put_bucket_notification_configuration::run(request, payload).await
        }
        Served::GetObjectAcl => get_acl::object(request).await,
        Served::PutBucketAcl => put_bucket_acl::run(request, payload).await,
        Served::PutObjectAcl => put_object_acl::run(request, payload).await,
        Served::GetBucketPolicy => bucket_policy::get(request),
        Served::PutBucketPolicy => put_bucket_policy::run(request, payload).await,
        Served::DeleteBucketPolicy => bucket_policy::delete(request).await,
        Served::GetBucketPolicyStatus => bucket_policy::status(request),
        Served::GetBucketOwnershipControls => configuration::get::<Ownership>(request),
        Served::PutBucketOwnershipControls => ownership::put(request, payload).await,
        Served::DeleteBucketOwnershipControls => configuration::delete::<Ownership>(request).await,
        Served::GetPublicAccessBlock => configuration::get::<PublicAccessBlock>(request),
        Served::PutPublicAccessBlock => {
            configuration::put::<PublicAccessBlock>(request, payload, Proof::Optional).await
        }
        Served::DeletePublicAccessBlock => {
            configuration::delete::<PublicAccessBlock>(request).await
        }
        Served::GetBucketEncryption => configuration::get::<BucketEncryption>(request),
        Served::PutBucketEncryption => {
            configuration::put::<BucketEncryption>(request, payload, Proof::Optional).await
        }
        Served::DeleteBucketEncryption => configuration::delete::<BucketEncryption>(request).await,
        Served::GetBucketRequestPayment => configuration::get::<Payer>(request),
        Served::PutBucketRequestPayment => {
            configuration::put::<Payer>(request, payload, Proof::Optional).await
        }
        Served::GetBucketTagging => get_bucket_tagging::run(request),
        Served::PutBucketTagging => put_bucket_tagging::run(request, payload).await,
        Served::DeleteBucketTagging => delete_bucket_tagging::run(request).await,
        Served::GetObjectTagging => get_object_tagging::run(request).await,
        Served::PutObjectTagging => put_object_tagging::run(request, payload).await,
        Served::DeleteObjectTagging => delete_object_tagging::run(request).await,
        Served::GetObjectLockConfiguration => configuration::get::<ObjectLock>(request),
        Served::PutObjectLockConfiguration => {
            put_object_lock_configuration::run(request, payload).await
        }
        Served::GetObjectRetention => get_object_retention::run(request).await,
        Served::PutObjectRetention => put_object_retention::run(request, payload).await,
        Served::GetObjectLegalHold => get_object_legal_hold::run(request).await,
        Served::PutObjectLegalHold => put_object_legal_hold::run(request, payload).await,
        Served::GetObjectAttributes => get_object_attributes::run(request).await,
        Served::RenameObject => rename_object::run(request).await,
        Served::RestoreObject => restore_object::run(request, payload).await,
    }
}
