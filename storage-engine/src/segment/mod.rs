//! Segments: files of records, written at the end and never changed in the middle.
//!
//! A segment is named by its id; ids only grow, see [`Segments::skip_ids_below`]. Its file outlives
//! it: once the last reader of a retired segment is gone, the file is put aside and becomes another
//! segment, with a new nonce that makes every record in it meaningless (see [`crate::record`]).

mod flush;
mod header;
mod home;
mod name;
pub mod scan;
mod segments;
#[cfg(test)]
mod tests;

pub(crate) use header::fuzz_header;
pub use header::{FORMAT_VERSION, RECORDS_AT, SEGMENT_HEADER_BYTES};
pub use segments::{Segments, SegmentsOptions, Unreadable};

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::disk::DiskFile;
use crate::error::Result;
use crate::failure::Failure;
use crate::ids::SegmentId;
use crate::record::RecordKey;
use crate::row::SegmentKind;
use flush::Flush;
use home::Home;

/// One file of records. Whoever holds an [`Arc`] of it keeps the file from being used anew.
#[derive(Debug)]
pub struct Segment {
    id: SegmentId,
    kind: SegmentKind,
    capacity: u64,
    key: RecordKey,
    file: Arc<dyn DiskFile>,
    flush: Flush,
    writers: AtomicUsize,
    retired: AtomicBool,
    home: Arc<Home>,
}

impl Segment {
    pub fn id(&self) -> SegmentId {
        self.id
    }

    pub fn kind(&self) -> SegmentKind {
        self.kind
    }

    /// The name of its file in the folder of the disk.
    pub fn file_name(&self) -> String {
        name::FileName::Segment(self.id, self.kind).to_string()
    }

    /// Records end here at the latest.
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    pub fn key(&self) -> &RecordKey {
        &self.key
    }

    pub fn file(&self) -> &Arc<dyn DiskFile> {
        &self.file
    }

    /// Notes that a write has finished; the number is what [`Segment::settle`] wants.
    pub fn finished(&self) -> u64 {
        self.flush.finished()
    }

    /// Waits until the write of this number is durable. Syncs are shared among all who wait, and
    /// count only for writes that had finished before. Cancel-safe; needs a runtime.
    ///
    /// A failed sync is final: it sets `failure`, which everybody gets from then on.
    pub async fn settle(&self, number: u64, failure: &Failure) -> Result<()> {
        self.flush.settle(number, &self.file, failure).await
    }

    /// Holds the segment for somebody whose records in it no row names yet.
    pub fn pin(self: &Arc<Self>) -> SegmentPin {
        self.writers.fetch_add(1, Ordering::AcqRel);
        SegmentPin(Arc::clone(self))
    }

    /// How many [`SegmentPin`]s there are. Compaction must leave a segment alone that has any:
    /// records no row names may be named by one in a moment.
    pub fn writers(&self) -> usize {
        self.writers.load(Ordering::Acquire)
    }
}

impl Drop for Segment {
    /// The last one to hold a retired segment lets the file go. Nothing is synced: a file that
    /// comes back after a crash belongs to a segment without a row, which the engine retires.
    fn drop(&mut self) {
        if *self.retired.get_mut() {
            self.home.put_aside(self.id, self.kind, self.capacity);
        }
    }
}

/// A segment with a writer under way: it may be neither compacted nor retired.
#[derive(Debug)]
pub struct SegmentPin(Arc<Segment>);

impl SegmentPin {
    pub fn segment(&self) -> &Arc<Segment> {
        &self.0
    }
}

impl Clone for SegmentPin {
    fn clone(&self) -> Self {
        self.0.pin()
    }
}

impl Deref for SegmentPin {
    type Target = Segment;

    fn deref(&self) -> &Segment {
        &self.0
    }
}

impl Drop for SegmentPin {
    fn drop(&mut self) {
        self.0.writers.fetch_sub(1, Ordering::AcqRel);
    }
}
