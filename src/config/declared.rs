//! What a file says is to exist: policies, groups, users and accounts with their keys, buckets with
//! their configurations.

mod read;
mod references;
mod tables;
mod versioning;

use identity::model::{Limits, Secret};
use serde_json::Value;

use super::origin::Origin;
pub(super) use read::Reader;
pub(crate) use references::{Reference, Referred};

/// In the order in which they are made: later ones may name earlier ones.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    pub(crate) policies: Vec<Placed<Policy>>,
    pub(crate) groups: Vec<Placed<Group>>,
    pub(crate) accounts: Vec<Placed<Account>>,
    pub(crate) users: Vec<Placed<User>>,
    pub(crate) buckets: Vec<Placed<Bucket>>,
}

/// With the place where it is said.
#[derive(Debug)]
pub(crate) struct Placed<T> {
    pub(crate) origin: Origin,
    pub(crate) it: T,
}

#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) name: String,
    /// None where there is such a policy already, which is only limited.
    pub(crate) document: Option<String>,
    /// None where they stay as they are.
    pub(crate) limits: Option<Limits>,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    /// By name or full name.
    pub(crate) policies: Vec<Placed<String>>,
}

#[derive(Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    /// By name or full name.
    pub(crate) policies: Vec<Placed<String>>,
    pub(crate) groups: Vec<Placed<String>>,
    pub(crate) keys: Vec<Key>,
}

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) number: Option<String>,
    /// By name or full name.
    pub(crate) policies: Vec<Placed<String>>,
    pub(crate) keys: Vec<Key>,
}

#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) access: String,
    pub(crate) secret: Secret,
}

#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) versioning: Option<Versioning>,
    pub(crate) object_lock: bool,
    pub(crate) quota_bytes: Option<u64>,
    pub(crate) quota_objects: Option<u64>,
    /// By kind, in the shape of the admin interface.
    pub(crate) configurations: Vec<Placed<(String, Value)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Versioning {
    Enabled,
    Suspended,
    /// Of a bucket that has never kept versions nothing is changed; one that does is suspended.
    Off,
}

/// The keys of a file under which these are found.
pub(super) const TABLES: [&str; 5] = ["policy", "group", "account", "user", "bucket"];
