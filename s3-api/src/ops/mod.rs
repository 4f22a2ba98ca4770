//! The operations, one file each, and the steps they share under [`shared`].

mod abort_multipart_upload;
pub(crate) mod complete_multipart_upload;
mod copy_object;
pub(crate) mod create_bucket;
mod create_multipart_upload;
mod delete_bucket;
mod delete_object;
pub(crate) mod delete_objects;
mod get_acl;
mod get_bucket_lifecycle_configuration;
mod get_bucket_location;
mod get_bucket_versioning;
mod get_object;
mod head_bucket;
mod head_object;
mod list_buckets;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects;
mod list_objects_v2;
mod list_parts;
mod put_bucket_lifecycle_configuration;
pub(crate) mod put_bucket_versioning;
mod put_object;
pub(crate) mod shared;
mod unset;
mod upload_part;
mod upload_part_copy;

use crate::body::payload::Payload;
use crate::error::{Code, S3Error};
use crate::op::{Disposition, Served};
use crate::request::Permitted;
use crate::response::Answer;
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
        Served::GetBucketAcl => get_acl::bucket(request),
        Served::GetBucketLifecycleConfiguration => get_bucket_lifecycle_configuration::run(request),
        Served::PutBucketLifecycleConfiguration => {
            put_bucket_lifecycle_configuration::run(request, payload).await
        }
        Served::DeleteBucketLifecycle => configuration::delete::<Configuration>(request).await,
        Served::GetObjectAcl => get_acl::object(request).await,
    }
}
