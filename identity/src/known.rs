//! Whether those a policy names exist.

use crate::identity::Identity;
use crate::policy::{Policy, Who};
use crate::store::state::State;

impl Identity {
    /// Whom the policy names and who does not exist: a user, role or canonical id. Of accounts
    /// only the name is known, they may be another server's.
    pub fn unknown_principal(&self, policy: &Policy) -> Option<String> {
        self.state().unknown_principal(policy)
    }
}

impl State {
    pub(crate) fn unknown_principal(&self, policy: &Policy) -> Option<String> {
        policy.principals().find_map(|who| match who {
            Who::Arn(arn) if !self.has_principal(arn) => Some(arn.clone()),
            Who::UniqueId(id) if !self.has_id(id) => Some(id.clone()),
            Who::CanonicalUser(id) if !self.accounts.contains(id) => Some(id.clone()),
            _ => None,
        })
    }

    fn has_id(&self, id: &str) -> bool {
        self.users.by_id(id).is_some() || self.roles.by_id(id).is_some()
    }

    /// Sessions need not exist, their roles do.
    fn has_principal(&self, arn: &str) -> bool {
        let mut parts = arn.splitn(6, ':').skip(4);
        let (Some(space), Some(resource)) = (parts.next(), parts.next()) else {
            return false;
        };
        let (kind, rest) = resource.split_once('/').unwrap_or((resource, ""));
        let last = rest.rsplit('/').next().unwrap_or_default();
        match kind {
            "user" if space.is_empty() && self.plain_account(space, rest).is_some() => true,
            "user" => self
                .users
                .get(space, last)
                .is_some_and(|user| user.arn() == arn),
            "role" => self
                .roles
                .get(space, last)
                .is_some_and(|role| role.arn() == arn),
            "assumed-role" => {
                let role = rest.split('/').next().unwrap_or_default();
                self.roles.get(space, role).is_some()
            }
            _ => true,
        }
    }
}
