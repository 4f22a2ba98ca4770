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
    pub(crate) access: Access,
    pub(crate) disposition: Disposition,
}

impl Operation {
    /// Whether it would change what a bucket is or what is allowed, and not only what it holds.
    pub(crate) fn is_change(&self) -> bool {
        let is_served = matches!(self.disposition, Disposition::Served(_));
        let is_setting = match self.level {
            Level::Service => false,
            Level::Bucket => matches!(self.method, "PUT" | "DELETE"),
            Level::Object => matches!(
                self.disposition,
                Disposition::Served(
                    Served::PutObjectAcl | Served::PutObjectLegalHold | Served::PutObjectRetention
                )
            ),
        };
        is_served && is_setting
    }
}

/// Who may do it: the action that policies name, and the right that an access control list gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) action: &'static str,
    /// The action where the request names a version, if that is another one.
    pub(crate) versioned: Option<&'static str>,
    /// None where access control lists give nothing: then only policies and owners decide.
    pub(crate) right: Option<Right>,
    pub(crate) judged: Judged,
}

impl Access {
    /// For whoever policies allow it.
    pub(crate) const fn to(action: &'static str) -> Self {
        self::action(action)
    }

    pub(crate) const fn to_list() -> Self {
        listed("s3:ListBucket", BucketRead)
    }

    pub(crate) const fn to_write(action: &'static str) -> Self {
        listed(action, BucketWrite)
    }

    pub(crate) const fn to_delete() -> Self {
        Self {
            right: Some(BucketWrite),
            ..versioned("s3:DeleteObject", "s3:DeleteObjectVersion", None)
        }
    }

    pub(crate) const fn to_read() -> Self {
        versioned("s3:GetObject", "s3:GetObjectVersion", Some(ObjectRead))
    }
}

/// What the grant of an access control list allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    BucketRead,
    BucketWrite,
    BucketReadAcl,
    BucketWriteAcl,
    ObjectRead,
    ObjectReadAcl,
    ObjectWriteAcl,
}

/// Where it is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// At the gate, for the request as a whole.
    Whole,
    /// By the operation, for each key in the request.
    EachKey,
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
    DeleteBucketEncryption,
    DeleteBucketOwnershipControls,
    DeleteBucketPolicy,
    DeleteBucketCors,
    DeleteBucketWebsite,
    DeleteBucketTagging,
    DeleteBucketLifecycle,
    DeleteObject,
    DeleteObjectTagging,
    DeleteObjects,
    DeletePublicAccessBlock,
    GetBucketAcl,
    GetBucketCors,
    GetBucketLifecycleConfiguration,
    GetBucketEncryption,
    GetBucketLocation,
    GetBucketLogging,
    GetBucketNotificationConfiguration,
    GetBucketOwnershipControls,
    GetBucketPolicy,
    GetBucketPolicyStatus,
    GetBucketRequestPayment,
    GetBucketTagging,
    GetBucketVersioning,
    GetBucketWebsite,
    GetObject,
    GetObjectAcl,
    GetPublicAccessBlock,
    GetObjectAttributes,
    GetObjectLegalHold,
    GetObjectLockConfiguration,
    GetObjectRetention,
    GetObjectTagging,
    HeadBucket,
    HeadObject,
    ListBuckets,
    ListMultipartUploads,
    ListObjectVersions,
    ListObjects,
    ListObjectsV2,
    ListParts,
    PutBucketAcl,
    PutBucketEncryption,
    PutBucketOwnershipControls,
    PutBucketPolicy,
    PutBucketRequestPayment,
    PostObject,
    Preflight,
    PutBucketCors,
    PutBucketTagging,
    PutBucketLifecycleConfiguration,
    PutBucketLogging,
    PutBucketNotificationConfiguration,
    PutBucketVersioning,
    PutBucketWebsite,
    PutObject,
    PutObjectAcl,
    PutPublicAccessBlock,
    PutObjectLegalHold,
    PutObjectLockConfiguration,
    PutObjectRetention,
    PutObjectTagging,
    RenameObject,
    RestoreObject,
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
    access: Access,
    disposition: Disposition,
) -> Operation {
    Operation {
        name,
        method,
        level,
        markers,
        access,
        disposition,
    }
}

const fn action(action: &'static str) -> Access {
    Access {
        action,
        versioned: None,
        right: None,
        judged: Judged::Whole,
    }
}

const fn listed(action: &'static str, right: Right) -> Access {
    Access {
        right: Some(right),
        ..self::action(action)
    }
}

const fn versioned(action: &'static str, versioned: &'static str, right: Option<Right>) -> Access {
    Access {
        versioned: Some(versioned),
        right,
        ..self::action(action)
    }
}

const fn each(action: &'static str) -> Access {
    Access {
        judged: Judged::EachKey,
        ..self::action(action)
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
use Right::{
    BucketRead, BucketReadAcl, BucketWrite, BucketWriteAcl, ObjectRead, ObjectReadAcl,
    ObjectWriteAcl,
};

/// Rows of one method and level are tried in order: what has more markers stands first.
#[rustfmt::skip]
pub static OPERATIONS: &[Operation] = &[
    row("GetObjectAcl", "GET", Object, &[Query("acl")], versioned("s3:GetObjectAcl", "s3:GetObjectVersionAcl", Some(ObjectReadAcl)), Serve(Served::GetObjectAcl)),
    row("GetObjectAnnotation", "GET", Object, &[Query("annotation"), Query("annotationName")], action("s3:GetObjectAnnotation"), NotImplemented),
    row("ListObjectAnnotations", "GET", Object, &[Query("annotation")], action("s3:ListObjectAnnotations"), NotImplemented),
    row("GetObjectAttributes", "GET", Object, &[Query("attributes")], versioned("s3:GetObjectAttributes", "s3:GetObjectVersionAttributes", Some(ObjectRead)), Serve(Served::GetObjectAttributes)),
    row("GetObjectLegalHold", "GET", Object, &[Query("legal-hold")], action("s3:GetObjectLegalHold"), Serve(Served::GetObjectLegalHold)),
    row("GetObjectRetention", "GET", Object, &[Query("retention")], action("s3:GetObjectRetention"), Serve(Served::GetObjectRetention)),
    row("GetObjectTagging", "GET", Object, &[Query("tagging")], versioned("s3:GetObjectTagging", "s3:GetObjectVersionTagging", None), Serve(Served::GetObjectTagging)),
    row("GetObjectTorrent", "GET", Object, &[Query("torrent")], action("s3:GetObjectTorrent"), Unset(Code::NoSuchKey)),
    row("ListParts", "GET", Object, &[Query("uploadId")], listed("s3:ListMultipartUploadParts", BucketWrite), Serve(Served::ListParts)),
    row("GetObject", "GET", Object, &[], versioned("s3:GetObject", "s3:GetObjectVersion", Some(ObjectRead)), Serve(Served::GetObject)),

    row("HeadObject", "HEAD", Object, &[], versioned("s3:GetObject", "s3:GetObjectVersion", Some(ObjectRead)), Serve(Served::HeadObject)),

    row("PutObjectAcl", "PUT", Object, &[Query("acl")], versioned("s3:PutObjectAcl", "s3:PutObjectVersionAcl", Some(ObjectWriteAcl)), Serve(Served::PutObjectAcl)),
    row("PutObjectAnnotation", "PUT", Object, &[Query("annotation")], action("s3:PutObjectAnnotation"), NotImplemented),
    row("PutObjectLegalHold", "PUT", Object, &[Query("legal-hold")], action("s3:PutObjectLegalHold"), Serve(Served::PutObjectLegalHold)),
    row("PutObjectRetention", "PUT", Object, &[Query("retention")], action("s3:PutObjectRetention"), Serve(Served::PutObjectRetention)),
    row("PutObjectTagging", "PUT", Object, &[Query("tagging")], versioned("s3:PutObjectTagging", "s3:PutObjectVersionTagging", None), Serve(Served::PutObjectTagging)),
    row("UpdateObjectEncryption", "PUT", Object, &[Query("encryption")], action("s3:UpdateObjectEncryption"), NotImplemented),
    row("RenameObject", "PUT", Object, &[Query("renameObject")], listed("s3:PutObject", BucketWrite), Serve(Served::RenameObject)),
    row("UploadPartCopy", "PUT", Object, &[Query("uploadId"), Header("x-amz-copy-source")], listed("s3:PutObject", BucketWrite), Serve(Served::UploadPartCopy)),
    row("UploadPart", "PUT", Object, &[Query("uploadId")], listed("s3:PutObject", BucketWrite), Serve(Served::UploadPart)),
    row("CopyObject", "PUT", Object, &[Header("x-amz-copy-source")], listed("s3:PutObject", BucketWrite), Serve(Served::CopyObject)),
    row("PutObject", "PUT", Object, &[], listed("s3:PutObject", BucketWrite), Serve(Served::PutObject)),

    row("CreateMultipartUpload", "POST", Object, &[Query("uploads")], listed("s3:PutObject", BucketWrite), Serve(Served::CreateMultipartUpload)),
    row("RestoreObject", "POST", Object, &[Query("restore")], action("s3:RestoreObject"), Serve(Served::RestoreObject)),
    row("SelectObjectContent", "POST", Object, &[Query("select"), Value("select-type", "2")], listed("s3:GetObject", ObjectRead), NotImplemented),
    row("CompleteMultipartUpload", "POST", Object, &[Query("uploadId")], listed("s3:PutObject", BucketWrite), Serve(Served::CompleteMultipartUpload)),

    row("DeleteObjectAnnotation", "DELETE", Object, &[Query("annotation")], action("s3:DeleteObjectAnnotation"), NotImplemented),
    row("DeleteObjectTagging", "DELETE", Object, &[Query("tagging")], versioned("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging", None), Serve(Served::DeleteObjectTagging)),
    row("AbortMultipartUpload", "DELETE", Object, &[Query("uploadId")], listed("s3:AbortMultipartUpload", BucketWrite), Serve(Served::AbortMultipartUpload)),
    row("DeleteObject", "DELETE", Object, &[], versioned("s3:DeleteObject", "s3:DeleteObjectVersion", Some(BucketWrite)), Serve(Served::DeleteObject)),

    row("ListBuckets", "GET", Service, &[], action("s3:ListAllMyBuckets"), Serve(Served::ListBuckets)),
    row("ListDirectoryBuckets", "GET", Service, &[], action("s3:ListAllMyBuckets"), SameAs("ListBuckets")),

    row("HeadBucket", "HEAD", Bucket, &[], listed("s3:ListBucket", BucketRead), Serve(Served::HeadBucket)),

    row("ListObjectsV2", "GET", Bucket, &[Value("list-type", "2")], listed("s3:ListBucket", BucketRead), Serve(Served::ListObjectsV2)),
    row("ListObjectVersions", "GET", Bucket, &[Query("versions")], listed("s3:ListBucketVersions", BucketRead), Serve(Served::ListObjectVersions)),
    row("ListMultipartUploads", "GET", Bucket, &[Query("uploads")], listed("s3:ListBucketMultipartUploads", BucketRead), Serve(Served::ListMultipartUploads)),
    row("GetBucketLocation", "GET", Bucket, &[Query("location")], action("s3:GetBucketLocation"), Serve(Served::GetBucketLocation)),
    row("GetBucketVersioning", "GET", Bucket, &[Query("versioning")], action("s3:GetBucketVersioning"), Serve(Served::GetBucketVersioning)),
    row("GetBucketAcl", "GET", Bucket, &[Query("acl")], listed("s3:GetBucketAcl", BucketReadAcl), Serve(Served::GetBucketAcl)),
    row("CreateSession", "GET", Bucket, &[Query("session")], action("s3:CreateSession"), NotImplemented),
    row("GetBucketAbac", "GET", Bucket, &[Query("abac")], action("s3:GetBucketAbac"), document_with("AbacStatus", "Status", "Disabled")),
    row("GetBucketAccelerateConfiguration", "GET", Bucket, &[Query("accelerate")], action("s3:GetAccelerateConfiguration"), document("AccelerateConfiguration")),
    row("GetBucketAnalyticsConfiguration", "GET", Bucket, &[Query("analytics"), Query("id")], action("s3:GetAnalyticsConfiguration"), Unset(Code::NoSuchConfiguration)),
    row("ListBucketAnalyticsConfigurations", "GET", Bucket, &[Query("analytics")], action("s3:GetAnalyticsConfiguration"), document_with("ListBucketAnalyticsConfigurationResult", "IsTruncated", "false")),
    row("GetBucketCors", "GET", Bucket, &[Query("cors")], action("s3:GetBucketCORS"), Serve(Served::GetBucketCors)),
    row("GetBucketEncryption", "GET", Bucket, &[Query("encryption")], action("s3:GetEncryptionConfiguration"), Serve(Served::GetBucketEncryption)),
    row("GetBucketIntelligentTieringConfiguration", "GET", Bucket, &[Query("intelligent-tiering"), Query("id")], action("s3:GetIntelligentTieringConfiguration"), Unset(Code::NoSuchConfiguration)),
    row("ListBucketIntelligentTieringConfigurations", "GET", Bucket, &[Query("intelligent-tiering")], action("s3:GetIntelligentTieringConfiguration"), document_with("ListBucketIntelligentTieringConfigurationsOutput", "IsTruncated", "false")),
    row("GetBucketInventoryConfiguration", "GET", Bucket, &[Query("inventory"), Query("id")], action("s3:GetInventoryConfiguration"), Unset(Code::NoSuchConfiguration)),
    row("ListBucketInventoryConfigurations", "GET", Bucket, &[Query("inventory")], action("s3:GetInventoryConfiguration"), document_with("ListInventoryConfigurationsResult", "IsTruncated", "false")),
    row("GetBucketLifecycleConfiguration", "GET", Bucket, &[Query("lifecycle")], action("s3:GetLifecycleConfiguration"), Serve(Served::GetBucketLifecycleConfiguration)),
    row("GetBucketLifecycle", "GET", Bucket, &[Query("lifecycle")], action("s3:GetLifecycleConfiguration"), SameAs("GetBucketLifecycleConfiguration")),
    row("GetBucketLogging", "GET", Bucket, &[Query("logging")], action("s3:GetBucketLogging"), Serve(Served::GetBucketLogging)),
    row("GetBucketMetadataConfiguration", "GET", Bucket, &[Query("metadataConfiguration")], action("s3:GetBucketMetadataTableConfiguration"), Unset(Code::MetadataConfigurationNotFound)),
    row("GetBucketMetadataTableConfiguration", "GET", Bucket, &[Query("metadataTable")], action("s3:GetBucketMetadataTableConfiguration"), Unset(Code::MetadataConfigurationNotFound)),
    row("GetBucketMetricsConfiguration", "GET", Bucket, &[Query("metrics"), Query("id")], action("s3:GetMetricsConfiguration"), Unset(Code::NoSuchConfiguration)),
    row("ListBucketMetricsConfigurations", "GET", Bucket, &[Query("metrics")], action("s3:GetMetricsConfiguration"), document_with("ListMetricsConfigurationsResult", "IsTruncated", "false")),
    row("GetBucketNotificationConfiguration", "GET", Bucket, &[Query("notification")], action("s3:GetBucketNotification"), Serve(Served::GetBucketNotificationConfiguration)),
    row("GetBucketNotification", "GET", Bucket, &[Query("notification")], action("s3:GetBucketNotification"), SameAs("GetBucketNotificationConfiguration")),
    row("GetBucketOwnershipControls", "GET", Bucket, &[Query("ownershipControls")], action("s3:GetBucketOwnershipControls"), Serve(Served::GetBucketOwnershipControls)),
    row("GetBucketPolicy", "GET", Bucket, &[Query("policy")], action("s3:GetBucketPolicy"), Serve(Served::GetBucketPolicy)),
    row("GetBucketPolicyStatus", "GET", Bucket, &[Query("policyStatus")], action("s3:GetBucketPolicyStatus"), Serve(Served::GetBucketPolicyStatus)),
    row("GetBucketReplication", "GET", Bucket, &[Query("replication")], action("s3:GetReplicationConfiguration"), Unset(Code::ReplicationConfigurationNotFoundError)),
    row("GetBucketRequestPayment", "GET", Bucket, &[Query("requestPayment")], action("s3:GetBucketRequestPayment"), Serve(Served::GetBucketRequestPayment)),
    row("GetBucketTagging", "GET", Bucket, &[Query("tagging")], action("s3:GetBucketTagging"), Serve(Served::GetBucketTagging)),
    row("GetBucketWebsite", "GET", Bucket, &[Query("website")], action("s3:GetBucketWebsite"), Serve(Served::GetBucketWebsite)),
    row("GetObjectLockConfiguration", "GET", Bucket, &[Query("object-lock")], action("s3:GetBucketObjectLockConfiguration"), Serve(Served::GetObjectLockConfiguration)),
    row("GetPublicAccessBlock", "GET", Bucket, &[Query("publicAccessBlock")], action("s3:GetBucketPublicAccessBlock"), Serve(Served::GetPublicAccessBlock)),
    row("ListObjects", "GET", Bucket, &[], listed("s3:ListBucket", BucketRead), Serve(Served::ListObjects)),

    row("PutBucketVersioning", "PUT", Bucket, &[Query("versioning")], action("s3:PutBucketVersioning"), Serve(Served::PutBucketVersioning)),
    row("PutBucketAbac", "PUT", Bucket, &[Query("abac")], action("s3:PutBucketAbac"), NotImplemented),
    row("PutBucketAccelerateConfiguration", "PUT", Bucket, &[Query("accelerate")], action("s3:PutAccelerateConfiguration"), NotImplemented),
    row("PutBucketAcl", "PUT", Bucket, &[Query("acl")], listed("s3:PutBucketAcl", BucketWriteAcl), Serve(Served::PutBucketAcl)),
    row("PutBucketAnalyticsConfiguration", "PUT", Bucket, &[Query("analytics")], action("s3:PutAnalyticsConfiguration"), NotImplemented),
    row("PutBucketCors", "PUT", Bucket, &[Query("cors")], action("s3:PutBucketCORS"), Serve(Served::PutBucketCors)),
    row("PutBucketEncryption", "PUT", Bucket, &[Query("encryption")], action("s3:PutEncryptionConfiguration"), Serve(Served::PutBucketEncryption)),
    row("PutBucketIntelligentTieringConfiguration", "PUT", Bucket, &[Query("intelligent-tiering")], action("s3:PutIntelligentTieringConfiguration"), NotImplemented),
    row("PutBucketInventoryConfiguration", "PUT", Bucket, &[Query("inventory")], action("s3:PutInventoryConfiguration"), NotImplemented),
    row("PutBucketLifecycleConfiguration", "PUT", Bucket, &[Query("lifecycle")], action("s3:PutLifecycleConfiguration"), Serve(Served::PutBucketLifecycleConfiguration)),
    row("PutBucketLifecycle", "PUT", Bucket, &[Query("lifecycle")], action("s3:PutLifecycleConfiguration"), SameAs("PutBucketLifecycleConfiguration")),
    row("PutBucketLogging", "PUT", Bucket, &[Query("logging")], action("s3:PutBucketLogging"), Serve(Served::PutBucketLogging)),
    row("PutBucketMetricsConfiguration", "PUT", Bucket, &[Query("metrics")], action("s3:PutMetricsConfiguration"), NotImplemented),
    row("PutBucketNotificationConfiguration", "PUT", Bucket, &[Query("notification")], action("s3:PutBucketNotification"), Serve(Served::PutBucketNotificationConfiguration)),
    row("PutBucketNotification", "PUT", Bucket, &[Query("notification")], action("s3:PutBucketNotification"), SameAs("PutBucketNotificationConfiguration")),
    row("PutBucketOwnershipControls", "PUT", Bucket, &[Query("ownershipControls")], action("s3:PutBucketOwnershipControls"), Serve(Served::PutBucketOwnershipControls)),
    row("PutBucketPolicy", "PUT", Bucket, &[Query("policy")], action("s3:PutBucketPolicy"), Serve(Served::PutBucketPolicy)),
    row("PutBucketReplication", "PUT", Bucket, &[Query("replication")], action("s3:PutReplicationConfiguration"), NotImplemented),
    row("PutBucketRequestPayment", "PUT", Bucket, &[Query("requestPayment")], action("s3:PutBucketRequestPayment"), Serve(Served::PutBucketRequestPayment)),
    row("PutBucketTagging", "PUT", Bucket, &[Query("tagging")], action("s3:PutBucketTagging"), Serve(Served::PutBucketTagging)),
    row("PutBucketWebsite", "PUT", Bucket, &[Query("website")], action("s3:PutBucketWebsite"), Serve(Served::PutBucketWebsite)),
    row("PutObjectLockConfiguration", "PUT", Bucket, &[Query("object-lock")], action("s3:PutBucketObjectLockConfiguration"), Serve(Served::PutObjectLockConfiguration)),
    row("PutPublicAccessBlock", "PUT", Bucket, &[Query("publicAccessBlock")], action("s3:PutBucketPublicAccessBlock"), Serve(Served::PutPublicAccessBlock)),
    row("UpdateBucketMetadataAnnotationTableConfiguration", "PUT", Bucket, &[Query("metadataAnnotationTable")], action("s3:UpdateBucketMetadataAnnotationTableConfiguration"), NotImplemented),
    row("UpdateBucketMetadataInventoryTableConfiguration", "PUT", Bucket, &[Query("metadataInventoryTable")], action("s3:UpdateBucketMetadataInventoryTableConfiguration"), NotImplemented),
    row("UpdateBucketMetadataJournalTableConfiguration", "PUT", Bucket, &[Query("metadataJournalTable")], action("s3:UpdateBucketMetadataJournalTableConfiguration"), NotImplemented),
    row("CreateBucket", "PUT", Bucket, &[], action("s3:CreateBucket"), Serve(Served::CreateBucket)),

    row("DeleteObjects", "POST", Bucket, &[Query("delete")], each("s3:DeleteObject"), Serve(Served::DeleteObjects)),
    row("CreateBucketMetadataConfiguration", "POST", Bucket, &[Query("metadataConfiguration")], action("s3:CreateBucketMetadataTableConfiguration"), NotImplemented),
    row("CreateBucketMetadataTableConfiguration", "POST", Bucket, &[Query("metadataTable")], action("s3:CreateBucketMetadataTableConfiguration"), NotImplemented),
    row("WriteGetObjectResponse", "POST", Bucket, &[Header("x-amz-request-route"), Header("x-amz-request-token")], action("s3:WriteGetObjectResponse"), NotImplemented),

    row("DeleteBucketAnalyticsConfiguration", "DELETE", Bucket, &[Query("analytics")], action("s3:PutAnalyticsConfiguration"), Unset(Code::NoSuchConfiguration)),
    row("DeleteBucketCors", "DELETE", Bucket, &[Query("cors")], action("s3:PutBucketCORS"), Serve(Served::DeleteBucketCors)),
    row("DeleteBucketEncryption", "DELETE", Bucket, &[Query("encryption")], action("s3:PutEncryptionConfiguration"), Serve(Served::DeleteBucketEncryption)),
    row("DeleteBucketIntelligentTieringConfiguration", "DELETE", Bucket, &[Query("intelligent-tiering")], action("s3:PutIntelligentTieringConfiguration"), Unset(Code::NoSuchConfiguration)),
    row("DeleteBucketInventoryConfiguration", "DELETE", Bucket, &[Query("inventory")], action("s3:PutInventoryConfiguration"), Unset(Code::NoSuchConfiguration)),
    row("DeleteBucketLifecycle", "DELETE", Bucket, &[Query("lifecycle")], action("s3:PutLifecycleConfiguration"), Serve(Served::DeleteBucketLifecycle)),
    row("DeleteBucketMetadataConfiguration", "DELETE", Bucket, &[Query("metadataConfiguration")], action("s3:DeleteBucketMetadataTableConfiguration"), Unset(Code::MetadataConfigurationNotFound)),
    row("DeleteBucketMetadataTableConfiguration", "DELETE", Bucket, &[Query("metadataTable")], action("s3:DeleteBucketMetadataTableConfiguration"), Unset(Code::MetadataConfigurationNotFound)),
    row("DeleteBucketMetricsConfiguration", "DELETE", Bucket, &[Query("metrics")], action("s3:PutMetricsConfiguration"), Unset(Code::NoSuchConfiguration)),
    row("DeleteBucketOwnershipControls", "DELETE", Bucket, &[Query("ownershipControls")], action("s3:PutBucketOwnershipControls"), Serve(Served::DeleteBucketOwnershipControls)),
    row("DeleteBucketPolicy", "DELETE", Bucket, &[Query("policy")], action("s3:DeleteBucketPolicy"), Serve(Served::DeleteBucketPolicy)),
    row("DeleteBucketReplication", "DELETE", Bucket, &[Query("replication")], action("s3:PutReplicationConfiguration"), NothingToDelete),
    row("DeleteBucketTagging", "DELETE", Bucket, &[Query("tagging")], action("s3:PutBucketTagging"), Serve(Served::DeleteBucketTagging)),
    row("DeleteBucketWebsite", "DELETE", Bucket, &[Query("website")], action("s3:DeleteBucketWebsite"), Serve(Served::DeleteBucketWebsite)),
    row("DeletePublicAccessBlock", "DELETE", Bucket, &[Query("publicAccessBlock")], action("s3:PutBucketPublicAccessBlock"), Serve(Served::DeletePublicAccessBlock)),
    row("DeleteBucket", "DELETE", Bucket, &[], action("s3:DeleteBucket"), Serve(Served::DeleteBucket)),
];

/// An upload by a form: no operation of the model, but a request of the protocol. Its target is
/// the object it makes, which is known once the form has been read.
pub(crate) static POST_OBJECT: Operation = row(
    "PostObject",
    "POST",
    Object,
    &[],
    listed("s3:PutObject", BucketWrite),
    Serve(Served::PostObject),
);

/// What a browser asks before it sends a request for a page of another origin. Needs nothing.
pub(crate) static PREFLIGHT: Operation = row(
    "Preflight",
    "OPTIONS",
    Object,
    &[],
    action(""),
    Serve(Served::Preflight),
);
