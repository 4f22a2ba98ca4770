//! `cairn config`: what counts and where it comes from, and whether a file can be used.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use admin::{SettingOrigin, SettingReload};
use serde_json::{Value, json};

use super::effective::{Chosen, Effective, of_process};
use super::origin::{Fault, Origin};
use super::setting::{Effect, Kind, Sight, switch};
use crate::cli::{ConfigCheckArgs, ConfigCommand, ConfigShowArgs};
use crate::exit;
use crate::output::say;
use crate::telemetry::printable::Printable;

const HIDDEN: &str = "(hidden)";

pub(crate) fn run(command: &ConfigCommand) -> ExitCode {
    match command {
        ConfigCommand::Show(args) => show(args),
        ConfigCommand::Check(args) => check(args),
    }
}

/// Tells on standard error what is wrong, one line each.
pub(crate) fn refuse(faults: &[Fault]) -> ExitCode {
    for fault in faults {
        // If standard error is closed there is nobody to tell.
        let _ = writeln!(io::stderr(), "error: {fault}");
    }
    ExitCode::from(exit::USAGE)
}

/// Also of a configuration that cannot be used: how else would one find out why.
fn show(args: &ConfigShowArgs) -> ExitCode {
    let effective = Effective::gather(&args.server, &of_process);
    say(&match args.json.wanted {
        true => as_json(&effective),
        false => as_table(&effective),
    });
    match effective.faults().as_slice() {
        [] => ExitCode::SUCCESS,
        faults => refuse(faults),
    }
}

fn check(args: &ConfigCheckArgs) -> ExitCode {
    let faults = Effective::of_file(&args.file).faults();
    if args.json.wanted {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        say(&format!(
            "{:#}\n",
            json!({ "file": args.file.to_string_lossy(), "faults": faults })
        ));
    } else if faults.is_empty() {
        say(&format!(
            "{}: nothing is wrong with it\n",
            args.file.display()
        ));
    }
    match faults.as_slice() {
        [] => ExitCode::SUCCESS,
        _ if args.json.wanted => ExitCode::from(exit::USAGE),
        faults => refuse(faults),
    }
}

/// Name, value and origin, separated by tabs.
fn as_table(effective: &Effective) -> String {
    let mut text = String::new();
    for Chosen {
        setting,
        values,
        origin,
    } in &effective.chosen
    {
        let value = match setting.sight {
            _ if values.is_empty() => "-".to_owned(),
            Sight::Secret => HIDDEN.to_owned(),
            Sight::Open => Printable(&values.join(" ")).to_string(),
        };
        text.push_str(&format!("{}\t{value}\t{origin}\n", setting.name));
    }
    text
}

fn as_json(effective: &Effective) -> String {
    let settings: Vec<Value> = effective.chosen.iter().map(row).collect();
    format!(
        "{:#}\n",
        json!({
            "file": effective.file.as_ref().map(|file| file.to_string_lossy()),
            "settings": settings,
        })
    )
}

fn row(chosen: &Chosen) -> Value {
    let Chosen {
        setting,
        values,
        origin,
    } = chosen;
    json!({
        "name": setting.name,
        "value": value(chosen),
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
