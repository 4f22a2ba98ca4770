//! Objects: lists of them, and everything about one.

pub(crate) mod bulk;
pub(crate) mod change;
pub(crate) mod copies;

use crate::call::Call;
use crate::page;
use crate::refused::Refused;
use crate::s3::{Answered, Ask};
use crate::time::{of_http, of_system};
use crate::words;
use crate::xml::Element;
use http::Method;
use percent_encoding::percent_decode_str;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// What keys begin with.
    prefix: Option<String>,
    /// Keys with the same beginning up to this become one prefix: `/` for folders.
    delimiter: Option<String>,
    /// Objects and prefixes of the page, 1 to 1,000; 100 unless given.
    limit: Option<u32>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectQuery {
    key: String,
    /// The current one unless given.
    version: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Listing {
    items: Vec<ObjectView>,
    /// What stands for the keys beneath it.
    prefixes: Vec<String>,
    /// The `cursor` of the next page; null at the end.
    next: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct VersionListing {
    items: Vec<VersionView>,
    /// What stands for the keys beneath it.
    prefixes: Vec<String>,
    /// The `cursor` of the next page; null at the end.
    next: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ObjectView {
    key: String,
    size: u64,
    etag: String,
    modified: String,
    storage_class: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ObjectVersion")]
pub(crate) struct VersionView {
    key: String,
    /// `null` is a version too: of a time before versioning.
    version: String,
    is_latest: bool,
    /// Nothing but the note that the object was deleted.
    is_delete_marker: bool,
    /// Null of a delete marker, like what follows.
    size: Option<u64>,
    etag: Option<String>,
    modified: String,
    storage_class: Option<String>,
}

/// Everything about one object.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ObjectDetail {
    key: String,
    /// Null where the bucket never had versioning.
    version: Option<String>,
    size: u64,
    etag: String,
    modified: String,
    storage_class: String,
    content_type: Option<String>,
    content_encoding: Option<String>,
    content_language: Option<String>,
    content_disposition: Option<String>,
    cache_control: Option<String>,
    expires: Option<String>,
    /// What clients have put beside it, without `x-amz-meta-`, as text.
    metadata: BTreeMap<String, String>,
    /// Null where whoever asks may not read them.
    tags: Option<BTreeMap<String, String>>,
    lock: Lock,
    /// By their algorithms, in Base64.
    checksums: BTreeMap<String, String>,
    encryption: Option<Encryption>,
    /// Of an object that was uploaded in parts.
    parts: Option<u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Lock {
    /// `GOVERNANCE` or `COMPLIANCE`.
    mode: Option<String>,
    until: Option<String>,
    legal_hold: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Encryption {
    /// `AES256` or `aws:kms`.
    algorithm: String,
    kms_key: Option<String>,
}

pub(crate) async fn list(call: &Call<'_>, query: ListQuery) -> Result<Listing, Refused> {
    let ask = Ask::bucket(Method::GET, call.path(0))
        .query("list-type", "2")
        .query("encoding-type", "url")
        .query("max-keys", &page::limit(query.limit)?.to_string())
        .maybe("prefix", query.prefix.as_deref())
        .maybe("delimiter", query.delimiter.as_deref())
        .maybe("continuation-token", query.cursor.as_deref());
    let answer = ask.xml(call).await?;
    let items = answer.all("Contents").map(|item| ObjectView {
        key: decoded(item.text_of("Key")),
        size: item.number_of("Size"),
        etag: bare(item.text_of("ETag")),
        modified: item.text_of("LastModified").to_owned(),
        storage_class: item.text_of("StorageClass").to_owned(),
    });
    let next = answer.child("NextContinuationToken");
    Ok(Listing {
        items: items.collect(),
        prefixes: prefixes(&answer),
        next: next.map(|next| next.text.clone()),
    })
}

pub(crate) async fn versions(call: &Call<'_>, query: ListQuery) -> Result<VersionListing, Refused> {
    let mut ask = Ask::bucket(Method::GET, call.path(0))
        .about("versions")
        .query("encoding-type", "url")
        .query("max-keys", &page::limit(query.limit)?.to_string())
        .maybe("prefix", query.prefix.as_deref())
        .maybe("delimiter", query.delimiter.as_deref());
    if let Some(cursor) = &query.cursor {
        let (key, version): (String, Option<String>) = page::place_of(cursor)?;
        ask = ask
            .query("key-marker", &key)
            .maybe("version-id-marker", version.as_deref());
    }
    let answer = ask.xml(call).await?;
    let is_version = |name: &str| matches!(name, "Version" | "DeleteMarker");
    let items = answer.children.iter().filter(|it| is_version(&it.name));
    let items = items.map(|item| {
        let is_delete_marker = item.name == "DeleteMarker";
        let of_object = |text: String| (!is_delete_marker).then_some(text);
        VersionView {
            key: decoded(item.text_of("Key")),
            version: item.text_of("VersionId").to_owned(),
            is_latest: item.is_set("IsLatest"),
            is_delete_marker,
            size: (!is_delete_marker).then(|| item.number_of("Size")),
            etag: of_object(bare(item.text_of("ETag"))),
            modified: item.text_of("LastModified").to_owned(),
            storage_class: of_object(item.text_of("StorageClass").to_owned()),
        }
    });
    let next = answer.is_set("IsTruncated").then(|| {
        let key = decoded(answer.text_of("NextKeyMarker"));
        let version = answer.child("NextVersionIdMarker");
        page::cursor_of(&(key, version.map(|version| &version.text)))
    });
    Ok(VersionListing {
        items: items.collect(),
        prefixes: prefixes(&answer),
        next,
    })
}

pub(crate) async fn get(call: &Call<'_>, query: ObjectQuery) -> Result<ObjectDetail, Refused> {
    let bucket = call.path(0);
    let version = query.version.as_deref();
    let head = Ask::object(Method::HEAD, bucket, &query.key)
        .header("x-amz-checksum-mode", "ENABLED")
        .maybe("versionId", version);
    let head = head.send(call).await?;
    let tags = tags(call, bucket, &query.key, version).await?;
    Ok(detail(query.key, &head, tags))
}

/// None where they are not for whoever asks.
async fn tags(
    call: &Call<'_>,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<Option<BTreeMap<String, String>>, Refused> {
    let ask = Ask::object(Method::GET, bucket, key).about("tagging");
    match ask.maybe("versionId", version).xml(call).await {
        Ok(answer) => {
            let set = answer.child("TagSet").map(|set| set.all("Tag"));
            let pair = |tag: &Element| {
                (
                    tag.text_of("Key").to_owned(),
                    tag.text_of("Value").to_owned(),
                )
            };
            Ok(Some(set.into_iter().flatten().map(pair).collect()))
        }
        Err(refused) if refused.code == "AccessDenied" => Ok(None),
        Err(refused) => Err(refused),
    }
}

fn detail(key: String, head: &Answered, tags: Option<BTreeMap<String, String>>) -> ObjectDetail {
    let text = |name: &str| {
        let value = head.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let beginning = |prefix: &str| -> BTreeMap<String, String> {
        let named = head.headers.iter().filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix(prefix)?;
            let value = String::from_utf8_lossy(value.as_bytes());
            Some((name.to_owned(), value.into_owned()))
        });
        named.collect()
    };
    let mut checksums = beginning("x-amz-checksum-");
    checksums.remove("type");
    checksums.remove("algorithm");
    let etag = bare(&text("etag").unwrap_or_default());
    let parts = etag
        .rsplit_once('-')
        .and_then(|(_, parts)| parts.parse().ok());
    ObjectDetail {
        key,
        version: text("x-amz-version-id"),
        size: text("content-length")
            .and_then(|it| it.parse().ok())
            .unwrap_or_default(),
        modified: text("last-modified")
            .map(|it| modified(&it))
            .unwrap_or_default(),
        storage_class: text("x-amz-storage-class").unwrap_or_else(|| "STANDARD".into()),
        content_type: text("content-type"),
        content_encoding: text("content-encoding"),
        content_language: text("content-language"),
        content_disposition: text("content-disposition"),
        cache_control: text("cache-control"),
        expires: text("expires"),
        metadata: beginning("x-amz-meta-")
            .into_iter()
            .map(|(name, value)| (name, words::decoded(&value).into_owned()))
            .collect(),
        tags,
        lock: Lock {
            mode: text("x-amz-object-lock-mode"),
            until: text("x-amz-object-lock-retain-until-date"),
            legal_hold: text("x-amz-object-lock-legal-hold").as_deref() == Some("ON"),
        },
        checksums,
        encryption: text("x-amz-server-side-encryption").map(|algorithm| Encryption {
            algorithm,
            kms_key: text("x-amz-server-side-encryption-aws-kms-key-id"),
        }),
        parts,
        etag,
    }
}

/// Times of HTTP, as all others here.
fn modified(text: &str) -> String {
    of_http(text).map_or_else(|| text.to_owned(), of_system)
}

fn prefixes(answer: &Element) -> Vec<String> {
    let prefixes = answer.all("CommonPrefixes");
    prefixes
        .map(|prefix| decoded(prefix.text_of("Prefix")))
        .collect()
}

/// Keys come escaped, because not all of their characters can be in a document. Whatever is not
/// text shows as the sign for it.
fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

fn bare(etag: &str) -> String {
    etag.trim_matches('"').to_owned()
}
