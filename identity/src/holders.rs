//! Users and roots as those who log in: found by the names people type, and known without a key.

use std::sync::Arc;

use crate::caller::Caller;
use crate::identity::Identity;
use crate::model::Holder;
use crate::store::state::State;

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

    /// Whoever that is, as somebody who asks without any key; nothing if it is no more.
    pub fn caller_of(&self, holder: &Holder) -> Option<Arc<Caller>> {
        let mut caller = self.state().caller_of_holder(holder)?;
        caller.principal.context.set("sts:authentication", "false");
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
