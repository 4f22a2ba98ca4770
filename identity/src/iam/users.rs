//! Users.

use super::people::{PolicyHolder, UserView};
use super::rename::Renaming;
use super::{Alteration, Iam, Page, Paging, put, room};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Holder, Tag, Unique, User, check_name, check_path, check_tags, unique_id};
use crate::store::row::{Row, RowKey};
use crate::store::state::State;
use crate::store::table::Write;

#[derive(Debug, Clone, Default)]
pub struct NewUser<'a> {
    pub name: &'a str,
    /// `/` if none is given.
    pub path: Option<&'a str>,
    pub tags: Vec<Tag>,
    /// The name of a managed policy.
    pub boundary: Option<&'a str>,
}

impl Iam<'_> {
    pub async fn create_user(&self, new: NewUser<'_>) -> Result<UserView> {
        check_name("userName", new.name, limits::USER_NAME_BYTES_MAX)?;
        let path = new.path.unwrap_or("/");
        check_path(path)?;
        check_tags(&new.tags, limits::TAGS_MAX)?;
        let user = User {
            id: unique_id(Unique::User)?,
            space: self.space.clone(),
            path: path.to_owned(),
            name: new.name.to_owned(),
            created: self.identity.seconds(),
            tags: new.tags,
            groups: Vec::new(),
            attached: Vec::new(),
            boundary: new.boundary.map(str::to_owned),
            suspended: None,
        };
        self.identity
            .change(|state, writes| {
                self.user_name_is_free(state, &user.name)?;
                room(
                    "UsersPerAccount",
                    state.users.count(&self.space),
                    limits::USERS_PER_ACCOUNT_MAX,
                )?;
                self.attachable(state, user.boundary.as_deref())?;
                let view = UserView::of(&user);
                writes.push(put(Row::User(user)));
                Ok(view)
            })
            .await
    }

    /// The user of that name, or whoever asks.
    pub fn get_user(&self, name: Option<&str>) -> Result<UserView> {
        let state = self.identity.state();
        if let Some(name) = name {
            let person = self.named_user(&state, name)?;
            return person.view().ok_or_else(|| super::people::no_user(name));
        }
        match self.holder(&state, None)? {
            Holder::User(id) => {
                let user = state.users.by_id(&id);
                user.map(|user| UserView::of(user))
                    .ok_or_else(|| super::people::no_user(&id))
            }
            Holder::Account(id) => {
                let account = state.accounts.get(&id);
                let account = account.ok_or_else(|| super::people::no_user(&id))?;
                Ok(match account.is_plain() {
                    true => UserView::of_plain(account),
                    false => UserView::of_root(account),
                })
            }
        }
    }

    /// Users whose path begins so, by name.
    pub fn list_users(&self, path_prefix: &str, paging: Paging<'_>) -> Result<Page<UserView>> {
        let state = self.identity.state();
        let from = paging.marker.unwrap_or_default();
        let users = state.users.after(&self.space, from);
        let users = users.filter(|user| user.path.starts_with(path_prefix));
        let page = paging.page(users, |user| &user.name)?;
        Ok(page.map(|user| UserView::of(user)))
    }

    pub async fn update_user(&self, name: &str, to: Renaming<'_>) -> Result<()> {
        let to = Alteration {
            renaming: to,
            ..Alteration::default()
        };
        self.alter_user(name, to).await
    }

    /// Refused while anything hangs on the user.
    pub async fn delete_user(&self, name: &str) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let user = self.user(state, name)?;
                self.bare(state, PolicyHolder::User(name))?;
                let conflict = match () {
                    () if state.keys_of.contains_key(&user.id) => Some("delete access keys"),
                    () if !user.groups.is_empty() => Some("remove users from group"),
                    () => None,
                };
                if let Some(first) = conflict {
                    return Err(Error::DeleteConflict(format!(
                        "Cannot delete entity, must {first} first."
                    )));
                }
                writes.push(Write::Delete(RowKey::User(user.id.clone())));
                Ok(())
            })
            .await
    }

    /// Gives a user a boundary, or takes it away.
    pub async fn set_user_boundary(&self, name: &str, boundary: Option<&str>) -> Result<()> {
        self.change_user(name, |state, user| {
            self.attachable(state, boundary)?;
            if boundary.is_none() && user.boundary.is_none() {
                return Err(no_boundary("User", name));
            }
            user.boundary = boundary.map(str::to_owned);
            Ok(())
        })
        .await
    }

    pub(super) async fn change_user(
        &self,
        name: &str,
        change: impl FnOnce(&State, &mut User) -> Result<()>,
    ) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let mut user = (*self.user(state, name)?).clone();
                change(state, &mut user)?;
                writes.push(put(Row::User(user)));
                Ok(())
            })
            .await
    }
}

pub(super) fn no_boundary(what: &str, name: &str) -> Error {
    Error::NoSuchEntity(format!(
        "{what} {name} does not have a permissions boundary."
    ))
}

#[cfg(test)]
mod tests;
