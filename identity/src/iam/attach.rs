//! Policies of users, groups and roles: inline ones and attached managed ones.

use std::sync::Arc;

use super::people::{Person, PolicyHolder};
use super::{Iam, Page, Paging, document, put, room, too_large};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::check_name;
use crate::policy::{Kind, Policy};
use crate::store::row::{Inline, Row, RowKey};
use crate::store::state::State;
use crate::store::table::Write;

impl Iam<'_> {
    /// Puts a policy into a user, group or role, in place of one of the same name.
    pub async fn put_policy(&self, of: PolicyHolder<'_>, name: &str, text: &str) -> Result<()> {
        check_name("policyName", name, limits::POLICY_NAME_BYTES_MAX)?;
        self.identity
            .change(|state, writes| {
                let person = self.person(state, of)?;
                document(Kind::Identity, text)?;
                let others = state.inline.get(person.id());
                let others = others
                    .into_iter()
                    .flatten()
                    .filter(|(known, _)| *known != name);
                let (mut count, mut bytes) = (0, Policy::counted_bytes(text));
                for (_, other) in others {
                    count += 1;
                    bytes += Policy::counted_bytes(other.policy.document());
                }
                room("InlinePolicies", count, limits::INLINE_POLICIES_MAX)?;
                if bytes > person.inline_bytes_max() {
                    return Err(too_large(person.inline_bytes_max()));
                }
                writes.push(put(Row::Inline(Inline {
                    of: person.id().to_owned(),
                    name: name.to_owned(),
                    document: text.to_owned(),
                })));
                Ok(())
            })
            .await
    }

    /// An inline policy as it was given.
    pub fn get_policy_of(&self, of: PolicyHolder<'_>, name: &str) -> Result<Arc<str>> {
        let state = self.identity.state();
        let person = self.person(&state, of)?;
        let policy = state
            .inline
            .get(person.id())
            .and_then(|policies| policies.get(name));
        let policy = policy.ok_or_else(|| no_policy(&person, name))?;
        Ok(Arc::clone(policy.policy.document()))
    }

    pub async fn delete_policy_of(&self, of: PolicyHolder<'_>, name: &str) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let person = self.person(state, of)?;
                let policies = state.inline.get(person.id());
                if !policies.is_some_and(|policies| policies.contains_key(name)) {
                    return Err(no_policy(&person, name));
                }
                let key = RowKey::Inline(person.id().to_owned(), name.to_owned());
                writes.push(Write::Delete(key));
                Ok(())
            })
            .await
    }

    /// Names of inline policies.
    pub fn list_policies_of(
        &self,
        of: PolicyHolder<'_>,
        paging: Paging<'_>,
    ) -> Result<Page<String>> {
        let state = self.identity.state();
        let person = self.person(&state, of)?;
        let policies = state.inline.get(person.id()).into_iter().flatten();
        let mut names: Vec<String> = policies.map(|(name, _)| name.clone()).collect();
        names.sort_by_key(|name| name.to_lowercase());
        paging.page(names, |name| name)
    }

    /// Attaching twice is attaching once.
    pub async fn attach_policy(&self, of: PolicyHolder<'_>, arn: &str) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let person = self.person(state, of)?;
                self.attachable(state, Some(arn))?;
                let mut attached = person.attached().to_vec();
                if attached.iter().any(|known| known == arn) {
                    return Ok(());
                }
                room(
                    "PoliciesPerEntity",
                    attached.len(),
                    limits::ATTACHED_POLICIES_MAX,
                )?;
                attached.push(arn.to_owned());
                writes.push(put(person.with_attached(attached)));
                Ok(())
            })
            .await
    }

    pub async fn detach_policy(&self, of: PolicyHolder<'_>, arn: &str) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let person = self.person(state, of)?;
                let mut attached = person.attached().to_vec();
                attached.retain(|known| known != arn);
                if attached.len() == person.attached().len() {
                    return Err(Error::NoSuchEntity(format!("Policy {arn} was not found.")));
                }
                writes.push(put(person.with_attached(attached)));
                Ok(())
            })
            .await
    }

    /// Full names of attached policies; what stands behind the last slash is the short one.
    pub fn list_attached_policies(
        &self,
        of: PolicyHolder<'_>,
        path_prefix: &str,
        paging: Paging<'_>,
    ) -> Result<Page<String>> {
        let state = self.identity.state();
        let person = self.person(&state, of)?;
        let has_path = |arn: &&String| {
            let path = arn.split_once(":policy").map_or("", |(_, path)| path);
            path.starts_with(path_prefix)
        };
        let mut names: Vec<String> = person.attached().iter().filter(has_path).cloned().collect();
        names.sort_by_key(|arn| arn.to_lowercase());
        paging.page(names, |arn| arn)
    }

    /// Whether there is such a managed policy, and this account may use it.
    pub(super) fn attachable(&self, state: &State, arn: Option<&str>) -> Result<()> {
        let Some(arn) = arn else {
            return Ok(());
        };
        let is_ours = |arn| {
            let row = state.managed_row(arn);
            row.is_some_and(|policy| policy.space == self.space)
        };
        match state.ready_made.get(arn).is_some() || is_ours(arn) {
            true => Ok(()),
            false => Err(Error::NoSuchEntity(format!(
                "Policy {arn} does not exist or is not attachable."
            ))),
        }
    }

    /// Refuses to delete what policies still hang on.
    pub(super) fn bare(&self, state: &State, of: PolicyHolder<'_>) -> Result<()> {
        let person = self.person(state, of)?;
        let first = match () {
            () if !person.attached().is_empty() => "detach all policies",
            () if state.inline.contains_key(person.id()) => "delete policies",
            () => return Ok(()),
        };
        Err(Error::DeleteConflict(format!(
            "Cannot delete entity, must {first} first."
        )))
    }
}

fn no_policy(of: &Person, name: &str) -> Error {
    Error::NoSuchEntity(format!(
        "The {} policy with name {name} cannot be found.",
        of.word()
    ))
}
