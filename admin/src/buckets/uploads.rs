//! Unfinished uploads of a bucket.

use crate::answer::Nothing;
use crate::call::Call;
use crate::page::{self, Page};
use crate::refused::Refused;
use crate::s3::Ask;
use crate::time::shown_milliseconds;
use bytes::Bytes;
use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use storage_engine::{Cursor, ListRequest};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadsQuery {
    /// What keys begin with.
    prefix: Option<String>,
    /// Items of the page, 1 to 1,000; 100 unless given.
    limit: Option<u32>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct UploadView {
    key: String,
    upload_id: String,
    started: String,
    /// Of the parts that have come so far.
    bytes: u64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadQuery {
    key: String,
    upload_id: String,
}

/// The key and upload that a page ends with.
type Place = (Vec<u8>, String);

pub(crate) async fn list(
    call: &Call<'_>,
    query: UploadsQuery,
) -> Result<Page<UploadView>, Refused> {
    let limit = page::limit(query.limit)? as usize;
    let prefix = query.prefix.unwrap_or_default();
    let after = match query.cursor.as_deref() {
        None => Cursor::Start,
        Some(cursor) => {
            let (key, upload): Place = page::place_of(cursor)?;
            let no_cursor = |_| Refused::field("cursor", "This is no cursor of this list.");
            Cursor::AfterUpload(key.into(), upload.parse().map_err(no_cursor)?)
        }
    };
    // Asks whether they may be listed; what S3 would tell lacks how much has come.
    let ask = Ask::bucket(Method::GET, call.path(0)).about("uploads");
    let ask = ask.query("max-uploads", "0").query("prefix", &prefix);
    ask.send(call).await?;
    let request = ListRequest {
        bucket: call.path(0).to_owned(),
        prefix: Bytes::from(prefix),
        after,
        limit,
        ..ListRequest::default()
    };
    let page = call.admin.engine.list_uploads(request).await?;
    let last = page.entries.last().filter(|_| page.next.is_some());
    let next = last.map(|last| page::cursor_of(&(&last.key[..], last.name.to_string())));
    let items = page.entries.iter().map(|upload| UploadView {
        key: String::from_utf8_lossy(&upload.key).into_owned(),
        upload_id: upload.name.to_string(),
        started: shown_milliseconds(upload.started.0),
        bytes: upload.bytes,
    });
    Ok(Page {
        items: items.collect(),
        next,
    })
}

pub(crate) async fn abort(call: &Call<'_>, query: UploadQuery) -> Result<Nothing, Refused> {
    let bucket = call.path(0);
    call.about(format!("{bucket}/{}", query.key));
    let ask = Ask::object(Method::DELETE, bucket, &query.key);
    ask.query("uploadId", &query.upload_id).send(call).await?;
    Ok(Nothing {})
}
