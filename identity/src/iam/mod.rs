//! The verbs of IAM. Each is a method of [`Iam`], with IAM's conditions as its errors; who may use
//! it has been asked before, see [`Caller::authorize`].

mod alter;
mod attach;
mod entities;
mod groups;
mod held;
mod keys;
mod listed;
mod page;
mod people;
mod policies;
mod providers;
mod rename;
mod roles;
mod simulate;
mod summary;
mod suspend;
mod tags;
mod users;
mod versions;

pub use alter::Alteration;
pub use entities::{EntityFilter, EntityKind, PolicyEntity, PolicyUsage};
pub use held::Held;
pub use keys::{KeyRequest, KeyStatus, NewKey};
pub(crate) use keys::{check_key, draft, key_is_free, without_key};
pub use listed::ListedUser;
pub use page::{Page, Paging};
pub use people::{PolicyHolder, UserView};
pub(crate) use policies::managed_document;
pub use policies::{NewPolicy, PolicyFilter, PolicyScope, PolicyView};
pub use providers::NewProvider;
pub use rename::Renaming;
pub use roles::{NewRole, RoleUpdate};
pub use simulate::{Matched, Sides, Simulated, Simulation, Tried, too_much_work};
pub use suspend::Suspension;
pub use tags::Tagged;
pub use users::NewUser;
pub use versions::NewVersion;

use crate::caller::{Caller, Owner, Rank, Target};
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::limits;
use crate::model::{Account, Holder};
use crate::policy::{Context, Kind, Policy, PrincipalKind};
use crate::store::row::Row;
use crate::store::table::Write;

/// IAM as somebody uses it: about the users, groups, roles and policies of one account.
#[derive(Debug, Clone)]
pub struct Iam<'a> {
    identity: &'a Identity,
    /// The account as it stands in names.
    space: String,
    /// Who is meant where no user is named.
    me: Option<Holder>,
}

impl Identity {
    pub fn iam(&self, caller: &Caller) -> Iam<'_> {
        let me = match (caller.kind(), caller.rank) {
            (_, Rank::Root | Rank::Administrator) => {
                Some(Holder::Account(caller.account().id.clone()))
            }
            (PrincipalKind::User, _) => Some(Holder::User(caller.unique_id().to_owned())),
            _ => None,
        };
        Iam {
            identity: self,
            space: caller.space().to_owned(),
            me,
        }
    }

    /// As the root of an account would use it.
    pub fn iam_of(&self, account: &Account) -> Iam<'_> {
        Iam {
            identity: self,
            space: account.space().to_owned(),
            me: Some(Holder::Account(account.id.clone())),
        }
    }
}

impl Iam<'_> {
    /// Names a resource of this account for a decision: `user/name`, `policy/x`, `*`.
    pub fn arn(&self, resource: &str) -> String {
        format!("arn:aws:iam::{}:{resource}", self.space)
    }

    /// The full name of a user, group or role, with its path if there is one of that name.
    pub fn arn_of(&self, of: PolicyHolder<'_>) -> String {
        let state = self.identity.state();
        match self.person(&state, of) {
            Ok(person) => person.arn(),
            Err(_) => match of {
                PolicyHolder::User(name) => self.arn(&format!("user/{name}")),
                PolicyHolder::Group(name) => self.arn(&format!("group/{name}")),
                PolicyHolder::Role(name) => self.arn(&format!("role/{name}")),
            },
        }
    }

    /// Whether a caller may use a verb, `iam:CreateUser`, on a resource of this account.
    pub fn authorize(
        &self,
        caller: &Caller,
        action: &str,
        resource: &str,
        context: &Context<'_>,
    ) -> Result<()> {
        let owner = self.identity.state().account_of_space(&self.space).cloned();
        let target = Target {
            resource: resource.as_bytes(),
            owner: owner.as_deref().map_or(Owner::Unknown, Owner::Account),
            policy: None,
        };
        let decision = caller.authorize_at(self.identity.now(), action, &target, context);
        match decision.is_allowed() {
            true => Ok(()),
            false => Err(Error::AccessDenied(
                caller.refusal(&decision, action, resource),
            )),
        }
    }
}

fn put(row: Row) -> Write {
    Write::Put(row)
}

/// Reads a document that is to be stored.
fn document(kind: Kind, text: &str) -> Result<Policy> {
    if text.len() > limits::STORED_DOCUMENT_BYTES_MAX {
        return Err(too_large(limits::STORED_DOCUMENT_BYTES_MAX));
    }
    Ok(Policy::parse(kind, text)?)
}

fn too_large(limit: usize) -> Error {
    Error::LimitExceeded(format!("Maximum policy size of {limit} bytes exceeded"))
}

/// Refuses one more than there may be.
fn room(what: &str, count: usize, max: usize) -> Result<()> {
    match count < max {
        true => Ok(()),
        false => Err(Error::LimitExceeded(format!(
            "Cannot exceed quota for {what}: {max}"
        ))),
    }
}

fn check_description(text: Option<&str>) -> Result<()> {
    match text.map_or(0, |text| text.chars().count()) <= limits::DESCRIPTION_CHARS_MAX {
        true => Ok(()),
        false => Err(Error::Validation(format!(
            "description must have length less than or equal to {}",
            limits::DESCRIPTION_CHARS_MAX
        ))),
    }
}

#[cfg(test)]
pub(crate) mod tests;
