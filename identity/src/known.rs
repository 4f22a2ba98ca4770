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

    /// Whether somebody that a policy names exists, as far as can be known.
    pub fn knows(&self, who: &Who) -> bool {
        self.state().stranger(who).is_none()
    }
}

impl State {
    pub(crate) fn unknown_principal(&self, policy: &Policy) -> Option<String> {
        let found = policy.principals().find_map(|who| self.stranger(who));
        found.map(str::to_owned)
    }

    /// The name of one who does not exist.
    fn stranger<'w>(&self, who: &'w Who) -> Option<&'w str> {
        match who {
            Who::Arn(arn) if !self.has_principal(arn) => Some(arn),
            Who::UniqueId(id) if !self.has_id(id) => Some(id),
            Who::CanonicalUser(id) if !self.accounts.contains(id) => Some(id),
            _ => None,
        }
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
