//! What a bucket's owner wants to be told, kept so that a reader gets back what was set.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::name::{EventName, EventPattern};
use crate::limits::TARGET_NAME_BYTES_MAX;
use crate::stored::{self, TooLong};

/// The name of the document in a bucket's settings.
pub const KIND: &str = "notification";

/// All rules of a bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    pub rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub id: String,
    pub target: TargetArn,
    pub events: Vec<EventPattern>,
    pub filter: Option<Filter>,
}

/// Which keys a rule is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    pub prefix: Option<String>,
    pub suffix: Option<String>,
}

/// Whom to tell: `arn:cairn:sqs::NAME:webhook`, where NAME is a target of the server. Tools that
/// only know one kind of target may call it by any of the three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetArn {
    pub service: Service,
    name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Service {
    Queue,
    Topic,
    Function,
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Service::Queue => "sqs",
            Service::Topic => "sns",
            Service::Function => "lambda",
        }
    }
}

impl TargetArn {
    /// None for what is not of the form, or is another service's.
    pub fn parse(service: Service, text: &str) -> Option<TargetArn> {
        let front = format!("arn:cairn:{}::", service.name());
        let name = text.strip_prefix(&front)?.strip_suffix(":webhook")?;
        TargetArn::is_name(name).then(|| TargetArn {
            service,
            name: name.to_owned(),
        })
    }

    /// Whether a target can have this name.
    pub fn is_name(name: &str) -> bool {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (1..=TARGET_NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(allowed)
    }

    /// Of the target, as the server knows it.
    pub fn target(&self) -> &str {
        &self.name
    }

    pub fn text(&self) -> String {
        format!("arn:cairn:{}::{}:webhook", self.service.name(), self.name)
    }
}

impl Configuration {
    pub fn to_stored(&self) -> Result<Bytes, TooLong> {
        stored::pack(self)
    }

    /// None for what [`Configuration::to_stored`] has not made.
    pub fn from_stored(stored: &[u8]) -> Option<Configuration> {
        stored::unpack(stored)
    }

    /// The rules about this event of this key: at most one, in a configuration without overlaps.
    pub(super) fn about(&self, event: EventName, key: &[u8]) -> impl Iterator<Item = &Rule> {
        self.rules
            .iter()
            .filter(move |rule| rule.is_about(event, key))
    }

    /// Two rules that would tell of the same event of the same key.
    pub fn overlap(&self) -> Option<(&Rule, &Rule)> {
        let rules = self.rules.iter().enumerate();
        rules
            .flat_map(|(at, rule)| self.rules[..at].iter().map(move |other| (other, rule)))
            .find(|(one, other)| one.overlaps(other))
    }
}

impl Rule {
    fn is_about(&self, event: EventName, key: &[u8]) -> bool {
        key.starts_with(self.prefix().as_bytes())
            && key.ends_with(self.suffix().as_bytes())
            && self.events.iter().any(|pattern| pattern.fits(event))
    }

    fn overlaps(&self, other: &Rule) -> bool {
        let begins = |one: &str, other: &str| one.starts_with(other) || other.starts_with(one);
        let ends = |one: &str, other: &str| one.ends_with(other) || other.ends_with(one);
        let mut events = self.events.iter();
        begins(self.prefix(), other.prefix())
            && ends(self.suffix(), other.suffix())
            && events.any(|one| other.events.iter().any(|other| one.meets(*other)))
    }

    fn prefix(&self) -> &str {
        let filter = self.filter.as_ref();
        filter
            .and_then(|filter| filter.prefix.as_deref())
            .unwrap_or_default()
    }

    fn suffix(&self) -> &str {
        let filter = self.filter.as_ref();
        filter
            .and_then(|filter| filter.suffix.as_deref())
            .unwrap_or_default()
    }
}
