//! Lasting keys of whoever asks, for what is to outlive the login that it was asked for with.

#[cfg(test)]
mod tests;

use crate::caller::{Caller, Refusal};
use crate::identity::Identity;
use crate::model::{Seconds, Secret};

/// A key to sign something with. What is signed lasts as long as the key does.
#[derive(Debug, Clone)]
pub struct OwnKey {
    pub secret: Secret,
    /// From then on nothing that it has signed counts.
    pub expires: Option<Seconds>,
}

/// Why a caller cannot have something signed by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOwn {
    /// The key may do more than who asks.
    #[error(
        "A token with a policy, and credentials of a session or a role, cannot have anything signed by \
         an access key: the key may do more than they may."
    )]
    Narrowed,
    /// Nobody learns whether it is somebody else's.
    #[error("You have no such access key.")]
    Absent,
    #[error("This access key is switched off.")]
    Inactive,
    #[error("This access key has expired.")]
    Expired,
}

impl Identity {
    /// The secret of a key that is the caller's own, if the caller may do all that the holder of the
    /// key may: who is narrowed would get around that by the key.
    pub fn own_key(&self, caller: &Caller, id: &str) -> Result<OwnKey, NotOwn> {
        if caller.is_restricted() || !caller.session.is_empty() {
            return Err(NotOwn::Narrowed);
        }
        let holder = caller.holder().ok_or(NotOwn::Narrowed)?;
        let expires = {
            let state = self.state();
            let kept = state.keys.get(id).filter(|kept| kept.row.holder == holder);
            kept.ok_or(NotOwn::Absent)?.row.expires
        };
        let credential = self.find(id, None).map_err(|refusal| match refusal {
            Refusal::InactiveKey => NotOwn::Inactive,
            Refusal::ExpiredKey => NotOwn::Expired,
            Refusal::UnknownKey | Refusal::InvalidToken | Refusal::ExpiredToken => NotOwn::Absent,
        })?;
        let secret = credential.secret.clone();
        // The root of a folder that was never served has none yet.
        match secret.expose().is_empty() {
            true => Err(NotOwn::Absent),
            false => Ok(OwnKey { secret, expires }),
        }
    }
}
