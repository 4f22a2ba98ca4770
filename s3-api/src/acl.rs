//! Access control lists: who was granted what on one bucket or object.
//!
//! A list without a row of its own is the usual one: the owner may do everything. Stored are
//! grants alone, one a line; the owner is known from the bucket or version the list belongs to.

mod canned;
mod document;
mod headers;

use crate::limits::GRANTS_MAX;
use crate::op::Right;
use std::fmt;
use storage_engine::row::VersionRow;

pub(crate) use canned::Canned;
pub(crate) use document::{parse_document, write_account, write_document};
pub(crate) use headers::{Given, given};

/// The kind of the document that is a bucket's list.
pub(crate) const KIND: &str = "acl";

/// The attribute that is an object's list. No header has such a name, so none can set it and none
/// shows it.
pub(crate) const ATTRIBUTE: &str = ":acl";

/// The grants of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Acl {
    pub(crate) grants: Vec<Grant>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) grantee: Grantee,
    pub(crate) permission: Permission,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Grantee {
    /// An account, by its canonical id.
    Account(String),
    Group(Group),
}

/// The groups Amazon has made for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Everybody,
    Authenticated,
    LogDelivery,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    FullControl,
    Read,
    Write,
    ReadAcl,
    WriteAcl,
}

/// Who asks, as far as lists are concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asking<'a> {
    Anybody,
    Account(&'a str),
}

impl Acl {
    /// The list that says what everybody assumes: the owner may do everything.
    pub(crate) fn private(owner: &str) -> Self {
        Self {
            grants: vec![Grant::new(owner, Permission::FullControl)],
        }
    }

    /// The stored list, or the usual one where none is stored or it cannot be read.
    pub(crate) fn stored_or_private(stored: Option<&[u8]>, owner: &str) -> Self {
        let Some(stored) = stored else {
            return Self::private(owner);
        };
        Self::parse(stored).unwrap_or_else(|| {
            tracing::error!("a stored access control list cannot be read");
            Self::private(owner)
        })
    }

    /// The list of a version.
    pub(crate) fn of_object(row: &VersionRow) -> Self {
        let attributes = row.detail.iter().flat_map(|detail| &detail.attributes);
        let mut stored = attributes.filter(|attribute| attribute.name == ATTRIBUTE);
        let stored = stored.next().map(|attribute| attribute.value.as_slice());
        Self::stored_or_private(stored, &row.summary.owner)
    }

    /// Whether it has only what a list that was never changed has.
    pub(crate) fn is_private(&self, owner: &str) -> bool {
        *self == Self::private(owner)
    }

    pub(crate) fn allows(&self, asking: Asking<'_>, right: Right) -> bool {
        let wanted = Permission::of(right);
        self.grants.iter().any(|grant| {
            grant.grantee.includes(asking)
                && (grant.permission == wanted || grant.permission == Permission::FullControl)
        })
    }

    /// Whether strangers are granted anything.
    pub(crate) fn is_public(&self) -> bool {
        let strangers = [Group::Everybody, Group::Authenticated].map(Grantee::Group);
        let mut grants = self.grants.iter();
        grants.any(|grant| strangers.contains(&grant.grantee))
    }

    /// The list without what it grants to strangers.
    pub(crate) fn without_public(mut self) -> Self {
        let strangers = [Group::Everybody, Group::Authenticated].map(Grantee::Group);
        self.grants
            .retain(|grant| !strangers.contains(&grant.grantee));
        self
    }

    /// The stored form: `PERMISSION grantee`, a grant a line, behind a line that is empty: a list
    /// without a grant is something, too.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let lines = self.grants.iter().map(|grant| format!("\n{grant}"));
        lines
            .fold(String::from("\n"), |text, line| text + &line)
            .into_bytes()
    }

    fn parse(stored: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(stored).ok()?;
        let lines = text.split('\n').filter(|line| !line.is_empty());
        let grants: Option<Vec<_>> = lines.take(GRANTS_MAX).map(Grant::parse).collect();
        grants.map(|grants| Self { grants })
    }
}

impl Grant {
    pub(crate) fn new(account: &str, permission: Permission) -> Self {
        Self {
            grantee: Grantee::Account(account.to_owned()),
            permission,
        }
    }

    fn parse(line: &str) -> Option<Self> {
        let (permission, grantee) = line.split_once(' ')?;
        let grantee = match grantee.strip_prefix("id ") {
            Some(id) => Grantee::Account(id.to_owned()),
            None => Grantee::Group(Group::parse_name(grantee)?),
        };
        Some(Self {
            grantee,
            permission: Permission::parse(permission)?,
        })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let permission = self.permission.name();
        match &self.grantee {
            Grantee::Account(id) => write!(f, "{permission} id {id}"),
            Grantee::Group(group) => write!(f, "{permission} {}", group.name()),
        }
    }
}

impl Grantee {
    fn includes(&self, asking: Asking<'_>) -> bool {
        match (self, asking) {
            (Grantee::Group(Group::Everybody), _) => true,
            (Grantee::Group(Group::Authenticated), Asking::Account(_)) => true,
            (Grantee::Account(id), Asking::Account(asking)) => id == asking,
            _ => false,
        }
    }
}

impl Group {
    const ALL: [Group; 3] = [Group::Everybody, Group::Authenticated, Group::LogDelivery];

    pub(crate) fn uri(self) -> &'static str {
        match self {
            Group::Everybody => "http://acs.amazonaws.com/groups/global/AllUsers",
            Group::Authenticated => "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
            Group::LogDelivery => "http://acs.amazonaws.com/groups/s3/LogDelivery",
        }
    }

    pub(crate) fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.uri() == uri)
    }

    fn name(self) -> &'static str {
        match self {
            Group::Everybody => "everybody",
            Group::Authenticated => "authenticated",
            Group::LogDelivery => "log-delivery",
        }
    }

    fn parse_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }
}

impl Permission {
    const ALL: [Permission; 5] = [
        Permission::FullControl,
        Permission::Read,
        Permission::Write,
        Permission::ReadAcl,
        Permission::WriteAcl,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Permission::FullControl => "FULL_CONTROL",
            Permission::Read => "READ",
            Permission::Write => "WRITE",
            Permission::ReadAcl => "READ_ACP",
            Permission::WriteAcl => "WRITE_ACP",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.name() == name)
    }

    fn of(right: Right) -> Self {
        match right {
            Right::BucketRead | Right::ObjectRead => Permission::Read,
            Right::BucketWrite => Permission::Write,
            Right::BucketReadAcl | Right::ObjectReadAcl => Permission::ReadAcl,
            Right::BucketWriteAcl | Right::ObjectWriteAcl => Permission::WriteAcl,
        }
    }
}

#[cfg(test)]
mod tests;
