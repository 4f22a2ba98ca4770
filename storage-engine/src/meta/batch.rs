//! What a change writes: rows, exact differences of usage, and what becomes of chunks.

use bytes::Bytes;
use serde::Serialize;

use crate::ids::{BucketId, ExtentId, SegmentId};
use crate::index::RowChange;
use crate::key::Key;
use crate::row;

#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub rows: Vec<RowChange>,
    pub usage: Vec<(BucketId, UsageDelta)>,
    pub extents: Vec<ExtentChange>,
}

impl Batch {
    pub fn put<R: Serialize>(&mut self, key: Key, row: &R) {
        self.put_bytes(key, row::encode(row).into());
    }

    pub fn put_bytes(&mut self, key: Key, value: Bytes) {
        debug_assert!(!value.is_empty(), "values are never empty");
        self.rows.push((key, Some(value)));
    }

    pub fn delete(&mut self, key: Key) {
        self.rows.push((key, None));
    }

    pub fn count(&mut self, bucket: BucketId, delta: UsageDelta) {
        self.usage.push((bucket, delta));
    }
}

/// Differences to a [`crate::row::UsageRow`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UsageDelta {
    pub objects: i64,
    pub versions: i64,
    pub bytes: i64,
    pub upload_bytes: i64,
    pub uploads: i64,
}

/// Where a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    pub segment: SegmentId,
    pub offset: u64,
    /// Length of the whole record, padding included.
    pub record_bytes: u32,
}

/// What becomes of a chunk in the same step as the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtentChange {
    /// The change's own body, wherever the log puts it; named once.
    AddBody(ExtentId),
    /// A chunk already written and synced; named once.
    Add(ExtentId, Place),
    /// One more row names it. Refuses the change if the chunk has gone.
    Retain(ExtentId),
    /// One row less names it; with the last one its space is free.
    Release(ExtentId),
    /// Compaction has copied it. Ignored unless it still lies at the first place.
    Move(ExtentId, Place, Place),
}

impl ExtentChange {
    pub fn id(&self) -> ExtentId {
        match self {
            ExtentChange::AddBody(id)
            | ExtentChange::Add(id, _)
            | ExtentChange::Retain(id)
            | ExtentChange::Release(id)
            | ExtentChange::Move(id, ..) => *id,
        }
    }
}
