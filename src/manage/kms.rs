//! `cairn kms`: the keys of encrypted objects.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::table::{Fields, Table};
use super::text::{moment, number, text};
use super::{People, Shown, run as run_with};
use crate::cli::{KmsCommand, KmsKeyArgs, KmsKeyCommand};
use crate::client::{Client, Failure, path};

pub(crate) fn run(command: &KmsCommand) -> ExitCode {
    let KmsCommand::Key(command) = command;
    match command {
        KmsKeyCommand::Add(args) => run_with(&args.client, |client| add(client, args)),
        KmsKeyCommand::List(args) => run_with(args, list),
        KmsKeyCommand::Show(args) => run_with(&args.client, |client| show(client, args)),
        KmsKeyCommand::Rotate(args) => change(args, "rotate", |key| {
            format!(
                "rotated: version {} wraps from now on",
                number(key, "versions")
            )
        }),
        KmsKeyCommand::Disable(args) => change(args, "disable", |_| {
            "disabled: what it has wrapped cannot be read until it is enabled again".to_owned()
        }),
        KmsKeyCommand::Enable(args) => change(args, "enable", |_| "enabled".to_owned()),
    }
}

fn add(client: &Client, args: &KmsKeyArgs) -> Result<Shown, Failure> {
    let key = client.post("/kms/keys", &json!({ "id": args.id }))?;
    Ok(shown(key))
}

fn list(client: &Client) -> Result<Shown, Failure> {
    let keys = client.all("/kms/keys")?;
    let table = Table::of(&["id", "state", "versions", "created"], &keys, |key| {
        vec![
            text(key, "id"),
            text(key, "state"),
            text(key, "versions"),
            moment(key, "created"),
        ]
    });
    Ok(Shown::list(keys, table))
}

fn show(client: &Client, args: &KmsKeyArgs) -> Result<Shown, Failure> {
    let key = client.get(&path(&["kms", "keys", &args.id]))?;
    Ok(shown(key))
}

fn shown(key: Value) -> Shown {
    let fields = Fields::default()
        .with("id", text(&key, "id"))
        .with("arn", text(&key, "arn"))
        .with("state", text(&key, "state"))
        .with("versions", text(&key, "versions"))
        .with("created", moment(&key, "created"));
    Shown::new(key, People::Fields(fields))
}

fn change(args: &KmsKeyArgs, verb: &str, told: fn(&Value) -> String) -> ExitCode {
    run_with(&args.client, |client| {
        let place = path(&["kms", "keys", &args.id, verb]);
        let key = client.post(&place, &json!({}))?;
        let line = format!("key {} {}", text(&key, "id"), told(&key));
        Ok(Shown::done(key, line))
    })
}
