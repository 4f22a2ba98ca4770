//! What users, groups, roles and plain accounts have in common: policies can be given to them.

use std::sync::Arc;

use super::Iam;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Account, Group, Holder, Role, Seconds, Tag, User};
use crate::store::row::Row;
use crate::store::state::State;

/// Whom a policy is given to, by name. A user may be a plain account, by its canonical id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyHolder<'a> {
    User(&'a str),
    Group(&'a str),
    Role(&'a str),
}

/// A user as IAM shows it; of a root or plain account, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserView {
    pub arn: String,
    pub id: String,
    /// Roots have neither path nor name.
    pub path: Option<String>,
    pub name: Option<String>,
    pub created: Seconds,
    pub tags: Vec<Tag>,
    pub boundary: Option<String>,
    /// Since when nobody gets in as this user.
    pub suspended: Option<Seconds>,
}

/// Found.
#[derive(Debug, Clone)]
pub(super) enum Person {
    User(Arc<User>),
    Plain(Arc<Account>),
    Group(Arc<Group>),
    Role(Arc<Role>),
}

impl Person {
    pub(super) fn id(&self) -> &str {
        match self {
            Person::User(user) => &user.id,
            Person::Plain(account) => &account.id,
            Person::Group(group) => &group.id,
            Person::Role(role) => &role.id,
        }
    }

    pub(super) fn arn(&self) -> String {
        match self {
            Person::User(user) => user.arn(),
            Person::Plain(account) => account.arn(),
            Person::Group(group) => group.arn(),
            Person::Role(role) => role.arn(),
        }
    }

    pub(super) fn attached(&self) -> &[String] {
        match self {
            Person::User(user) => &user.attached,
            Person::Plain(account) => &account.attached,
            Person::Group(group) => &group.attached,
            Person::Role(role) => &role.attached,
        }
    }

    /// The row with other policies attached.
    pub(super) fn with_attached(&self, attached: Vec<String>) -> Row {
        match self {
            Person::User(user) => Row::User(User {
                attached,
                ..(**user).clone()
            }),
            Person::Plain(account) => Row::Account(Account {
                attached,
                ..(**account).clone()
            }),
            Person::Group(group) => Row::Group(Group {
                attached,
                ..(**group).clone()
            }),
            Person::Role(role) => Row::Role(Role {
                attached,
                ..(**role).clone()
            }),
        }
    }

    pub(super) fn inline_bytes_max(&self) -> usize {
        match self {
            Person::User(_) | Person::Plain(_) => limits::USER_POLICIES_BYTES_MAX,
            Person::Group(_) => limits::GROUP_POLICIES_BYTES_MAX,
            Person::Role(_) => limits::ROLE_POLICIES_BYTES_MAX,
        }
    }

    pub(super) fn word(&self) -> &'static str {
        match self {
            Person::User(_) | Person::Plain(_) => "user",
            Person::Group(_) => "group",
            Person::Role(_) => "role",
        }
    }

    pub(super) fn view(&self) -> Option<UserView> {
        match self {
            Person::User(user) => Some(UserView::of(user)),
            Person::Plain(account) => Some(UserView::of_plain(account)),
            Person::Group(_) | Person::Role(_) => None,
        }
    }
}

impl UserView {
    pub(crate) fn of(user: &User) -> Self {
        UserView {
            arn: user.arn(),
            id: user.id.clone(),
            path: Some(user.path.clone()),
            name: Some(user.name.clone()),
            created: user.created,
            tags: user.tags.clone(),
            boundary: user.boundary.clone(),
            suspended: user.suspended,
        }
    }

    pub(super) fn of_plain(account: &Account) -> Self {
        UserView {
            path: Some("/".to_owned()),
            name: Some(account.id.clone()),
            id: account.id.clone(),
            ..UserView::of_root(account)
        }
    }

    pub(super) fn of_root(account: &Account) -> Self {
        UserView {
            arn: account.arn(),
            id: account.number.clone(),
            path: None,
            name: None,
            created: account.created,
            tags: Vec::new(),
            boundary: None,
            suspended: None,
        }
    }
}

impl Iam<'_> {
    pub(super) fn person(&self, state: &State, holder: PolicyHolder<'_>) -> Result<Person> {
        Ok(match holder {
            PolicyHolder::User(name) => return self.named_user(state, name),
            PolicyHolder::Group(name) => Person::Group(self.group(state, name)?),
            PolicyHolder::Role(name) => Person::Role(self.role(state, name)?),
        })
    }

    /// A user, or a plain account.
    pub(super) fn named_user(&self, state: &State, name: &str) -> Result<Person> {
        if let Some(user) = state.users.get(&self.space, name) {
            return Ok(Person::User(Arc::clone(user)));
        }
        match state.plain_account(&self.space, name) {
            Some(account) => Ok(Person::Plain(Arc::clone(account))),
            None => Err(no_user(name)),
        }
    }

    pub(super) fn user(&self, state: &State, name: &str) -> Result<Arc<User>> {
        let user = state.users.get(&self.space, name);
        user.cloned().ok_or_else(|| no_user(name))
    }

    pub(super) fn group(&self, state: &State, name: &str) -> Result<Arc<Group>> {
        let group = state.groups.get(&self.space, name);
        group.cloned().ok_or_else(|| {
            Error::NoSuchEntity(format!("The group with name {name} cannot be found."))
        })
    }

    pub(super) fn role(&self, state: &State, name: &str) -> Result<Arc<Role>> {
        let role = state.roles.get(&self.space, name);
        role.cloned().ok_or_else(|| {
            Error::NoSuchEntity(format!("The role with name {name} cannot be found."))
        })
    }

    /// The user of that name, or whoever asks.
    pub(super) fn holder(&self, state: &State, name: Option<&str>) -> Result<Holder> {
        let Some(name) = name else {
            return self.me.clone().ok_or_else(|| {
                Error::Validation(
                    "Must specify userName when calling with non-User credentials".into(),
                )
            });
        };
        Ok(match self.named_user(state, name)? {
            Person::Plain(account) => Holder::Account(account.id.clone()),
            person => Holder::User(person.id().to_owned()),
        })
    }
}

pub(super) fn no_user(name: &str) -> Error {
    Error::NoSuchEntity(format!("The user with name {name} cannot be found."))
}
