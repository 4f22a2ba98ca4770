//! What other crates keep about somebody, in tables of their own, and what is to go with him.

use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;

use crate::identity::{Identity, Inner};
use crate::model::Holder;
use crate::store::row::{Row, RowKey};
use crate::store::state::State;
use crate::store::table::Write;

/// A row of somebody else's table.
pub type ForeignRow = (&'static str, Bytes);

/// Whoever keeps such rows.
pub trait Belongings: Debug + Send + Sync {
    /// Those about somebody. They are deleted in the change that deletes him, whichever way it came,
    /// and before an account is made by an id that another one had.
    fn rows_of(&self, holder: &Holder) -> Vec<ForeignRow>;

    /// They are gone: what memory has of them goes, too.
    fn gone(&self, holder: &Holder);

    /// Whether a login that temporary credentials were made for is still there, by the name that
    /// was given when they were. It waits for nothing.
    fn vouches_for(&self, login: &str) -> bool;
}

impl Identity {
    /// Lets what somebody keeps about people go when they do. There is one who keeps such things.
    pub fn keep(&self, belongings: Arc<dyn Belongings>) {
        // A second one would be the same, made anew over the same tables.
        let _ = self.inner.belongings.set(belongings);
    }
}

impl Inner {
    /// Whether somebody's login is still there. Where nobody keeps any, it is not.
    pub(crate) fn is_logged_in(&self, login: &str) -> bool {
        let keeper = self.belongings.get();
        keeper.is_some_and(|keeper| keeper.vouches_for(login))
    }

    /// Each of them with whoever keeps something about them.
    pub(crate) fn keepers<'a>(
        &'a self,
        strangers: &'a [Holder],
    ) -> impl Iterator<Item = (&'a dyn Belongings, &'a Holder)> {
        let keeper = self.belongings.get();
        let each = move |holder| Some((&**keeper?, holder));
        strangers.iter().filter_map(each)
    }
}

/// Who is not there before a change, or not after it.
pub(crate) fn strangers(state: &State, writes: &[Write]) -> Vec<Holder> {
    let stranger = |write: &Write| match write {
        Write::Delete(RowKey::User(id)) => Some(Holder::User(id.clone())),
        Write::Delete(RowKey::Account(id)) => Some(Holder::Account(id.clone())),
        // Operators choose ids of accounts, and may choose one again.
        Write::Put(Row::Account(account)) if state.accounts.get(&account.id).is_none() => {
            Some(Holder::Account(account.id.clone()))
        }
        _ => None,
    };
    writes.iter().filter_map(stranger).collect()
}
