//! `cairn user permission`: what a user may do, statement by statement.

use serde_json::Value;

use super::Shown;
use super::person;
use super::policy::{one_or_all_but, resources};
use super::table::Table;
use super::text::{maybe, text};
use crate::cli::UserNameArgs;
use crate::client::{Client, Failure, path};

pub(super) fn list(client: &Client, args: &UserNameArgs) -> Result<Shown, Failure> {
    let holder = person::find(client, &args.name)?.holder()?;
    let statements = client.all(&path(&["users", &holder, "permissions"]))?;
    let head = &["effect", "actions", "on", "condition", "from", "policy"];
    let table = Table::of(head, &statements, |statement| {
        let says = &statement["says"];
        vec![
            text(says, "effect"),
            one_or_all_but(says, "actions", "not_actions"),
            resources(says),
            text(says, "condition"),
            from(statement),
            text(statement, "policy"),
        ]
    });
    Ok(Shown::list(statements, table))
}

/// By whom the user has it. What a boundary allows is allowed only where something else does, too.
fn from(statement: &Value) -> String {
    match (statement["source"] == "boundary", maybe(statement, "group")) {
        (true, _) => "boundary".to_owned(),
        (false, Some(group)) => format!("group {group}"),
        (false, None) => "user".to_owned(),
    }
}
