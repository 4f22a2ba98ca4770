//! `cairn policy holder`: who has a managed policy.

use std::process::ExitCode;

use super::table::Table;
use super::text::text;
use super::{Shown, run as run_with};
use crate::cli::{ManagedPolicyArgs, PolicyHolderCommand};
use crate::client::{Client, Failure, path};

pub(super) fn run(command: &PolicyHolderCommand) -> ExitCode {
    let PolicyHolderCommand::List(args) = command;
    run_with(&args.client, |client| list(client, args))
}

fn list(client: &Client, args: &ManagedPolicyArgs) -> Result<Shown, Failure> {
    let holders = client.all(&path(&["policies", &args.name, "uses"]))?;
    let head = &["kind", "name", "how"];
    let table = Table::of(head, &holders, |holder| {
        ["kind", "name", "how"]
            .map(|field| text(holder, field))
            .to_vec()
    });
    Ok(Shown::list(holders, table))
}
