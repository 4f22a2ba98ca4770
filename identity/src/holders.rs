//! Users and roots as those who log in: found by the names people type, and known without a key.

use std::sync::Arc;

use crate::caller::Caller;
use crate::error::Result;
use crate::identity::Identity;
use crate::model::{Holder, Seconds};
use crate::policy::{Kind, Named, Policy};
use crate::store::state::State;

/// How somebody who asks without a key has shown who it is.
#[derive(Debug, Clone, Copy)]
pub enum Proof<'a> {
    /// It has logged in, and has shown a second factor so long ago or none.
    Login { second_factor: Option<Seconds> },
    /// It has a token, which may do no more than that. As with a lasting key, nothing is said of
    /// second factors.
    Token {
        restriction: Option<&'a Restriction>,
    },
}

/// A policy that a credential cannot go beyond, whatever grants something.
#[derive(Debug, Clone)]
pub struct Restriction(Named);

impl Restriction {
    /// Reads a document, of the length that policies of sessions may have.
    pub fn parse(document: &str) -> Result<Self> {
        let policy = Policy::parse(Kind::Session, document)?;
        Ok(Self(Named {
            name: "token".into(),
            policy: Arc::new(policy),
        }))
    }
}

impl Identity {
    /// Whoever goes by that name where people log in. In this order: the access key of the
    /// server's own root, a user of the server's own account, an account without a number, and
    /// `name@account` for a user of another account.
    pub fn holder_named(&self, name: &str) -> Option<Holder> {
        let state = self.state();
        let is_root = name == self.root_access_key();
        let holder = is_root.then(|| Holder::Account(state.root.id.clone()));
        let holder = holder.or_else(|| user(&state, state.root.space(), name));
        // Of the time before the server's own account had a number.
        let holder = holder.or_else(|| user(&state, "", name));
        let holder = holder.or_else(|| {
            let mut accounts = state.accounts.values();
            let account = accounts.find(|it| it.is_plain() && it.name == name)?;
            Some(Holder::Account(account.id.clone()))
        });
        holder.or_else(|| {
            let (name, account) = name.rsplit_once('@')?;
            let mut accounts = state.accounts.values();
            let account = accounts.find(|it| it.name == account && !it.is_plain())?;
            user(&state, account.space(), name)
        })
    }

    /// The name of a user, account or role, by its id.
    pub fn name_of(&self, id: &str) -> Option<String> {
        let state = self.state();
        let user = state.users.by_id(id).map(|user| user.name.clone());
        let account = || state.accounts.get(id).map(|account| account.name.clone());
        let role = || state.roles.by_id(id).map(|role| role.name.clone());
        user.or_else(account).or_else(role)
    }

    /// What somebody is, by its id, with its name; behind that of a user or a role of another account
    /// than the server's that account's, as at a login.
    pub fn known_as(&self, id: &str) -> Option<(&'static str, String)> {
        let state = self.state();
        let within = |space: &str, name: &str| {
            let account = state.account_of_space(space);
            match account.filter(|account| account.id != state.root.id) {
                Some(account) => format!("{name}@{}", account.name),
                None => name.to_owned(),
            }
        };
        let user = state.users.by_id(id);
        let user = user.map(|it| ("user", within(&it.space, &it.name)));
        let account = || {
            state
                .accounts
                .get(id)
                .map(|it| ("account", it.name.clone()))
        };
        let role = || {
            state
                .roles
                .by_id(id)
                .map(|it| ("role", within(&it.space, &it.name)))
        };
        user.or_else(account).or_else(role)
    }

    /// Whether nobody gets in as this one, until it is taken back.
    pub fn is_suspended(&self, holder: &Holder) -> bool {
        self.state().is_suspended(holder)
    }

    /// Whoever that is, as somebody who asks without any key; nothing if it is no more, or is
    /// suspended.
    pub fn caller_of(&self, holder: &Holder, proof: Proof<'_>) -> Option<Arc<Caller>> {
        let mut caller = {
            let state = self.state();
            let is_in = !state.is_suspended(holder);
            is_in.then(|| state.caller_of_holder(holder)).flatten()?
        };
        let context = &mut caller.principal.context;
        context.set("sts:authentication", "false");
        match proof {
            Proof::Login { second_factor } => {
                let is_present = second_factor.is_some();
                let is_present = if is_present { "true" } else { "false" };
                context.set("aws:MultiFactorAuthPresent", is_present);
                if let Some(seconds) = second_factor {
                    context.set("aws:MultiFactorAuthAge", seconds.to_string());
                }
            }
            Proof::Token { restriction } => {
                caller.restriction = restriction.map(|it| it.0.clone());
            }
        }
        Some(Arc::new(caller))
    }

    /// Whether a holder is the root of the server's own account.
    pub fn is_server_root(&self, holder: &Holder) -> bool {
        matches!(holder, Holder::Account(id) if *id == self.state().root.id)
    }
}

fn user(state: &State, space: &str, name: &str) -> Option<Holder> {
    let user = state.users.get(space, name)?;
    Some(Holder::User(user.id.clone()))
}
