//! Messages as Amazon writes them.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde::Serialize;
use storage_engine::Event;
use storage_engine::ids::Timestamp;
use storage_engine::row::Happened;
use time::OffsetDateTime;
use time::macros::format_description;

use super::note::Told;

/// What stays as it is in a key; a space becomes a plus sign.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/')
    .remove(b' ');

#[derive(Serialize)]
struct Message<'a> {
    #[serde(rename = "Records")]
    records: [Record<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'a str,
    event_source: &'a str,
    aws_region: &'a str,
    event_time: String,
    event_name: &'a str,
    user_identity: Identity<'a>,
    request_parameters: Parameters<'a>,
    response_elements: Elements<'a>,
    s3: Subject<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    principal_id: &'a str,
}

#[derive(Serialize)]
struct Parameters<'a> {
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: &'a str,
}

#[derive(Serialize)]
struct Elements<'a> {
    #[serde(rename = "x-amz-request-id")]
    request_id: &'a str,
    #[serde(rename = "x-amz-id-2")]
    host_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Subject<'a> {
    #[serde(rename = "s3SchemaVersion")]
    schema_version: &'a str,
    configuration_id: &'a str,
    bucket: Bucket<'a>,
    object: Object,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bucket<'a> {
    name: &'a str,
    owner_identity: Identity<'a>,
    arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e_tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
    sequencer: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Test<'a> {
    service: &'a str,
    event: &'a str,
    time: String,
    bucket: &'a str,
    request_id: &'a str,
    host_id: &'a str,
}

/// The message that tells of an event.
pub(super) fn message(event: &Event, told: &Told, region: &str) -> Bytes {
    let origin = &told.origin;
    let row = &event.row;
    // Of what is gone only the name is told.
    let is_there = !matches!(row.happened, Happened::Deleted | Happened::Hidden);
    let record = Record {
        event_version: told.event.message_version(),
        event_source: "aws:s3",
        aws_region: region,
        event_time: iso8601(row.at),
        event_name: told.event.text(),
        user_identity: Identity {
            principal_id: &origin.principal,
        },
        request_parameters: Parameters {
            source_ip_address: &origin.address,
        },
        response_elements: Elements {
            request_id: &origin.request_id,
            host_id: &origin.host_id,
        },
        s3: Subject {
            schema_version: "1.0",
            configuration_id: &told.rule,
            bucket: Bucket {
                name: &origin.bucket,
                owner_identity: Identity {
                    principal_id: &origin.bucket_owner,
                },
                arn: format!("arn:aws:s3:::{}", origin.bucket),
            },
            object: Object {
                key: encoded(&row.key),
                size: is_there.then_some(row.size),
                e_tag: row.etag.filter(|_| is_there).map(|etag| etag.to_string()),
                version_id: row.version.map(|version| version.to_string()),
                sequencer: format!("{:016X}", event.id.sequence.0),
            },
        },
    };
    json(&Message { records: [record] })
}

/// What a target is told when somebody asks for events to be sent there.
pub fn test_message(bucket: &str, request_id: &str, host_id: &str, at: Timestamp) -> Bytes {
    json(&Test {
        service: "Amazon S3",
        event: "s3:TestEvent",
        time: iso8601(at),
        bucket,
        request_id,
        host_id,
    })
}

fn json(message: &impl Serialize) -> Bytes {
    // A plain structure in memory always encodes.
    serde_json::to_vec(message).unwrap_or_default().into()
}

fn encoded(key: &[u8]) -> String {
    percent_encode(key, KEPT).to_string().replace(' ', "+")
}

fn iso8601(at: Timestamp) -> String {
    let form =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let nanoseconds = i128::from(at.0) * 1_000_000;
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds);
    let text = time.ok().and_then(|time| time.format(&form).ok());
    text.unwrap_or_default()
}
