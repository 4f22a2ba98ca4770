//! `cairn config`: what counts and where it comes from, and whether a file can be used.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use admin::{SettingOrigin, SettingReload};
use serde_json::{Value, json};

use super::effective::{Chosen, Effective};
use super::environment::of_process;
use super::origin::{Fault, Origin};
use super::setting::{Effect, Kind, Setting, Sight, switch};
use super::variables;
use crate::cli::{ConfigCheckArgs, ConfigCommand, ConfigShowArgs};
use crate::exit;
use crate::manage::table::{NOTHING, Table};
use crate::output::{Tint, say};
use crate::webhook;

const HIDDEN: &str = "(hidden)";

pub(crate) fn run(command: &ConfigCommand) -> ExitCode {
    match command {
        ConfigCommand::Show(args) => show(args),
        ConfigCommand::Check(args) => check(args),
    }
}

/// Tells on standard error what is wrong, one line each.
pub(crate) fn refuse(faults: &[Fault]) -> ExitCode {
    tell("error", faults);
    ExitCode::from(exit::USAGE)
}

fn tell(what: &str, lines: &[impl Display]) {
    for line in lines {
        // If standard error is closed there is nobody to tell.
        let _ = writeln!(io::stderr(), "{what}: {line}");
    }
}

/// Also of a configuration that cannot be used: how else would one find out why.
fn show(args: &ConfigShowArgs) -> ExitCode {
    let effective = Effective::gather(&args.server, &of_process);
    let doubts = doubts(&effective);
    if args.json.wanted {
        say(&as_json(&effective, &doubts));
    } else {
        say(&table(&effective).render(Tint::of_standard_output()));
        tell("warning", &doubts);
    }
    match effective.faults().as_slice() {
        [] => ExitCode::SUCCESS,
        faults => refuse(faults),
    }
}

fn check(args: &ConfigCheckArgs) -> ExitCode {
    let effective = Effective::of_file(&args.file);
    let (faults, mut doubts) = (effective.faults(), doubts(&effective));
    doubts.extend(webhook::unreachable(&effective.named_webhooks()));
    if args.json.wanted {
        let told = json!({
            "file": args.file.to_string_lossy(),
            "faults": texts(&faults),
            "warnings": doubts,
        });
        say(&format!("{told}\n"));
    } else {
        tell("warning", &doubts);
        if faults.is_empty() {
            let but = if doubts.is_empty() {
                ""
            } else {
                " but what is warned of"
            };
            say(&format!(
                "{}: nothing is wrong with it{but}\n",
                args.file.display()
            ));
        }
    }
    match faults.as_slice() {
        [] => ExitCode::SUCCESS,
        _ if args.json.wanted => ExitCode::from(exit::USAGE),
        faults => refuse(faults),
    }
}

/// What may be wrong: with what is configured, and with the environment of this process.
fn doubts(effective: &Effective) -> Vec<String> {
    let unknown = variables::unknown(variables::of_process());
    let unknown = unknown.iter().map(ToString::to_string);
    texts(&effective.doubts())
        .into_iter()
        .chain(unknown)
        .collect()
}

fn texts(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(ToString::to_string).collect()
}

pub(super) fn table(effective: &Effective) -> Table {
    Table::of(&["setting", "value", "from"], &effective.chosen, |chosen| {
        let setting = chosen.setting;
        let value = match setting.sight {
            _ if chosen.values.is_empty() => NOTHING.to_owned(),
            Sight::Secret => HIDDEN.to_owned(),
            Sight::Open => with_unit(setting, &chosen.values.join(" ")),
        };
        vec![setting.name.to_owned(), value, chosen.origin.to_string()]
    })
}

fn with_unit(setting: &Setting, value: &str) -> String {
    match (setting.unit(), value) {
        (Some(unit), "1") => format!("1 {}", unit.strip_suffix('s').unwrap_or(unit)),
        (Some(unit), value) => format!("{value} {unit}"),
        (None, value) => value.to_owned(),
    }
}

fn as_json(effective: &Effective, doubts: &[String]) -> String {
    let settings: Vec<Value> = effective.chosen.iter().map(row).collect();
    let shown = json!({
        "file": effective.file.as_ref().map(|file| file.to_string_lossy()),
        "settings": settings,
        "warnings": doubts,
    });
    format!("{shown}\n")
}

fn row(chosen: &Chosen) -> Value {
    let Chosen {
        setting,
        values,
        origin,
        ..
    } = chosen;
    json!({
        "name": setting.name,
        "value": value(chosen),
        "unit": setting.unit(),
        "set": !values.is_empty(),
        "origin": origin.to_string(),
        "reload": setting.effect == Effect::Reload,
    })
}

impl Effective {
    /// For the admin interface.
    pub(crate) fn for_admin(&self) -> Arc<[admin::Setting]> {
        self.chosen.iter().map(for_admin).collect()
    }
}

fn for_admin(chosen: &Chosen) -> admin::Setting {
    let Chosen {
        setting,
        values,
        origin,
        ..
    } = chosen;
    let (origin, source) = match origin {
        Origin::Default => (SettingOrigin::Default, None),
        Origin::Ephemeral => (SettingOrigin::Ephemeral, Some(origin.to_string())),
        Origin::File(..) => (SettingOrigin::File, Some(origin.to_string())),
        Origin::Environment(name) => (SettingOrigin::Environment, Some(name.clone())),
        Origin::Flag(name) => (SettingOrigin::Flag, Some(name.clone())),
    };
    admin::Setting {
        name: setting.name.to_owned(),
        value: value(chosen),
        is_set: !values.is_empty(),
        origin,
        source,
        secret: setting.sight == Sight::Secret,
        reload: match setting.effect {
            Effect::Reload => SettingReload::Live,
            Effect::Restart => SettingReload::Restart,
        },
        summary: setting.about.to_owned(),
    }
}

/// As it would be written in a file; null if it is unset, or a secret.
fn value(
    Chosen {
        setting, values, ..
    }: &Chosen,
) -> Value {
    if setting.sight == Sight::Secret {
        return Value::Null;
    }
    let one = values.first();
    match setting.kind {
        Kind::List(_) | Kind::Paths(_) => json!(values),
        Kind::Pairs(_) | Kind::PathPairs(_) => {
            let pairs = values.iter().filter_map(|pair| pair.split_once('='));
            Value::Object(
                pairs
                    .map(|(name, value)| (name.to_owned(), json!(value)))
                    .collect(),
            )
        }
        Kind::Switch => json!(one.and_then(|text| switch(text))),
        Kind::Whole { .. } => json!(one.and_then(|text| text.parse::<u64>().ok())),
        Kind::Text | Kind::Path | Kind::Choice(_) => json!(one),
    }
}
