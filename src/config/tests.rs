use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use clap::Parser;

use super::*;
use crate::cli::{Cli, Command, ServerArgs};

mod declared;
mod document;
mod doubts;
mod layers;
mod shown;
mod values;

fn server_args(flags: &[&str]) -> ServerArgs {
    let typed = ["cairn", "server"].iter().chain(flags);
    match Cli::try_parse_from(typed).unwrap().command {
        Command::Server(args) => args,
        other => panic!("not a server: {other:?}"),
    }
}

/// With these flags and variables, and nothing else of this machine.
fn gather(flags: &[&str], variables: &[(&str, &str)]) -> Effective {
    let environment = |name: &str| {
        let mut variables = variables.iter();
        let found = variables.find(|(known, _)| *known == name);
        found.map(|(_, value)| OsString::from(value))
    };
    Effective::gather(&server_args(flags), &environment)
}

fn check(flags: &[&str]) -> Result<ServerConfig, Vec<Fault>> {
    let data = ["--data", "d"].iter().chain(flags).copied();
    gather(&data.collect::<Vec<_>>(), &[]).check()
}

fn config(flags: &[&str]) -> ServerConfig {
    check(flags).unwrap()
}

/// The one thing that is wrong.
fn fault(checked: Result<ServerConfig, Vec<Fault>>) -> String {
    let faults = checked.expect_err("something is wrong");
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].to_string()
}

/// A file of its own, for its owner alone.
fn file(folder: &Path, text: &str) -> String {
    let path = folder.join("settings.toml");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn value(effective: &Effective, name: &str) -> (String, String) {
    let chosen = effective.named(name).unwrap();
    (chosen.values.join(" "), chosen.origin.to_string())
}
