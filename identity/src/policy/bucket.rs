//! What a bucket policy must be beside well-formed: about this bucket, with actions that exist.

use super::action::is_covered;
use super::arn::ArnPattern;
use super::malformed::Reason;
use super::statement::Statement;
use super::text::{Case, Text};

/// An action of the service, and what it is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownAction {
    /// With its vendor: `s3:GetObject`.
    pub name: &'static str,
    pub target: ActionTarget,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionTarget {
    Account,
    Bucket,
    Object,
}

pub(super) fn wrong(statement: &Statement, bucket: &str, known: &[KnownAction]) -> Option<Reason> {
    let resources = statement.resources.as_ref()?;
    let mut targets = Vec::new();
    for resource in &resources.list {
        match target(resource, bucket) {
            Some(found) => targets.extend_from_slice(found),
            None => return Some(Reason::ForeignResource),
        }
    }
    for action in &statement.actions.list {
        let mut meant = known.iter().filter(|known| is_meant(action, known.name));
        let Some(first) = meant.next() else {
            return Some(Reason::NoSuchAction);
        };
        let mut meant = std::iter::once(first).chain(meant);
        let applies = meant.any(|action| targets.contains(&action.target));
        // What a negation leaves over may be about the other kind.
        if !applies && !statement.actions.negated && !resources.negated {
            return Some(Reason::ActionWithoutResource);
        }
    }
    None
}

fn is_meant(action: &Text, name: &str) -> bool {
    is_covered(action, name.as_bytes(), Case::Ignored)
}

/// What in the bucket a resource may stand for; nothing if it is not about the bucket.
fn target(resource: &ArnPattern, bucket: &str) -> Option<&'static [ActionTarget]> {
    let ArnPattern::Plain { front, last } = resource else {
        return None;
    };
    let mut parts = front.split(|byte| *byte == b':');
    if parts.nth(2) != Some(b"s3") {
        return None;
    }
    let Some(behind) = last.fixed_front().strip_prefix(bucket.as_bytes()) else {
        return wild_target(last, bucket);
    };
    match behind.first() {
        None if last.is_fixed() => Some(&[ActionTarget::Bucket]),
        // `bucket*` is the bucket and all that is in it.
        None => Some(&[ActionTarget::Bucket, ActionTarget::Object]),
        Some(b'/') => Some(&[ActionTarget::Object]),
        Some(_) => None,
    }
}

/// The same where a wildcard stands for the bucket's name, or for a part of it.
fn wild_target(last: &Text, bucket: &str) -> Option<&'static [ActionTarget]> {
    let is_covered = |name: &str| is_covered(last, name.as_bytes(), Case::Matters);
    match (is_covered(bucket), is_covered(&format!("{bucket}/"))) {
        (true, true) => Some(&[ActionTarget::Bucket, ActionTarget::Object]),
        (true, false) => Some(&[ActionTarget::Bucket]),
        (false, true) => Some(&[ActionTarget::Object]),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests;
