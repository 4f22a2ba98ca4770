//! `cairn policy version`: the last five documents of a managed policy, and which of them counts.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::table::Table;
use super::text::{moment, number, text, yes_or_no};
use super::{People, Shown, run as run_with};
use crate::cli::{ManagedPolicyArgs, PolicyVersionArgs, PolicyVersionCommand};
use crate::client::{Client, Failure, path};

pub(super) fn run(command: &PolicyVersionCommand) -> ExitCode {
    match command {
        PolicyVersionCommand::List(args) => run_with(&args.client, |client| list(client, args)),
        PolicyVersionCommand::Show(args) => {
            run_with(&args.policy.client, |client| show(client, args))
        }
        PolicyVersionCommand::Set(args) => {
            run_with(&args.policy.client, |client| set(client, args))
        }
    }
}

fn versions(client: &Client, args: &ManagedPolicyArgs) -> Result<Vec<Value>, Failure> {
    client.all(&path(&["policies", &args.name, "versions"]))
}

fn list(client: &Client, args: &ManagedPolicyArgs) -> Result<Shown, Failure> {
    let versions = versions(client, args)?;
    let table = Table::of(&["version", "counts", "created"], &versions, |version| {
        vec![
            text(version, "version"),
            yes_or_no(version, "is_default").to_owned(),
            moment(version, "created"),
        ]
    });
    Ok(Shown::list(versions, table))
}

fn show(client: &Client, args: &PolicyVersionArgs) -> Result<Shown, Failure> {
    let name = &args.policy.name;
    let versions = versions(client, &args.policy)?;
    let mut versions = versions.into_iter();
    let version = versions.find(|it| number(it, "version") == u64::from(args.version));
    let version = version.ok_or_else(|| {
        Failure::Local(format!(
            "policy {name} has no version {}: cairn policy version list {name} shows those it has",
            args.version
        ))
    })?;
    let document = version["document"].clone();
    Ok(Shown::new(version, People::Document(document)))
}

fn set(client: &Client, args: &PolicyVersionArgs) -> Result<Shown, Failure> {
    let name = &args.policy.name;
    let change = json!({ "version": args.version });
    let policy = client.put(&path(&["policies", name, "version"]), Some(&change))?;
    let line = format!("version {} of policy {name} counts now", args.version);
    Ok(Shown::done(policy, line))
}
