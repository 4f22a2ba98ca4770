//! Copies, and what is made of copies: moving, and making an old version the current one.

use super::change::version_suffix;
use crate::call::Call;
use crate::refused::Refused;
use crate::s3::{Answered, Ask, escaped, escaped_path};
use crate::xml;
use http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CopyTo {
    key: String,
    /// The current one unless given. What is moved is always the current one.
    version: Option<String>,
    /// The same bucket unless given.
    to_bucket: Option<String>,
    to_key: String,
    /// Refuse instead of overwriting what is there.
    #[serde(default)]
    only_if_absent: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Restore {
    key: String,
    /// An old version, which becomes the current one; or a delete marker, which goes.
    version: String,
}

/// What has come to be.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Copied {
    /// Null where the bucket never had versioning.
    version: Option<String>,
    /// Null where nothing was copied.
    etag: Option<String>,
}

impl Copied {
    pub(super) fn of(answered: &Answered) -> Result<Self, Refused> {
        let version = answered.headers.get("x-amz-version-id");
        let version = version.and_then(|version| version.to_str().ok());
        let document = xml::parse(&answered.body)?;
        Ok(Self {
            version: version.map(str::to_owned),
            etag: Some(super::bare(document.text_of("ETag"))),
        })
    }
}

pub(super) fn copy_source(bucket: &str, key: &str, version: Option<&str>) -> String {
    let version = version_suffix(version);
    format!("/{}/{}{version}", escaped(bucket), escaped_path(key))
}

pub(crate) async fn copy(call: &Call<'_>, copy: CopyTo) -> Result<Copied, Refused> {
    let bucket = call.path(0);
    let to_bucket = copy.to_bucket.as_deref().unwrap_or(bucket);
    call.about(format!(
        "{bucket}/{} to {to_bucket}/{}",
        copy.key, copy.to_key
    ));
    if copy.key.is_empty() {
        return Err(Refused::field("key", "A key cannot be empty."));
    }
    if copy.to_key.is_empty() {
        return Err(Refused::field("to_key", "A key cannot be empty."));
    }
    let source = copy_source(bucket, &copy.key, copy.version.as_deref());
    let mut ask = Ask::object(Method::PUT, to_bucket, &copy.to_key);
    ask = ask.header("x-amz-copy-source", &source);
    if copy.only_if_absent {
        ask = ask.header("if-none-match", "*");
    }
    Copied::of(&ask.send(call).await?)
}

/// If the old one cannot be deleted, there are two: nothing is lost.
pub(crate) async fn move_object(call: &Call<'_>, to: CopyTo) -> Result<Copied, Refused> {
    let bucket = call.path(0);
    let to_bucket = to.to_bucket.as_deref().unwrap_or(bucket);
    if to.version.is_some() {
        return Err(Refused::field(
            "version",
            "What is moved is the current version.",
        ));
    }
    if to_bucket == bucket && to.to_key == to.key {
        return Err(Refused::field("to_key", "It is there already."));
    }
    let key = to.key.clone();
    // Only what was copied is deleted: not what somebody has put there in between.
    let head = Ask::object(Method::HEAD, bucket, &key).send(call).await?;
    let etag = head.headers.get("etag").and_then(|etag| etag.to_str().ok());
    let etag = etag.unwrap_or_default().to_owned();
    let copied = copy(call, to).await?;
    let delete = Ask::object(Method::DELETE, bucket, &key).header("if-match", &etag);
    delete.send(call).await.map_err(|refused| Refused {
        message: format!(
            "It was copied, but could not be deleted where it was: {}",
            refused.message
        ),
        ..refused
    })?;
    Ok(copied)
}

pub(crate) async fn restore_version(call: &Call<'_>, restore: Restore) -> Result<Copied, Refused> {
    let bucket = call.path(0);
    let (key, version) = (restore.key.as_str(), restore.version.as_str());
    call.about(format!("{bucket}/{key} {version}"));
    let head = Ask::object(Method::HEAD, bucket, key).query("versionId", version);
    let is_marker = match head.send(call).await {
        Ok(_) => false,
        // S3's answer to a read of a delete marker.
        Err(refused) if refused.status == StatusCode::METHOD_NOT_ALLOWED => true,
        Err(refused) => return Err(refused),
    };
    if is_marker {
        let delete = Ask::object(Method::DELETE, bucket, key).query("versionId", version);
        delete.send(call).await?;
        return Ok(Copied {
            version: None,
            etag: None,
        });
    }
    let source = copy_source(bucket, key, Some(version));
    let ask = Ask::object(Method::PUT, bucket, key).header("x-amz-copy-source", &source);
    Copied::of(&ask.send(call).await?)
}
