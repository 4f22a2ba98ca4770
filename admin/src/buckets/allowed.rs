//! What somebody may do to a bucket: asked once for a page, so that it offers nothing that would be
//! refused. The requests themselves are decided on as ever.

use crate::call::Call;
use crate::refused::Refused;
use identity::Owner;
use s3_api::{Deliberation, Prospect, Scheme};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What pages of a bucket offer to do to the bucket itself.
const OF_BUCKET: [&str; 38] = [
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:ListBucketMultipartUploads",
    "s3:DeleteBucket",
    "s3:GetBucketVersioning",
    "s3:PutBucketVersioning",
    "s3:GetLifecycleConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:GetBucketCORS",
    "s3:PutBucketCORS",
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketOwnershipControls",
    "s3:PutBucketOwnershipControls",
    "s3:GetBucketAcl",
    "s3:PutBucketAcl",
    "s3:GetBucketObjectLockConfiguration",
    "s3:PutBucketObjectLockConfiguration",
    "s3:GetEncryptionConfiguration",
    "s3:PutEncryptionConfiguration",
    "s3:GetBucketWebsite",
    "s3:PutBucketWebsite",
    "s3:DeleteBucketWebsite",
    "s3:GetBucketNotification",
    "s3:PutBucketNotification",
    "s3:GetBucketLogging",
    "s3:PutBucketLogging",
    "s3:GetBucketTagging",
    "s3:PutBucketTagging",
    "s3:GetBucketRequestPayment",
    "s3:PutBucketRequestPayment",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicyStatus",
    "cairn:PutBucketQuota",
    "cairn:PutBucketHolder",
];

/// The same to objects in it.
const OF_OBJECTS: [&str; 13] = [
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:GetObjectTagging",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionTagging",
    "s3:PutObjectRetention",
    "s3:PutObjectLegalHold",
    "s3:BypassGovernanceRetention",
    "s3:AbortMultipartUpload",
    "s3:PutObjectAcl",
];

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct AllowedQuery {
    /// What keys begin with, and what is listed; everything unless given.
    prefix: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Allowed {
    /// Save where policies name single things.
    Yes,
    /// On some things, or to some requests: it is worth asking.
    Maybe,
    /// On nothing.
    No,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AllowedView {
    /// By action, to the bucket itself.
    bucket: BTreeMap<&'static str, Allowed>,
    /// By action, to objects that begin with the prefix.
    objects: BTreeMap<&'static str, Allowed>,
}

pub(crate) async fn get(call: &Call<'_>, query: AllowedQuery) -> Result<AllowedView, Refused> {
    let name = call.path(0);
    let prefix = query.prefix.unwrap_or_default();
    let client = call.client();
    let address = client.address.to_string();
    let is_secure = (client.scheme == Scheme::Https).to_string();
    // As requests of the console bring it.
    let mut context = vec![
        ("aws:SourceIp", address.as_str()),
        ("aws:SecureTransport", is_secure.as_str()),
        ("s3:authType", "REST-HEADER"),
        ("s3:signatureversion", "AWS4-HMAC-SHA256"),
        ("s3:prefix", prefix.as_str()),
        ("s3:delimiter", "/"),
    ];
    if let Some(agent) = call.header("user-agent") {
        context.push(("aws:UserAgent", agent));
    }
    let asked = |action| Deliberation {
        caller: &call.caller,
        action,
        bucket: name,
        key: prefix.as_bytes(),
        context: &context,
        work: &call.work,
    };
    let s3 = &call.admin.s3;
    let mut view = AllowedView {
        bucket: BTreeMap::new(),
        objects: BTreeMap::new(),
    };
    for action in OF_OBJECTS {
        let prospect = s3.prospect_of_keys(asked(action)).await;
        let prospect = prospect.map_err(|error| refused(name, error))?;
        view.objects.insert(action, prospect.into());
    }
    for action in OF_BUCKET {
        let allowed = match action.starts_with("cairn:") {
            true => of_server(call, action, name),
            false => {
                let prospect = s3.prospect_of_bucket(asked(action)).await;
                prospect.map_err(|error| refused(name, error))?.into()
            }
        };
        view.bucket.insert(action, allowed);
    }
    let mut all = view.bucket.values().chain(view.objects.values());
    match all.any(|allowed| *allowed != Allowed::No) {
        true => Ok(view),
        // Who may nothing need not know more than that.
        false => Err(Refused::denied("Access Denied")),
    }
}

/// The server's own account decides about it.
fn of_server(call: &Call<'_>, action: &str, bucket: &str) -> Allowed {
    let root = call.admin.identity.root();
    let resource = format!("arn:aws:s3:::{bucket}");
    match call.may(action, &resource, Owner::Account(&root)) {
        None => Allowed::Yes,
        Some(_) => Allowed::No,
    }
}

/// A name that can be none is of no bucket, as in S3.
fn refused(bucket: &str, error: storage_engine::Error) -> Refused {
    match error {
        storage_engine::Error::Invalid { .. } => storage_engine::Error::NoSuchBucket {
            name: bucket.to_owned(),
        }
        .into(),
        error => error.into(),
    }
}

impl From<Prospect> for Allowed {
    fn from(prospect: Prospect) -> Self {
        match prospect {
            Prospect::Good => Self::Yes,
            Prospect::Open => Self::Maybe,
            Prospect::None => Self::No,
        }
    }
}
