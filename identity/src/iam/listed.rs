//! Users as a list tells of them.

use super::people::UserView;
use super::{Iam, Page, Paging};
use crate::error::Result;
use crate::model::{Holder, Seconds, User};
use crate::store::state::State;

/// A user, with what hangs on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedUser {
    pub view: UserView,
    /// How many access keys it has.
    pub keys: usize,
    /// When one of these was last used, to the minute.
    pub key_used: Option<Seconds>,
    /// The names of its groups, in their order.
    pub groups: Vec<String>,
}

impl Iam<'_> {
    /// All users, by name. What is on no page is not looked at.
    pub fn list_users_with_more(&self, paging: Paging<'_>) -> Result<Page<ListedUser>> {
        let state = self.identity.state();
        let from = paging.marker.unwrap_or_default();
        let users = state.users.after(&self.space, from);
        let page = paging.page(users, |user| &user.name)?;
        Ok(page.map(|user| listed(&state, user)))
    }

    /// The one whose access key this is.
    pub fn user_of_key(&self, id: &str) -> Option<ListedUser> {
        let state = self.identity.state();
        let Holder::User(user) = &state.keys.get(id)?.row.holder else {
            return None;
        };
        let user = state.users.by_id(user);
        let user = user.filter(|user| user.space == self.space)?;
        Some(listed(&state, user))
    }
}

fn listed(state: &State, user: &User) -> ListedUser {
    let keys = state.keys_of.get(&user.id).into_iter().flatten();
    let keys = keys.filter_map(|id| state.keys.get(id));
    let used = keys.clone().filter_map(|kept| kept.usage.last());
    let groups = user.groups.iter().filter_map(|id| state.groups.by_id(id));
    let mut groups: Vec<String> = groups.map(|group| group.name.clone()).collect();
    groups.sort_by_key(|name| name.to_lowercase());
    ListedUser {
        view: UserView::of(user),
        key_used: used.map(|last| last.at).max(),
        keys: keys.count(),
        groups,
    }
}
