//! `cairn setting`: what a server runs with, as it says itself.

use std::process::ExitCode;

use serde_json::Value;

use super::table::{Fields, Table};
use super::text::{maybe, names, text};
use super::{People, Shown, run as run_with};
use crate::cli::{SettingCommand, SettingNameArgs};
use crate::client::{Client, Failure};

const PLACE: &str = "/server/settings";

pub(crate) fn run(command: &SettingCommand) -> ExitCode {
    match command {
        SettingCommand::List(args) => run_with(args, list),
        SettingCommand::Show(args) => run_with(&args.client, |client| show(client, args)),
    }
}

fn list(client: &Client) -> Result<Shown, Failure> {
    let settings = client.all(PLACE)?;
    let head = &["name", "value", "from", "changed by"];
    let table = Table::of(head, &settings, |setting| {
        vec![
            text(setting, "name"),
            value(setting),
            from(setting),
            changed_by(setting),
        ]
    });
    Ok(Shown::list(settings, table))
}

fn show(client: &Client, args: &SettingNameArgs) -> Result<Shown, Failure> {
    let settings = client.all(PLACE)?;
    let found = settings.into_iter().find(|it| it["name"] == *args.name);
    let Some(setting) = found else {
        return Err(Failure::Usage(format!(
            "there is no setting {:?}: cairn setting list shows them all",
            args.name
        )));
    };
    let fields = Fields::default()
        .with("name", text(&setting, "name"))
        .with("value", value(&setting))
        .with("from", from(&setting))
        .with("changed by", changed_by(&setting))
        .with("is", text(&setting, "summary"));
    Ok(Shown::new(setting, People::Fields(fields)))
}

fn value(setting: &Value) -> String {
    match &setting["value"] {
        Value::Null if setting["is_set"] == true => "a secret, which is shown nowhere".to_owned(),
        list @ Value::Array(_) => names(list),
        _ => text(setting, "value"),
    }
}

/// The file and line, variable or flag; else what kind of place.
fn from(setting: &Value) -> String {
    maybe(setting, "source").unwrap_or_else(|| text(setting, "origin"))
}

fn changed_by(setting: &Value) -> String {
    match setting["reload"].as_str() {
        Some("live") => "reload".to_owned(),
        _ => "restart".to_owned(),
    }
}
