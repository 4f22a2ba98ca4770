//! Segments: files of records, written at the end and never changed in the middle.
//!
//! A segment is named by its id; ids only grow, see [`Segments::skip_ids_below`]. Its file outlives
//! it: once the last reader of a retired segment is gone, the file is put aside and becomes another
//! segment, with a new nonce that makes every record in it meaningless (see [`crate::record`]).
//!
//! A segment is filled by the run of the store that made it, and by no later one. Two stores may
//! grow from one: a restored backup, a snapshot that was gone back to, a copied folder. Each knows
//! the same room at the end of the same segments, and would give it to the same next chunk; what
//! each wrote there would verify for the other. In segments of their own it cannot.

mod flush;
mod header;
mod home;
mod name;
pub mod scan;
mod segments;
#[cfg(test)]
mod tests;

use header::SegmentHeader;
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

/// The name of a segment's file in the folder of the disk.
pub fn file_name(id: SegmentId, kind: SegmentKind) -> String {
    name::FileName::Segment(id, kind).to_string()
}

/// The capacity of a segment of a store, if a file with these first bytes is that segment.
pub fn capacity_in(
    header: &[u8],
    store: [u8; 16],
    id: SegmentId,
    kind: SegmentKind,
) -> Option<u64> {
    let header = SegmentHeader::decode(header.try_into().ok()?).ok()?;
    let same = (header.store, header.id, header.kind) == (store, id, kind);
    same.then_some(header.capacity)
}

/// One file of records. Whoever holds an [`Arc`] of it keeps the file from being used anew.
#[derive(Debug)]
pub struct Segment {
    header: SegmentHeader,
    key: RecordKey,
    file: Arc<dyn DiskFile>,
    flush: Flush,
    writers: AtomicUsize,
    retired: AtomicBool,
    home: Arc<Home>,
}

impl Segment {
    pub fn id(&self) -> SegmentId {
        self.header.id
    }

    pub fn kind(&self) -> SegmentKind {
        self.header.kind
    }

    /// The first bytes of its file as they should be, whatever the drive has made of them since.
    pub fn header(&self) -> Box<[u8]> {
        let mut bytes = vec![0; SEGMENT_HEADER_BYTES].into_boxed_slice();
        self.header.encode(&mut bytes);
        bytes
    }

    /// The name of its file in the folder of the disk.
    pub fn file_name(&self) -> String {
        file_name(self.id(), self.kind())
    }

    /// Records end here at the latest.
    pub fn capacity(&self) -> u64 {
        self.header.capacity
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
            let SegmentHeader {
                id, kind, capacity, ..
            } = self.header;
            self.home.put_aside(id, kind, capacity);
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
