//! One object as a file to keep: a link that the browser takes to its disk as it comes.

use crate::answer::{Answer, Reply};
use crate::attachment::keep_as;
use crate::call::Call;
use crate::cookies::Cookie;
use crate::reading::{Purpose, Reading, ReadingLink};
use crate::refused::Refused;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderValue};
use schemars::JsonSchema;
use serde::Deserialize;

const DOWNLOAD: Purpose = Purpose {
    cookie: Cookie {
        name: "cairn_download",
        path: "/api/v1/download",
    },
    tickets: |admin| &admin.downloads,
    missing: "NoSuchDownload",
};

/// Whatever it says of itself, it is a file: a browser that knows no type shows nothing.
const FILE: HeaderValue = HeaderValue::from_static("application/octet-stream");

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DownloadWanted")]
pub(crate) struct Wanted {
    key: String,
    /// The current one unless given.
    version: Option<String>,
}

pub(crate) async fn prepare(
    call: &Call<'_>,
    wanted: Wanted,
) -> Result<Reply<ReadingLink>, Refused> {
    let bucket = call.path(0);
    call.about(match &wanted.version {
        Some(version) => format!("{bucket}/{} {version}", wanted.key),
        None => format!("{bucket}/{}", wanted.key),
    });
    let mut said = HeaderMap::from_iter([(CONTENT_TYPE, FILE)]);
    keep_as(file_name(&wanted.key), &mut said);
    let reading = Reading {
        bucket: bucket.to_owned(),
        key: wanted.key,
        version: wanted.version,
        said,
    };
    DOWNLOAD.link(call, reading).await
}

/// The last step of a key. No file is called by nothing or by dots alone.
fn file_name(key: &str) -> &str {
    let last = key.trim_end_matches('/').rsplit('/').next();
    let last = last.filter(|last| !last.trim_matches('.').is_empty());
    last.unwrap_or("object")
}

pub(crate) async fn send(call: &Call<'_>) -> Result<Answer, Refused> {
    DOWNLOAD.follow(call).await
}
