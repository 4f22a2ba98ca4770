//! `cairn bucket`: buckets, what they hold, and whom they count for.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::table::{Fields, Table};
use super::text::{maybe, moment, number, text, yes_or_no};
use super::{People, Shown, bucket_config, empty, input, quota, run as run_with, uploads};
use crate::amounts;
use crate::cli::{
    BucketAddArgs, BucketCommand, BucketHolderCommand, BucketListArgs, BucketNameArgs,
    UploadCommand,
};
use crate::client::{Client, Failure, escaped, path};

pub(crate) fn run(command: &BucketCommand) -> ExitCode {
    match command {
        BucketCommand::Add(args) => run_with(&args.bucket.client, |client| add(client, args)),
        BucketCommand::List(args) => run_with(&args.client, |client| list(client, args)),
        BucketCommand::Show(args) => run_with(&args.client, |client| {
            Ok(shown(client.get(&path(&["buckets", &args.name]))?))
        }),
        BucketCommand::Remove(args) => run_with(&args.client, |client| remove(client, args)),
        BucketCommand::Empty(args) => {
            run_with(&args.bucket.client, |client| empty::empty(client, args))
        }
        BucketCommand::Holder(command) => match command {
            BucketHolderCommand::Set(args) => run_with(&args.bucket.client, |client| {
                hold(client, &args.bucket.name, Some(&args.user))
            }),
            BucketHolderCommand::Remove(args) => {
                run_with(&args.client, |client| hold(client, &args.name, None))
            }
        },
        BucketCommand::Upload(command) => match command {
            UploadCommand::List(args) => {
                run_with(&args.bucket.client, |client| uploads::list(client, args))
            }
            UploadCommand::Remove(args) => {
                run_with(&args.bucket.client, |client| uploads::remove(client, args))
            }
        },
        BucketCommand::Config(command) => bucket_config::run(command),
    }
}

fn add(client: &Client, args: &BucketAddArgs) -> Result<Shown, Failure> {
    let bytes = args
        .quota
        .as_deref()
        .map(|text| input::bound("--quota", text));
    let bytes = bytes.transpose()?.flatten();
    let objects = args.quota_objects.and_then(input::unless_zero);
    let is_bounded = bytes.is_some() || objects.is_some();
    let quota = is_bounded.then(|| json!({ "bytes": bytes, "objects": objects }));
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
            moment(bucket, "created"),
        ]
    });
    Ok(Shown::list(buckets, table))
}

fn shown(bucket: Value) -> Shown {
    let usage = &bucket["usage"];
    let fields = Fields::default()
        .with("name", text(&bucket, "name"))
        .with("owner", text(&bucket, "owner"))
        .maybe("counts for", maybe(&bucket, "counts_for"))
        .with("created", moment(&bucket, "created"))
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

fn hold(client: &Client, bucket: &str, user: Option<&str>) -> Result<Shown, Failure> {
    let holder = json!({ "user": user });
    let answer = client.put(&path(&["buckets", bucket, "holder"]), Some(&holder))?;
    let line = match user {
        Some(user) => format!("bucket {bucket} counts towards the limits of {user} now"),
        None => format!("bucket {bucket} counts towards nobody's limits now"),
    };
    Ok(Shown::done(answer, line))
}
