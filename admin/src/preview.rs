//! Sound and pictures that move, of any size: a link for the browser's own player, which asks for
//! ranges and cannot send an access token with them.
//!
//! Who may read the object gets a ticket for it. It is shown together with a cookie, so that the
//! address alone, which logs and histories keep, opens nothing.

mod tickets;

pub(crate) use tickets::Previews;

use crate::answer::{Answer, Reply};
use crate::body::AdminBody;
use crate::call::Call;
use crate::cookies::Cookie;
use crate::limits::{PREVIEW_IDLE_SECONDS, PREVIEW_SECONDS_MAX};
use crate::refused::Refused;
use crate::s3::Ask;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE,
};
use http::{Method, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tickets::{Preview, Ticket};

/// Shows that a link is followed by the browser that it was made for.
const COOKIE: Cookie = Cookie {
    name: "cairn_preview",
    path: "/api/v1/preview",
};

/// It may run nothing and load nothing, also where it is opened by itself.
const SANDBOX: &str = "default-src 'none'; sandbox";

/// What of S3's answer says which bytes these are. All else the uploader could have said.
const PASSED_ON: [HeaderName; 5] = [
    CONTENT_LENGTH,
    CONTENT_RANGE,
    ACCEPT_RANGES,
    ETAG,
    LAST_MODIFIED,
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    key: String,
    /// The current one unless given.
    version: Option<String>,
    /// What it is shown as, whatever it says of itself: `audio/…` or `video/…`.
    content_type: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PreviewLink {
    /// A path on this server. It is good for this object as it is now, for reading, and with the
    /// cookie that comes with it.
    url: String,
    /// Seconds after its last use for which it works; it ends with the session anyhow.
    expires_in: u64,
}

pub(crate) async fn prepare(
    call: &Call<'_>,
    wanted: Wanted,
) -> Result<Reply<PreviewLink>, Refused> {
    let kind = player_type(&wanted.content_type)?;
    let bucket = call.path(0);
    let version = wanted.version.as_deref();
    let head = Ask::object(Method::HEAD, bucket, &wanted.key).maybe("versionId", version);
    let head = head.send(call).await?;
    let etag = head.headers.get(ETAG);
    let etag = etag.and_then(|it| it.to_str().ok());
    let etag =
        etag.ok_or_else(|| Refused::failure("an answer of S3", &"an object without a tag"))?;
    let ticket = Ticket {
        caller: Arc::clone(&call.caller),
        bearer: call.bearer.clone(),
        preview: Arc::new(Preview {
            bucket: bucket.to_owned(),
            etag: etag.to_owned(),
            key: wanted.key,
            version: wanted.version,
            kind,
        }),
    };
    let issued = call.admin.previews.issue(ticket, call.admin.seconds())?;
    let path = format!("{}/{}", COOKIE.path, hex::encode(issued.id));
    let mut reply = Reply::from(PreviewLink {
        url: call.admin.facts.base.outside(&path),
        expires_in: PREVIEW_IDLE_SECONDS,
    });
    let secret = hex::encode(issued.secret);
    COOKIE.set(call, &mut reply, &secret, PREVIEW_SECONDS_MAX);
    Ok(reply)
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
    let secret = COOKIE.of(call).unwrap_or_default();
    let previews = &call.admin.previews;
    let found = previews.find(call.path(0), secret, call.admin.seconds())?;
    let caller = match &found.bearer {
        Some(bearer) => call.admin.caller_while(bearer).await?,
        None => found.caller,
    };
    call.admin.s3.load().admit(&caller)?;
    let preview = &found.preview;
    let own = Call::new(call.admin, call.parts, caller, None, Vec::new());
    let ask = Ask::object(Method::GET, &preview.bucket, &preview.key)
        .maybe("versionId", preview.version.as_deref())
        // A player that gets pieces of two objects shows neither.
        .header("if-match", &preview.etag)
        .maybe_header("range", call.header(RANGE.as_str()))
        .maybe_header("if-range", call.header(IF_RANGE.as_str()));
    let (answer, _) = ask.stream(&own).await?;
    Ok(passed_on(answer, &preview.kind))
}

fn passed_on(answer: Response<s3_api::ResponseBody>, kind: &HeaderValue) -> Answer {
    let mut answer = answer.map(AdminBody::s3);
    let said = std::mem::take(answer.headers_mut());
    let headers = answer.headers_mut();
    for name in PASSED_ON {
        if let Some(value) = said.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    headers.insert(CONTENT_TYPE, kind.clone());
    let policy = HeaderValue::from_static(SANDBOX);
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
