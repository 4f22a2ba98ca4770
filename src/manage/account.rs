//! `cairn account`: who buckets belong to.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::table::{Fields, Table};
use super::text::{maybe, moment, text};
use super::{People, Shown, found, key, run as run_with};
use crate::cli::{AccountAddArgs, AccountCommand, AccountNameArgs, SearchArgs};
use crate::client::{Client, Failure, path};

pub(crate) fn run(command: &AccountCommand) -> ExitCode {
    match command {
        AccountCommand::Add(args) => run_with(&args.account.client, |client| add(client, args)),
        AccountCommand::List(args) => run_with(&args.client, |client| list(client, args)),
        AccountCommand::Show(args) => run_with(&args.client, |client| {
            Ok(shown(client.get(&path(&["accounts", &args.name]))?))
        }),
        AccountCommand::Remove(args) => run_with(&args.client, |client| remove(client, args)),
    }
}

fn add(client: &Client, args: &AccountAddArgs) -> Result<Shown, Failure> {
    args.key.check()?;
    let new = json!({
        "name": args.account.name,
        "id": args.id,
        "number": args.number,
        "display_name": args.display_name,
        "email": args.email,
        "access_key": args.key.access_key,
        "secret_key": args.key.secret_key,
    });
    let account = client.post("/accounts", &new)?;
    let fields = key::made(fields(&account), &account["key"], &args.key);
    Ok(Shown::new(account, People::Fields(fields)))
}

fn list(client: &Client, args: &SearchArgs) -> Result<Shown, Failure> {
    let accounts = found(client, "/accounts", args)?;
    let head = &["name", "id", "number", "display name", "email"];
    let table = Table::of(head, &accounts, |account| {
        ["name", "id", "number", "display_name", "email"]
            .map(|field| text(account, field))
            .to_vec()
    });
    Ok(Shown::list(accounts, table))
}

pub(super) fn shown(account: Value) -> Shown {
    let fields = fields(&account);
    Shown::new(account, People::Fields(fields))
}

fn fields(account: &Value) -> Fields {
    Fields::default()
        .with("name", text(account, "name"))
        .with("id", text(account, "id"))
        .maybe("number", maybe(account, "number"))
        .with("arn", text(account, "arn"))
        .with("display name", text(account, "display_name"))
        .maybe("email", maybe(account, "email"))
        .with("created", moment(account, "created"))
}

fn remove(client: &Client, args: &AccountNameArgs) -> Result<Shown, Failure> {
    let answer = client.delete(&path(&["accounts", &args.name]))?;
    let line = format!("account {} removed; its buckets stay", args.name);
    Ok(Shown::done(answer, line))
}
