//! Roles.

use std::sync::Arc;

use super::people::PolicyHolder;
use super::users::no_boundary;
use super::{Iam, Page, Paging, check_description, put, room, too_large};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Role, Tag, Unique, check_name, check_path, check_tags, unique_id};
use crate::policy::{Kind, Malformed, Policy, Reason};
use crate::store::row::{Row, RowKey};
use crate::store::state::State;
use crate::store::table::Write;

#[derive(Debug, Clone, Default)]
pub struct NewRole<'a> {
    pub name: &'a str,
    pub path: Option<&'a str>,
    /// Who may assume it: a document.
    pub trust: &'a str,
    pub description: Option<&'a str>,
    pub session_seconds_max: Option<u32>,
    pub boundary: Option<&'a str>,
    pub tags: Vec<Tag>,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct RoleUpdate<'a> {
    pub description: Option<&'a str>,
    pub session_seconds_max: Option<u32>,
}

impl Iam<'_> {
    pub async fn create_role(&self, new: NewRole<'_>) -> Result<Arc<Role>> {
        check_name("roleName", new.name, limits::ROLE_NAME_BYTES_MAX)?;
        let path = new.path.unwrap_or("/");
        check_path(path)?;
        check_tags(&new.tags, limits::TAGS_MAX)?;
        check_description(new.description)?;
        let seconds = new.session_seconds_max;
        let role = Role {
            id: unique_id(Unique::Role)?,
            space: self.space.clone(),
            path: path.to_owned(),
            name: new.name.to_owned(),
            created: self.identity.seconds(),
            description: new.description.map(str::to_owned),
            session_seconds_max: session_seconds(seconds)?
                .unwrap_or(limits::ROLE_SESSION_SECONDS_DEFAULT),
            trust: new.trust.to_owned(),
            tags: new.tags,
            attached: Vec::new(),
            boundary: new.boundary.map(str::to_owned),
        };
        self.identity
            .change(|state, writes| {
                self.role_name_is_free(state, &role.name)?;
                let count = state.roles.count(&self.space);
                room("RolesPerAccount", count, limits::ROLES_PER_ACCOUNT_MAX)?;
                trust(state, &role.trust)?;
                self.attachable(state, role.boundary.as_deref())?;
                writes.push(put(Row::Role(role.clone())));
                Ok(Arc::new(role))
            })
            .await
    }

    pub fn get_role(&self, name: &str) -> Result<Arc<Role>> {
        self.role(&self.identity.state(), name)
    }

    pub fn list_roles(&self, path_prefix: &str, paging: Paging<'_>) -> Result<Page<Arc<Role>>> {
        let state = self.identity.state();
        let roles = state
            .roles
            .after(&self.space, paging.marker.unwrap_or_default());
        let roles = roles.filter(|role| role.path.starts_with(path_prefix));
        paging.page(roles.cloned(), |role| &role.name)
    }

    pub async fn update_role(&self, name: &str, update: RoleUpdate<'_>) -> Result<()> {
        check_description(update.description)?;
        let seconds = session_seconds(update.session_seconds_max)?;
        self.change_role(name, |_, role| {
            if let Some(description) = update.description {
                role.description = Some(description.to_owned());
            }
            role.session_seconds_max = seconds.unwrap_or(role.session_seconds_max);
            Ok(())
        })
        .await
    }

    pub async fn update_assume_role_policy(&self, name: &str, text: &str) -> Result<()> {
        self.change_role(name, |state, role| {
            trust(state, text)?;
            text.clone_into(&mut role.trust);
            Ok(())
        })
        .await
    }

    /// Gives a role a boundary, or takes it away.
    pub async fn set_role_boundary(&self, name: &str, boundary: Option<&str>) -> Result<()> {
        self.change_role(name, |state, role| {
            self.attachable(state, boundary)?;
            if boundary.is_none() && role.boundary.is_none() {
                return Err(no_boundary("Role", name));
            }
            role.boundary = boundary.map(str::to_owned);
            Ok(())
        })
        .await
    }

    /// Refused while any policy hangs on it. Its sessions end with it.
    pub async fn delete_role(&self, name: &str) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let role = self.role(state, name)?;
                self.bare(state, PolicyHolder::Role(name))?;
                writes.push(Write::Delete(RowKey::Role(role.id.clone())));
                Ok(())
            })
            .await
    }

    async fn change_role(
        &self,
        name: &str,
        change: impl FnOnce(&State, &mut Role) -> Result<()>,
    ) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let mut role = (*self.role(state, name)?).clone();
                change(state, &mut role)?;
                writes.push(put(Row::Role(role)));
                Ok(())
            })
            .await
    }
}

fn session_seconds(seconds: Option<u32>) -> Result<Option<u32>> {
    let range = limits::ROLE_SESSION_SECONDS_MIN..=limits::ROLE_SESSION_SECONDS_MAX;
    match seconds {
        Some(seconds) if !range.contains(&seconds) => Err(Error::Validation(format!(
            "maxSessionDuration must be between {} and {}",
            range.start(),
            range.end()
        ))),
        seconds => Ok(seconds),
    }
}

/// Checks who is to be trusted: the users and roles named exist.
fn trust(state: &State, text: &str) -> Result<()> {
    let policy = super::document(Kind::Trust, text)?;
    if Policy::counted_bytes(text) > limits::TRUST_POLICY_BYTES_MAX {
        return Err(too_large(limits::TRUST_POLICY_BYTES_MAX));
    }
    match state.unknown_principal(&policy) {
        None => Ok(()),
        Some(name) => Err(Error::MalformedPolicyDocument(Malformed {
            kind: Kind::Trust,
            reason: Reason::Principal(format!("\"AWS\":\"{name}\"")),
        })),
    }
}
