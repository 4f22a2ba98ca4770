//! Buckets that are declared. All that a client could ask for is asked of the admin interface, from
//! the server's own account: so nothing can be declared that a client could not do, and the audit
//! log tells of it.

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use storage_engine::row::{BucketRow, Quota, Versioning as Row};
use storage_engine::{Error, UpdateBucket};
use tracing::info;

use super::{Declarer, told};
use crate::client::path;
use crate::config::{Bucket, Versioning};

const API: &str = "/api/v1";

impl Declarer<'_> {
    pub(super) async fn bucket(&self, bucket: &Bucket) -> Result<(), String> {
        let name = &bucket.name;
        let row = match self.engine.bucket(name).await {
            Ok(row) => row,
            Err(Error::NoSuchBucket { .. }) => self.new_bucket(bucket).await?,
            Err(error) => return Err(told(error)),
        };
        if row.owner != self.identity.root().id.as_str() {
            return Err("somebody else has a bucket of this name".to_owned());
        }
        if let Some(change) = change(bucket, &row) {
            let updated = self.engine.update_bucket(name, change).await;
            updated.map_err(told)?;
            info!(bucket = name, "declared, brought up to date");
        }
        let has_lock = bucket
            .configurations
            .iter()
            .any(|configuration| configuration.it.0 == "object-lock");
        if bucket.object_lock && !row.lockable && !has_lock {
            let lock = json!({ "ObjectLockEnabled": "Enabled" });
            self.configure(name, "object-lock", &lock).await?;
        }
        Ok(())
    }

    async fn new_bucket(&self, bucket: &Bucket) -> Result<BucketRow, String> {
        let name = &bucket.name;
        let new = json!({ "name": name, "object_lock": bucket.object_lock });
        self.ask(Method::POST, "/buckets", Some(&new)).await?;
        info!(bucket = name, "declared, made");
        self.engine.bucket(name).await.map_err(told)
    }

    pub(super) async fn configure(
        &self,
        name: &str,
        kind: &str,
        meant: &Value,
    ) -> Result<(), String> {
        if self.is_configured(name, kind, meant).await {
            return Ok(());
        }
        let place = path(&["buckets", name, "config", kind]);
        self.ask(Method::PUT, &place, Some(meant)).await?;
        info!(
            bucket = name,
            kind, "declared, configuration brought up to date"
        );
        Ok(())
    }

    /// Whether it says already what is meant. There may be none yet, nor a bucket.
    pub(super) async fn is_configured(&self, name: &str, kind: &str, meant: &Value) -> bool {
        let place = path(&["buckets", name, "config", kind]);
        let there = self.ask(Method::GET, &place, None).await;
        there.is_ok_and(|there| says(&there, meant))
    }

    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, String> {
        let text = body.map_or_else(String::new, Value::to_string);
        let mut request = Request::new(Full::new(Bytes::from(text)));
        *request.method_mut() = method;
        *request.uri_mut() = format!("{API}{path}").parse().map_err(told)?;
        let from = admin::Local::Configuration;
        let answer = self.admin.handle_local(from, request).await;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(told)?.to_bytes();
        let answer: Value = match body.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&body).map_err(told)?,
        };
        match status.is_success() {
            true => Ok(answer),
            false => {
                let error = &answer["error"];
                let message = error["message"].as_str().unwrap_or_default();
                Err(match error["field"].as_str() {
                    Some(field) => format!("{field}: {message}"),
                    None => message.to_owned(),
                })
            }
        }
    }
}

/// What differs of that which the engine itself keeps.
fn change(bucket: &Bucket, row: &BucketRow) -> Option<UpdateBucket> {
    let versioning = bucket.versioning;
    let versioning = versioning.map(|meant| versioned(meant, row.versioning));
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

fn versioned(meant: Versioning, there: Row) -> Row {
    match meant {
        Versioning::Enabled => Row::Enabled,
        Versioning::Suspended => Row::Suspended,
        Versioning::Off if there == Row::Enabled => Row::Suspended,
        Versioning::Off => there,
    }
}

/// Whether what is there says what is meant, and nothing else but what a server adds by itself:
/// names of rules, and switches that are off.
fn says(there: &Value, meant: &Value) -> bool {
    match (there, meant) {
        (Value::Object(there), Value::Object(meant)) => {
            let is_said = |(name, value): (&String, &Value)| {
                there.get(name).is_some_and(|there| says(there, value))
            };
            let is_added = |(name, value): (&String, &Value)| {
                let is_name = name.eq_ignore_ascii_case("id");
                is_name || *value == Value::Bool(false) || meant.contains_key(name)
            };
            meant.iter().all(is_said) && there.iter().all(is_added)
        }
        (Value::Array(there), Value::Array(meant)) => {
            let mut pairs = there.iter().zip(meant);
            there.len() == meant.len() && pairs.all(|(there, meant)| says(there, meant))
        }
        (there, meant) => there == meant,
    }
}

#[cfg(test)]
mod tests;
