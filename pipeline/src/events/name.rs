//! The events there are, by Amazon's names.

use serde::{Deserialize, Serialize};
use storage_engine::row::Happened;

/// Something that happens here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventName {
    CreatedPut,
    CreatedPost,
    CreatedCopy,
    CreatedComplete,
    RemovedDelete,
    RemovedMarker,
    TaggingPut,
    TaggingDelete,
    AclPut,
    ExpirationDelete,
    ExpirationMarker,
    Transition,
}

impl EventName {
    /// As the message names it.
    pub fn text(self) -> &'static str {
        match self {
            EventName::CreatedPut => "ObjectCreated:Put",
            EventName::CreatedPost => "ObjectCreated:Post",
            EventName::CreatedCopy => "ObjectCreated:Copy",
            EventName::CreatedComplete => "ObjectCreated:CompleteMultipartUpload",
            EventName::RemovedDelete => "ObjectRemoved:Delete",
            EventName::RemovedMarker => "ObjectRemoved:DeleteMarkerCreated",
            EventName::TaggingPut => "ObjectTagging:Put",
            EventName::TaggingDelete => "ObjectTagging:Delete",
            EventName::AclPut => "ObjectAcl:Put",
            EventName::ExpirationDelete => "LifecycleExpiration:Delete",
            EventName::ExpirationMarker => "LifecycleExpiration:DeleteMarkerCreated",
            EventName::Transition => "LifecycleTransition",
        }
    }

    /// What a change must turn out to do for the event to have happened.
    pub fn happens_when(self) -> Happened {
        match self {
            EventName::CreatedPut
            | EventName::CreatedPost
            | EventName::CreatedCopy
            | EventName::CreatedComplete => Happened::Created,
            EventName::RemovedDelete | EventName::ExpirationDelete => Happened::Deleted,
            EventName::RemovedMarker | EventName::ExpirationMarker => Happened::Hidden,
            EventName::TaggingPut
            | EventName::TaggingDelete
            | EventName::AclPut
            | EventName::Transition => Happened::Changed,
        }
    }

    /// Of the message: Amazon's later events have a later one.
    pub(super) fn message_version(self) -> &'static str {
        match self.happens_when() {
            Happened::Changed => "2.3",
            _ if self.text().starts_with("Lifecycle") => "2.3",
            _ => "2.1",
        }
    }
}

/// One event or a family of them, as a rule names it. What never happens here may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPattern(&'static str);

const FRONT: &str = "s3:";

const PATTERNS: [&str; 27] = [
    "s3:ReducedRedundancyLostObject",
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Post",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:LifecycleTransition",
    "s3:IntelligentTiering",
    "s3:ObjectAcl:Put",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
];

impl EventPattern {
    pub fn parse(text: &str) -> Option<EventPattern> {
        let known = PATTERNS.into_iter().find(|known| *known == text);
        known.map(EventPattern)
    }

    pub fn text(self) -> &'static str {
        self.0
    }

    pub(super) fn fits(self, event: EventName) -> bool {
        let own = self.0.strip_prefix(FRONT).unwrap_or(self.0);
        match own.strip_suffix('*') {
            Some(family) => event.text().starts_with(family),
            None => event.text() == own,
        }
    }

    /// Whether some event fits both.
    pub(super) fn meets(self, other: EventPattern) -> bool {
        let covers = |wide: &str, narrow: &str| {
            let family = wide.strip_suffix('*');
            family.is_some_and(|family| narrow.starts_with(family))
        };
        self.0 == other.0 || covers(self.0, other.0) || covers(other.0, self.0)
    }
}

impl Serialize for EventPattern {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for EventPattern {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let unknown = || serde::de::Error::custom("unknown event");
        EventPattern::parse(&text).ok_or_else(unknown)
    }
}
