//! Managed policies.

use std::sync::Arc;

use super::{Iam, Page, Paging, PolicyUsage, check_description, document, put, room, too_large};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{
    Limits, ManagedPolicy, PolicyLimits, PolicyVersion, Seconds, Tag, Unique, check_name,
    check_path, check_tags, unique_id,
};
use crate::policy::{Kind, Policy};
use crate::store::row::{Row, RowKey};
use crate::store::state::State;
use crate::store::table::Write;

#[derive(Debug, Clone, Default)]
pub struct NewPolicy<'a> {
    pub name: &'a str,
    pub path: Option<&'a str>,
    pub document: &'a str,
    pub description: Option<&'a str>,
    pub tags: Vec<Tag>,
}

/// A managed policy as IAM shows it, ready-made or own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyView {
    pub arn: String,
    pub id: String,
    pub name: String,
    pub path: String,
    pub description: Option<String>,
    pub default_version: u32,
    pub created: Seconds,
    pub updated: Seconds,
    /// How many users, groups and roles of the account have it.
    pub attachments: usize,
    pub boundaries: usize,
    pub tags: Vec<Tag>,
    /// What it limits those to who have it.
    pub limits: Limits,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PolicyScope {
    #[default]
    All,
    /// Ready-made ones.
    ReadyMade,
    /// The account's own.
    Local,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct PolicyFilter<'a> {
    pub scope: PolicyScope,
    pub path_prefix: &'a str,
    pub only_attached: bool,
    /// Only those that are used so.
    pub usage: Option<PolicyUsage>,
}

impl Iam<'_> {
    pub async fn create_policy(&self, new: NewPolicy<'_>) -> Result<PolicyView> {
        check_name("policyName", new.name, limits::POLICY_NAME_BYTES_MAX)?;
        let path = new.path.unwrap_or("/");
        check_path(path)?;
        check_tags(&new.tags, limits::TAGS_MAX)?;
        check_description(new.description)?;
        managed_document(new.document)?;
        let now = self.identity.seconds();
        let policy = ManagedPolicy {
            id: unique_id(Unique::Policy)?,
            space: self.space.clone(),
            path: path.to_owned(),
            name: new.name.to_owned(),
            created: now,
            updated: now,
            description: new.description.map(str::to_owned),
            default_version: 1,
            next_version: 2,
            tags: new.tags,
        };
        let version = PolicyVersion {
            policy: policy.id.clone(),
            number: 1,
            created: now,
            document: new.document.to_owned(),
        };
        self.identity
            .change(|state, writes| {
                if state.policies.get(&self.space, &policy.name).is_some() {
                    return Err(Error::EntityAlreadyExists(format!(
                        "A policy called {} already exists. Duplicate names are not allowed.",
                        policy.name
                    )));
                }
                let count = state.policies.count(&self.space);
                room(
                    "PoliciesPerAccount",
                    count,
                    limits::POLICIES_PER_ACCOUNT_MAX,
                )?;
                let view = self.policy_view(state, &policy);
                writes.extend([put(Row::Version(version)), put(Row::Policy(policy))]);
                Ok(view)
            })
            .await
    }

    pub fn get_policy(&self, arn: &str) -> Result<PolicyView> {
        let state = self.identity.state();
        if let Some(view) = self.ready_view(&state, arn) {
            return Ok(view);
        }
        let policy = self.own_policy(&state, arn)?;
        Ok(self.policy_view(&state, &policy))
    }

    pub fn list_policies(
        &self,
        filter: PolicyFilter<'_>,
        paging: Paging<'_>,
    ) -> Result<Page<PolicyView>> {
        let state = self.identity.state();
        let mut views = Vec::new();
        if filter.scope != PolicyScope::Local {
            let arns = state.ready_made.all().map(|(arn, _)| arn);
            views.extend(arns.filter_map(|arn| self.ready_view(&state, arn)));
        }
        if filter.scope != PolicyScope::ReadyMade {
            let own = state.policies.in_space(&self.space);
            views.extend(own.map(|policy| self.policy_view(&state, policy)));
        }
        views.retain(|view| {
            let is_used = match filter.usage {
                Some(PolicyUsage::Attached) => view.attachments > 0,
                Some(PolicyUsage::Boundary) => view.boundaries > 0,
                None => true,
            };
            view.path.starts_with(filter.path_prefix)
                && (!filter.only_attached || view.attachments > 0)
                && is_used
        });
        views.sort_by_key(|view| view.arn.to_lowercase());
        paging.page(views, |view| &view.arn)
    }

    /// Refused while it is attached, a boundary, or has more than its default version.
    pub async fn delete_policy(&self, arn: &str) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let policy = self.own_policy(state, arn)?;
                let view = self.policy_view(state, &policy);
                if view.attachments + view.boundaries > 0 {
                    return Err(Error::DeleteConflict(
                        "Cannot delete a policy attached to entities.".into(),
                    ));
                }
                let versions = state.versions.get(&policy.id);
                if versions.is_some_and(|versions| versions.len() > 1) {
                    return Err(Error::DeleteConflict(
                        "This policy has more than one version. Before you delete a policy, you \
                         must delete the policy's versions. The default version is deleted with \
                         the policy."
                            .into(),
                    ));
                }
                let version = RowKey::Version(policy.id.clone(), policy.default_version);
                let key = RowKey::Policy(policy.id.clone());
                writes.extend([Write::Delete(version), Write::Delete(key)]);
                writes.extend(without_limits(state, arn));
                Ok(())
            })
            .await
    }

    /// Limits whoever has the policy, from the next request on.
    pub async fn set_policy_limits(&self, arn: &str, limits: Limits) -> Result<()> {
        self.identity
            .change(|state, writes| {
                self.any_policy(state, arn)?;
                let policy = arn.to_owned();
                writes.push(put(Row::Limits(PolicyLimits { policy, limits })));
                Ok(())
            })
            .await
    }

    /// Gives a ready-made policy the limits back that it came with; others have none then.
    pub async fn reset_policy_limits(&self, arn: &str) -> Result<()> {
        self.identity
            .change(|state, writes| {
                self.any_policy(state, arn)?;
                writes.extend(without_limits(state, arn));
                Ok(())
            })
            .await
    }

    fn any_policy(&self, state: &State, arn: &str) -> Result<()> {
        match state.ready_made.get(arn) {
            Some(_) => Ok(()),
            None => self.own_policy(state, arn).map(|_| ()),
        }
    }

    /// A policy of this account.
    pub(super) fn own_policy(&self, state: &State, arn: &str) -> Result<Arc<ManagedPolicy>> {
        let policy = state.managed_row(arn);
        let policy = policy.filter(|policy| policy.space == self.space);
        policy.cloned().ok_or_else(|| no_policy(arn))
    }

    fn policy_view(&self, state: &State, policy: &ManagedPolicy) -> PolicyView {
        let arn = policy.arn();
        let (attachments, boundaries) = self.uses(state, &arn);
        let limits = state.limits_set_by(&arn);
        PolicyView {
            arn,
            id: policy.id.clone(),
            name: policy.name.clone(),
            path: policy.path.clone(),
            description: policy.description.clone(),
            default_version: policy.default_version,
            created: policy.created,
            updated: policy.updated,
            attachments,
            boundaries,
            tags: policy.tags.clone(),
            limits,
        }
    }

    fn ready_view(&self, state: &State, arn: &str) -> Option<PolicyView> {
        let ready = state.ready_made.get(arn)?;
        let (attachments, boundaries) = self.uses(state, arn);
        Some(PolicyView {
            arn: arn.to_owned(),
            id: format!("ANPA{}", ready.name.to_uppercase()),
            name: ready.name.to_owned(),
            path: "/".to_owned(),
            description: Some(ready.description.to_owned()),
            default_version: 1,
            created: 0,
            updated: 0,
            attachments,
            boundaries,
            tags: Vec::new(),
            limits: state.limits_set_by(arn),
        })
    }

    /// How often it is attached in this account, and how often it is a boundary.
    fn uses(&self, state: &State, arn: &str) -> (usize, usize) {
        let is = |name: &&String| *name == arn;
        let users = || state.users.in_space(&self.space);
        let roles = || state.roles.in_space(&self.space);
        let groups = state.groups.in_space(&self.space);
        let mut attached = users().flat_map(|user| &user.attached).filter(is).count();
        attached += groups.flat_map(|group| &group.attached).filter(is).count();
        attached += roles().flat_map(|role| &role.attached).filter(is).count();
        if state.has_plain_accounts(&self.space) {
            let accounts = state.accounts.values();
            attached += accounts
                .flat_map(|account| &account.attached)
                .filter(is)
                .count();
        }
        let of_users = users().filter_map(|user| user.boundary.as_ref());
        let of_roles = roles().filter_map(|role| role.boundary.as_ref());
        (attached, of_users.chain(of_roles).filter(is).count())
    }
}

/// Of a policy that was given some.
fn without_limits(state: &State, arn: &str) -> Option<Write> {
    let given = state.limits.contains_key(arn);
    given.then(|| Write::Delete(RowKey::Limits(arn.to_owned())))
}

pub(super) fn managed_document(text: &str) -> Result<()> {
    document(Kind::Identity, text)?;
    match Policy::counted_bytes(text) <= limits::MANAGED_POLICY_BYTES_MAX {
        true => Ok(()),
        false => Err(too_large(limits::MANAGED_POLICY_BYTES_MAX)),
    }
}

pub(super) fn no_policy(arn: &str) -> Error {
    Error::NoSuchEntity(format!("Policy {arn} was not found."))
}
