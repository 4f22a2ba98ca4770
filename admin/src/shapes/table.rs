//! All configurations of a bucket, and what each looks like.

use super::Shape::{Boolean, Fields, Number, Text};
use super::{Field, Many, Shape};

/// A configuration of a bucket.
#[derive(Debug)]
pub(crate) struct Kind {
    /// In our paths.
    pub(crate) name: &'static str,
    /// The parameter of S3's requests.
    pub(crate) query: &'static str,
    /// The root of its document.
    pub(crate) root: &'static str,
    pub(crate) form: Form,
    pub(crate) removal: Removal,
}

#[derive(Debug)]
pub(crate) enum Form {
    Xml(&'static Shape),
    /// JSON to S3 as well.
    Json,
}

/// What it is to have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removal {
    Delete,
    /// An empty document is put.
    Empty,
    /// There always is one.
    Never,
}

const fn one(name: &'static str, shape: &'static Shape) -> Field {
    named(name, name, shape)
}

const fn named(element: &'static str, json: &'static str, shape: &'static Shape) -> Field {
    Field {
        element,
        json,
        many: Many::One,
        shape,
    }
}

const fn text(name: &'static str) -> Field {
    one(name, &Text)
}

const fn number(name: &'static str) -> Field {
    one(name, &Number)
}

const fn boolean(name: &'static str) -> Field {
    one(name, &Boolean)
}

/// Elements beside each other, an array in JSON.
const fn many(element: &'static str, json: &'static str, shape: &'static Shape) -> Field {
    Field {
        many: Many::Beside,
        ..named(element, json, shape)
    }
}

/// Elements inside of one, an array in JSON.
const fn list(
    element: &'static str,
    item: &'static str,
    json: &'static str,
    shape: &'static Shape,
) -> Field {
    Field {
        many: Many::Inside(item),
        ..named(element, json, shape)
    }
}

const fn xml(
    name: &'static str,
    query: &'static str,
    root: &'static str,
    shape: &'static Shape,
    removal: Removal,
) -> Kind {
    Kind {
        name,
        query,
        root,
        form: Form::Xml(shape),
        removal,
    }
}

pub(crate) const KINDS: &[Kind] = &[
    xml(
        "versioning",
        "versioning",
        "VersioningConfiguration",
        &VERSIONING,
        Removal::Never,
    ),
    xml(
        "lifecycle",
        "lifecycle",
        "LifecycleConfiguration",
        &LIFECYCLE,
        Removal::Delete,
    ),
    xml("cors", "cors", "CORSConfiguration", &CORS, Removal::Delete),
    Kind {
        name: "policy",
        query: "policy",
        root: "",
        form: Form::Json,
        removal: Removal::Delete,
    },
    xml("acl", "acl", "AccessControlPolicy", &ACL, Removal::Never),
    xml(
        "encryption",
        "encryption",
        "ServerSideEncryptionConfiguration",
        &ENCRYPTION,
        Removal::Delete,
    ),
    xml(
        "object-lock",
        "object-lock",
        "ObjectLockConfiguration",
        &OBJECT_LOCK,
        Removal::Never,
    ),
    xml("tagging", "tagging", "Tagging", &TAGGING, Removal::Delete),
    xml(
        "notification",
        "notification",
        "NotificationConfiguration",
        &NOTIFICATION,
        Removal::Empty,
    ),
    xml(
        "logging",
        "logging",
        "BucketLoggingStatus",
        &LOGGING,
        Removal::Empty,
    ),
    xml(
        "website",
        "website",
        "WebsiteConfiguration",
        &WEBSITE,
        Removal::Delete,
    ),
    xml(
        "ownership",
        "ownershipControls",
        "OwnershipControls",
        &OWNERSHIP,
        Removal::Delete,
    ),
    xml(
        "public-access",
        "publicAccessBlock",
        "PublicAccessBlockConfiguration",
        &PUBLIC_ACCESS,
        Removal::Delete,
    ),
    xml(
        "request-payment",
        "requestPayment",
        "RequestPaymentConfiguration",
        &REQUEST_PAYMENT,
        Removal::Never,
    ),
];

static VERSIONING: Shape = Fields(&[text("Status"), named("MfaDelete", "MFADelete", &Text)]);

static TAG: Shape = Fields(&[text("Key"), text("Value")]);
static TAGGING: Shape = Fields(&[list("TagSet", "Tag", "TagSet", &TAG)]);

static LIFECYCLE: Shape = Fields(&[many("Rule", "Rules", &LIFECYCLE_RULE)]);
static LIFECYCLE_RULE: Shape = Fields(&[
    text("ID"),
    text("Status"),
    text("Prefix"),
    one("Filter", &LIFECYCLE_FILTER),
    one("Expiration", &EXPIRATION),
    many("Transition", "Transitions", &TRANSITION),
    many(
        "NoncurrentVersionTransition",
        "NoncurrentVersionTransitions",
        &OLD_TRANSITION,
    ),
    one("NoncurrentVersionExpiration", &OLD_EXPIRATION),
    one("AbortIncompleteMultipartUpload", &ABORT),
]);
static LIFECYCLE_FILTER: Shape = Fields(&[
    text("Prefix"),
    one("Tag", &TAG),
    number("ObjectSizeGreaterThan"),
    number("ObjectSizeLessThan"),
    one("And", &LIFECYCLE_AND),
]);
static LIFECYCLE_AND: Shape = Fields(&[
    text("Prefix"),
    many("Tag", "Tags", &TAG),
    number("ObjectSizeGreaterThan"),
    number("ObjectSizeLessThan"),
]);
static EXPIRATION: Shape = Fields(&[
    text("Date"),
    number("Days"),
    boolean("ExpiredObjectDeleteMarker"),
]);
static TRANSITION: Shape = Fields(&[text("Date"), number("Days"), text("StorageClass")]);
static OLD_TRANSITION: Shape = Fields(&[
    number("NoncurrentDays"),
    text("StorageClass"),
    number("NewerNoncurrentVersions"),
]);
static OLD_EXPIRATION: Shape =
    Fields(&[number("NoncurrentDays"), number("NewerNoncurrentVersions")]);
static ABORT: Shape = Fields(&[number("DaysAfterInitiation")]);

static CORS: Shape = Fields(&[many("CORSRule", "CORSRules", &CORS_RULE)]);
static CORS_RULE: Shape = Fields(&[
    text("ID"),
    many("AllowedHeader", "AllowedHeaders", &Text),
    many("AllowedMethod", "AllowedMethods", &Text),
    many("AllowedOrigin", "AllowedOrigins", &Text),
    many("ExposeHeader", "ExposeHeaders", &Text),
    number("MaxAgeSeconds"),
]);

static ACL: Shape = Fields(&[
    one("Owner", &OWNER),
    list("AccessControlList", "Grant", "Grants", &GRANT),
]);
static OWNER: Shape = Fields(&[text("ID"), text("DisplayName")]);
static GRANT: Shape = Fields(&[one("Grantee", &GRANTEE), text("Permission")]);
static GRANTEE: Shape = Fields(&[
    Field {
        many: Many::Attribute,
        ..named("", "Type", &Text)
    },
    text("ID"),
    text("DisplayName"),
    text("EmailAddress"),
    text("URI"),
]);

static ENCRYPTION: Shape = Fields(&[many("Rule", "Rules", &ENCRYPTION_RULE)]);
static ENCRYPTION_RULE: Shape = Fields(&[
    one("ApplyServerSideEncryptionByDefault", &ENCRYPTION_DEFAULT),
    boolean("BucketKeyEnabled"),
]);
static ENCRYPTION_DEFAULT: Shape = Fields(&[text("SSEAlgorithm"), text("KMSMasterKeyID")]);

static OBJECT_LOCK: Shape = Fields(&[text("ObjectLockEnabled"), one("Rule", &LOCK_RULE)]);
static LOCK_RULE: Shape = Fields(&[one("DefaultRetention", &RETENTION)]);
static RETENTION: Shape = Fields(&[text("Mode"), number("Days"), number("Years")]);

static NOTIFICATION: Shape = Fields(&[
    many("TopicConfiguration", "TopicConfigurations", &TOPIC),
    many("QueueConfiguration", "QueueConfigurations", &QUEUE),
    many(
        "CloudFunctionConfiguration",
        "LambdaFunctionConfigurations",
        &FUNCTION,
    ),
]);
static TOPIC: Shape = Fields(&[
    text("Id"),
    named("Topic", "TopicArn", &Text),
    many("Event", "Events", &Text),
    one("Filter", &EVENT_FILTER),
]);
static QUEUE: Shape = Fields(&[
    text("Id"),
    named("Queue", "QueueArn", &Text),
    many("Event", "Events", &Text),
    one("Filter", &EVENT_FILTER),
]);
static FUNCTION: Shape = Fields(&[
    text("Id"),
    named("CloudFunction", "LambdaFunctionArn", &Text),
    many("Event", "Events", &Text),
    one("Filter", &EVENT_FILTER),
]);
static EVENT_FILTER: Shape = Fields(&[named("S3Key", "Key", &KEY_FILTER)]);
static KEY_FILTER: Shape = Fields(&[many("FilterRule", "FilterRules", &FILTER_RULE)]);
static FILTER_RULE: Shape = Fields(&[text("Name"), text("Value")]);

static LOGGING: Shape = Fields(&[one("LoggingEnabled", &LOGGING_ENABLED)]);
static LOGGING_ENABLED: Shape = Fields(&[
    text("TargetBucket"),
    list("TargetGrants", "Grant", "TargetGrants", &GRANT),
    text("TargetPrefix"),
    one("TargetObjectKeyFormat", &KEY_FORMAT),
]);
static KEY_FORMAT: Shape = Fields(&[
    one("SimplePrefix", &Fields(&[])),
    one("PartitionedPrefix", &PARTITIONED),
]);
static PARTITIONED: Shape = Fields(&[text("PartitionDateSource")]);

static WEBSITE: Shape = Fields(&[
    one("RedirectAllRequestsTo", &REDIRECT_ALL),
    one("IndexDocument", &INDEX),
    one("ErrorDocument", &ERROR),
    list("RoutingRules", "RoutingRule", "RoutingRules", &ROUTING),
]);
static REDIRECT_ALL: Shape = Fields(&[text("HostName"), text("Protocol")]);
static INDEX: Shape = Fields(&[text("Suffix")]);
static ERROR: Shape = Fields(&[text("Key")]);
static ROUTING: Shape = Fields(&[one("Condition", &CONDITION), one("Redirect", &REDIRECT)]);
static CONDITION: Shape = Fields(&[text("HttpErrorCodeReturnedEquals"), text("KeyPrefixEquals")]);
static REDIRECT: Shape = Fields(&[
    text("HostName"),
    text("HttpRedirectCode"),
    text("Protocol"),
    text("ReplaceKeyPrefixWith"),
    text("ReplaceKeyWith"),
]);

static OWNERSHIP: Shape = Fields(&[many("Rule", "Rules", &OWNERSHIP_RULE)]);
static OWNERSHIP_RULE: Shape = Fields(&[text("ObjectOwnership")]);

static PUBLIC_ACCESS: Shape = Fields(&[
    boolean("BlockPublicAcls"),
    boolean("IgnorePublicAcls"),
    boolean("BlockPublicPolicy"),
    boolean("RestrictPublicBuckets"),
]);

static REQUEST_PAYMENT: Shape = Fields(&[text("Payer")]);
