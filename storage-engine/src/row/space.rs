//! Chunks, segments, and what waits to be freed.

use serde::{Deserialize, Serialize};

use super::Body;
use crate::ids::{BucketId, ExtentId, SegmentId, Sequence, UploadId};

/// Where a chunk lies and how many rows name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtentRow {
    pub segment: SegmentId,
    pub offset: u64,
    /// Bytes of the whole record in the segment, padding included.
    pub record_bytes: u32,
    pub refs: u32,
}

/// A hint where a chunk of known content lies. The rest of what its key holds only the beginning
/// of: content and owner must match whole before anything is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DedupRow {
    pub extent: ExtentId,
    pub scope: [u8; 8],
    pub digest: [u8; 16],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SegmentKind {
    /// Commit records with the small bodies they make visible.
    Log,
    /// Chunks of large bodies, each aligned for direct I/O.
    Bulk,
    /// What compaction moved together, without alignment.
    Packed,
}

/// What is known of a segment besides the segment itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentRow {
    pub kind: SegmentKind,
    /// Bytes of records that some row still names.
    pub live_bytes: u64,
    /// End of the last committed record: nothing beyond it was ever acknowledged.
    pub end: u64,
}

/// Something that was let go and whose chunks are freed in the background.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrashRow {
    /// Chunks no version names any more.
    Body(Body),
    /// Parts of an upload that was aborted, or that a completed one left out.
    Parts { home: UploadId, numbers: Vec<u16> },
    /// All parts of an upload.
    Upload { home: UploadId, bucket: BucketId },
}

/// How far the index has followed the log, written with every group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AppliedRow {
    pub segment: SegmentId,
    /// Where the next group begins.
    pub offset: u64,
    pub next_sequence: Sequence,
    /// Greater than every extent that was ever committed.
    pub next_extent: ExtentId,
}
