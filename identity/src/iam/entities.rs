//! Who has a managed policy.

use std::sync::Arc;

use super::{Iam, Page, Paging};
use crate::error::Result;
use crate::store::state::State;

/// How a policy is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyUsage {
    Attached,
    Boundary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityKind {
    Group,
    Role,
    User,
}

/// A user, group, role or plain account that has a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyEntity {
    pub kind: EntityKind,
    pub name: String,
    pub id: String,
    /// What it is sorted by.
    place: String,
}

#[derive(Debug, Clone, Default)]
pub struct EntityFilter<'a> {
    pub kinds: Vec<EntityKind>,
    pub path_prefix: &'a str,
    /// Either way, where it is not said.
    pub usage: Option<PolicyUsage>,
}

/// What of an entity decides whether it is shown.
struct Candidate<'a> {
    kind: EntityKind,
    name: &'a str,
    id: &'a str,
    path: &'a str,
    attached: &'a [String],
    boundary: Option<&'a str>,
}

impl Iam<'_> {
    /// Groups first, then roles, then users, each by name.
    pub fn list_entities_for_policy(
        &self,
        arn: &str,
        filter: &EntityFilter<'_>,
        paging: Paging<'_>,
    ) -> Result<Page<PolicyEntity>> {
        let state = self.identity.state();
        if state.ready_made.get(arn).is_none() {
            self.own_policy(&state, arn)?;
        }
        let all = self.candidates(&state).into_iter();
        let found = all.filter(|it| it.has(arn, filter));
        let mut found: Vec<PolicyEntity> = found.map(Candidate::shown).collect();
        found.sort_by(|one, other| one.place.cmp(&other.place));
        paging.page(found, |entity| &entity.place)
    }

    fn candidates<'s>(&self, state: &'s State) -> Vec<Candidate<'s>> {
        let space = &self.space;
        let groups = state.groups.in_space(space).map(|group| Candidate {
            kind: EntityKind::Group,
            name: &group.name,
            id: &group.id,
            path: &group.path,
            attached: &group.attached,
            boundary: None,
        });
        let roles = state.roles.in_space(space).map(|role| Candidate {
            kind: EntityKind::Role,
            name: &role.name,
            id: &role.id,
            path: &role.path,
            attached: &role.attached,
            boundary: role.boundary.as_deref(),
        });
        let users = state.users.in_space(space).map(|user| Candidate {
            kind: EntityKind::User,
            name: &user.name,
            id: &user.id,
            path: &user.path,
            attached: &user.attached,
            boundary: user.boundary.as_deref(),
        });
        let plain = state.accounts.values().map(Arc::as_ref);
        let looked_after = state.has_plain_accounts(space);
        let plain = plain.filter(move |account| account.is_plain() && looked_after);
        let plain = plain.map(|account| Candidate {
            kind: EntityKind::User,
            name: &account.id,
            id: &account.id,
            path: "/",
            attached: &account.attached,
            boundary: None,
        });
        groups.chain(roles).chain(users).chain(plain).collect()
    }
}

impl Candidate<'_> {
    fn has(&self, arn: &str, filter: &EntityFilter<'_>) -> bool {
        let is_attached = || self.attached.iter().any(|known| known == arn);
        let is_boundary = || self.boundary == Some(arn);
        let has = match filter.usage {
            Some(PolicyUsage::Attached) => is_attached(),
            Some(PolicyUsage::Boundary) => is_boundary(),
            None => is_attached() || is_boundary(),
        };
        has && filter.kinds.contains(&self.kind) && self.path.starts_with(filter.path_prefix)
    }

    fn shown(self) -> PolicyEntity {
        let kind = match self.kind {
            EntityKind::Group => "group",
            EntityKind::Role => "role",
            EntityKind::User => "user",
        };
        PolicyEntity {
            kind: self.kind,
            name: self.name.to_owned(),
            id: self.id.to_owned(),
            place: format!("{kind}/{}", self.name).to_lowercase(),
        }
    }
}
