//! `cairn quota`: what buckets may hold.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::input::{bound, unless_zero};
use super::table::Fields;
use super::text::{counted, number};
use super::{People, Shown, run as run_with};
use crate::amounts;
use crate::cli::{QuotaCommand, QuotaSetArgs};
use crate::client::{Client, Failure, path};

pub(crate) fn run(command: &QuotaCommand) -> ExitCode {
    match command {
        QuotaCommand::Show(args) => run_with(&args.client, |client| show(client, &args.name)),
        QuotaCommand::Set(args) => run_with(&args.bucket.client, |client| set(client, args)),
        QuotaCommand::Remove(args) => run_with(&args.client, |client| {
            let none = json!({ "bytes": null, "objects": null });
            put(client, &args.name, &none)
        }),
    }
}

fn show(client: &Client, name: &str) -> Result<Shown, Failure> {
    let bucket = client.get(&path(&["buckets", name]))?;
    Ok(shown(&bucket, bucket["quota"].clone()))
}

fn set(client: &Client, args: &QuotaSetArgs) -> Result<Shown, Failure> {
    let bytes = args.bytes.as_deref().map(|text| bound("--bytes", text));
    let bytes = bytes.transpose()?;
    let name = &args.bucket.name;
    let mut quota = client.get(&path(&["buckets", name]))?["quota"].take();
    if let Some(bound) = bytes {
        quota["bytes"] = bound.into();
    }
    if let Some(bound) = args.objects.map(unless_zero) {
        quota["objects"] = bound.into();
    }
    put(client, name, &quota)
}

fn put(client: &Client, name: &str, quota: &Value) -> Result<Shown, Failure> {
    let quota = client.put(&path(&["buckets", name, "quota"]), Some(quota))?;
    let bucket = client.get(&path(&["buckets", name]))?;
    Ok(shown(&bucket, quota))
}

fn shown(bucket: &Value, quota: Value) -> Shown {
    let usage = &bucket["usage"];
    let of = |held: String, bound: Option<String>| match bound {
        Some(bound) => format!("{held} of {bound}"),
        None => format!("{held}, no bound"),
    };
    let held = number(usage, "bytes") + number(usage, "upload_bytes");
    let size = of(
        amounts::shown(held),
        quota["bytes"].as_u64().map(amounts::shown),
    );
    let count = number(usage, "objects").to_string();
    let bound = quota["objects"].as_u64().map(|bound| bound.to_string());
    let fields = Fields::default()
        .with("size", size)
        .with("objects", of(count, bound));
    Shown::new(quota, People::Fields(fields))
}

/// In a cell.
pub(super) fn bounds(quota: &Value) -> String {
    let size = quota["bytes"].as_u64().map(amounts::shown);
    let count = quota["objects"].as_u64().map(|it| counted(it, "object"));
    let both: Vec<String> = size.into_iter().chain(count).collect();
    both.join(", ")
}
