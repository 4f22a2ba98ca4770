//! Sound and pictures that move, of any size: a link for the browser's own player.

use crate::answer::{Answer, Reply};
use crate::call::Call;
use crate::cookies::Cookie;
use crate::reading::{Purpose, Reading, ReadingLink};
use crate::refused::Refused;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderValue};
use schemars::JsonSchema;
use serde::Deserialize;

const PREVIEW: Purpose = Purpose {
    cookie: Cookie {
        name: "cairn_preview",
        path: "/api/v1/preview",
    },
    tickets: |admin| &admin.previews,
    missing: "NoSuchPreview",
};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PreviewWanted")]
pub(crate) struct Wanted {
    key: String,
    /// The current one unless given.
    version: Option<String>,
    /// What it is shown as, whatever it says of itself: `audio/…` or `video/…`.
    content_type: String,
}

pub(crate) async fn prepare(
    call: &Call<'_>,
    wanted: Wanted,
) -> Result<Reply<ReadingLink>, Refused> {
    let kind = player_type(&wanted.content_type)?;
    let reading = Reading {
        bucket: call.path(0).to_owned(),
        key: wanted.key,
        version: wanted.version,
        said: HeaderMap::from_iter([(CONTENT_TYPE, kind)]),
    };
    PREVIEW.link(call, reading).await
}

/// What browsers hand to a player, and to nothing that could run it.
fn player_type(wanted: &str) -> Result<HeaderValue, Refused> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let name = ["audio/", "video/"]
        .iter()
        .find_map(|family| wanted.strip_prefix(family));
    let name = name.filter(|name| (1..=64).contains(&name.len()) && name.bytes().all(is_token));
    let value = name.and_then(|_| HeaderValue::from_str(wanted).ok());
    value.ok_or_else(|| {
        let message = "It is `audio/…` or `video/…`, without parameters.";
        Refused::field("content_type", message)
    })
}

pub(crate) async fn show(call: &Call<'_>) -> Result<Answer, Refused> {
    PREVIEW.follow(call).await
}
