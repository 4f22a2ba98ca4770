//! The verbs of STS: temporary credentials for those who may have them.

mod assume;
mod federate;
mod jwt;
mod web_identity;

#[cfg(test)]
mod tests;

pub use assume::{AssumeRole, AssumedRole, SessionTags};
pub use federate::{Federated, FederationRequest};
pub use web_identity::{AssumedByWebIdentity, KeySource, KeysFuture, NoKeys, WebIdentityRequest};

use crate::caller::{Caller, Rank};
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::limits;
use crate::model::{Holder, Seconds, Secret, Unique, new_secret, unique_id};
use crate::policy::PrincipalKind;
use crate::session::{Session, SessionOf};

/// Asked for beside the verb by whoever gives a session tags, or says whose it is.
pub(crate) const TAG_SESSION: &str = "sts:TagSession";
pub(crate) const SET_SOURCE_IDENTITY: &str = "sts:SetSourceIdentity";

/// Rights that are no verb of their own.
pub const FURTHER_RIGHTS: [&str; 2] = [TAG_SESSION, SET_SOURCE_IDENTITY];

/// Temporary credentials.
#[derive(Debug, Clone)]
pub struct Issued {
    pub access_key: String,
    pub secret: Secret,
    pub token: String,
    pub expires: Seconds,
}

/// What GetCallerIdentity answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The account's number; of a plain account, that of the server's own, which it is in.
    pub account: String,
    pub arn: String,
    pub user_id: String,
}

impl Identity {
    /// Nothing has to be allowed for it.
    pub fn get_caller_identity(&self, caller: &Caller) -> Result<CallerIdentity> {
        if caller.is_anonymous() {
            return Err(Error::AccessDenied(
                "Request is missing Authentication Token".into(),
            ));
        }
        Ok(CallerIdentity {
            account: caller.principal().account.clone(),
            arn: caller.arn().to_owned(),
            user_id: caller.unique_id().to_owned(),
        })
    }

    /// Credentials of a user or root with the same rights, for a while.
    pub fn get_session_token(&self, caller: &Caller, seconds: Option<u32>) -> Result<Issued> {
        let holder = caller.holder().ok_or_else(|| {
            Error::AccessDenied("Cannot call GetSessionToken with session credentials".into())
        })?;
        let max = caller.user_session_seconds_max();
        let default = limits::USER_SESSION_SECONDS_DEFAULT.min(max);
        let seconds = duration(seconds, default, limits::USER_SESSION_SECONDS_MAX)?;
        let mut session = self.new_session(SessionOf::Holder(holder), seconds.min(max))?;
        session.restriction = caller.restriction_document();
        self.issue(&session)
    }

    /// Credentials for links: they may do what the caller may, and end with the login that it was
    /// known by, at `until` at the latest. Who keeps logins knows it by its name.
    pub fn credentials_of_login(
        &self,
        caller: &Caller,
        login: &str,
        until: Seconds,
    ) -> Result<Issued> {
        let holder = caller
            .holder()
            .ok_or_else(|| Error::AccessDenied("Only users and accounts have logins.".into()))?;
        let session = Session {
            expires: until,
            restriction: caller.restriction_document(),
            login: Some(login.to_owned()),
            ..self.new_session(SessionOf::Holder(holder), 0)?
        };
        self.issue(&session)
    }

    fn new_session(&self, of: SessionOf, seconds: u32) -> Result<Session> {
        let now = self.seconds();
        Ok(Session {
            issued: now,
            expires: now + Seconds::from(seconds),
            ..Session::new(of, new_secret()?)
        })
    }

    fn issue(&self, session: &Session) -> Result<Issued> {
        let access_key = unique_id(Unique::SessionKey)?;
        Ok(Issued {
            token: self.seal_session(&access_key, session)?,
            access_key,
            secret: self.secret_of(session),
            expires: session.expires,
        })
    }
}

impl Caller {
    /// Whose key the caller signs with, if that is a lasting one.
    pub(crate) fn holder(&self) -> Option<Holder> {
        match self.kind() {
            _ if self.is_temporary() => None,
            PrincipalKind::Account => Some(Holder::Account(self.account().id.clone())),
            PrincipalKind::User => Some(Holder::User(self.unique_id().to_owned())),
            _ => None,
        }
    }

    /// How long sessions of users may last: those of a root less, whatever is asked for.
    fn user_session_seconds_max(&self) -> u32 {
        let is_root = matches!(self.rank, Rank::Root | Rank::Administrator);
        match is_root && !self.account().is_plain() {
            true => limits::ROOT_SESSION_SECONDS_MAX,
            false => limits::USER_SESSION_SECONDS_MAX,
        }
    }

    /// What limits the caller's key limits its sessions.
    fn restriction_document(&self) -> Option<String> {
        let restriction = self.restriction.as_ref();
        restriction.map(|named| named.policy.document().to_string())
    }
}

impl Issued {
    /// How much of what a token may have this one needs.
    fn packed_percent(&self) -> u8 {
        let percent = self.token.len() * 100 / limits::SESSION_TOKEN_BYTES_MAX;
        u8::try_from(percent).unwrap_or(100)
    }
}

fn duration(seconds: Option<u32>, default: u32, max: u32) -> Result<u32> {
    let seconds = seconds.unwrap_or(default);
    let min = limits::SESSION_SECONDS_MIN;
    match seconds {
        seconds if seconds < min => Err(Error::Validation(format!(
            "durationSeconds must have value greater than or equal to {min}"
        ))),
        seconds if seconds > max => Err(Error::Validation(format!(
            "The requested DurationSeconds exceeds the MaxSessionDuration of {max} seconds set \
             for this role."
        ))),
        seconds => Ok(seconds),
    }
}

/// For the fuzzer: whether a token is good. What is, says where it comes from and how long it holds.
pub(crate) fn fuzz_token(token: &str, key_set: &str, now: Seconds) -> bool {
    let origin = jwt::origin(token);
    let Ok(claims) = jwt::verify(token, key_set, now) else {
        return false;
    };
    assert_eq!(claims.text("iss").is_some(), origin.is_ok());
    let later = claims.get("exp").and_then(serde_json::Value::as_u64);
    if let Some(expires) = later {
        assert!(expires > now, "it has expired");
        assert!(
            jwt::verify(token, key_set, expires).is_err(),
            "it never ends"
        );
    }
    for name in claims.names() {
        claims.texts(name);
    }
    true
}
