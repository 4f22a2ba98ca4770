//! Users that nobody gets in as, for a while. IAM has no verb for it.

use super::Iam;
use crate::error::Result;

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
        let now = self.identity.seconds();
        self.change_user(name, |_, user| {
            user.suspended = match suspension {
                Suspension::Begins => Some(user.suspended.unwrap_or(now)),
                Suspension::Ends => None,
            };
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests;
