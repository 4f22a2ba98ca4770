//! Lifecycle rules as plain values, kept so that a reader gets back what was set.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use storage_engine::ids::Timestamp;
use storage_engine::row::Tag;

use crate::stored::{self, TooLong};

/// The name of the document in a bucket's settings.
pub const KIND: &str = "lifecycle";

/// All rules of a bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    pub rules: Vec<Rule>,
    pub minimum: TransitionMinimum,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub id: String,
    pub status: Status,
    pub scope: Scope,
    pub expiration: Option<Expiration>,
    pub transitions: Vec<Transition>,
    pub noncurrent_expiration: Option<NoncurrentExpiration>,
    pub noncurrent_transitions: Vec<NoncurrentTransition>,
    /// Days after its begin at which an unfinished upload ends.
    pub abort_days: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Enabled,
    Disabled,
}

/// What a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// The older form: a prefix beside the actions.
    Prefix(String),
    Filter(Filter),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filter {
    Everything,
    Prefix(String),
    Tag(Tag),
    LargerThan(u64),
    SmallerThan(u64),
    And(And),
}

/// Conditions that must all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct And {
    pub prefix: Option<String>,
    pub tags: Vec<Tag>,
    pub larger_than: Option<u64>,
    pub smaller_than: Option<u64>,
}

/// What becomes of the newest version of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expiration {
    Days(u32),
    /// A midnight.
    Date(Timestamp),
    /// Only delete markers with nothing behind them; `false` says explicitly that they stay.
    LoneMarker(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoncurrentExpiration {
    pub days: u32,
    /// That many of the newest noncurrent versions stay however old they are.
    pub kept: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    pub time: TransitionTime,
    pub class: StorageClass,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TransitionTime {
    Days(u32),
    Date(Timestamp),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoncurrentTransition {
    pub days: u32,
    pub kept: Option<u32>,
    pub class: StorageClass,
}

/// The classes something can move to, warmest first: nothing moves back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StorageClass {
    StandardIa,
    IntelligentTiering,
    OnezoneIa,
    GlacierIr,
    Glacier,
    DeepArchive,
}

/// Which small objects stay where they are, unless a rule names sizes itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TransitionMinimum {
    /// Below 128 KiB none moves.
    #[default]
    AllClasses,
    /// Below 128 KiB they move to the two archive classes only.
    VariesByClass,
}

impl StorageClass {
    pub const ALL: [StorageClass; 6] = [
        StorageClass::StandardIa,
        StorageClass::IntelligentTiering,
        StorageClass::OnezoneIa,
        StorageClass::GlacierIr,
        StorageClass::Glacier,
        StorageClass::DeepArchive,
    ];

    /// As versions are labelled.
    pub fn name(self) -> &'static str {
        match self {
            StorageClass::StandardIa => "STANDARD_IA",
            StorageClass::IntelligentTiering => "INTELLIGENT_TIERING",
            StorageClass::OnezoneIa => "ONEZONE_IA",
            StorageClass::GlacierIr => "GLACIER_IR",
            StorageClass::Glacier => "GLACIER",
            StorageClass::DeepArchive => "DEEP_ARCHIVE",
        }
    }

    /// None for what is not among them: the standard class, above all.
    pub fn named(name: &str) -> Option<StorageClass> {
        StorageClass::ALL
            .into_iter()
            .find(|class| class.name() == name)
    }
}

impl Scope {
    /// What keys begin with.
    pub fn prefix(&self) -> &str {
        match self {
            Scope::Prefix(prefix) | Scope::Filter(Filter::Prefix(prefix)) => prefix,
            Scope::Filter(Filter::And(and)) => and.prefix.as_deref().unwrap_or_default(),
            Scope::Filter(_) => "",
        }
    }

    pub fn tags(&self) -> &[Tag] {
        match self {
            Scope::Filter(Filter::Tag(tag)) => std::slice::from_ref(tag),
            Scope::Filter(Filter::And(and)) => &and.tags,
            _ => &[],
        }
    }

    /// Objects must be larger than the one and smaller than the other.
    pub fn sizes(&self) -> (Option<u64>, Option<u64>) {
        match self {
            Scope::Filter(Filter::LargerThan(size)) => (Some(*size), None),
            Scope::Filter(Filter::SmallerThan(size)) => (None, Some(*size)),
            Scope::Filter(Filter::And(and)) => (and.larger_than, and.smaller_than),
            _ => (None, None),
        }
    }

    pub(crate) fn names_sizes(&self) -> bool {
        self.sizes() != (None, None)
    }
}

impl Configuration {
    pub fn enabled(&self) -> impl Iterator<Item = &Rule> {
        let enabled = |rule: &&Rule| rule.status == Status::Enabled;
        self.rules.iter().filter(enabled)
    }

    /// The stored form: packed and compressed, because a thousand rules written out are far more
    /// than a document may have.
    pub fn to_stored(&self) -> Result<Bytes, TooLong> {
        stored::pack(self)
    }

    /// None for what [`Configuration::to_stored`] has not made.
    pub fn from_stored(stored: &[u8]) -> Option<Configuration> {
        stored::unpack(stored)
    }

    /// The shortest list of prefixes under which everything lies that a rule in force could be
    /// about, in order.
    pub fn prefixes(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.enabled().map(|rule| rule.scope.prefix()).collect();
        all.sort_unstable();
        let mut shortest: Vec<&str> = Vec::new();
        for prefix in all {
            let covered = shortest.last().is_some_and(|last| prefix.starts_with(last));
            if !covered {
                shortest.push(prefix);
            }
        }
        shortest
    }
}
