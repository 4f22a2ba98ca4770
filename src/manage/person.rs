//! Whom a name means. Users are found first, then accounts, as at a login.

use serde_json::Value;

use super::text::{maybe, text};
use crate::client::{Client, Failure, path};

pub(crate) enum Person {
    /// As the interface shows it.
    User(Value),
    Account(Value),
}

pub(crate) fn find(client: &Client, name: &str) -> Result<Person, Failure> {
    let unknown = match client.get(&path(&["users", name])) {
        Ok(user) => return Ok(Person::User(user)),
        Err(failure) if failure.is_code("NoSuchEntity") => failure,
        Err(failure) => return Err(failure),
    };
    // Who may not look at accounts is told of users only.
    match client.get(&path(&["accounts", name])) {
        Ok(account) => Ok(Person::Account(account)),
        Err(_) => Err(unknown),
    }
}

/// Fails where one of these places of the interface is not there: before a command of several steps
/// has done the first. Who may not look at one hears of it from the step itself.
pub(super) fn check_there<'a>(
    client: &Client,
    kind: &str,
    names: impl IntoIterator<Item = &'a String>,
) -> Result<(), Failure> {
    let mut looked = names
        .into_iter()
        .map(|name| client.get(&path(&[kind, name])));
    let missing = looked.find_map(|found| found.err().filter(|it| it.is_code("NoSuchEntity")));
    missing.map_or(Ok(()), Err)
}

impl Person {
    /// Where its access keys are.
    pub(crate) fn keys(&self) -> String {
        match self {
            Person::User(user) => path(&["users", &text(user, "name"), "keys"]),
            Person::Account(account) => path(&["accounts", &text(account, "name"), "keys"]),
        }
    }

    /// What policies are given to it by: an account without a number is a user by its id.
    pub(crate) fn holder(&self) -> Result<String, Failure> {
        match self {
            Person::User(user) => Ok(text(user, "name")),
            Person::Account(account) if maybe(account, "number").is_none() => {
                Ok(text(account, "id"))
            }
            Person::Account(account) => Err(Failure::Local(format!(
                "{:?} is an account with a number, whose root may do everything in it: policies \
                 are given to its users",
                text(account, "name")
            ))),
        }
    }
}
