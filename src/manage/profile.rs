//! `cairn profile`: whom a token stands for.

use std::process::ExitCode;

use super::policy_limits::{held, limited};
use super::table::Fields;
use super::text::{text, yes_or_no};
use super::{People, Shown, run as run_with};
use crate::cli::ProfileCommand;
use crate::client::{Client, Failure};

pub(crate) fn run(command: &ProfileCommand) -> ExitCode {
    let ProfileCommand::Show(args) = command;
    run_with(args, show)
}

fn show(client: &Client) -> Result<Shown, Failure> {
    let profile = client.get("/profile")?;
    let fields = Fields::default()
        .with("name", text(&profile, "name"))
        .with("arn", text(&profile, "arn"))
        .with("root", yes_or_no(&profile, "is_root"))
        .with("password", yes_or_no(&profile, "has_password"))
        .with("second factor", yes_or_no(&profile, "second_factor"))
        .with("recovery codes", text(&profile, "recovery_codes_left"))
        .with("holds", held(&profile["usage"]))
        .with("limits", limited(&profile["limits"]));
    Ok(Shown::new(profile, People::Fields(fields)))
}
