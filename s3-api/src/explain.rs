//! Why somebody may do something to a bucket or an object, or may not: the decision on a request
//! that nobody has sent, for people. The code that decides is the one that requests meet.

use crate::access::{self, Answer, Ground, Question};
use crate::domains::Domains;
use crate::error::S3Error;
use crate::handle::S3;
use crate::op::{Access, OPERATIONS};
use crate::request::{Authenticated, Deed, Parsed};
use http::request::Parts;
use identity::iam::Matched;
use identity::policy::{Context, Outcome, Work};
use identity::{Caller, Owner, Target};
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
    /// What is left for all that is asked at once. Once it is over, an answer says nothing.
    pub work: &'a Work,
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

/// Whether something is worth trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prospect {
    /// It is allowed, save on single things that policies name.
    Good,
    /// It is allowed on some things, or to some requests.
    Open,
    /// It is allowed on nothing.
    None,
}

/// Stands for any key that begins with what is asked about.
const ANY_KEY: &[u8] = b"x";

impl S3 {
    /// Whether the gate would let a request of somebody known through, and why not. Nothing is done
    /// for it, and no log tells of it: for lists that show of each item what may be seen of it, and
    /// for who has to do something else before the request.
    pub async fn would_permit(&self, caller: &Arc<Caller>, parts: &Parts) -> Result<(), S3Error> {
        self.permits(caller, Parsed::parse(parts, &Domains::default())?)
            .await
    }

    /// The same of what would be sent to an address: its host may name the bucket.
    pub async fn would_permit_sent(
        &self,
        caller: &Arc<Caller>,
        parts: &Parts,
    ) -> Result<(), S3Error> {
        self.permits(caller, Parsed::parse(parts, self.domains())?)
            .await
    }

    async fn permits(&self, caller: &Arc<Caller>, parsed: Parsed<'_>) -> Result<(), S3Error> {
        let named = self.gate().named_by(&parsed).await;
        let asked = Authenticated::known(parsed, Arc::clone(caller));
        let permitted = self.gate().permit(asked, named, self.settings());
        permitted.await.map(|_| ())
    }

    /// Whether strangers get in to a bucket. Its settings are in memory where somebody was permitted
    /// to look at it just before.
    pub async fn is_public(&self, bucket: &str) -> Result<bool, Error> {
        Ok(self.gate().bucket(bucket).await?.is_public())
    }

    /// Whether it is worth trying on the bucket itself.
    pub async fn prospect_of_bucket(&self, asked: Deliberation<'_>) -> Result<Prospect, Error> {
        let explained = self.explain(Deliberation { key: b"", ..asked }).await?;
        Ok(match explained.is_allowed() {
            true => Prospect::Good,
            // Another request may say what this one does not.
            false if !explained.missing.is_empty() => Prospect::Open,
            false => Prospect::None,
        })
    }

    /// The same on the bucket's keys that begin with that of what is asked.
    pub async fn prospect_of_keys(&self, asked: Deliberation<'_>) -> Result<Prospect, Error> {
        let any = [asked.key, ANY_KEY].concat();
        let explained = self.explain(Deliberation { key: &any, ..asked }).await?;
        if explained.is_allowed() {
            return Ok(Prospect::Good);
        }
        let bucket = self.gate().bucket(asked.bucket).await?;
        let is_denied = explained.outcome == Outcome::ExplicitDeny;
        // The list of a single object may grant it.
        if bucket.lists_count() && access_of(asked.action).right.is_some() && !is_denied {
            return Ok(Prospect::Open);
        }
        let owner = self.identity().account(&bucket.row.owner);
        let mut front = format!("arn:aws:s3:::{}/", asked.bucket).into_bytes();
        front.extend_from_slice(asked.key);
        let mut context = Context::new();
        for (name, value) in asked.context {
            context.set(*name, *value);
        }
        let target = Target {
            resource: &front,
            owner: owner.as_deref().map_or(Owner::Unknown, Owner::Account),
            policy: bucket.policy.as_ref(),
        };
        let (caller, work) = (asked.caller, asked.work);
        Ok(match caller.could(work, asked.action, &target, &context) {
            true => Prospect::Open,
            false => Prospect::None,
        })
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
            work: asked.work,
        };
        let mut said = Outcome::ImplicitDeny;
        let mut statements = Vec::new();
        let mut missing: Vec<String> = Vec::new();
        let answer = access::weigh(&question, |target, context| {
            let caller = asked.caller;
            let explained = caller.explain(asked.work, asked.action, target, context);
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
        if asked.work.wants_pause() {
            tokio::task::yield_now().await;
        }
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
