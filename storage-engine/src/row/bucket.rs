//! Buckets, their settings and their exact usage.

use serde::{Deserialize, Serialize};

use super::{RetentionMode, Tag};
use crate::ids::{BucketId, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketRow {
    pub id: BucketId,
    pub name: String,
    /// Opaque to the engine. Scope of deduplication.
    pub owner: String,
    pub created: Timestamp,
    pub versioning: Versioning,
    /// Versions may be locked; versioning cannot be suspended any more.
    pub lockable: bool,
    /// Applied to new versions that bring no retention of their own.
    pub default_retention: Option<DefaultRetention>,
    pub quota: Quota,
    pub compression: Compression,
    pub deduplicate: bool,
    pub tags: Vec<Tag>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultRetention {
    pub mode: RetentionMode,
    pub milliseconds: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Versioning {
    #[default]
    Off,
    Enabled,
    Suspended,
}

/// Upper bounds on what a bucket may hold, every version and unfinished upload counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Quota {
    pub bytes_max: Option<u64>,
    pub objects_max: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Compression {
    #[default]
    None,
    Lz4,
    Zstd,
}

/// Exact counts of a bucket, changed in the same batch as what they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UsageRow {
    /// Keys whose current version is an object.
    pub objects: u64,
    /// All versions, current ones and delete markers included.
    pub versions: u64,
    /// Body bytes of all versions.
    pub bytes: u64,
    /// Body bytes of parts of unfinished uploads.
    pub upload_bytes: u64,
    /// Unfinished uploads.
    pub uploads: u64,
}
