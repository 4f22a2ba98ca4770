//! `cairn policy limits`: how much those may have who have a policy.

use std::process::ExitCode;

use serde_json::Value;

use super::input::{bound, unless_zero};
use super::table::Fields;
use super::text::{counted, number};
use super::{People, Shown, run as run_with};
use crate::amounts;
use crate::cli::{LimitsArgs, LimitsCommand, LimitsSetArgs};
use crate::client::{Client, Failure, path};

pub(super) fn run(command: &LimitsCommand) -> ExitCode {
    match command {
        LimitsCommand::Show(args) => {
            run_with(&args.client, |client| Ok(shown(client.get(&place(args))?)))
        }
        LimitsCommand::Set(args) => run_with(&args.policy.client, |client| set(client, args)),
        LimitsCommand::Remove(args) => run_with(&args.client, |client| {
            client.delete(&place(args))?;
            Ok(shown(client.get(&place(args))?))
        }),
    }
}

fn place(args: &LimitsArgs) -> String {
    path(&["policies", &args.name, "limits"])
}

/// What is not given stays as it is.
fn set(client: &Client, args: &LimitsSetArgs) -> Result<Shown, Failure> {
    let amount = |flag, text: &Option<String>| {
        let bound = text.as_deref().map(|text| bound(flag, text));
        bound.transpose()
    };
    let given = [
        ("storage", amount("--storage", &args.storage)?),
        ("objects", args.objects.map(unless_zero)),
        ("requests_per_second", args.rate.map(unless_zero)),
        ("largest_object", amount("--largest", &args.largest)?),
    ];
    let mut limits = client.get(&place(&args.policy))?;
    for (field, bound) in given {
        if let Some(bound) = bound {
            limits[field] = bound.into();
        }
    }
    let set = client.put(&place(&args.policy), Some(&limits));
    let rate = args.rate.unwrap_or_default().to_string();
    let words = "requests a second, from 1 to 1000000; 0 for no bound";
    Ok(shown(set.map_err(|failure| {
        failure.of_flag("requests_per_second", "--rate", &rate, words)
    })?))
}

fn shown(limits: Value) -> Shown {
    let [storage, objects, rate, largest] = parts(&limits);
    let or_none = |part: Option<String>| part.unwrap_or_else(|| "no bound".to_owned());
    let fields = Fields::default()
        .with("storage", or_none(storage))
        .with("objects", or_none(objects))
        .with("requests", or_none(rate))
        .with("largest object", or_none(largest));
    Shown::new(limits, People::Fields(fields))
}

fn parts(limits: &Value) -> [Option<String>; 4] {
    let number = |field: &str| limits[field].as_u64();
    [
        number("storage").map(amounts::shown),
        number("objects").map(|count| count.to_string()),
        number("requests_per_second").map(|count| format!("{count}/s")),
        number("largest_object").map(amounts::shown),
    ]
}

/// In a line.
pub(super) fn limited(limits: &Value) -> String {
    let [storage, _, _, largest] = parts(limits);
    let bound = |field: &str, noun| limits[field].as_u64().map(|it| counted(it, noun));
    let told = [
        storage,
        bound("objects", "object"),
        bound("requests_per_second", "request").map(|rate| format!("{rate} a second")),
        largest.map(|bytes| format!("{bytes} an object")),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    match told.is_empty() {
        true => "none".to_owned(),
        false => told.join(", "),
    }
}

/// What somebody's buckets hold, in a line.
pub(super) fn held(usage: &Value) -> String {
    format!(
        "{} in {}, {}",
        amounts::shown(number(usage, "bytes")),
        counted(number(usage, "objects"), "object"),
        counted(number(usage, "buckets"), "bucket"),
    )
}
