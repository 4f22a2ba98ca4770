//! Users that nobody gets in as, for a while. IAM has no verb for it.

use super::{Alteration, Iam};
use crate::error::Result;
use crate::model::User;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspension {
    Begins,
    Ends,
}

impl Iam<'_> {
    /// Whatever the user has stays as it is, and opens nothing meanwhile: keys, temporary
    /// credentials, and the roles that were assumed with them. One that begins twice is counted from
    /// the first time.
    pub async fn suspend_user(&self, name: &str, suspension: Suspension) -> Result<()> {
        let to = Alteration {
            suspension: Some(suspension),
            ..Alteration::default()
        };
        self.alter_user(name, to).await
    }
}

impl Suspension {
    pub(super) fn apply(self, user: &mut User, now: u64) {
        user.suspended = match self {
            Suspension::Begins => Some(user.suspended.unwrap_or(now)),
            Suspension::Ends => None,
        };
    }
}

#[cfg(test)]
mod tests;
