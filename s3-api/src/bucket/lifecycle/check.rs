//! Whether rules make sense, each by itself and all together; the messages are Amazon's where we
//! know them.

use crate::error::{Code, S3Error};
use pipeline::lifecycle::{Configuration, Expiration, Rule, Scope, StorageClass, TransitionTime};
use pipeline::limits::RULE_ID_CHARACTERS_MAX;
use std::collections::HashSet;
use storage_engine::ids::Timestamp;

/// Amazon's bound on versions that are kept.
const NEWER_VERSIONS_MAX: u32 = 100;
/// Days something stays in a class before it may go to, or leave, one for rare access.
const RARE_ACCESS_DAYS_MIN: u32 = 30;
const TAG_KEY_CHARACTERS_MAX: usize = 128;
const TAG_VALUE_CHARACTERS_MAX: usize = 256;

pub(super) fn configuration(configuration: &Configuration) -> Result<(), S3Error> {
    let mut ids = HashSet::new();
    for rule in &configuration.rules {
        if rule.id.chars().count() > RULE_ID_CHARACTERS_MAX {
            return Err(argument("ID length should not exceed allowed limit of 255"));
        }
        if !ids.insert(rule.id.as_str()) {
            return Err(argument(
                "Rule ID must be unique. Found same ID for more than one rule",
            ));
        }
        actions(rule)?;
        scope(rule)?;
        current(rule)?;
        noncurrent(rule)?;
    }
    overlaps(&configuration.rules)
}

fn actions(rule: &Rule) -> Result<(), S3Error> {
    let any = rule.expiration.is_some()
        || !rule.transitions.is_empty()
        || rule.noncurrent_expiration.is_some()
        || !rule.noncurrent_transitions.is_empty()
        || rule.abort_days.is_some();
    match any {
        true => Ok(()),
        false => Err(request(
            "At least one action needs to be specified in a rule",
        )),
    }
}

/// What a rule may be about, and which actions cannot be narrowed down.
fn scope(rule: &Rule) -> Result<(), S3Error> {
    let tags = rule.scope.tags();
    let mut keys = HashSet::new();
    for tag in tags {
        let key = (1..=TAG_KEY_CHARACTERS_MAX).contains(&tag.key.chars().count());
        if !key || tag.value.chars().count() > TAG_VALUE_CHARACTERS_MAX {
            return Err(S3Error::new(Code::InvalidTag));
        }
        if !keys.insert(&tag.key) {
            return Err(request("Duplicate Tag Keys are not allowed."));
        }
    }
    let sizes = rule.scope.sizes();
    if let (Some(larger_than), Some(smaller_than)) = sizes
        && larger_than >= smaller_than
    {
        return Err(request(
            "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.",
        ));
    }
    let by_size = sizes != (None, None);
    let lone_marker = matches!(rule.expiration, Some(Expiration::LoneMarker(_)));
    if rule.abort_days.is_some() && !tags.is_empty() {
        return Err(request(
            "AbortIncompleteMultipartUpload cannot be specified with Tags.",
        ));
    }
    if rule.abort_days.is_some() && by_size {
        return Err(request(
            "AbortIncompleteMultipartUpload cannot be specified with Object Size.",
        ));
    }
    if lone_marker && !tags.is_empty() {
        return Err(request(
            "ExpiredObjectDeleteMarker cannot be specified with Tags.",
        ));
    }
    match lone_marker && by_size {
        true => Err(S3Error::malformed(
            "ExpiredObjectDeleteMarker: not together with sizes of objects",
        )),
        false => Ok(()),
    }
}

/// A time as rules give it, so that those of one kind can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Days(u32),
    Date(Timestamp),
}

impl When {
    fn unit(self) -> &'static str {
        match self {
            When::Days(_) => "Days",
            When::Date(_) => "Date",
        }
    }

    /// None where the two cannot be compared.
    fn is_after(self, other: When) -> Option<bool> {
        match (self, other) {
            (When::Days(a), When::Days(b)) => Some(a > b),
            (When::Date(a), When::Date(b)) => Some(a > b),
            _ => None,
        }
    }
}

fn current(rule: &Rule) -> Result<(), S3Error> {
    let moves: Vec<(StorageClass, When)> = rule
        .transitions
        .iter()
        .map(|transition| match transition.time {
            TransitionTime::Days(days) => (transition.class, When::Days(days)),
            TransitionTime::Date(date) => (transition.class, When::Date(date)),
        })
        .collect();
    let ends = match rule.expiration {
        Some(Expiration::Days(days)) => Some(When::Days(days)),
        Some(Expiration::Date(date)) => Some(When::Date(date)),
        Some(Expiration::LoneMarker(_)) | None => None,
    };
    let times = moves.iter().map(|(_, when)| *when).chain(ends);
    let mut units: Vec<&str> = times.map(When::unit).collect();
    units.dedup();
    if units.len() > 1 {
        return Err(request(format!(
            "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle \
             rule for {}",
            described(rule)
        )));
    }
    classes("Transition", "Days", rule, &moves)?;
    for (_, when) in &moves {
        if ends.and_then(|ends| ends.is_after(*when)) == Some(false) {
            let unit = when.unit();
            return Err(argument(format!(
                "'{unit}' in the Expiration action for {} must be greater than '{unit}' in the \
                 Transition action",
                described(rule)
            )));
        }
    }
    Ok(())
}

fn noncurrent(rule: &Rule) -> Result<(), S3Error> {
    let transitions = rule.noncurrent_transitions.iter();
    let moves: Vec<_> = transitions
        .clone()
        .map(|transition| (transition.class, When::Days(transition.days)))
        .collect();
    classes(
        "NoncurrentVersionTransition",
        "NoncurrentDays",
        rule,
        &moves,
    )?;
    let expiration = rule.noncurrent_expiration;
    for transition in transitions.clone() {
        if expiration.is_some_and(|expiration| expiration.days <= transition.days) {
            return Err(argument(format!(
                "'NoncurrentDays' in the NoncurrentVersionExpiration action for {} must be \
                 greater than 'NoncurrentDays' in the NoncurrentVersionTransition action",
                described(rule)
            )));
        }
    }
    let kept = transitions.filter_map(|transition| transition.kept);
    let mut kept = kept
        .chain(expiration.and_then(|expiration| expiration.kept))
        .peekable();
    if kept.peek().is_some() && matches!(rule.scope, Scope::Prefix(_)) {
        return Err(request(
            "NewerNoncurrentVersions element can only be used in Lifecycle V2.",
        ));
    }
    match kept.any(|kept| kept > NEWER_VERSIONS_MAX) {
        true => Err(argument(
            "'NewerNoncurrentVersions' must be less than or equal to 100",
        )),
        false => Ok(()),
    }
}

/// Each class once, each colder one later, and those for rare access not too early.
fn classes(
    action: &str,
    unit: &str,
    rule: &Rule,
    moves: &[(StorageClass, When)],
) -> Result<(), S3Error> {
    let mut moves = moves.to_vec();
    moves.sort_by_key(|(class, _)| *class);
    for (class, when) in &moves {
        if is_rare_access(*class)
            && matches!(when, When::Days(days) if *days < RARE_ACCESS_DAYS_MIN)
        {
            return Err(argument(format!(
                "'{unit}' in {action} action must be greater than or equal to 30 for \
                 storageClass '{}'",
                class.name()
            )));
        }
    }
    for pair in moves.windows(2) {
        let [(warmer, first), (colder, second)] = pair else {
            continue;
        };
        if warmer == colder {
            return Err(request(format!(
                "'StorageClass' must be different for '{action}' actions in same 'Rule' with {}",
                described(rule)
            )));
        }
        let earliest = match first {
            When::Days(days) if is_rare_access(*warmer) => {
                When::Days(days.saturating_add(RARE_ACCESS_DAYS_MIN - 1))
            }
            other => *other,
        };
        if second.is_after(earliest) == Some(false) {
            let more = match earliest == *first {
                true => "greater than",
                false => "30 days more than",
            };
            let (warmer, colder) = (warmer.name(), colder.name());
            return Err(argument(format!(
                "'{unit}' in {action} action for StorageClass '{colder}' for {} must be {more} \
                 '{unit}' in {action} action for StorageClass '{warmer}'",
                described(rule)
            )));
        }
    }
    Ok(())
}

fn is_rare_access(class: StorageClass) -> bool {
    matches!(class, StorageClass::StandardIa | StorageClass::OnezoneIa)
}

/// In the older form no two rules may say the same kind of thing about one key.
fn overlaps(rules: &[Rule]) -> Result<(), S3Error> {
    type Has = fn(&Rule) -> bool;
    let kinds: [(&str, Has); 5] = [
        ("Expiration", |rule| rule.expiration.is_some()),
        ("Transition", |rule| !rule.transitions.is_empty()),
        ("NoncurrentVersionExpiration", |rule| {
            rule.noncurrent_expiration.is_some()
        }),
        ("NoncurrentVersionTransition", |rule| {
            !rule.noncurrent_transitions.is_empty()
        }),
        ("AbortIncompleteMultipartUpload", |rule| {
            rule.abort_days.is_some()
        }),
    ];
    for (kind, has) in kinds {
        let older = rules.iter().filter(|rule| has(rule));
        let mut prefixes: Vec<&str> = older
            .filter_map(|rule| match &rule.scope {
                Scope::Prefix(prefix) => Some(prefix.as_str()),
                Scope::Filter(_) => None,
            })
            .collect();
        prefixes.sort_unstable();
        // What begins with a prefix comes right behind it.
        let found = prefixes
            .windows(2)
            .find(|pair| pair[1].starts_with(pair[0]));
        if let Some([shorter, longer]) = found {
            return Err(request(format!(
                "Found overlapping prefixes '{shorter}' and '{longer}' for same action type \
                 '{kind}'"
            )));
        }
    }
    Ok(())
}

/// A rule as messages name it.
fn described(rule: &Rule) -> String {
    let prefix = rule.scope.prefix();
    match &rule.scope {
        Scope::Prefix(_) => format!("prefix '{prefix}'"),
        Scope::Filter(_) => format!("filter '(prefix={prefix})'"),
    }
}

fn argument(message: impl Into<std::borrow::Cow<'static, str>>) -> S3Error {
    S3Error::new(Code::InvalidArgument).message(message)
}

fn request(message: impl Into<std::borrow::Cow<'static, str>>) -> S3Error {
    S3Error::new(Code::InvalidRequest).message(message)
}
