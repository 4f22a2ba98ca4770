//! `cairn key`: access keys of users and accounts.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::person;
use super::table::{Fields, Table};
use super::text::{maybe, moment, text, yes_or_no};
use super::{People, Shown, input, policy, run as run_with};
use crate::cli::{AccessKeyCommand, GivenKey, KeyAddArgs, KeyHolderArgs, KeyNameArgs};
use crate::client::{Client, Failure, escaped};
use crate::limits::POLICY_FILE_BYTES_MAX;

pub(crate) fn run(command: &AccessKeyCommand) -> ExitCode {
    match command {
        AccessKeyCommand::Add(args) => run_with(&args.user.client, |client| add(client, args)),
        AccessKeyCommand::List(args) => run_with(&args.client, |client| list(client, args)),
        AccessKeyCommand::Disable(args) => switch(args, State::Disabled),
        AccessKeyCommand::Enable(args) => switch(args, State::Enabled),
        AccessKeyCommand::Remove(args) => {
            run_with(&args.user.client, |client| remove(client, args))
        }
    }
}

/// Of a key, and of a user.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Enabled,
    Disabled,
}

impl State {
    /// Of a user, as the interface shows it.
    pub(super) fn of(user: &Value) -> Self {
        match user["suspended"].is_null() {
            true => State::Enabled,
            false => State::Disabled,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            State::Enabled => "enabled",
            State::Disabled => "disabled",
        }
    }
}

fn add(client: &Client, args: &KeyAddArgs) -> Result<Shown, Failure> {
    args.key.check()?;
    let mut wanted = args.key.wanted();
    if let Some(when) = &args.expires {
        wanted["expires"] = input::moment("--expires", when)?.into();
    }
    if let Some(text) = &args.description {
        wanted["description"] = text.clone().into();
    }
    if let Some(file) = &args.policy {
        wanted["restriction"] = input::document(file, POLICY_FILE_BYTES_MAX)?;
    }
    let keys = person::find(client, &args.user.name)?.keys();
    let key = client.post(&keys, &wanted);
    let typed = args.expires.as_deref().unwrap_or_default();
    let mut key = key.map_err(|failure| failure.of_flag("expires", "--expires", typed, ""))?;
    if let Some(document) = wanted.get("restriction") {
        key["warnings"] = policy::odd(client, document)["warnings"].take();
    }
    let fields =
        made(Fields::default(), &key, &args.key).maybe("expires", maybe(&wanted, "expires"));
    Ok(Shown::new(key, People::Fields(fields)))
}

/// A secret that was given is known already; one that was made is shown this once.
pub(super) fn made(fields: Fields, key: &Value, given: &GivenKey) -> Fields {
    let fields = fields.with("access key", text(key, "id"));
    match given.secret_key {
        Some(_) => fields,
        None => fields.with("secret key", text(key, "secret")),
    }
}

fn list(client: &Client, args: &KeyHolderArgs) -> Result<Shown, Failure> {
    let keys = client.all(&person::find(client, &args.name)?.keys())?;
    let head = &[
        "key",
        "state",
        "created",
        "expires",
        "last used",
        "limited",
        "description",
    ];
    let table = Table::of(head, &keys, |key| {
        let state = match key["active"].as_bool() {
            Some(true) => State::Enabled,
            _ => State::Disabled,
        };
        vec![
            text(key, "id"),
            state.word().to_owned(),
            moment(key, "created"),
            moment(key, "expires"),
            moment(key, "last_used"),
            yes_or_no(key, "restricted").to_owned(),
            text(key, "description"),
        ]
    });
    Ok(Shown::list(keys, table))
}

fn switch(args: &KeyNameArgs, state: State) -> ExitCode {
    run_with(&args.user.client, |client| {
        let change = json!({ "active": state == State::Enabled });
        let answer = client.patch(&of(client, args)?, &change)?;
        let line = format!("key {} {}", args.key, state.word());
        Ok(Shown::done(answer, line))
    })
}

fn remove(client: &Client, args: &KeyNameArgs) -> Result<Shown, Failure> {
    let answer = client.delete(&of(client, args)?)?;
    Ok(Shown::done(answer, format!("key {} removed", args.key)))
}

fn of(client: &Client, args: &KeyNameArgs) -> Result<String, Failure> {
    let keys = person::find(client, &args.user.name)?.keys();
    Ok(format!("{keys}/{}", escaped(&args.key)))
}

impl GivenKey {
    /// Both halves of a key are given, and can be one, or none.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match (&self.access_key, &self.secret_key) {
            (None, None) => Ok(()),
            (Some(id), Some(secret)) => identity::check::key(id, secret)
                .map_err(|error| Failure::Usage(format!("--access-key {id:?}: {error}"))),
            _ => Err(Failure::Usage(
                "--access-key and --secret-key (or CAIRN_SECRET_KEY) go together".to_owned(),
            )),
        }
    }

    /// As the interface is asked for it.
    pub(super) fn wanted(&self) -> Value {
        match (&self.access_key, &self.secret_key) {
            (Some(id), Some(secret)) => json!({ "id": id, "secret": secret }),
            _ => json!({}),
        }
    }
}
