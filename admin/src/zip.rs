//! A selection of objects as one ZIP, made while it is sent.
//!
//! Browsers download links, and a link has no header: so who may ask is asked first, and gets a
//! ticket, which is good for one download that begins soon.

mod directory;
mod format;
mod names;
mod stream;
mod tickets;

pub(crate) use tickets::Tickets;

use crate::answer::{Answer, with_type};
use crate::attachment::keep_as;
use crate::body::AdminBody;
use crate::call::Call;
use crate::limits::{ZIP_KEYS_MAX, ZIP_TICKET_SECONDS};
use crate::refused::Refused;
use crate::s3::Ask;
use bytes::Bytes;
use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stream::Zipper;
use tickets::Ticket;

/// Which objects. One of both at least.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Selection {
    /// At most 1,000. One that ends in `/` stands for everything that begins with it.
    #[serde(default)]
    keys: Vec<String>,
    /// Everything that begins with this; empty for the whole bucket.
    prefix: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ZipLink {
    /// A path on this server. It works once and without a login.
    url: String,
    /// Seconds within which the download has to begin.
    expires_in: u64,
}

pub(crate) async fn prepare(call: &Call<'_>, selection: Selection) -> Result<ZipLink, Refused> {
    let bucket = call.path(0);
    let Selection { keys, prefix } = selection;
    if keys.len() > ZIP_KEYS_MAX {
        let message = format!("At most {ZIP_KEYS_MAX} keys; name a prefix instead.");
        return Err(Refused::field("keys", message));
    }
    if keys.is_empty() && prefix.is_none() {
        return Err(Refused::field("keys", "Name keys, or a prefix."));
    }
    if let Some(at) = keys.iter().position(String::is_empty) {
        let message = "A key cannot be empty.";
        return Err(Refused::field(format!("keys.{at}"), message));
    }
    call.about(match (&*keys, &prefix) {
        ([], Some(prefix)) => format!("{bucket}/{prefix}*"),
        ([key], None) => format!("{bucket}/{key}"),
        (keys, _) => format!("{bucket} ({} keys)", keys.len()),
    });
    let keys = distinct(keys, prefix.as_deref());
    let folder = keys.iter().find(|key| key.ends_with('/'));
    match prefix.as_ref().or(folder) {
        Some(prefix) => stream::permit_listing(call, bucket, prefix).await?,
        None => permit_any(call, bucket, &keys).await?,
    }
    let ticket = Ticket {
        parts: call.parts.clone(),
        caller: call.caller.clone(),
        bearer: call.bearer.clone(),
        bucket: bucket.to_owned(),
        keys,
        prefix,
    };
    let id = call.admin.tickets.issue(ticket)?;
    Ok(ZipLink {
        url: call.admin.facts.base.outside(&format!("/api/v1/zip/{id}")),
        expires_in: ZIP_TICKET_SECONDS,
    })
}

/// Each object once, also where its folder or the prefix is selected with it.
fn distinct(mut keys: Vec<String>, prefix: Option<&str>) -> Vec<String> {
    keys.sort_unstable();
    let mut kept: Vec<String> = Vec::new();
    // What is in a folder comes behind it, and in front of what is not.
    let mut folder: Option<String> = None;
    for key in keys {
        let is_in = |outer: &str| key.starts_with(outer);
        let is_there = kept.last() == Some(&key) || folder.as_deref().is_some_and(is_in);
        if is_there || prefix.is_some_and(is_in) {
            continue;
        }
        if key.ends_with('/') {
            folder = Some(key.clone());
        }
        kept.push(key);
    }
    kept
}

/// Refuses whoever may read none of them, before there is a link.
async fn permit_any(call: &Call<'_>, bucket: &str, keys: &[String]) -> Result<(), Refused> {
    let mut denied = None;
    for key in keys {
        match Ask::object(Method::HEAD, bucket, key).send(call).await {
            Err(refused) if refused.code == "AccessDenied" => denied = Some(refused),
            Err(refused) if refused.code == "NoSuchBucket" => return Err(refused),
            _ => return Ok(()),
        }
    }
    denied.map_or(Ok(()), Err)
}

pub(crate) async fn download(call: &Call<'_>) -> Result<Answer, Refused> {
    let (ticket, slot) = call.admin.tickets.redeem(call.path(0))?;
    let name = file_name(&ticket);
    let zipper = Zipper::new(call.admin.me()?, ticket, slot);
    let mut answer = with_type(Bytes::new(), "application/zip");
    *answer.body_mut() = AdminBody::parts(zipper.into_stream());
    keep_as(&name, answer.headers_mut());
    Ok(answer)
}

/// After the folder it is of, or the bucket.
fn file_name(ticket: &Ticket) -> String {
    let folder = names::folder_of(&ticket.keys, ticket.prefix.as_deref());
    let last = folder.trim_end_matches('/').rsplit('/').next();
    let last = last.filter(|last| !last.is_empty());
    format!("{}.zip", last.unwrap_or(&ticket.bucket))
}
