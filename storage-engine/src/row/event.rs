//! What a change leaves behind for those who want to be told of it.

use serde::{Deserialize, Serialize};

use crate::hash::ETag;
use crate::ids::{Timestamp, VersionId};

/// One event in a queue: what became of a version, and the note that asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRow {
    pub happened: Happened,
    pub at: Timestamp,
    pub key: Vec<u8>,
    /// Absent where versioning was off.
    pub version: Option<VersionId>,
    pub size: u64,
    pub etag: Option<ETag>,
    /// Opaque to the engine.
    pub note: Vec<u8>,
}

/// What became of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Happened {
    /// It is there now.
    Created,
    /// Something beside its body is another.
    Changed,
    /// It is gone for good.
    Deleted,
    /// A delete marker was put in front of its key; the version is the marker.
    Hidden,
}
