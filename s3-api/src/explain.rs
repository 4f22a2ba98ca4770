//! Why somebody may do something to a bucket or an object, or may not: the decision on a request
//! that nobody has sent, for people. The code that decides is the one that requests meet.

use crate::access::{self, Answer, Ground, Question};
use crate::domains::Domains;
use crate::handle::S3;
use crate::op::{Access, OPERATIONS};
use crate::request::{Authenticated, Deed, Parsed};
use http::request::Parts;
use identity::Caller;
use identity::iam::Matched;
use identity::policy::Outcome;
use std::sync::Arc;
use storage_engine::Error;

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Deliberation<'a> {
    pub caller: &'a Caller,
    /// `s3:GetObject`
    pub action: &'a str,
    pub bucket: &'a str,
    /// Empty for the bucket itself.
    pub key: &'a [u8],
    /// Condition keys with their values, as a request would bring them. One with several values
    /// stands there several times in a row.
    pub context: &'a [(&'a str, &'a str)],
}

/// What would be decided, and because of what.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    pub outcome: Outcome,
    pub ground: Ground,
    /// Statements of policies that it rests on.
    pub statements: Vec<Matched>,
    /// Condition keys that were looked at and not given.
    pub missing: Vec<String>,
}

impl Explanation {
    pub fn is_allowed(&self) -> bool {
        self.outcome == Outcome::Allow
    }
}

impl S3 {
    /// Whether the gate would let a request of somebody known through. Nothing is done for it, and
    /// no log tells of it: for lists that show of each item what may be seen of it.
    pub async fn would_permit(&self, caller: &Arc<Caller>, parts: &Parts) -> bool {
        let Ok(parsed) = Parsed::parse(parts, &Domains::default()) else {
            return false;
        };
        let named = self.gate().named_by(&parsed).await;
        let asked = Authenticated::known(parsed, Arc::clone(caller));
        let permitted = self.gate().permit(asked, named, self.settings());
        permitted.await.is_ok()
    }

    /// Decides on what is there now: the bucket's policy, lists and public access block, and the
    /// owner and tags of the object.
    pub async fn explain(&self, asked: Deliberation<'_>) -> Result<Explanation, Error> {
        let gate = self.gate();
        let bucket = gate.bucket(asked.bucket).await?;
        let deed = Deed {
            access: access_of(asked.action),
            bucket: &bucket,
            key: asked.key,
            version: None,
            known: asked.context,
        };
        let object = gate.object(asked.caller, &deed).await?;
        let question = Question {
            request: None,
            caller: asked.caller,
            identity: self.identity(),
            bucket: Some(&bucket),
            key: asked.key,
            action: asked.action,
            right: deed.access.right,
            object: object.as_ref(),
            known: asked.context,
        };
        let mut said = Outcome::ImplicitDeny;
        let mut statements = Vec::new();
        let mut missing: Vec<String> = Vec::new();
        let answer = access::weigh(&question, |target, context| {
            let explained = asked.caller.explain(asked.action, target, context);
            // Of two questions the last one decided.
            said = explained.decision.outcome;
            statements = explained.deciding().map(Matched::from).collect();
            for key in explained.missing {
                if !missing.iter().any(|known| known == key) {
                    missing.push(key.to_owned());
                }
            }
        });
        let (outcome, ground) = match answer {
            Answer::Allowed(ground) => (Outcome::Allow, ground),
            Answer::Refused(ground) if said == Outcome::ExplicitDeny => (said, ground),
            Answer::Refused(ground) => (Outcome::ImplicitDeny, ground),
        };
        Ok(Explanation {
            outcome,
            ground,
            statements,
            missing,
        })
    }
}

/// With the right that a list can give for it.
fn access_of(action: &str) -> Access {
    let named = |row: &&crate::op::Operation| {
        let names = [Some(row.access.action), row.access.versioned];
        let mut names = names.into_iter().flatten();
        names.any(|name| name.eq_ignore_ascii_case(action))
    };
    let row = OPERATIONS.iter().find(named);
    row.map_or(Access::to(""), |row| row.access)
}
