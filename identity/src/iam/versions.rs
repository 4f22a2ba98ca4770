//! Versions of managed policies.

use std::sync::Arc;

use super::policies::{managed_document, no_policy};
use super::{Iam, put};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{ManagedPolicy, PolicyVersion};
use crate::store::row::{Row, RowKey};
use crate::store::state::State;
use crate::store::table::Write;

/// Whether a new version is the one that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewVersion {
    BecomesDefault,
    StandsBy,
    /// It counts, and where there are as many as there may be, the oldest goes that did not.
    ReplacesOldest,
}

impl Iam<'_> {
    /// The number of the version.
    pub async fn create_policy_version(
        &self,
        arn: &str,
        text: &str,
        new: NewVersion,
    ) -> Result<Arc<PolicyVersion>> {
        managed_document(text)?;
        let now = self.identity.seconds();
        self.identity
            .change(|state, writes| {
                let mut policy: ManagedPolicy = (*self.own_policy(state, arn)?).clone();
                let versions = state.versions.get(&policy.id);
                let numbers = versions.into_iter().flat_map(|versions| versions.keys());
                let oldest = || numbers.clone().find(|it| **it != policy.default_version);
                let is_full = numbers.clone().count() >= limits::VERSIONS_PER_POLICY_MAX;
                if is_full && new != NewVersion::ReplacesOldest {
                    return Err(Error::LimitExceeded(format!(
                        "A managed policy can have up to {} versions. Before you create a new \
                         version, you must delete an existing version.",
                        limits::VERSIONS_PER_POLICY_MAX
                    )));
                }
                let gone = oldest().filter(|_| is_full).copied();
                let gone = gone.map(|it| Write::Delete(RowKey::Version(policy.id.clone(), it)));
                writes.extend(gone);
                let version = PolicyVersion {
                    policy: policy.id.clone(),
                    number: policy.next_version,
                    created: now,
                    document: text.to_owned(),
                };
                policy.next_version += 1;
                policy.updated = now;
                if new != NewVersion::StandsBy {
                    policy.default_version = version.number;
                }
                writes.extend([put(Row::Version(version.clone())), put(Row::Policy(policy))]);
                Ok(Arc::new(version))
            })
            .await
    }

    pub fn get_policy_version(&self, arn: &str, number: u32) -> Result<Arc<PolicyVersion>> {
        let versions = self.list_policy_versions(arn)?;
        let mut versions = versions.into_iter();
        let version = versions.find(|version| version.number == number);
        version.ok_or_else(|| no_version(arn, number))
    }

    /// Newest first. Which one counts stands in the policy itself.
    pub fn list_policy_versions(&self, arn: &str) -> Result<Vec<Arc<PolicyVersion>>> {
        let state = self.identity.state();
        if let Some(ready) = state.ready_made.get(arn) {
            return Ok(vec![Arc::new(PolicyVersion {
                policy: ready.name.to_owned(),
                number: 1,
                created: 0,
                document: ready.named.policy.document().to_string(),
            })]);
        }
        let policy = self.own_policy(&state, arn)?;
        let versions = state
            .versions
            .get(&policy.id)
            .ok_or_else(|| no_policy(arn))?;
        let newest_first = versions.values().rev();
        Ok(newest_first
            .map(|version| Arc::clone(&version.row))
            .collect())
    }

    pub async fn set_default_policy_version(&self, arn: &str, number: u32) -> Result<()> {
        let now = self.identity.seconds();
        self.identity
            .change(|state, writes| {
                let mut policy = self.policy_with_version(state, arn, number)?;
                policy.default_version = number;
                policy.updated = now;
                writes.push(put(Row::Policy(policy)));
                Ok(())
            })
            .await
    }

    /// Never the one that counts.
    pub async fn delete_policy_version(&self, arn: &str, number: u32) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let policy = self.policy_with_version(state, arn, number)?;
                if policy.default_version == number {
                    return Err(Error::DeleteConflict(
                        "Cannot delete the default version of a policy.".into(),
                    ));
                }
                writes.push(Write::Delete(RowKey::Version(policy.id, number)));
                Ok(())
            })
            .await
    }

    fn policy_with_version(&self, state: &State, arn: &str, number: u32) -> Result<ManagedPolicy> {
        let policy = self.own_policy(state, arn)?;
        let versions = state.versions.get(&policy.id);
        match versions.is_some_and(|versions| versions.contains_key(&number)) {
            true => Ok((*policy).clone()),
            false => Err(no_version(arn, number)),
        }
    }
}

fn no_version(arn: &str, number: u32) -> Error {
    Error::NoSuchEntity(format!(
        "Policy {arn} version v{number} does not exist or is not attachable."
    ))
}
