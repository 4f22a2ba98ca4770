//! The log: an append-only sequence of segments, each group of changes one synced append.
//!
//! Groups start at multiples of [`GROUP_ALIGN_BYTES`], so that no write ever touches a sector that
//! was synced before: a torn write can only hurt the group that is being written.

use std::io::IoSlice;
use std::sync::Arc;

use crate::disk::DIRECT_ALIGN_BYTES;
use crate::error::{Error, Result};
use crate::ids::{SegmentId, Sequence};
use crate::index::RowChange;
use crate::meta::{LogBody, Place};
use crate::record::{self, HEADER_BYTES, Padding};
use crate::row::SegmentKind;
use crate::segment::{SEGMENT_HEADER_BYTES, Segment, Segments};

/// Where the first group of a segment begins.
pub(crate) const RECORDS_AT: u64 = SEGMENT_HEADER_BYTES as u64;
/// Where groups may begin.
pub(crate) const GROUP_ALIGN_BYTES: u64 = DIRECT_ALIGN_BYTES as u64;

/// The end of the log, where the next group goes.
#[derive(Debug)]
pub(crate) struct Log {
    segments: Arc<Segments>,
    segment: Arc<Segment>,
    offset: u64,
    buffer: Vec<u8>,
}

/// A group laid out at the end of the log, not yet written.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) segment: SegmentId,
    pub(crate) start: u64,
    /// Of the bodies, in their order.
    pub(crate) places: Vec<Place>,
    commit_at: u64,
}

impl Log {
    /// A log that goes on in a new segment: what a torn group has left in the old one can then
    /// never be taken for a part of a new group.
    pub(crate) fn start(segments: Arc<Segments>) -> Result<Self> {
        let segment = segments.create(SegmentKind::Log)?;
        Ok(Log {
            segments,
            segment,
            offset: RECORDS_AT,
            buffer: Vec::new(),
        })
    }

    /// Finds the place for a group, in a new segment if this one has no room for it.
    ///
    /// Fails without a trace: nothing of the group has been written then.
    pub(crate) fn lay_out(&mut self, bodies: &[u32], row_bytes_max: usize) -> Result<Layout> {
        let bodies_bytes: u64 = bodies.iter().map(|bytes| u64::from(*bytes)).sum();
        let bytes_max = bodies_bytes + (HEADER_BYTES + row_bytes_max) as u64 + GROUP_ALIGN_BYTES;
        if self.offset + bytes_max > self.segment.capacity() {
            self.rotate(bytes_max)?;
        }
        let mut at = self.offset;
        let mut places = Vec::with_capacity(bodies.len());
        for &record_bytes in bodies {
            let (segment, offset) = (self.segment.id(), at);
            places.push(Place {
                segment,
                offset,
                record_bytes,
            });
            at += u64::from(record_bytes);
        }
        Ok(Layout {
            segment: self.segment.id(),
            start: self.offset,
            places,
            commit_at: at,
        })
    }

    fn rotate(&mut self, bytes_max: u64) -> Result<()> {
        let next = self.segments.create(SegmentKind::Log)?;
        if RECORDS_AT + bytes_max > next.capacity() {
            let (size, limit) = (bytes_max, next.capacity() - RECORDS_AT);
            return Err(Error::TooLarge {
                what: "change",
                size,
                limit,
            });
        }
        self.segment = next;
        self.offset = RECORDS_AT;
        Ok(())
    }

    /// Writes a group where it was laid out and makes it durable.
    ///
    /// After an error nothing may be acknowledged; what is on the drive is unknown.
    pub(crate) fn append<'b>(
        &mut self,
        layout: &Layout,
        bodies: impl Iterator<Item = &'b LogBody>,
        first: Sequence,
        sequences: u32,
        rows: &[RowChange],
    ) -> std::io::Result<u64> {
        let front = self.encode(layout, bodies, first, sequences, rows);
        let group = &self.buffer[front..];
        self.segment
            .file()
            .write_at(&[IoSlice::new(group)], layout.start)?;
        self.segment.file().sync()?;
        let bytes = group.len() as u64;
        self.offset = layout.start + bytes;
        Ok(bytes)
    }

    /// Assembles the group in memory, aligned for direct I/O, and returns where it starts there.
    fn encode<'b>(
        &mut self,
        layout: &Layout,
        bodies: impl Iterator<Item = &'b LogBody>,
        first: Sequence,
        sequences: u32,
        rows: &[RowChange],
    ) -> usize {
        let key = self.segment.key();
        let rows_bytes: usize = rows.iter().map(row_bytes).sum();
        let bodies_bytes = layout.commit_at - layout.start;
        let bytes_max = usize::try_from(bodies_bytes).expect("a group is bounded by its segment")
            + HEADER_BYTES
            + rows_bytes
            + 16
            + 2 * DIRECT_ALIGN_BYTES;
        self.buffer.clear();
        // Reserved in one go: the buffer must not move once its alignment is settled.
        self.buffer.reserve(bytes_max);
        let front = self.buffer.as_ptr().align_offset(DIRECT_ALIGN_BYTES);
        self.buffer.resize(front, 0);
        for (body, place) in bodies.zip(&layout.places) {
            let (at, chunk) = (place.offset, &body.chunk);
            record::encode_chunk(
                &mut self.buffer,
                key,
                at,
                body.extent,
                chunk,
                Padding::Tight,
            );
        }
        debug_assert_eq!((self.buffer.len() - front) as u64, bodies_bytes);
        let group_bytes = u32::try_from(bodies_bytes).expect("a group is bounded by its segment");
        let at = layout.commit_at;
        record::encode_commit(
            &mut self.buffer,
            key,
            at,
            first,
            sequences,
            group_bytes,
            rows,
        );
        let end = (self.buffer.len() - front).next_multiple_of(DIRECT_ALIGN_BYTES);
        self.buffer.resize(front + end, 0);
        front
    }
}

/// An upper bound for the encoded row.
fn row_bytes((key, value): &RowChange) -> usize {
    key.as_bytes().len() + value.as_ref().map_or(0, |value| value.len()) + 12
}
