//! `cairn user`: users of the server's own account, as the console and IAM have them.

use std::process::ExitCode;

use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};

use super::key::State;
use super::person::{self, Person};
use super::policy_limits::{held, limited};
use super::spans::to_the_second;
use super::table::{Fields, Table};
use super::text::{maybe, moment, names, text, yes_or_no};
use super::{People, Shown, account, found, input, key, permissions, run as run_with};
use crate::cli::{
    BoundaryCommand, PermissionCommand, SearchArgs, SecondFactorCommand, TagCommand, UserAddArgs,
    UserCommand, UserMoveArgs, UserNameArgs, UserPasswordArgs, UserRenameArgs,
};
use crate::client::{Client, Failure, path};

/// 32 symbols that are not taken for each other: 120 bits in all.
const SYMBOLS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const SYMBOLS_MADE: usize = 24;

pub(crate) fn run(command: &UserCommand) -> ExitCode {
    match command {
        UserCommand::Add(args) => run_with(&args.user.client, |client| add(client, args)),
        UserCommand::List(args) => run_with(&args.client, |client| list(client, args)),
        UserCommand::Show(args) => run_with(&args.client, |client| show(client, args)),
        UserCommand::Remove(args) => run_with(&args.client, |client| remove(client, args)),
        UserCommand::Rename(args) => run_with(&args.user.client, |client| rename(client, args)),
        UserCommand::Move(args) => run_with(&args.user.client, |client| move_to(client, args)),
        UserCommand::SecondFactor(SecondFactorCommand::Remove(args)) => {
            run_with(&args.client, |client| remove_second_factor(client, args))
        }
        UserCommand::Permission(PermissionCommand::List(args)) => {
            run_with(&args.client, |client| permissions::list(client, args))
        }
        UserCommand::Boundary(command) => match command {
            BoundaryCommand::Set(args) => run_with(&args.user.client, |client| {
                let arn = full_name(client, &args.policy)?;
                bound(client, &args.user.name, &arn)
            }),
            BoundaryCommand::Remove(args) => {
                run_with(&args.client, |client| bound(client, &args.name, ""))
            }
        },
        UserCommand::Disable(args) => switch(args, State::Disabled),
        UserCommand::Enable(args) => switch(args, State::Enabled),
        UserCommand::Tag(TagCommand::Set(args)) => run_with(&args.user.client, |client| {
            retag(client, &args.user.name, tags("tag", &args.tags)?)
        }),
        UserCommand::Tag(TagCommand::Remove(args)) => run_with(&args.user.client, |client| {
            let removed = args.keys.iter().map(|key| (key.clone(), Value::Null));
            retag(client, &args.user.name, Value::Object(removed.collect()))
        }),
        UserCommand::Password(args) => run_with(&args.user.client, |client| password(client, args)),
    }
}

/// The user first, then what it is given: interrupted, it is there with less. A name that is mistyped
/// is found before; where something else cannot be, the user is not left there half made, and in the
/// way of the next try.
fn add(client: &Client, args: &UserAddArgs) -> Result<Shown, Failure> {
    let name = &args.user.name;
    args.key.check()?;
    let boundary = args.boundary.as_deref();
    let boundary = boundary
        .map(|policy| full_name(client, policy))
        .transpose()?;
    let new = json!({
        "name": name,
        "path": args.path,
        "boundary": boundary,
        "tags": tags("--tag", &args.tags)?,
    });
    person::check_there(client, "policies", &args.policies)?;
    person::check_there(client, "groups", &args.groups)?;
    let made = client.post("/users", &new)?;
    let (user, key) = equip(client, args, made).map_err(|failure| {
        match client.delete(&path(&["users", name])) {
            Ok(_) => failure,
            Err(why) => Failure::Left {
                failure: Box::new(failure),
                left: format!(
                    "the user {name} is there, without a key, for it cannot be removed: {why}"
                ),
            },
        }
    })?;
    let fields = Fields::default()
        .with("name", name)
        .with("arn", text(&user, "arn"))
        .maybe(
            "policies",
            Some(policies_of(&user)).filter(|it| !it.is_empty()),
        )
        .maybe(
            "groups",
            Some(names(&user["groups"])).filter(|it| !it.is_empty()),
        );
    let fields = match args.no_key {
        true => fields,
        false => key::made(fields, &key, &args.key),
    };
    let json = json!({ "user": user, "key": key });
    Ok(Shown::new(json, People::Fields(fields)))
}

/// Gives a new user what it is to have: the user as it is then, and its key. Whoever may make one need
/// not be one who may look at it: it is only asked for where it has changed.
fn equip(client: &Client, args: &UserAddArgs, made: Value) -> Result<(Value, Value), Failure> {
    let name = &args.user.name;
    for policy in &args.policies {
        client.put(&path(&["users", name, "attached", policy]), None)?;
    }
    for group in &args.groups {
        client.put(&path(&["groups", group, "members", name]), None)?;
    }
    let user = match args.policies.is_empty() && args.groups.is_empty() {
        true => made,
        false => client.get(&path(&["users", name]))?,
    };
    let key = match args.no_key {
        true => Value::Null,
        false => client.post(&path(&["users", name, "keys"]), &args.key.wanted())?,
    };
    Ok((user, key))
}

fn list(client: &Client, args: &SearchArgs) -> Result<Shown, Failure> {
    let users = found(client, "/users", args)?;
    let head = &[
        "name",
        "state",
        "groups",
        "keys",
        "last login",
        "last key use",
        "created",
    ];
    let table = Table::of(head, &users, |user| {
        vec![
            text(user, "name"),
            State::of(user).word().to_owned(),
            names(&user["groups"]),
            text(user, "keys"),
            moment(user, "last_login"),
            moment(user, "last_key_use"),
            moment(user, "created"),
        ]
    });
    Ok(Shown::list(users, table))
}

fn show(client: &Client, args: &UserNameArgs) -> Result<Shown, Failure> {
    let user = match person::find(client, &args.name)? {
        Person::User(user) => user,
        Person::Account(account) => return Ok(account::shown(account)),
    };
    let keys = client.all(&path(&["users", &args.name, "keys"]))?;
    let ids: Vec<String> = keys.iter().map(|key| text(key, "id")).collect();
    let fields = Fields::default()
        .with("name", text(&user, "name"))
        .with("arn", text(&user, "arn"))
        .with("id", text(&user, "id"))
        .with("created", moment(&user, "created"))
        .with("state", State::of(&user).word())
        .maybe(
            "disabled since",
            maybe(&user, "suspended").map(|at| to_the_second(&at)),
        )
        .with("password", yes_or_no(&user, "has_password"))
        .with("last login", moment(&user, "last_login"))
        .with("second factor", yes_or_no(&user, "second_factor"))
        .with("groups", names(&user["groups"]))
        .with("policies", policies_of(&user))
        .maybe("boundary", maybe(&user, "boundary"))
        .maybe("tags", Some(tagged(&user)).filter(|it| !it.is_empty()))
        .with("keys", ids.join(", "))
        .with("holds", held(&user["usage"]))
        .with("limits", limited(&user["limits"]));
    Ok(Shown::new(user, People::Fields(fields)))
}

/// Attached ones, then those inside of it.
fn policies_of(user: &Value) -> String {
    let both = [names(&user["attached_policies"]), names(&user["policies"])];
    let both: Vec<&str> = both
        .iter()
        .map(String::as_str)
        .filter(|names| !names.is_empty())
        .collect();
    both.join(", ")
}

fn tagged(user: &Value) -> String {
    let tags = user["tags"].as_object().into_iter().flatten();
    let tags: Vec<String> = tags
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    tags.join(", ")
}

fn remove(client: &Client, args: &UserNameArgs) -> Result<Shown, Failure> {
    let name = &args.name;
    let answer = client.delete(&path(&["users", name]));
    let answer = answer.map_err(|failure| {
        let instead = format!("cairn account remove {name}");
        unless_account(client, name, failure, &instead)
    })?;
    Ok(Shown::done(answer, format!("user {name} removed")))
}

/// Accounts stand among users wherever policies name them, but are none.
fn unless_account(client: &Client, name: &str, failure: Failure, instead: &str) -> Failure {
    match person::find(client, name) {
        Ok(Person::Account(_)) => {
            Failure::Local(format!("{name} is an account and no user: {instead}"))
        }
        _ => failure,
    }
}

fn switch(args: &UserNameArgs, state: State) -> ExitCode {
    run_with(&args.client, |client| {
        let name = &args.name;
        let change = json!({ "suspended": state == State::Disabled });
        let user = client.patch(&path(&["users", name]), &change);
        let user = user.map_err(|failure| {
            let instead = format!("cairn key disable {name} KEY switches a key of it off");
            unless_account(client, name, failure, &instead)
        })?;
        let line = match state {
            State::Disabled => {
                format!("user {name} disabled: nobody gets in as it, and its sessions have ended")
            }
            State::Enabled => format!("user {name} enabled"),
        };
        Ok(Shown::done(user, line))
    })
}

fn retag(client: &Client, name: &str, tags: Value) -> Result<Shown, Failure> {
    let user = client.patch(&path(&["users", name]), &json!({ "tags": tags }))?;
    let line = match tagged(&user) {
        none if none.is_empty() => format!("user {name} has no tags now"),
        tags => format!("user {name} has these tags now: {tags}"),
    };
    Ok(Shown::done(user, line))
}

fn rename(client: &Client, args: &UserRenameArgs) -> Result<Shown, Failure> {
    let change = json!({ "name": args.new_name });
    let user = client.patch(&path(&["users", &args.user.name]), &change)?;
    let line = format!("user {} is called {} now", args.user.name, args.new_name);
    Ok(Shown::done(user, line))
}

fn move_to(client: &Client, args: &UserMoveArgs) -> Result<Shown, Failure> {
    let change = json!({ "path": args.path });
    let user = client.patch(&path(&["users", &args.user.name]), &change)?;
    let line = format!("user {} is {} now", args.user.name, text(&user, "arn"));
    Ok(Shown::done(user, line))
}

fn remove_second_factor(client: &Client, args: &UserNameArgs) -> Result<Shown, Failure> {
    let name = &args.name;
    let answer = client.delete(&path(&["users", name, "second-factor"]))?;
    let line = format!("user {name} logs in with its password alone now; its sessions have ended");
    Ok(Shown::done(answer, line))
}

/// An empty name is none.
fn bound(client: &Client, name: &str, boundary: &str) -> Result<Shown, Failure> {
    let change = json!({ "boundary": boundary });
    let user = client.patch(&path(&["users", name]), &change)?;
    let line = match boundary {
        "" => format!("user {name} has no boundary now"),
        arn => format!("user {name} cannot go beyond {arn} now"),
    };
    Ok(Shown::done(user, line))
}

/// Policies go by their names here, and by their full names there.
fn full_name(client: &Client, policy: &str) -> Result<String, Failure> {
    match policy.starts_with("arn:") {
        true => Ok(policy.to_owned()),
        false => Ok(text(&client.get(&path(&["policies", policy]))?, "arn")),
    }
}

fn tags(what: &str, pairs: &[String]) -> Result<Value, Failure> {
    let mut tags = serde_json::Map::new();
    for pair in pairs {
        let (key, value) = pair
            .split_once('=')
            .ok_or_else(|| Failure::Usage(format!("{what} {pair:?}: expected KEY=VALUE")))?;
        tags.insert(key.to_owned(), value.into());
    }
    Ok(Value::Object(tags))
}

fn password(client: &Client, args: &UserPasswordArgs) -> Result<Shown, Failure> {
    let name = &args.user.name;
    // Before anything is asked of whoever types.
    person::find(client, name)?.holder()?;
    // Of an account without a number the interface takes the name here, too.
    let place = path(&["users", name, "password"]);
    if args.remove {
        let answer = client.delete(&place)?;
        return Ok(Shown::done(
            answer,
            format!("user {name} has no password now"),
        ));
    }
    let (password, is_made) = match args.generate {
        true => (made_password()?, true),
        false => (input::password(name)?, false),
    };
    client.put(&place, Some(&json!({ "password": password })))?;
    match is_made {
        true => {
            let fields = Fields::default()
                .with("name", name)
                .with("password", &password);
            let json = json!({ "name": name, "password": password });
            Ok(Shown::new(json, People::Fields(fields)))
        }
        false => Ok(Shown::done(
            Value::Null,
            format!("user {name} has a new password; its sessions have ended"),
        )),
    }
}

fn made_password() -> Result<String, Failure> {
    let mut random = [0u8; SYMBOLS_MADE];
    let filled = SystemRandom::new().fill(&mut random);
    filled.map_err(|_| Failure::Local("the system has no random numbers".to_owned()))?;
    let symbols = random
        .iter()
        .map(|byte| char::from(SYMBOLS[usize::from(*byte) % SYMBOLS.len()]));
    Ok(symbols.collect())
}
