//! Temporary credentials. Nothing is stored for one: its token says it all, sealed under the
//! server's master key.

mod token;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(crate) use token::{open, seal};

use crate::model::{Holder, Seconds};
use crate::policy::{Kind, Named, Policy};

/// What a session token carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) secret: Hidden,
    pub(crate) issued: Seconds,
    pub(crate) expires: Seconds,
    pub(crate) of: SessionOf,
    /// A document that limits the session.
    pub(crate) policy: Option<String>,
    /// Managed policies that limit it.
    pub(crate) policy_arns: Vec<String>,
    /// What the key that asked for it was restricted to.
    pub(crate) restriction: Option<String>,
    /// Keys with their values: a web identity may bring several values of one.
    pub(crate) tags: Vec<(String, Vec<String>)>,
    /// Keys of tags that go on into the next role assumed.
    pub(crate) transitive: Vec<String>,
    pub(crate) source_identity: Option<String>,
    pub(crate) web_identity: Option<WebIdentity>,
    /// The login it was made for, and ends with. It stands behind the rest in a token.
    #[serde(skip)]
    pub(crate) login: Option<String>,
    /// Of a role: the user that has assumed it, by id, through however many roles. It stands behind
    /// the rest as well.
    #[serde(skip)]
    pub(crate) user: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SessionOf {
    /// Of a user or a root, with the same rights.
    Holder(Holder),
    Role {
        id: String,
        name: String,
    },
    /// Somebody a user or root vouches for. The session's policies say which of its rights it has.
    Federated {
        by: Holder,
        name: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WebIdentity {
    /// The provider's full name.
    pub(crate) provider: String,
    /// Condition keys, `example.com:sub`, with their values.
    pub(crate) claims: Vec<(String, Vec<String>)>,
}

/// A secret that may be written into a token, and nowhere else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hidden(pub(crate) String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden(..)")
    }
}

impl Session {
    /// Of a role that is only thought of: it has no credentials, and is limited by nothing.
    pub(crate) fn nobodys() -> Self {
        Session::new(
            SessionOf::Holder(Holder::User(String::new())),
            String::new(),
        )
    }

    /// From no time to no time.
    pub(crate) fn new(of: SessionOf, secret: String) -> Self {
        Session {
            secret: Hidden(secret),
            issued: 0,
            expires: 0,
            of,
            policy: None,
            policy_arns: Vec::new(),
            restriction: None,
            tags: Vec::new(),
            transitive: Vec::new(),
            source_identity: None,
            web_identity: None,
            login: None,
            user: None,
        }
    }

    /// The session policy, if there is one; nothing at all if it cannot be read, because then it
    /// would not limit.
    pub(crate) fn policy(&self) -> Option<Option<Named>> {
        named("session policy", Kind::Session, self.policy.as_deref())
    }

    pub(crate) fn restriction(&self) -> Option<Option<Named>> {
        named("access key", Kind::Identity, self.restriction.as_deref())
    }
}

fn named(name: &str, kind: Kind, document: Option<&str>) -> Option<Option<Named>> {
    let Some(document) = document else {
        return Some(None);
    };
    let policy = Policy::parse(kind, document).ok()?;
    Some(Some(Named {
        name: name.into(),
        policy: Arc::new(policy),
    }))
}
