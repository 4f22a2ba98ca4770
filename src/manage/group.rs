//! `cairn group`: users that have policies in common.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::person::check_there;
use super::table::{Fields, Table};
use super::text::{moment, names, text};
use super::{People, Shown, found, run as run_with};
use crate::cli::{GroupAddArgs, GroupCommand, GroupNameArgs, MembersArgs, SearchArgs};
use crate::client::{Client, Failure, path};

pub(crate) fn run(command: &GroupCommand) -> ExitCode {
    match command {
        GroupCommand::Add(args) => run_with(&args.group.client, |client| add(client, args)),
        GroupCommand::List(args) => run_with(&args.client, |client| list(client, args)),
        GroupCommand::Show(args) => run_with(&args.client, |client| {
            Ok(shown(client.get(&path(&["groups", &args.name]))?))
        }),
        GroupCommand::Remove(args) => run_with(&args.client, |client| remove(client, args)),
        GroupCommand::Rename(args) => run_with(&args.group.client, |client| {
            let (name, new_name) = (&args.group.name, &args.new_name);
            let group = client.patch(&path(&["groups", name]), &json!({ "name": new_name }))?;
            Ok(Shown::done(
                group,
                format!("group {name} is called {new_name} now"),
            ))
        }),
        GroupCommand::Move(args) => run_with(&args.group.client, |client| {
            let name = &args.group.name;
            let group = client.patch(&path(&["groups", name]), &json!({ "path": args.path }))?;
            let line = format!("group {name} is {} now", text(&group, "arn"));
            Ok(Shown::done(group, line))
        }),
        GroupCommand::Join(args) => run_with(&args.group.client, |client| join(client, args)),
        GroupCommand::Leave(args) => run_with(&args.group.client, |client| leave(client, args)),
    }
}

fn add(client: &Client, args: &GroupAddArgs) -> Result<Shown, Failure> {
    let name = &args.group.name;
    let new = json!({ "name": name, "path": args.path });
    check_there(client, "policies", &args.policies)?;
    let mut group = client.post("/groups", &new)?;
    for policy in &args.policies {
        client.put(&path(&["groups", name, "attached", policy]), None)?;
    }
    if !args.policies.is_empty() {
        group = client.get(&path(&["groups", name]))?;
    }
    Ok(shown(group))
}

fn list(client: &Client, args: &SearchArgs) -> Result<Shown, Failure> {
    let groups = found(client, "/groups", args)?;
    let table = Table::of(&["name", "id", "created", "arn"], &groups, |group| {
        vec![
            text(group, "name"),
            text(group, "id"),
            moment(group, "created"),
            text(group, "arn"),
        ]
    });
    Ok(Shown::list(groups, table))
}

fn shown(group: Value) -> Shown {
    let fields = Fields::default()
        .with("name", text(&group, "name"))
        .with("arn", text(&group, "arn"))
        .with("id", text(&group, "id"))
        .with("created", moment(&group, "created"))
        .with("members", names(&group["members"]))
        .with("attached", names(&group["attached_policies"]))
        .with("policies inside", names(&group["policies"]));
    Shown::new(group, People::Fields(fields))
}

fn remove(client: &Client, args: &GroupNameArgs) -> Result<Shown, Failure> {
    let answer = client.delete(&path(&["groups", &args.name]))?;
    Ok(Shown::done(answer, format!("group {} removed", args.name)))
}

fn join(client: &Client, args: &MembersArgs) -> Result<Shown, Failure> {
    let group = &args.group.name;
    check_there(client, "users", &args.users)?;
    for user in &args.users {
        client.put(&path(&["groups", group, "members", user]), None)?;
    }
    members(client, group)
}

fn leave(client: &Client, args: &MembersArgs) -> Result<Shown, Failure> {
    let group = &args.group.name;
    check_there(client, "users", &args.users)?;
    for user in &args.users {
        client.delete(&path(&["groups", group, "members", user]))?;
    }
    members(client, group)
}

fn members(client: &Client, group: &str) -> Result<Shown, Failure> {
    let answer = client.get(&path(&["groups", group]))?;
    let members = match names(&answer["members"]) {
        nobody if nobody.is_empty() => "nobody is in it now".to_owned(),
        members => format!("in it now: {members}"),
    };
    Ok(Shown::done(answer, format!("group {group}: {members}")))
}
