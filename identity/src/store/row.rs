//! Rows of the table, and their encoding.
//!
//! A key is what the row is of, a slash, and its id. A value is one byte that names the layout,
//! then JSON. JSON, because these rows gain fields often and are few: a new field has a default,
//! so the layout stays, and every row is read once, at start.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::model::{
    AccessKey, Account, Group, LastUse, ManagedPolicy, PolicyLimits, PolicyVersion, Provider, Role,
    User,
};

/// The only layout there is so far.
const LAYOUT: u8 = 1;

/// An inline policy.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Inline {
    /// The id of the user, group, role or plain account it is in.
    pub(crate) of: String,
    pub(crate) name: String,
    pub(crate) document: String,
}

/// What there is to remember of the server's own account; the rest is its configuration's.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct ServerAccount {
    /// Twelve digits, found at the first start.
    pub(crate) number: String,
}

/// When a key was last used. A row of its own, so that keys are not written anew.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct KeyUse {
    pub(crate) key: String,
    pub(crate) last: LastUse,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Row {
    Account(Account),
    User(User),
    Group(Group),
    Role(Role),
    Policy(ManagedPolicy),
    Version(PolicyVersion),
    Inline(Inline),
    Key(AccessKey),
    Provider(Provider),
    Server(ServerAccount),
    Used(KeyUse),
    Limits(PolicyLimits),
}

/// Names a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum RowKey {
    Account(String),
    User(String),
    Group(String),
    Role(String),
    Policy(String),
    /// Policy and number.
    Version(String, u32),
    /// Whose it is, and its name.
    Inline(String, String),
    Key(String),
    /// Space, host and path.
    Provider(String, String),
    Server,
    /// By access key.
    Used(String),
    /// By the full name of the policy.
    Limits(String),
}

impl RowKey {
    /// Ids have no zero byte and no slash but a provider's path and a policy's name, which come last.
    pub(crate) fn encode(&self) -> String {
        match self {
            RowKey::Account(id) => format!("account/{id}"),
            RowKey::User(id) => format!("user/{id}"),
            RowKey::Group(id) => format!("group/{id}"),
            RowKey::Role(id) => format!("role/{id}"),
            RowKey::Policy(id) => format!("policy/{id}"),
            RowKey::Version(policy, number) => format!("version/{policy}/{number}"),
            RowKey::Inline(of, name) => format!("inline/{of}\0{name}"),
            RowKey::Key(id) => format!("key/{id}"),
            RowKey::Provider(space, name) => format!("provider/{space}/{name}"),
            RowKey::Server => "server/account".to_owned(),
            RowKey::Used(key) => format!("used/{key}"),
            RowKey::Limits(policy) => format!("limits/{policy}"),
        }
    }
}

impl Row {
    pub(crate) fn key(&self) -> RowKey {
        match self {
            Row::Account(row) => RowKey::Account(row.id.clone()),
            Row::User(row) => RowKey::User(row.id.clone()),
            Row::Group(row) => RowKey::Group(row.id.clone()),
            Row::Role(row) => RowKey::Role(row.id.clone()),
            Row::Policy(row) => RowKey::Policy(row.id.clone()),
            Row::Version(row) => RowKey::Version(row.policy.clone(), row.number),
            Row::Inline(row) => RowKey::Inline(row.of.clone(), row.name.clone()),
            Row::Key(row) => RowKey::Key(row.id.clone()),
            Row::Provider(row) => {
                RowKey::Provider(row.space.clone(), row.host_and_path().to_owned())
            }
            Row::Server(_) => RowKey::Server,
            Row::Used(row) => RowKey::Used(row.key.clone()),
            Row::Limits(row) => RowKey::Limits(row.policy.clone()),
        }
    }

    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        match self {
            Row::Account(row) => encode(row),
            Row::User(row) => encode(row),
            Row::Group(row) => encode(row),
            Row::Role(row) => encode(row),
            Row::Policy(row) => encode(row),
            Row::Version(row) => encode(row),
            Row::Inline(row) => encode(row),
            Row::Key(row) => encode(row),
            Row::Provider(row) => encode(row),
            Row::Server(row) => encode(row),
            Row::Used(row) => encode(row),
            Row::Limits(row) => encode(row),
        }
    }

    /// The row under that key, whose first word says what it is of.
    pub(crate) fn decode(key: &[u8], value: &[u8]) -> Result<Row> {
        let key = String::from_utf8_lossy(key);
        let kind = key.split('/').next().unwrap_or_default();
        let row = match kind {
            "account" => Row::Account(decode(&key, value)?),
            "user" => Row::User(decode(&key, value)?),
            "group" => Row::Group(decode(&key, value)?),
            "role" => Row::Role(decode(&key, value)?),
            "policy" => Row::Policy(decode(&key, value)?),
            "version" => Row::Version(decode(&key, value)?),
            "inline" => Row::Inline(decode(&key, value)?),
            "key" => Row::Key(decode(&key, value)?),
            "provider" => Row::Provider(decode(&key, value)?),
            "server" => Row::Server(decode(&key, value)?),
            "used" => Row::Used(decode(&key, value)?),
            "limits" => Row::Limits(decode(&key, value)?),
            _ => return Err(damaged(&key, "unknown kind of row")),
        };
        match row.key().encode() == key {
            true => Ok(row),
            false => Err(damaged(&key, "the row belongs to another key")),
        }
    }
}

fn encode<T: Serialize>(row: &T) -> Result<Vec<u8>> {
    let mut bytes = vec![LAYOUT];
    match serde_json::to_writer(&mut bytes, row) {
        Ok(()) => Ok(bytes),
        Err(error) => Err(damaged("new", error)),
    }
}

fn decode<T: DeserializeOwned>(key: &str, value: &[u8]) -> Result<T> {
    match value.split_first() {
        Some((&LAYOUT, json)) => serde_json::from_slice(json).map_err(|error| damaged(key, error)),
        Some((layout, _)) => Err(damaged(key, format!("layout {layout} is not known"))),
        None => Err(damaged(key, "empty")),
    }
}

pub(crate) fn damaged(key: &str, detail: impl ToString) -> Error {
    Error::Damaged {
        key: key.to_owned(),
        detail: detail.to_string(),
    }
}

#[cfg(test)]
mod tests;
