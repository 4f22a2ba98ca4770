//! Buckets that are declared. What S3 has a request for is asked for by one, signed by the root and
//! handed to the protocol as if it had come over a connection: so nothing can be declared that a
//! client could not do.

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use storage_engine::row::{BucketRow, Quota, Versioning as Row};
use storage_engine::{Error, UpdateBucket};
use tracing::info;

use super::{Declarer, told};
use crate::config::{Bucket, Versioning};
use crate::sign::{Unsigned, sign};

const LOCK: &str = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>\
    </ObjectLockConfiguration>";

impl Declarer<'_> {
    pub(super) async fn bucket(&self, bucket: &Bucket) -> Result<(), String> {
        let row = match self.engine.bucket(&bucket.name).await {
            Ok(row) => row,
            Err(Error::NoSuchBucket { .. }) => self.new_bucket(bucket).await?,
            Err(error) => return Err(told(error)),
        };
        if row.owner != self.identity.root().id.as_str() {
            return Err("somebody else has a bucket of this name".to_owned());
        }
        let change = change(bucket, &row);
        if let Some(change) = change {
            let updated = self.engine.update_bucket(&bucket.name, change).await;
            updated.map_err(told)?;
            info!(bucket = bucket.name, "declared, brought up to date");
        }
        if bucket.object_lock && !row.lockable {
            self.put(&bucket.name, "?object-lock", LOCK).await?;
            info!(bucket = bucket.name, "declared, versions can be locked");
        }
        match &bucket.policy {
            Some(policy) => self.bucket_policy(&bucket.name, policy).await,
            None => Ok(()),
        }
    }

    async fn new_bucket(&self, bucket: &Bucket) -> Result<BucketRow, String> {
        let name = &bucket.name;
        // It becomes a part of a request's path, where other characters mean something.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if name.is_empty() || !name.bytes().all(plain) {
            return Err("a name has small letters, digits, hyphens and dots".to_owned());
        }
        let request = Unsigned {
            method: "PUT",
            target: format!("/{name}"),
            headers: match bucket.object_lock {
                true => vec![("x-amz-bucket-object-lock-enabled", "true".to_owned())],
                false => Vec::new(),
            },
            body: Bytes::new(),
        };
        self.ask(request).await?;
        info!(bucket = name, "declared, made");
        self.engine.bucket(name).await.map_err(told)
    }

    async fn bucket_policy(&self, name: &str, policy: &str) -> Result<(), String> {
        let request = Unsigned {
            method: "GET",
            target: format!("/{name}?policy"),
            headers: Vec::new(),
            body: Bytes::new(),
        };
        // There may be none yet.
        let there = self.ask(request).await.unwrap_or_default();
        let meant: Value = serde_json::from_str(policy)
            .map_err(|error| format!("the policy is not JSON: {error}"))?;
        if serde_json::from_slice(&there).is_ok_and(|there: Value| there == meant) {
            return Ok(());
        }
        self.put(name, "?policy", policy).await?;
        info!(bucket = name, "declared, policy brought up to date");
        Ok(())
    }

    async fn put(&self, name: &str, what: &str, body: &str) -> Result<(), String> {
        let request = Unsigned {
            method: "PUT",
            target: format!("/{name}{what}"),
            headers: Vec::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        };
        self.ask(request).await.map(|_| ())
    }

    /// Answers with what stands in the answer, or with what is said of a refusal.
    async fn ask(&self, request: Unsigned) -> Result<Bytes, String> {
        let request: Request<Full<Bytes>> = sign(request, self.root, self.region)?;
        let answer = self.s3.handle(request).await;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(told)?.to_bytes();
        match status {
            StatusCode::OK | StatusCode::NO_CONTENT => Ok(body),
            _ => Err(format!("{status}: {}", message(&body))),
        }
    }
}

/// What differs of that which the engine itself keeps.
fn change(bucket: &Bucket, row: &BucketRow) -> Option<UpdateBucket> {
    let versioning = bucket.versioning.map(|versioning| match versioning {
        Versioning::Enabled => Row::Enabled,
        Versioning::Suspended => Row::Suspended,
    });
    // Locks want versions.
    let versioning = match bucket.object_lock {
        true => Some(Row::Enabled),
        false => versioning,
    };
    let quota = Quota {
        bytes_max: bucket.quota_bytes.or(row.quota.bytes_max),
        objects_max: bucket.quota_objects.or(row.quota.objects_max),
    };
    let change = UpdateBucket {
        versioning: versioning.filter(|versioning| *versioning != row.versioning),
        quota: Some(quota).filter(|quota| *quota != row.quota),
        ..UpdateBucket::default()
    };
    (change.versioning.is_some() || change.quota.is_some()).then_some(change)
}

/// The text of a refusal: of its document what stands in `Message`, which holds no element.
fn message(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let inside = text.split_once("<Message>").map(|(_, rest)| rest);
    let inside = inside.and_then(|rest| rest.split_once("</Message>"));
    inside.map_or_else(|| text.to_string(), |(message, _)| message.to_owned())
}
