//! Managed policies.

use std::collections::HashMap;
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
                let view = self.policy_view(state, &self.uses(state), &policy);
                writes.extend([put(Row::Version(version)), put(Row::Policy(policy))]);
                Ok(view)
            })
            .await
    }

    pub fn get_policy(&self, arn: &str) -> Result<PolicyView> {
        let state = self.identity.state();
        let uses = self.uses(&state);
        if let Some(view) = self.ready_view(&state, &uses, arn) {
            return Ok(view);
        }
        let policy = self.own_policy(&state, arn)?;
        Ok(self.policy_view(&state, &uses, &policy))
    }

    pub fn list_policies(
        &self,
        filter: PolicyFilter<'_>,
        paging: Paging<'_>,
    ) -> Result<Page<PolicyView>> {
        let state = self.identity.state();
        let uses = self.uses(&state);
        let mut views = Vec::new();
        if filter.scope != PolicyScope::Local {
            let arns = state.ready_made.all().map(|(arn, _)| arn);
            views.extend(arns.filter_map(|arn| self.ready_view(&state, &uses, arn)));
        }
        if filter.scope != PolicyScope::ReadyMade {
            let own = state.policies.in_space(&self.space);
            views.extend(own.map(|policy| self.policy_view(&state, &uses, policy)));
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
                let view = self.policy_view(state, &self.uses(state), &policy);
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

    fn policy_view(&self, state: &State, uses: &Uses<'_>, policy: &ManagedPolicy) -> PolicyView {
        let arn = policy.arn();
        let used = uses.get(arn.as_str()).copied().unwrap_or_default();
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
            attachments: used.attachments,
            boundaries: used.boundaries,
            tags: policy.tags.clone(),
            limits,
        }
    }

    fn ready_view(&self, state: &State, uses: &Uses<'_>, arn: &str) -> Option<PolicyView> {
        let ready = state.ready_made.get(arn)?;
        let used = uses.get(arn).copied().unwrap_or_default();
        Some(PolicyView {
            arn: arn.to_owned(),
            id: format!("ANPA{}", ready.name.to_uppercase()),
            name: ready.name.to_owned(),
            path: "/".to_owned(),
            description: Some(ready.description.to_owned()),
            default_version: 1,
            created: 0,
            updated: 0,
            attachments: used.attachments,
            boundaries: used.boundaries,
            tags: Vec::new(),
            limits: state.limits_set_by(arn),
        })
    }

    /// How often each is used in this account. Counted once for a whole list: who has it is written
    /// with whoever has it.
    fn uses<'s>(&self, state: &'s State) -> Uses<'s> {
        let users = || state.users.in_space(&self.space);
        let roles = || state.roles.in_space(&self.space);
        let groups = state.groups.in_space(&self.space);
        let accounts = state.accounts.values();
        let accounts = accounts.filter(|_| state.has_plain_accounts(&self.space));
        let attached = users().flat_map(|user| &user.attached);
        let attached = attached.chain(groups.flat_map(|group| &group.attached));
        let attached = attached.chain(roles().flat_map(|role| &role.attached));
        let attached = attached.chain(accounts.flat_map(|account| &account.attached));
        let of_users = users().filter_map(|user| user.boundary.as_ref());
        let of_roles = roles().filter_map(|role| role.boundary.as_ref());
        let mut uses = Uses::new();
        for arn in attached {
            uses.entry(arn).or_default().attachments += 1;
        }
        for arn in of_users.chain(of_roles) {
            uses.entry(arn).or_default().boundaries += 1;
        }
        uses
    }
}

type Uses<'s> = HashMap<&'s str, Use>;

#[derive(Debug, Clone, Copy, Default)]
struct Use {
    attachments: usize,
    boundaries: usize,
}

/// Of a policy that was given some.
fn without_limits(state: &State, arn: &str) -> Option<Write> {
    let given = state.limits.contains_key(arn);
    given.then(|| Write::Delete(RowKey::Limits(arn.to_owned())))
}

pub(crate) fn managed_document(text: &str) -> Result<()> {
    document(Kind::Identity, text)?;
    match Policy::counted_bytes(text) <= limits::MANAGED_POLICY_BYTES_MAX {
        true => Ok(()),
        false => Err(too_large(limits::MANAGED_POLICY_BYTES_MAX)),
    }
}

pub(super) fn no_policy(arn: &str) -> Error {
    Error::NoSuchEntity(format!("Policy {arn} was not found."))
}
