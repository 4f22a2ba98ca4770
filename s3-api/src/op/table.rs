//! All operations of the S3 model, one row each.

use crate::error::Code;

/// One row: how a request for this operation looks, and what becomes of it.
#[derive(Debug)]
pub struct Operation {
    /// The name in Amazon's model; metrics and logs use it.
    pub name: &'static str,
    pub(crate) method: &'static str,
    pub(crate) level: Level,
    /// All of them must be in the request.
    pub(crate) markers: &'static [Marker],
    pub(crate) disposition: Disposition,
}

/// What the path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Service,
    Bucket,
    Object,
}

/// What tells an operation from the others of its method and level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    Query(&'static str),
    Value(&'static str, &'static str),
    Header(&'static str),
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposition {
    Served(Served),
    /// A read of a configuration that cannot be set yet, so that it is always unset.
    Unset(Code),
    /// The same where Amazon answers a document instead of an error.
    Default(DefaultDocument),
    /// A delete of such a configuration: there is nothing to delete, and Amazon answers 204.
    NothingToDelete,
    NotImplemented,
    /// The same request as the named row, under an older or a special name.
    SameAs(&'static str),
}

/// The operations with code behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Served {
    AbortMultipartUpload,
    CompleteMultipartUpload,
    CopyObject,
    CreateBucket,
    CreateMultipartUpload,
    DeleteBucket,
    DeleteObject,
    DeleteObjects,
    GetBucketAcl,
    GetBucketLocation,
    GetBucketVersioning,
    GetObject,
    GetObjectAcl,
    HeadBucket,
    HeadObject,
    ListBuckets,
    ListMultipartUploads,
    ListObjectVersions,
    ListObjects,
    ListObjectsV2,
    ListParts,
    PutBucketVersioning,
    PutObject,
    UploadPart,
    UploadPartCopy,
}

/// A document that says "nothing is set": its root, and one element inside where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DefaultDocument {
    pub(crate) root: &'static str,
    pub(crate) inside: Option<(&'static str, &'static str)>,
}

const fn row(
    name: &'static str,
    method: &'static str,
    level: Level,
    markers: &'static [Marker],
    disposition: Disposition,
) -> Operation {
    Operation {
        name,
        method,
        level,
        markers,
        disposition,
    }
}

const fn document(root: &'static str) -> Disposition {
    Disposition::Default(DefaultDocument { root, inside: None })
}

const fn document_with(root: &'static str, name: &'static str, text: &'static str) -> Disposition {
    Disposition::Default(DefaultDocument {
        root,
        inside: Some((name, text)),
    })
}

use Disposition::{NotImplemented, NothingToDelete, SameAs, Served as Serve, Unset};
use Level::{Bucket, Object, Service};
use Marker::{Header, Query, Value};

/// Rows of one method and level are tried in order: what has more markers stands first.
#[rustfmt::skip]
pub static OPERATIONS: &[Operation] = &[
    row("GetObjectAcl", "GET", Object, &[Query("acl")], Serve(Served::GetObjectAcl)),
    row("GetObjectAnnotation", "GET", Object, &[Query("annotation"), Query("annotationName")], NotImplemented),
    row("ListObjectAnnotations", "GET", Object, &[Query("annotation")], NotImplemented),
    row("GetObjectAttributes", "GET", Object, &[Query("attributes")], NotImplemented),
    row("GetObjectLegalHold", "GET", Object, &[Query("legal-hold")], Unset(Code::ObjectLockMissing)),
    row("GetObjectRetention", "GET", Object, &[Query("retention")], Unset(Code::ObjectLockMissing)),
    row("GetObjectTagging", "GET", Object, &[Query("tagging")], NotImplemented),
    row("GetObjectTorrent", "GET", Object, &[Query("torrent")], NotImplemented),
    row("ListParts", "GET", Object, &[Query("uploadId")], Serve(Served::ListParts)),
    row("GetObject", "GET", Object, &[], Serve(Served::GetObject)),

    row("HeadObject", "HEAD", Object, &[], Serve(Served::HeadObject)),

    row("PutObjectAcl", "PUT", Object, &[Query("acl")], NotImplemented),
    row("PutObjectAnnotation", "PUT", Object, &[Query("annotation")], NotImplemented),
    row("PutObjectLegalHold", "PUT", Object, &[Query("legal-hold")], NotImplemented),
    row("PutObjectRetention", "PUT", Object, &[Query("retention")], NotImplemented),
    row("PutObjectTagging", "PUT", Object, &[Query("tagging")], NotImplemented),
    row("UpdateObjectEncryption", "PUT", Object, &[Query("encryption")], NotImplemented),
    row("RenameObject", "PUT", Object, &[Query("renameObject")], NotImplemented),
    row("UploadPartCopy", "PUT", Object, &[Query("uploadId"), Header("x-amz-copy-source")], Serve(Served::UploadPartCopy)),
    row("UploadPart", "PUT", Object, &[Query("uploadId")], Serve(Served::UploadPart)),
    row("CopyObject", "PUT", Object, &[Header("x-amz-copy-source")], Serve(Served::CopyObject)),
    row("PutObject", "PUT", Object, &[], Serve(Served::PutObject)),

    row("CreateMultipartUpload", "POST", Object, &[Query("uploads")], Serve(Served::CreateMultipartUpload)),
    row("RestoreObject", "POST", Object, &[Query("restore")], NotImplemented),
    row("SelectObjectContent", "POST", Object, &[Query("select"), Value("select-type", "2")], NotImplemented),
    row("CompleteMultipartUpload", "POST", Object, &[Query("uploadId")], Serve(Served::CompleteMultipartUpload)),

    row("DeleteObjectAnnotation", "DELETE", Object, &[Query("annotation")], NotImplemented),
    row("DeleteObjectTagging", "DELETE", Object, &[Query("tagging")], NotImplemented),
    row("AbortMultipartUpload", "DELETE", Object, &[Query("uploadId")], Serve(Served::AbortMultipartUpload)),
    row("DeleteObject", "DELETE", Object, &[], Serve(Served::DeleteObject)),

    row("ListBuckets", "GET", Service, &[], Serve(Served::ListBuckets)),
    row("ListDirectoryBuckets", "GET", Service, &[], SameAs("ListBuckets")),

    row("HeadBucket", "HEAD", Bucket, &[], Serve(Served::HeadBucket)),

    row("ListObjectsV2", "GET", Bucket, &[Value("list-type", "2")], Serve(Served::ListObjectsV2)),
    row("ListObjectVersions", "GET", Bucket, &[Query("versions")], Serve(Served::ListObjectVersions)),
    row("ListMultipartUploads", "GET", Bucket, &[Query("uploads")], Serve(Served::ListMultipartUploads)),
    row("GetBucketLocation", "GET", Bucket, &[Query("location")], Serve(Served::GetBucketLocation)),
    row("GetBucketVersioning", "GET", Bucket, &[Query("versioning")], Serve(Served::GetBucketVersioning)),
    row("GetBucketAcl", "GET", Bucket, &[Query("acl")], Serve(Served::GetBucketAcl)),
    row("CreateSession", "GET", Bucket, &[Query("session")], NotImplemented),
    row("GetBucketAbac", "GET", Bucket, &[Query("abac")], document_with("AbacStatus", "Status", "Disabled")),
    row("GetBucketAccelerateConfiguration", "GET", Bucket, &[Query("accelerate")], document("AccelerateConfiguration")),
    row("GetBucketAnalyticsConfiguration", "GET", Bucket, &[Query("analytics"), Query("id")], Unset(Code::NoSuchConfiguration)),
    row("ListBucketAnalyticsConfigurations", "GET", Bucket, &[Query("analytics")], document_with("ListBucketAnalyticsConfigurationResult", "IsTruncated", "false")),
    row("GetBucketCors", "GET", Bucket, &[Query("cors")], Unset(Code::NoSuchCORSConfiguration)),
    row("GetBucketEncryption", "GET", Bucket, &[Query("encryption")], Unset(Code::ServerSideEncryptionConfigurationNotFoundError)),
    row("GetBucketIntelligentTieringConfiguration", "GET", Bucket, &[Query("intelligent-tiering"), Query("id")], Unset(Code::NoSuchConfiguration)),
    row("ListBucketIntelligentTieringConfigurations", "GET", Bucket, &[Query("intelligent-tiering")], document_with("ListBucketIntelligentTieringConfigurationsOutput", "IsTruncated", "false")),
    row("GetBucketInventoryConfiguration", "GET", Bucket, &[Query("inventory"), Query("id")], Unset(Code::NoSuchConfiguration)),
    row("ListBucketInventoryConfigurations", "GET", Bucket, &[Query("inventory")], document_with("ListInventoryConfigurationsResult", "IsTruncated", "false")),
    row("GetBucketLifecycleConfiguration", "GET", Bucket, &[Query("lifecycle")], Unset(Code::NoSuchLifecycleConfiguration)),
    row("GetBucketLifecycle", "GET", Bucket, &[Query("lifecycle")], SameAs("GetBucketLifecycleConfiguration")),
    row("GetBucketLogging", "GET", Bucket, &[Query("logging")], document("BucketLoggingStatus")),
    row("GetBucketMetadataConfiguration", "GET", Bucket, &[Query("metadataConfiguration")], Unset(Code::MetadataConfigurationNotFound)),
    row("GetBucketMetadataTableConfiguration", "GET", Bucket, &[Query("metadataTable")], Unset(Code::MetadataConfigurationNotFound)),
    row("GetBucketMetricsConfiguration", "GET", Bucket, &[Query("metrics"), Query("id")], Unset(Code::NoSuchConfiguration)),
    row("ListBucketMetricsConfigurations", "GET", Bucket, &[Query("metrics")], document_with("ListMetricsConfigurationsResult", "IsTruncated", "false")),
    row("GetBucketNotificationConfiguration", "GET", Bucket, &[Query("notification")], document("NotificationConfiguration")),
    row("GetBucketNotification", "GET", Bucket, &[Query("notification")], SameAs("GetBucketNotificationConfiguration")),
    row("GetBucketOwnershipControls", "GET", Bucket, &[Query("ownershipControls")], Unset(Code::OwnershipControlsNotFoundError)),
    row("GetBucketPolicy", "GET", Bucket, &[Query("policy")], Unset(Code::NoSuchBucketPolicy)),
    row("GetBucketPolicyStatus", "GET", Bucket, &[Query("policyStatus")], Unset(Code::NoSuchBucketPolicy)),
    row("GetBucketReplication", "GET", Bucket, &[Query("replication")], Unset(Code::ReplicationConfigurationNotFoundError)),
    row("GetBucketRequestPayment", "GET", Bucket, &[Query("requestPayment")], document_with("RequestPaymentConfiguration", "Payer", "BucketOwner")),
    row("GetBucketTagging", "GET", Bucket, &[Query("tagging")], Unset(Code::NoSuchTagSet)),
    row("GetBucketWebsite", "GET", Bucket, &[Query("website")], Unset(Code::NoSuchWebsiteConfiguration)),
    row("GetObjectLockConfiguration", "GET", Bucket, &[Query("object-lock")], Unset(Code::ObjectLockConfigurationNotFoundError)),
    row("GetPublicAccessBlock", "GET", Bucket, &[Query("publicAccessBlock")], Unset(Code::NoSuchPublicAccessBlockConfiguration)),
    row("ListObjects", "GET", Bucket, &[], Serve(Served::ListObjects)),

    row("PutBucketVersioning", "PUT", Bucket, &[Query("versioning")], Serve(Served::PutBucketVersioning)),
    row("PutBucketAbac", "PUT", Bucket, &[Query("abac")], NotImplemented),
    row("PutBucketAccelerateConfiguration", "PUT", Bucket, &[Query("accelerate")], NotImplemented),
    row("PutBucketAcl", "PUT", Bucket, &[Query("acl")], NotImplemented),
    row("PutBucketAnalyticsConfiguration", "PUT", Bucket, &[Query("analytics")], NotImplemented),
    row("PutBucketCors", "PUT", Bucket, &[Query("cors")], NotImplemented),
    row("PutBucketEncryption", "PUT", Bucket, &[Query("encryption")], NotImplemented),
    row("PutBucketIntelligentTieringConfiguration", "PUT", Bucket, &[Query("intelligent-tiering")], NotImplemented),
    row("PutBucketInventoryConfiguration", "PUT", Bucket, &[Query("inventory")], NotImplemented),
    row("PutBucketLifecycleConfiguration", "PUT", Bucket, &[Query("lifecycle")], NotImplemented),
    row("PutBucketLifecycle", "PUT", Bucket, &[Query("lifecycle")], SameAs("PutBucketLifecycleConfiguration")),
    row("PutBucketLogging", "PUT", Bucket, &[Query("logging")], NotImplemented),
    row("PutBucketMetricsConfiguration", "PUT", Bucket, &[Query("metrics")], NotImplemented),
    row("PutBucketNotificationConfiguration", "PUT", Bucket, &[Query("notification")], NotImplemented),
    row("PutBucketNotification", "PUT", Bucket, &[Query("notification")], SameAs("PutBucketNotificationConfiguration")),
    row("PutBucketOwnershipControls", "PUT", Bucket, &[Query("ownershipControls")], NotImplemented),
    row("PutBucketPolicy", "PUT", Bucket, &[Query("policy")], NotImplemented),
    row("PutBucketReplication", "PUT", Bucket, &[Query("replication")], NotImplemented),
    row("PutBucketRequestPayment", "PUT", Bucket, &[Query("requestPayment")], NotImplemented),
    row("PutBucketTagging", "PUT", Bucket, &[Query("tagging")], NotImplemented),
    row("PutBucketWebsite", "PUT", Bucket, &[Query("website")], NotImplemented),
    row("PutObjectLockConfiguration", "PUT", Bucket, &[Query("object-lock")], NotImplemented),
    row("PutPublicAccessBlock", "PUT", Bucket, &[Query("publicAccessBlock")], NotImplemented),
    row("UpdateBucketMetadataAnnotationTableConfiguration", "PUT", Bucket, &[Query("metadataAnnotationTable")], NotImplemented),
    row("UpdateBucketMetadataInventoryTableConfiguration", "PUT", Bucket, &[Query("metadataInventoryTable")], NotImplemented),
    row("UpdateBucketMetadataJournalTableConfiguration", "PUT", Bucket, &[Query("metadataJournalTable")], NotImplemented),
    row("CreateBucket", "PUT", Bucket, &[], Serve(Served::CreateBucket)),

    row("DeleteObjects", "POST", Bucket, &[Query("delete")], Serve(Served::DeleteObjects)),
    row("CreateBucketMetadataConfiguration", "POST", Bucket, &[Query("metadataConfiguration")], NotImplemented),
    row("CreateBucketMetadataTableConfiguration", "POST", Bucket, &[Query("metadataTable")], NotImplemented),
    row("WriteGetObjectResponse", "POST", Bucket, &[Header("x-amz-request-route"), Header("x-amz-request-token")], NotImplemented),

    row("DeleteBucketAnalyticsConfiguration", "DELETE", Bucket, &[Query("analytics")], Unset(Code::NoSuchConfiguration)),
    row("DeleteBucketCors", "DELETE", Bucket, &[Query("cors")], NothingToDelete),
    row("DeleteBucketEncryption", "DELETE", Bucket, &[Query("encryption")], NothingToDelete),
    row("DeleteBucketIntelligentTieringConfiguration", "DELETE", Bucket, &[Query("intelligent-tiering")], Unset(Code::NoSuchConfiguration)),
    row("DeleteBucketInventoryConfiguration", "DELETE", Bucket, &[Query("inventory")], Unset(Code::NoSuchConfiguration)),
    row("DeleteBucketLifecycle", "DELETE", Bucket, &[Query("lifecycle")], NothingToDelete),
    row("DeleteBucketMetadataConfiguration", "DELETE", Bucket, &[Query("metadataConfiguration")], Unset(Code::MetadataConfigurationNotFound)),
    row("DeleteBucketMetadataTableConfiguration", "DELETE", Bucket, &[Query("metadataTable")], Unset(Code::MetadataConfigurationNotFound)),
    row("DeleteBucketMetricsConfiguration", "DELETE", Bucket, &[Query("metrics")], Unset(Code::NoSuchConfiguration)),
    row("DeleteBucketOwnershipControls", "DELETE", Bucket, &[Query("ownershipControls")], NothingToDelete),
    row("DeleteBucketPolicy", "DELETE", Bucket, &[Query("policy")], NothingToDelete),
    row("DeleteBucketReplication", "DELETE", Bucket, &[Query("replication")], NothingToDelete),
    row("DeleteBucketTagging", "DELETE", Bucket, &[Query("tagging")], NothingToDelete),
    row("DeleteBucketWebsite", "DELETE", Bucket, &[Query("website")], NothingToDelete),
    row("DeletePublicAccessBlock", "DELETE", Bucket, &[Query("publicAccessBlock")], NothingToDelete),
    row("DeleteBucket", "DELETE", Bucket, &[], Serve(Served::DeleteBucket)),
];
