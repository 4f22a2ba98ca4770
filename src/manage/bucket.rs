//! `cairn bucket`: buckets, what they hold, and their configurations.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::table::{Fields, Table};
use super::text::{number, text, yes_or_no};
use super::{People, Shown, input, quota, run as run_with};
use crate::amounts;
use crate::cli::{
    BucketAddArgs, BucketCommand, BucketConfigArgs, BucketConfigCommand, BucketConfigSetArgs,
    BucketListArgs, BucketNameArgs,
};
use crate::client::{Client, Failure, escaped, path};
use crate::limits::DOCUMENT_FILE_BYTES_MAX;

pub(crate) fn run(command: &BucketCommand) -> ExitCode {
    match command {
        BucketCommand::Add(args) => run_with(&args.bucket.client, |client| add(client, args)),
        BucketCommand::List(args) => run_with(&args.client, |client| list(client, args)),
        BucketCommand::Show(args) => run_with(&args.client, |client| {
            Ok(shown(client.get(&path(&["buckets", &args.name]))?))
        }),
        BucketCommand::Remove(args) => run_with(&args.client, |client| remove(client, args)),
        BucketCommand::Config(command) => match command {
            BucketConfigCommand::Get(args) => run_with(&args.client, |client| get(client, args)),
            BucketConfigCommand::Set(args) => {
                run_with(&args.config.client, |client| set(client, args))
            }
            BucketConfigCommand::Remove(args) => {
                run_with(&args.client, |client| unset(client, args))
            }
        },
    }
}

fn add(client: &Client, args: &BucketAddArgs) -> Result<Shown, Failure> {
    let bound = args.quota.as_deref().map(amounts::parse).transpose();
    let bound = bound.map_err(|what| Failure::Usage(format!("--quota {what}")))?;
    let is_bounded = bound.is_some() || args.quota_objects.is_some();
    let quota = is_bounded.then(|| json!({ "bytes": bound, "objects": args.quota_objects }));
    let new = json!({
        "name": args.bucket.name,
        "versioning": args.versioning,
        "object_lock": args.object_lock,
        "quota": quota,
    });
    Ok(shown(client.post("/buckets", &new)?))
}

fn list(client: &Client, args: &BucketListArgs) -> Result<Shown, Failure> {
    let prefix = args.prefix.as_deref();
    let prefix = prefix.map_or_else(String::new, |it| format!("?prefix={}", escaped(it)));
    let buckets = client.all(&format!("/buckets{prefix}"))?;
    let head = &[
        "name",
        "objects",
        "size",
        "quota",
        "versioning",
        "owner",
        "created",
    ];
    let table = Table::of(head, &buckets, |bucket| {
        let usage = &bucket["usage"];
        vec![
            text(bucket, "name"),
            text(usage, "objects"),
            // Of a bucket that one may not look at nothing is told.
            match usage.is_null() {
                true => String::new(),
                false => amounts::shown(number(usage, "bytes")),
            },
            quota::bounds(&bucket["quota"]),
            text(bucket, "versioning"),
            text(bucket, "owner"),
            text(bucket, "created"),
        ]
    });
    Ok(Shown::list(buckets, table))
}

fn shown(bucket: Value) -> Shown {
    let usage = &bucket["usage"];
    let fields = Fields::default()
        .with("name", text(&bucket, "name"))
        .with("owner", text(&bucket, "owner"))
        .with("created", text(&bucket, "created"))
        .with("versioning", text(&bucket, "versioning"))
        .with("object lock", yes_or_no(&bucket, "object_lock"))
        .with("quota", quota::bounds(&bucket["quota"]))
        .with("objects", text(usage, "objects"))
        .with("versions", text(usage, "versions"))
        .with("size", amounts::shown(number(usage, "bytes")))
        .with("unfinished uploads", text(usage, "uploads"))
        .with(
            "size of uploads",
            amounts::shown(number(usage, "upload_bytes")),
        );
    Shown::new(bucket, People::Fields(fields))
}

fn remove(client: &Client, args: &BucketNameArgs) -> Result<Shown, Failure> {
    let answer = client.delete(&path(&["buckets", &args.name]))?;
    Ok(Shown::done(answer, format!("bucket {} removed", args.name)))
}

fn place(args: &BucketConfigArgs) -> String {
    path(&["buckets", &args.name, "config", &args.kind])
}

fn get(client: &Client, args: &BucketConfigArgs) -> Result<Shown, Failure> {
    let document = client.get(&place(args))?;
    Ok(Shown::new(document.clone(), People::Document(document)))
}

fn set(client: &Client, args: &BucketConfigSetArgs) -> Result<Shown, Failure> {
    let document = input::document(&args.file, DOCUMENT_FILE_BYTES_MAX)?;
    let BucketConfigArgs { name, kind, .. } = &args.config;
    let answer = client.put(&place(&args.config), Some(&document))?;
    Ok(Shown::done(answer, format!("{kind} of bucket {name} set")))
}

fn unset(client: &Client, args: &BucketConfigArgs) -> Result<Shown, Failure> {
    let answer = client.delete(&place(args))?;
    let line = format!("{} of bucket {} removed", args.kind, args.name);
    Ok(Shown::done(answer, line))
}
