//! What is wrong with a policy that was refused, where Amazon's words leave out with what.

use identity::policy::{Kind, Policy, Reason};
use serde_json::Value;

use super::Asked;

pub(super) fn fault(asked: Asked<'_>) -> Option<String> {
    let (kind, document) = sent(asked)?;
    let malformed = Policy::parse(kind, &document.to_string()).err()?;
    Some(match malformed.reason {
        Reason::UnknownVersion => {
            format!("Version {}: expected \"2012-10-17\"", document["Version"])
        }
        Reason::Effect(effect) => format!("Effect {effect:?}: expected Allow or Deny"),
        Reason::Action(action) => {
            format!("Action {action:?}: expected one such as s3:GetObject or s3:*")
        }
        Reason::Resource(name) => {
            format!("Resource {name:?}: expected one such as arn:aws:s3:::photos/*, or *")
        }
        Reason::Principal(name) => format!("Principal {name:?}: there is none of this name"),
        _ => return None,
    })
}

/// The document in a request, and what it is to be a policy of.
fn sent(asked: Asked<'_>) -> Option<(Kind, &Value)> {
    let body = asked.body?;
    match asked.part(0)?.as_str() {
        "buckets" => Some((Kind::Bucket, body)),
        _ => Some((Kind::Identity, body.get("document").unwrap_or(body))),
    }
}
