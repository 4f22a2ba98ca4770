//! Groups and who is in them.

use std::sync::Arc;

use super::people::{PolicyHolder, UserView};
use super::rename::{Called, Renaming};
use super::{Iam, Page, Paging, put, room};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Group, Unique, User, check_name, check_path, unique_id};
use crate::store::row::{Row, RowKey};
use crate::store::table::Write;

impl Iam<'_> {
    /// With `/` for a path if none is given.
    pub async fn create_group(&self, name: &str, path: Option<&str>) -> Result<Arc<Group>> {
        check_name("groupName", name, limits::GROUP_NAME_BYTES_MAX)?;
        let path = path.unwrap_or("/");
        check_path(path)?;
        let group = Group {
            id: unique_id(Unique::Group)?,
            space: self.space.clone(),
            path: path.to_owned(),
            name: name.to_owned(),
            created: self.identity.seconds(),
            attached: Vec::new(),
        };
        self.identity
            .change(|state, writes| {
                self.group_name_is_free(state, name)?;
                let count = state.groups.count(&self.space);
                room("GroupsPerAccount", count, limits::GROUPS_PER_ACCOUNT_MAX)?;
                writes.push(put(Row::Group(group.clone())));
                Ok(Arc::new(group))
            })
            .await
    }

    /// A group, and who is in it.
    pub fn get_group(
        &self,
        name: &str,
        paging: Paging<'_>,
    ) -> Result<(Arc<Group>, Page<UserView>)> {
        let state = self.identity.state();
        let group = self.group(&state, name)?;
        let users = state.users.in_space(&self.space);
        let page = paging.page(
            users.filter(|user| user.groups.contains(&group.id)),
            |user| &user.name,
        )?;
        Ok((group, page.map(|user| UserView::of(user))))
    }

    pub fn list_groups(&self, path_prefix: &str, paging: Paging<'_>) -> Result<Page<Arc<Group>>> {
        let state = self.identity.state();
        let groups = state
            .groups
            .after(&self.space, paging.marker.unwrap_or_default());
        let groups = groups.filter(|group| group.path.starts_with(path_prefix));
        paging.page(groups.cloned(), |group| &group.name)
    }

    pub async fn update_group(&self, name: &str, to: Renaming<'_>) -> Result<()> {
        to.check("newGroupName", limits::GROUP_NAME_BYTES_MAX)?;
        self.identity
            .change(|state, writes| {
                let mut group = (*self.group(state, name)?).clone();
                let called = Called {
                    name: &mut group.name,
                    path: &mut group.path,
                };
                to.apply(called, |name| self.group_name_is_free(state, name))?;
                writes.push(put(Row::Group(group)));
                Ok(())
            })
            .await
    }

    /// Refused while anybody is in it or any policy hangs on it.
    pub async fn delete_group(&self, name: &str) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let group = self.group(state, name)?;
                let mut users = state.users.in_space(&self.space);
                if users.any(|user| user.groups.contains(&group.id)) {
                    return Err(Error::DeleteConflict(
                        "Cannot delete entity, must remove users from group first.".into(),
                    ));
                }
                self.bare(state, PolicyHolder::Group(name))?;
                writes.push(Write::Delete(RowKey::Group(group.id.clone())));
                Ok(())
            })
            .await
    }

    /// Adding twice is adding once.
    pub async fn add_user_to_group(&self, group: &str, user: &str) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let group = self.group(state, group)?;
                let user = self.user(state, user)?;
                if user.groups.contains(&group.id) {
                    return Ok(());
                }
                room(
                    "GroupsPerUser",
                    user.groups.len(),
                    limits::GROUPS_PER_USER_MAX,
                )?;
                let mut user: User = (*user).clone();
                user.groups.push(group.id.clone());
                writes.push(put(Row::User(user)));
                Ok(())
            })
            .await
    }

    /// Removing who is not in it does nothing.
    pub async fn remove_user_from_group(&self, group: &str, user: &str) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let group = self.group(state, group)?;
                let mut user: User = (*self.user(state, user)?).clone();
                let before = user.groups.len();
                user.groups.retain(|id| *id != group.id);
                if user.groups.len() < before {
                    writes.push(put(Row::User(user)));
                }
                Ok(())
            })
            .await
    }

    pub fn list_groups_for_user(&self, user: &str, paging: Paging<'_>) -> Result<Page<Arc<Group>>> {
        let state = self.identity.state();
        let user = self.user(&state, user)?;
        let groups = user.groups.iter().filter_map(|id| state.groups.by_id(id));
        let mut groups: Vec<Arc<Group>> = groups.cloned().collect();
        groups.sort_by_key(|group| group.name.to_lowercase());
        paging.page(groups, |group| &group.name)
    }
}
