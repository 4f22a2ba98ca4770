//! `cairn token`: service tokens, one's own and those of others.

use std::process::ExitCode;

use serde_json::json;

use super::table::{Fields, Table};
use super::text::{moment, text};
use super::{People, Shown, input, policy, run as run_with};
use crate::cli::{TokenAddArgs, TokenCommand, TokenIdArgs, TokensArgs};
use crate::client::{Client, Failure, escaped, path};
use crate::limits::POLICY_FILE_BYTES_MAX;

pub(crate) fn run(command: &TokenCommand) -> ExitCode {
    match command {
        TokenCommand::Add(args) => run_with(&args.whose.client, |client| add(client, args)),
        TokenCommand::List(args) => run_with(&args.client, |client| list(client, args)),
        TokenCommand::Remove(args) => run_with(&args.whose.client, |client| remove(client, args)),
    }
}

/// Where they are.
fn place(whose: &TokensArgs) -> String {
    match &whose.user {
        Some(user) => path(&["users", user, "tokens"]),
        None => path(&["tokens"]),
    }
}

fn add(client: &Client, args: &TokenAddArgs) -> Result<Shown, Failure> {
    let mut wanted = json!({
        "name": args.name,
        "expires_in": input::seconds_left("--expires", &args.expires)?,
    });
    if let Some(file) = &args.policy {
        wanted["policy"] = input::document(file, POLICY_FILE_BYTES_MAX)?;
    }
    let token = client.post(&place(&args.whose), &wanted);
    let words = "a token is good for a minute at least and 366 days at most";
    let mut token = token
        .map_err(|failure| failure.of_flag("expires_in", "--expires", &args.expires, words))?;
    if let Some(document) = wanted.get("policy") {
        token["warnings"] = policy::odd(client, document)["warnings"].take();
    }
    let fields = Fields::default()
        .with("id", text(&token, "id"))
        .with("name", text(&token, "name"))
        .with("expires", moment(&token, "expires"))
        .with("token", text(&token, "token"));
    Ok(Shown::new(token, People::Fields(fields)))
}

fn list(client: &Client, args: &TokensArgs) -> Result<Shown, Failure> {
    let tokens = client.all(&place(args))?;
    let head = &["id", "name", "created", "expires", "last used", "limited"];
    let table = Table::of(head, &tokens, |token| {
        let is_limited = match token["policy"].is_null() {
            true => "no",
            false => "yes",
        };
        vec![
            text(token, "id"),
            text(token, "name"),
            moment(token, "created"),
            moment(token, "expires"),
            moment(token, "last_used"),
            is_limited.to_owned(),
        ]
    });
    Ok(Shown::list(tokens, table))
}

fn remove(client: &Client, args: &TokenIdArgs) -> Result<Shown, Failure> {
    let place = format!("{}/{}", place(&args.whose), escaped(&args.id));
    let answer = client.delete(&place)?;
    Ok(Shown::done(answer, format!("token {} removed", args.id)))
}
