//! What can be changed of an object that is there.

use super::ObjectQuery;
use super::copies::{Copied, copy_source};
use crate::answer::Nothing;
use crate::call::Call;
use crate::refused::Refused;
use crate::s3::{Ask, escaped};
use crate::xml::Element;
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ObjectTags")]
pub(crate) struct Tags {
    tags: BTreeMap<String, String>,
}

/// What comes with the object; all of it is replaced.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metadata {
    content_type: Option<String>,
    content_encoding: Option<String>,
    content_language: Option<String>,
    content_disposition: Option<String>,
    cache_control: Option<String>,
    expires: Option<String>,
    /// Without `x-amz-meta-`.
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionQuery {
    key: String,
    /// The current one unless given.
    version: Option<String>,
    /// Shorten or lift a lock in governance mode, which takes `s3:BypassGovernanceRetention`.
    #[serde(default)]
    bypass_governance: bool,
}

/// Both null: none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retention {
    mode: Option<RetentionMode>,
    /// RFC 3339.
    until: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum RetentionMode {
    Governance,
    Compliance,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LegalHold {
    on: bool,
}

/// A PUT on a part of an object, noted for the audit log.
fn ask(call: &Call<'_>, key: &str, version: Option<&str>, about: &str) -> Ask {
    let bucket = call.path(0);
    call.about(format!("{bucket}/{key}"));
    Ask::object(Method::PUT, bucket, key)
        .about(about)
        .maybe("versionId", version)
}

pub(crate) async fn set_tags(
    call: &Call<'_>,
    query: ObjectQuery,
    tags: Tags,
) -> Result<Nothing, Refused> {
    let set = tags
        .tags
        .iter()
        .fold(Element::new("TagSet"), |set, (key, value)| {
            let key = Element::of_text("Key", key);
            set.with(
                Element::new("Tag")
                    .with(key)
                    .with(Element::of_text("Value", value)),
            )
        });
    let document = Element::new("Tagging").with(set);
    let ask = ask(call, &query.key, query.version.as_deref(), "tagging");
    ask.document(&document).send(call).await?;
    Ok(Nothing {})
}

/// A copy onto itself. Tags stay; what is locked stays locked in the version it was.
pub(crate) async fn set_metadata(
    call: &Call<'_>,
    query: ObjectQuery,
    new: Metadata,
) -> Result<Copied, Refused> {
    let bucket = call.path(0);
    call.about(format!("{bucket}/{}", query.key));
    let source = copy_source(bucket, &query.key, query.version.as_deref());
    let mut ask = Ask::object(Method::PUT, bucket, &query.key)
        .header("x-amz-copy-source", &source)
        .header("x-amz-metadata-directive", "REPLACE")
        .maybe_header("content-type", new.content_type.as_deref())
        .maybe_header("content-encoding", new.content_encoding.as_deref())
        .maybe_header("content-language", new.content_language.as_deref())
        .maybe_header("content-disposition", new.content_disposition.as_deref())
        .maybe_header("cache-control", new.cache_control.as_deref())
        .maybe_header("expires", new.expires.as_deref());
    for (name, value) in &new.metadata {
        ask = ask.header(&format!("x-amz-meta-{name}"), value);
    }
    Copied::of(&ask.send(call).await?)
}

pub(crate) async fn set_retention(
    call: &Call<'_>,
    query: RetentionQuery,
    new: Retention,
) -> Result<Nothing, Refused> {
    let mut document = Element::new("Retention");
    match (new.mode, new.until) {
        (Some(mode), Some(until)) => {
            let mode = match mode {
                RetentionMode::Governance => "GOVERNANCE",
                RetentionMode::Compliance => "COMPLIANCE",
            };
            let until = crate::time::of_system(crate::time::parse("until", &until)?);
            document = document
                .with(Element::of_text("Mode", mode))
                .with(Element::of_text("RetainUntilDate", until));
        }
        (None, None) => {}
        (None, Some(_)) => return Err(Refused::field("mode", "A lock has a mode.")),
        (Some(_), None) => return Err(Refused::field("until", "A lock has an end.")),
    }
    let mut ask = ask(call, &query.key, query.version.as_deref(), "retention");
    if query.bypass_governance {
        ask = ask.header("x-amz-bypass-governance-retention", "true");
    }
    ask.document(&document).send(call).await?;
    Ok(Nothing {})
}

pub(crate) async fn set_legal_hold(
    call: &Call<'_>,
    query: ObjectQuery,
    hold: LegalHold,
) -> Result<Nothing, Refused> {
    let status = if hold.on { "ON" } else { "OFF" };
    let document = Element::new("LegalHold").with(Element::of_text("Status", status));
    let ask = ask(call, &query.key, query.version.as_deref(), "legal-hold");
    ask.document(&document).send(call).await?;
    Ok(Nothing {})
}

/// As S3 names the source of a copy.
pub(super) fn version_suffix(version: Option<&str>) -> String {
    version.map_or_else(String::new, |version| {
        format!("?versionId={}", escaped(version))
    })
}
