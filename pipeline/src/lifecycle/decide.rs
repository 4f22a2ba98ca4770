//! What the rules say of one version at one moment. Pure: no clock, no store.

#[cfg(test)]
mod tests;

use storage_engine::ids::Timestamp;
use storage_engine::row::Tag;

use super::calendar::Day;
use super::configuration::{
    Configuration, Expiration, Rule, StorageClass, TransitionMinimum, TransitionTime,
};

/// Smaller objects do not move, by default (Amazon).
const SMALL_BYTES: u64 = 128 << 10;

/// What is known of a version.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub key: &'a [u8],
    pub size: u64,
    pub written: Timestamp,
    /// Its storage class.
    pub label: &'a str,
    /// None if nobody has looked: rules that ask for tags then say nothing.
    pub tags: Option<&'a [Tag]>,
    pub place: Place,
}

/// Where a version stands among those of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The newest, an object. With versions it is only hidden when it expires.
    Current { versions: Versions },
    /// Some other is newer, `since` then; `newer` noncurrent objects lie before it.
    Noncurrent {
        since: Timestamp,
        newer: u32,
        marker: bool,
    },
    /// The newest, a delete marker with nothing behind it.
    LoneMarker,
    /// The newest, a delete marker that hides something.
    Marker,
}

/// Whether a bucket keeps older versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versions {
    Kept,
    NotKept,
}

/// What is to be done, and which rule says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'r> {
    pub action: Action,
    pub rule: &'r Rule,
    /// Since when.
    pub due: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The newest object goes: for good, or behind a delete marker.
    Expire,
    /// An older version goes for good.
    DeleteNoncurrent,
    /// A delete marker that hides nothing goes.
    RemoveMarker,
    Move(StorageClass),
}

/// What is due at `now`, if anything. Where several things are, Amazon's order holds: going for
/// good comes before moving, moving before hiding, and the coldest class wins.
pub fn decide<'r>(
    configuration: &'r Configuration,
    facts: &Facts<'_>,
    now: Timestamp,
    day: Day,
) -> Option<Decision<'r>> {
    let moved = || transition(configuration, facts, now, day);
    match facts.place {
        Place::Current { versions } => {
            let expired = || {
                let (due, rule) = expiration_of(configuration, facts, day)?;
                (due <= now).then_some(decision(Action::Expire, rule, due))
            };
            match versions {
                Versions::NotKept => expired().or_else(moved),
                Versions::Kept => moved().or_else(expired),
            }
        }
        Place::Noncurrent { since, newer, .. } => {
            let deleted = matching(configuration, facts).find_map(|rule| {
                let expiration = rule.noncurrent_expiration?;
                let due = day.due(since, expiration.days);
                let is_due = due <= now && newer >= expiration.kept.unwrap_or(0);
                is_due.then_some(decision(Action::DeleteNoncurrent, rule, due))
            });
            deleted.or_else(moved)
        }
        Place::LoneMarker => {
            let mut removed = matching(configuration, facts).filter_map(|rule| {
                let due = match rule.expiration? {
                    Expiration::Days(days) => day.due(facts.written, days),
                    Expiration::Date(date) => date,
                    Expiration::LoneMarker(true) => facts.written,
                    Expiration::LoneMarker(false) => return None,
                };
                Some(decision(Action::RemoveMarker, rule, due))
            });
            removed.find(|decision| decision.due <= now)
        }
        Place::Marker => None,
    }
}

/// Whether the answer may depend on tags that nobody has looked at.
pub fn needs_tags(configuration: &Configuration, facts: &Facts<'_>) -> bool {
    let asks = |rule: &Rule| !rule.scope.tags().is_empty() && in_scope_but_for_tags(rule, facts);
    facts.tags.is_none() && !is_marker(facts.place) && configuration.enabled().any(asks)
}

/// When an object expires as the newest of its key, and by which rule: the first of them.
pub fn expiration_of<'r>(
    configuration: &'r Configuration,
    facts: &Facts<'_>,
    day: Day,
) -> Option<(Timestamp, &'r Rule)> {
    let due = matching(configuration, facts).filter_map(|rule| match rule.expiration? {
        Expiration::Days(days) => Some((day.due(facts.written, days), rule)),
        Expiration::Date(date) => Some((date, rule)),
        Expiration::LoneMarker(_) => None,
    });
    due.min_by_key(|(due, _)| *due)
}

/// When an unfinished upload ends, and by which rule: the first of them.
pub fn abort_of<'r>(
    configuration: &'r Configuration,
    key: &[u8],
    started: Timestamp,
    day: Day,
) -> Option<(Timestamp, &'r Rule)> {
    let about = |rule: &&Rule| key.starts_with(rule.scope.prefix().as_bytes());
    let rules = configuration.enabled().filter(about);
    let due = rules.filter_map(|rule| Some((day.due(started, rule.abort_days?), rule)));
    due.min_by_key(|(due, _)| *due)
}

/// The coldest class the version is due to move to.
fn transition<'r>(
    configuration: &'r Configuration,
    facts: &Facts<'_>,
    now: Timestamp,
    day: Day,
) -> Option<Decision<'r>> {
    if is_marker(facts.place) {
        return None;
    }
    let classes = matching(configuration, facts).flat_map(|rule| {
        let classes = due_classes(rule, facts, now, day);
        classes.map(move |(class, due)| (class, rule, due))
    });
    let allowed = classes.filter(|(class, rule, _)| {
        may_move(facts.label, *class)
            && (rule.scope.names_sizes() || fits(configuration.minimum, facts.size, *class))
    });
    let (class, rule, due) = allowed.max_by_key(|(class, ..)| *class)?;
    Some(decision(Action::Move(class), rule, due))
}

fn due_classes<'r>(
    rule: &'r Rule,
    facts: &Facts<'_>,
    now: Timestamp,
    day: Day,
) -> impl Iterator<Item = (StorageClass, Timestamp)> + 'r {
    let (written, place) = (facts.written, facts.place);
    let current = rule.transitions.iter().filter_map(move |transition| {
        let due = match transition.time {
            TransitionTime::Days(days) => day.due(written, days),
            TransitionTime::Date(date) => date,
        };
        matches!(place, Place::Current { .. }).then_some((transition.class, due))
    });
    let noncurrent = rule
        .noncurrent_transitions
        .iter()
        .filter_map(move |transition| {
            let Place::Noncurrent { since, newer, .. } = place else {
                return None;
            };
            let due = day.due(since, transition.days);
            (newer >= transition.kept.unwrap_or(0)).then_some((transition.class, due))
        });
    current
        .chain(noncurrent)
        .filter(move |(_, due)| *due <= now)
}

/// Only ever to something colder, and never between the two that Amazon keeps apart.
fn may_move(label: &str, to: StorageClass) -> bool {
    match StorageClass::named(label) {
        None => true,
        Some(StorageClass::OnezoneIa) if to == StorageClass::GlacierIr => false,
        Some(from) => to > from,
    }
}

fn fits(minimum: TransitionMinimum, size: u64, to: StorageClass) -> bool {
    let archive = matches!(to, StorageClass::Glacier | StorageClass::DeepArchive);
    size >= SMALL_BYTES || (minimum == TransitionMinimum::VariesByClass && archive)
}

/// The rules in force that are about this version.
fn matching<'r>(
    configuration: &'r Configuration,
    facts: &Facts<'_>,
) -> impl Iterator<Item = &'r Rule> {
    configuration.enabled().filter(move |rule| {
        let wanted = rule.scope.tags();
        let has = |tag: &Tag| facts.tags.is_some_and(|tags| tags.contains(tag));
        in_scope_but_for_tags(rule, facts) && wanted.iter().all(has)
    })
}

/// A delete marker has neither tags nor a size: no rule that names them is about it.
fn in_scope_but_for_tags(rule: &Rule, facts: &Facts<'_>) -> bool {
    if !facts.key.starts_with(rule.scope.prefix().as_bytes()) {
        return false;
    }
    if is_marker(facts.place) {
        return rule.scope.tags().is_empty() && !rule.scope.names_sizes();
    }
    let (larger_than, smaller_than) = rule.scope.sizes();
    larger_than.is_none_or(|size| facts.size > size)
        && smaller_than.is_none_or(|size| facts.size < size)
}

fn is_marker(place: Place) -> bool {
    match place {
        Place::Current { .. } => false,
        Place::Noncurrent { marker, .. } => marker,
        Place::LoneMarker | Place::Marker => true,
    }
}

fn decision(action: Action, rule: &Rule, due: Timestamp) -> Decision<'_> {
    Decision { action, rule, due }
}
