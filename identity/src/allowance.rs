//! Limits of those who have policies: found out once, until something changes.

use std::sync::{Arc, PoisonError, Weak};

use storage_engine::row::Quota;
use storage_engine::{Allowances, Engine};

use crate::identity::{Identity, Inner};
use crate::model::{Account, Limits, Role, User};
use crate::store::state::State;

impl State {
    /// What a managed policy sets: what it was given, or what it came with.
    pub(crate) fn limits_set_by(&self, arn: &str) -> Limits {
        let given = self.limits.get(arn).copied();
        let ready = || self.ready_made.get(arn).map(|ready| ready.limits);
        given.or_else(ready).unwrap_or_default()
    }

    pub(crate) fn limits_of_user(&self, user: &User) -> Limits {
        let groups = user.groups.iter().filter_map(|id| self.groups.by_id(id));
        let of_groups = groups.flat_map(|group| &group.attached);
        self.highest(user.attached.iter().chain(of_groups))
    }

    /// Of an account that has a number nobody limits the root.
    pub(crate) fn limits_of_account(&self, account: &Account) -> Limits {
        match account.is_plain() {
            true => self.highest(account.attached.iter()),
            false => Limits::default(),
        }
    }

    pub(crate) fn limits_of_role(&self, role: &Role) -> Limits {
        self.highest(role.attached.iter())
    }

    fn highest<'a>(&self, policies: impl Iterator<Item = &'a String>) -> Limits {
        policies.fold(Limits::default(), |limits, arn| {
            limits.or_higher(self.limits_set_by(arn))
        })
    }

    /// Of whomever a bucket counts for, by id; nobody limits who is no more.
    fn limits_of_holder(&self, id: &str) -> Limits {
        {
            let known = self.limits_known.read();
            let known = known.unwrap_or_else(PoisonError::into_inner);
            if let Some(limits) = known.get(id) {
                return *limits;
            }
        }
        let user = self.users.by_id(id).map(|user| self.limits_of_user(user));
        let account = || self.accounts.get(id).map(|it| self.limits_of_account(it));
        let role = || self.roles.by_id(id).map(|role| self.limits_of_role(role));
        let Some(limits) = user.or_else(account).or_else(role) else {
            return Limits::default();
        };
        // As many as there are users, accounts and roles, until the next change.
        let known = self.limits_known.write();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        known.insert(id.to_owned(), limits);
        limits
    }
}

impl Identity {
    /// The limits of whomever a bucket counts for, by its id.
    pub fn limits_of(&self, holder: &str) -> Limits {
        self.state().limits_of_holder(holder)
    }
}

/// Tells the store how much it may take for whom. The store outlives nobody's rights: it asks at
/// every commit.
#[derive(Debug)]
struct OfHolders(Weak<Inner>);

impl Allowances for OfHolders {
    fn of(&self, holder: &str) -> Quota {
        let Some(inner) = self.0.upgrade() else {
            return Quota::default();
        };
        let state = inner.state.read().unwrap_or_else(PoisonError::into_inner);
        let limits = state.limits_of_holder(holder);
        Quota {
            bytes_max: limits.storage,
            objects_max: limits.objects,
        }
    }
}

/// Lets the store ask.
pub(crate) fn tell(engine: &Engine, inner: &Arc<Inner>) {
    engine.set_allowances(Arc::new(OfHolders(Arc::downgrade(inner))));
}

#[cfg(test)]
mod tests;
