//! `cairn policy`: managed policies, policies inside of users and groups, and what they decide.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::person;
use super::table::Table;
use super::text::{maybe, names, text};
use super::{
    People, Shown, found, input, policy_holders, policy_limits, policy_versions, run as run_with,
};
use crate::cli::{
    InsideArgs, PolicyAddArgs, PolicyCommand, PolicyHoldersArgs, PolicyListArgs, PolicyNameArgs,
    PolicySetArgs, PolicyTestArgs,
};
use crate::client::{Client, Failure, path};
use crate::exit;
use crate::limits::POLICY_FILE_BYTES_MAX;

pub(crate) fn run(command: &PolicyCommand) -> ExitCode {
    match command {
        PolicyCommand::Add(args) => run_with(&args.policy.client, |client| add(client, args)),
        PolicyCommand::List(args) => run_with(&args.found.client, |client| list(client, args)),
        PolicyCommand::Show(args) => run_with(&args.client, |client| show(client, args)),
        PolicyCommand::Set(args) => run_with(&args.policy.client, |client| set(client, args)),
        PolicyCommand::Remove(args) => run_with(&args.client, |client| remove(client, args)),
        PolicyCommand::Attach(args) => run_with(&args.client, |client| attach(client, args)),
        PolicyCommand::Detach(args) => run_with(&args.client, |client| detach(client, args)),
        PolicyCommand::Holder(command) => policy_holders::run(command),
        PolicyCommand::Version(command) => policy_versions::run(command),
        PolicyCommand::Limits(command) => policy_limits::run(command),
        PolicyCommand::Test(args) => run_with(&args.client, |client| test(client, args)),
    }
}

/// Where the policies inside of somebody are, if not a managed one is meant.
fn inside(client: &Client, args: &InsideArgs) -> Result<Option<String>, Failure> {
    match (&args.user, &args.group) {
        (Some(user), _) => {
            let holder = person::find(client, user)?.holder()?;
            Ok(Some(path(&["users", &holder])))
        }
        (None, Some(group)) => Ok(Some(path(&["groups", group]))),
        (None, None) => Ok(None),
    }
}

/// The place of a policy inside of somebody.
fn place_inside(client: &Client, args: &PolicyNameArgs) -> Result<Option<String>, Failure> {
    let holder = inside(client, &args.inside)?;
    Ok(holder.map(|holder| format!("{holder}{}", path(&["policies", &args.name]))))
}

fn add(client: &Client, args: &PolicyAddArgs) -> Result<Shown, Failure> {
    let document = input::document(&args.file, POLICY_FILE_BYTES_MAX)?;
    let name = &args.policy.name;
    let line = format!("policy {name} made");
    if let Some(place) = place_inside(client, &args.policy)? {
        // One that is there is not lost by a mistyped name.
        return match client.get(&place) {
            Ok(_) => Err(Failure::Local(format!(
                "there is a policy {name} already: give it another document with policy set"
            ))),
            Err(failure) if failure.is_code("NoSuchEntity") => {
                client.put(&place, Some(&document))?;
                Ok(Shown::done(odd(client, &document), line))
            }
            Err(failure) => Err(failure),
        };
    }
    let new = json!({ "name": name, "description": args.description, "document": document });
    Ok(Shown::done(client.post("/policies", &new)?, line))
}

fn set(client: &Client, args: &PolicySetArgs) -> Result<Shown, Failure> {
    let document = input::document(&args.file, POLICY_FILE_BYTES_MAX)?;
    let name = &args.policy.name;
    let line = format!("policy {name} has another document");
    if let Some(place) = place_inside(client, &args.policy)? {
        client.get(&place)?;
        client.put(&place, Some(&document))?;
        return Ok(Shown::done(odd(client, &document), line));
    }
    let change = json!({ "document": document });
    let policy = client.put(&path(&["policies", name]), Some(&change))?;
    Ok(Shown::done(policy, line))
}

/// What is odd about a policy whose own answer has no room for it: `warnings`. The policy is there
/// already: that this cannot be said is no failure of it.
pub(super) fn odd(client: &Client, document: &Value) -> Value {
    let asked = json!({ "document": document });
    client.post("/policy-check", &asked).unwrap_or_default()
}

fn list(client: &Client, args: &PolicyListArgs) -> Result<Shown, Failure> {
    if let Some(holder) = inside(client, &args.inside)? {
        let holder = client.get(&holder)?;
        return Ok(of_holder(&holder));
    }
    let policies = found(client, "/policies", &args.found)?;
    let head = &["name", "ready-made", "attached", "updated", "description"];
    let table = Table::of(head, &policies, |policy| {
        vec![
            text(policy, "name"),
            super::text::yes_or_no(policy, "is_ready_made").to_owned(),
            text(policy, "attachments"),
            // One that comes with the server is of no day.
            match policy["is_ready_made"] == true {
                true => String::new(),
                false => text(policy, "updated"),
            },
            text(policy, "description"),
        ]
    });
    Ok(Shown::list(policies, table))
}

/// Attached ones by their full names, and those inside.
fn of_holder(holder: &Value) -> Shown {
    let mut table = Table::new(&["name", "kind", "arn"]);
    let attached = holder["attached_policies"].as_array().into_iter().flatten();
    for policy in attached {
        let kind = "attached".to_owned();
        table.push(vec![text(policy, "name"), kind, text(policy, "arn")]);
    }
    for name in holder["policies"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap_or_default().to_owned();
        table.push(vec![name, "inside".to_owned(), String::new()]);
    }
    let json = json!({
        "attached_policies": holder["attached_policies"],
        "policies": holder["policies"],
    });
    Shown::new(json, People::Table(table))
}

fn show(client: &Client, args: &PolicyNameArgs) -> Result<Shown, Failure> {
    if let Some(place) = place_inside(client, args)? {
        let document = client.get(&place)?;
        return Ok(Shown::new(document.clone(), People::Document(document)));
    }
    let policy = client.get(&path(&["policies", &args.name]))?;
    let document = policy["document"].clone();
    Ok(Shown::new(policy, People::Document(document)))
}

fn remove(client: &Client, args: &PolicyNameArgs) -> Result<Shown, Failure> {
    let place = place_inside(client, args)?;
    let place = place.unwrap_or_else(|| path(&["policies", &args.name]));
    let answer = client.delete(&place)?;
    Ok(Shown::done(answer, format!("policy {} removed", args.name)))
}

/// Where the policy stands, attached to each of those that are named.
fn attachments(client: &Client, args: &PolicyHoldersArgs) -> Result<Vec<String>, Failure> {
    let mut places = Vec::new();
    for user in &args.users {
        let holder = person::find(client, user)?.holder()?;
        places.push(path(&["users", &holder, "attached", &args.name]));
    }
    for group in &args.groups {
        places.push(path(&["groups", group, "attached", &args.name]));
    }
    Ok(places)
}

fn attach(client: &Client, args: &PolicyHoldersArgs) -> Result<Shown, Failure> {
    for place in attachments(client, args)? {
        client.put(&place, None)?;
    }
    let line = format!("policy {} attached to {}", args.name, whom(args));
    Ok(Shown::done(Value::Null, line))
}

fn detach(client: &Client, args: &PolicyHoldersArgs) -> Result<Shown, Failure> {
    person::check_there(client, "policies", [&args.name])?;
    person::check_there(client, "groups", &args.groups)?;
    let whose = args.users.iter().chain(&args.groups);
    for (place, holder) in attachments(client, args)?.iter().zip(whose) {
        client.delete(place).map_err(|failure| match failure {
            absent if absent.is_code("NoSuchEntity") => Failure::Local(format!(
                "policy {name} is not attached to {holder}: cairn policy holder list {name} shows \
                 to whom it is",
                name = args.name
            )),
            other => other,
        })?;
    }
    let line = format!("policy {} detached from {}", args.name, whom(args));
    Ok(Shown::done(Value::Null, line))
}

fn whom(args: &PolicyHoldersArgs) -> String {
    names(&json!(
        [args.users.as_slice(), args.groups.as_slice()].concat()
    ))
}

fn test(client: &Client, args: &PolicyTestArgs) -> Result<Shown, Failure> {
    let mut context = serde_json::Map::new();
    for pair in &args.context {
        let (key, value) = pair
            .split_once('=')
            .ok_or_else(|| Failure::Usage(format!("--context {pair:?}: expected KEY=VALUE")))?;
        let values = context.entry(key).or_insert_with(|| json!([]));
        if let Some(values) = values.as_array_mut() {
            values.push(value.into());
        }
    }
    let resources = args.resources.iter().map(|text| resource(text));
    let question = json!({
        "principal": principal(client, &args.who)?,
        "actions": args.actions,
        "resources": resources.collect::<Vec<_>>(),
        "context": context,
    });
    let answer = client.post("/simulate", &question)?;
    let verdicts = answer["items"].as_array().cloned().unwrap_or_default();
    let head = &["action", "on", "decision", "because of"];
    let table = Table::of(head, &verdicts, |verdict| {
        vec![
            text(verdict, "action"),
            // Asked about none, the statements say on what.
            maybe(verdict, "resource").unwrap_or_else(|| "any".to_owned()),
            text(verdict, "decision").replace('_', " "),
            because(verdict),
        ]
    });
    let is_allowed = |verdict: &Value| verdict["decision"] == "allowed";
    let code = match !verdicts.is_empty() && verdicts.iter().all(is_allowed) {
        true => exit::FINE,
        false => exit::PROBLEMS,
    };
    Ok(Shown::new(answer, People::Table(table)).with_code(code))
}

fn principal(client: &Client, who: &str) -> Result<String, Failure> {
    match who.starts_with("arn:") {
        true => Ok(who.to_owned()),
        false => person::find(client, who)?.holder(),
    }
}

/// A bucket or an object by its short name is one of S3.
fn resource(text: &str) -> String {
    match text.starts_with("arn:") || text == "*" {
        true => text.to_owned(),
        false => format!("arn:aws:s3:::{text}"),
    }
}

/// `photos/*`; those of S3 by their short names.
pub(super) fn resources(says: &Value) -> String {
    one_or_all_but(says, "resources", "not_resources").replace("arn:aws:s3:::", "")
}

/// What a statement names, or all but what it excepts.
pub(super) fn one_or_all_but(says: &Value, named: &str, excepted: &str) -> String {
    match names(&says[named]) {
        none if none.is_empty() => format!("all but {}", names(&says[excepted])),
        named => named,
    }
}

/// `allows on photos/*`
fn said(says: &Value) -> String {
    let verb = match text(says, "effect").as_str() {
        "deny" => "denies",
        _ => "allows",
    };
    let what = resources(says);
    let condition = match (says["condition"].is_null(), says["condition_fails"] == true) {
        (true, _) => "",
        (false, true) => " under a condition that is not met",
        (false, false) => " under a condition",
    };
    format!("{verb} on {what}{condition}")
}

/// The statements it rests on, each with its policy and where in it.
fn because(verdict: &Value) -> String {
    let statements = verdict["statements"].as_array().into_iter().flatten();
    let mut reasons: Vec<String> = statements
        .map(|statement| {
            let policy = match text(statement, "policy") {
                none if none.is_empty() => text(statement, "source"),
                bucket if statement["source"] == "resource" => {
                    let name = bucket.trim_start_matches("arn:aws:s3:::");
                    format!("policy of bucket {name}")
                }
                boundary if statement["source"] == "boundary" => format!("boundary {boundary}"),
                policy => policy,
            };
            let place = match (text(statement, "sid"), statement["from"]["line"].as_u64()) {
                (sid, _) if !sid.is_empty() => format!(" {sid}"),
                (_, Some(line)) => format!(" line {line}"),
                (_, None) => String::new(),
            };
            match &statement["says"] {
                Value::Null => format!("{policy}{place}"),
                says => format!("{policy}{place} {}", said(says)),
            }
        })
        .collect();
    let further = match verdict["ground"].as_str() {
        Some("public_access_block") => Some("the bucket's public access block shuts it"),
        Some("suspended") => Some("the user is suspended"),
        Some("acl") => Some("an access control list"),
        Some("acl_to_account") => Some("a list grants it to the account, no policy to the user"),
        Some(_) => None,
        // Other services have nothing beside policies.
        None if verdict["scope"] == "statements" => None,
        None if !text(verdict, "resource").starts_with("arn:aws:s3:::") => None,
        None => Some("the bucket not asked"),
    };
    reasons.extend(further.map(str::to_owned));
    let missing = names(&verdict["missing_context"]);
    if !missing.is_empty() {
        reasons.push(format!("not given: {missing}"));
    }
    match reasons.is_empty() {
        true => "no statement".to_owned(),
        false => reasons.join("; "),
    }
}
