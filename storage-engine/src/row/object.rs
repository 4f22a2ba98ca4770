//! Versions of objects: what `current` and `version` rows hold.

use serde::{Deserialize, Serialize};

use super::Body;
use crate::hash::{Checksum, ETag};
use crate::ids::{Sequence, Timestamp, VersionId};

/// One version of an object, or a delete marker.
///
/// The summary stands first so that listings decode it alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRow {
    pub summary: Summary,
    /// Absent for a delete marker.
    pub detail: Option<Detail>,
}

/// What a listing shows of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub sequence: Sequence,
    pub tag: u64,
    /// Written while versioning was off or suspended.
    pub null: bool,
    pub marker: bool,
    pub modified: Timestamp,
    pub size: u64,
    pub etag: Option<ETag>,
    /// Opaque to the engine: whatever the protocol above lists beside size and time.
    pub label: String,
    /// Principal that wrote the version, opaque to the engine.
    pub owner: String,
    pub checksum: Option<ObjectChecksum>,
}

impl Summary {
    pub fn version_id(&self) -> VersionId {
        match self.null {
            true => VersionId::Null,
            false => VersionId::Numbered {
                sequence: self.sequence,
                tag: self.tag,
            },
        }
    }
}

/// What only a reader of the object itself needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    pub body: Body,
    pub attributes: Vec<Attribute>,
    pub tags: Vec<Tag>,
    pub lock: Lock,
    /// Present when the frames are encrypted under a key the caller holds.
    pub key_check: Option<KeyCheck>,
}

/// A name and a value the engine stores and returns without looking at them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    pub name: String,
    pub value: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

/// The checksum a caller asked for, over the whole object or composed from its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectChecksum {
    pub checksum: Checksum,
    pub kind: ChecksumKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChecksumKind {
    FullObject,
    /// Digest of the parts' digests.
    Composite,
}

/// What keeps a version from being deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    pub retention: Option<Retention>,
    pub legal_hold: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    pub mode: RetentionMode,
    pub until: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RetentionMode {
    /// May be shortened or lifted by those with a special right.
    Governance,
    /// May only be extended.
    Compliance,
}

/// Proves that a caller's key is the one the body was written with, without holding the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCheck {
    pub salt: [u8; 16],
    pub digest: [u8; 32],
}
