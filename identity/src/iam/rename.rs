//! What users and groups have in common when they get another name or path.

use super::Iam;
use crate::error::{Error, Result};
use crate::model::{check_name, check_path};
use crate::store::state::State;

/// A new name, a new path, or both.
#[derive(Debug, Clone, Copy, Default)]
pub struct Renaming<'a> {
    pub name: Option<&'a str>,
    pub path: Option<&'a str>,
}

/// What a user or group is called by.
pub(super) struct Called<'r> {
    pub(super) name: &'r mut String,
    pub(super) path: &'r mut String,
}

impl Renaming<'_> {
    /// Whether it could be anybody's name. `what` is what the parameter is called.
    pub(super) fn check(&self, what: &'static str, bytes_max: usize) -> Result<()> {
        if let Some(name) = self.name {
            check_name(what, name, bytes_max)?;
        }
        self.path.map(check_path).transpose()?;
        Ok(())
    }

    /// A name that differs in case only is its bearer's already.
    pub(super) fn apply(
        &self,
        called: Called<'_>,
        is_free: impl FnOnce(&str) -> Result<()>,
    ) -> Result<()> {
        if let Some(new) = self.name {
            if !new.eq_ignore_ascii_case(called.name) {
                is_free(new)?;
            }
            new.clone_into(called.name);
        }
        if let Some(path) = self.path {
            path.clone_into(called.path);
        }
        Ok(())
    }
}

impl Iam<'_> {
    /// Users and plain accounts share their names.
    pub(super) fn user_name_is_free(&self, state: &State, name: &str) -> Result<()> {
        let taken = state.users.get(&self.space, name).is_some()
            || state.plain_account(&self.space, name).is_some();
        free("User", name, taken)
    }

    pub(super) fn group_name_is_free(&self, state: &State, name: &str) -> Result<()> {
        let taken = state.groups.get(&self.space, name).is_some();
        free("Group", name, taken)
    }

    pub(super) fn role_name_is_free(&self, state: &State, name: &str) -> Result<()> {
        let taken = state.roles.get(&self.space, name).is_some();
        free("Role", name, taken)
    }
}

fn free(what: &str, name: &str, taken: bool) -> Result<()> {
    match taken {
        false => Ok(()),
        true => Err(Error::EntityAlreadyExists(format!(
            "{what} with name {name} already exists."
        ))),
    }
}
