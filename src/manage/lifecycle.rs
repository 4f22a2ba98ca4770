//! `cairn lifecycle`: what rules would do and have done, and following them now.

use std::process::ExitCode;

use serde_json::{Value, json};
use storage_engine::{Unit, Work};

use super::job::follow;
use super::stream::Stream;
use super::table::{Fields, Table};
use super::text::{list, moment, number, text};
use super::{People, Shown, run as run_with};
use crate::amounts;
use crate::cli::{BucketNameArgs, LifecycleCommand, LifecycleRunArgs};
use crate::client::{Client, Failure, path};
use crate::exit;

/// What a run counts, by its field and in words.
const COUNTS: [(&str, &str); 9] = [
    ("buckets", "buckets"),
    ("looked_at", "looked at"),
    ("expired", "expired"),
    ("marked", "marked"),
    ("transitioned", "transitioned"),
    ("aborted", "aborted"),
    ("locked", "locked"),
    ("left_alone", "left alone"),
    ("errors", "errors"),
];

pub(crate) fn run(command: &LifecycleCommand) -> ExitCode {
    match command {
        LifecycleCommand::DryRun(args) => run_with(&args.client, |client| dry_run(client, args)),
        LifecycleCommand::Runs(args) => run_with(args, runs),
        LifecycleCommand::Run(args) => run_with(&args.client, |client| run_now(client, args)),
    }
}

/// Shown as it comes: there may be more than memory holds.
fn dry_run(client: &Client, args: &BucketNameArgs) -> Result<Shown, Failure> {
    let head = &["action", "key", "version or upload", "rule", "size", "due"];
    let mut planned = Stream::new(&args.client.json, head);
    let mut progress = client.progress()?.after_a_while();
    let (mut looked_at, mut due) = (0, 0);
    client.pages(
        &path(&["buckets", &args.name, "lifecycle", "dry-run"]),
        |page| {
            looked_at += number(page, "looked_at");
            let items = list(page, "items");
            due += items.len();
            progress.finish();
            planned.show(items, task);
            let shown = progress.show(Work {
                doing: "looking",
                done: looked_at,
                total: 0,
                unit: Unit::Rows,
            });
            match shown.is_break() {
                true => Err(Failure::Interrupted),
                false => Ok(()),
            }
        },
    )?;
    progress.finish();
    let json = json!({ "looked_at": looked_at, "to_be_done": due });
    let line = format!("{looked_at} looked at, {due} to be done; nothing was");
    Ok(Shown::done(json, line))
}

fn task(planned: &Value) -> Vec<String> {
    let subject = match planned["version"].is_null() {
        true => text(planned, "upload_id"),
        false => text(planned, "version"),
    };
    vec![
        text(planned, "action"),
        text(planned, "key"),
        subject,
        text(planned, "rule"),
        amounts::shown(number(planned, "size")),
        moment(planned, "due"),
    ]
}

fn runs(client: &Client) -> Result<Shown, Failure> {
    let runs = client.all("/lifecycle/runs")?;
    let head = &[
        "run",
        "started",
        "ended",
        "whole",
        "buckets",
        "looked at",
        "expired",
        "marked",
        "transitioned",
        "aborted",
        "locked",
        "left alone",
        "errors",
    ];
    let table = Table::of(head, &runs, |run| {
        let is_whole = match run["interrupted"].as_bool() {
            Some(true) => "no",
            _ => "yes",
        };
        let mut row = vec![
            text(run, "number"),
            moment(run, "started"),
            moment(run, "ended"),
            is_whole.to_owned(),
        ];
        row.extend(COUNTS.map(|(field, _)| text(run, field)));
        row
    });
    Ok(Shown::list(runs, table))
}

/// As a job, to its end.
fn run_now(client: &Client, args: &LifecycleRunArgs) -> Result<Shown, Failure> {
    let job = json!({ "kind": "lifecycle", "bucket": args.bucket });
    let run = follow(client, client.progress()?.after_a_while(), &job)?;
    let fields = COUNTS
        .into_iter()
        .fold(Fields::default(), |fields, (field, name)| {
            fields.with(name, text(&run, field))
        });
    let code = match number(&run, "errors") {
        0 => exit::FINE,
        _ => exit::PROBLEMS,
    };
    Ok(Shown::new(run, People::Fields(fields)).with_code(code))
}
