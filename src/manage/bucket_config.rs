//! `cairn bucket config`: configurations of a bucket, in the JSON of Amazon's command line.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::table::Table;
use super::{People, Shown, input, run as run_with};
use crate::cli::{
    BucketConfigArgs, BucketConfigCommand, BucketConfigSetArgs, BucketNameArgs, KINDS,
};
use crate::client::{Client, Failure, path};
use crate::limits::DOCUMENT_FILE_BYTES_MAX;

pub(super) fn run(command: &BucketConfigCommand) -> ExitCode {
    match command {
        BucketConfigCommand::List(args) => run_with(&args.client, |client| list(client, args)),
        BucketConfigCommand::Show(args) => run_with(&args.client, |client| show(client, args)),
        BucketConfigCommand::Set(args) => run_with(&args.config.client, |client| set(client, args)),
        BucketConfigCommand::Remove(args) => run_with(&args.client, |client| remove(client, args)),
    }
}

fn place(args: &BucketConfigArgs) -> String {
    path(&["buckets", &args.name, "config", &args.kind])
}

/// One question each: the interface has no list of them.
fn list(client: &Client, args: &BucketNameArgs) -> Result<Shown, Failure> {
    let mut items = Vec::new();
    for kind in KINDS {
        let document = match client.get(&path(&["buckets", &args.name, "config", kind])) {
            Ok(document) => document,
            Err(failure) if failure.is_absence() && !failure.is_code("NoSuchBucket") => Value::Null,
            Err(failure) => return Err(failure),
        };
        // Of some there is always one, if it says nothing.
        let is_set = document
            .as_object()
            .is_some_and(|fields| !fields.is_empty());
        items.push(json!({ "kind": kind, "is_set": is_set, "document": document }));
    }
    let table = Table::of(&["kind", "set", "document"], &items, |item| {
        let (word, document) = match item["is_set"] == true {
            true => ("yes", item["document"].to_string()),
            false => ("no", String::new()),
        };
        vec![
            super::text::text(item, "kind"),
            word.to_owned(),
            cut(&document),
        ]
    });
    Ok(Shown::list(items, table))
}

/// So that a row is a line; show has all of it.
fn cut(document: &str) -> String {
    const CHARACTERS_MAX: usize = 80;
    match document.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &document[..end]),
        None => document.to_owned(),
    }
}

fn show(client: &Client, args: &BucketConfigArgs) -> Result<Shown, Failure> {
    let document = client.get(&place(args))?;
    Ok(Shown::new(document.clone(), People::Document(document)))
}

fn set(client: &Client, args: &BucketConfigSetArgs) -> Result<Shown, Failure> {
    let document = input::document(&args.file, DOCUMENT_FILE_BYTES_MAX)?;
    let BucketConfigArgs { name, kind, .. } = &args.config;
    let answer = client.put(&place(&args.config), Some(&document))?;
    Ok(Shown::done(answer, format!("{kind} of bucket {name} set")))
}

fn remove(client: &Client, args: &BucketConfigArgs) -> Result<Shown, Failure> {
    let answer = client.delete(&place(args))?;
    let line = format!("{} of bucket {} removed", args.kind, args.name);
    Ok(Shown::done(answer, line))
}
