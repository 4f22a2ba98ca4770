//! The log: an append-only sequence of segments, each group of changes one synced append.
//!
//! Groups start at multiples of [`GROUP_ALIGN_BYTES`], so that no write ever touches a sector that
//! was synced before: a torn write can only hurt the group that is being written.
//!
//! # A group that the drive has no room for
//!
//! Where the file system allocates on each write (those that copy on write do), a write into a
//! segment that has its blocks can still be refused. Its changes are refused then, and the log goes
//! on as if they had never been asked for: the next group takes the same place and the same
//! sequences. But some or all sectors of the refused group may be on the drive, or get there later.
//! Two things must not come of that:
//!
//! 1. The refused group is whole, the machine stops, and replay applies it: at once, or in place of
//!    an acknowledged group of the same sequence in another segment.
//! 2. The next group is torn in its turn, and the old sectors between the new ones make it look
//!    whole. Records verify by themselves, so the commit of the new group behind a chunk of the old
//!    one would pass, and rows would name chunks that are not there.
//!
//! So before anything else is written to the log, in this segment or a later one, zeros are written
//! over the whole refused group and synced ([`Log::void`]). Zeros are no record, and behind durable
//! zeros a torn group is torn like any other. This touches no sector of another group: the place
//! begins where the last acknowledged group ends. It is done at once, before the changes are
//! answered; where the drive has no room even for that, it comes before the next group, which is
//! refused as well if it fails again. Only in that case, and only if the machine stops meanwhile, can
//! a refused change still be found by the next start: whole, and before anything that was
//! acknowledged after it, for there is nothing.
//!
//! A sync that fails is another matter, whatever its reason: it is never repeated.

use std::io::{self, IoSlice};
use std::sync::Arc;

use super::ahead::Ahead;
use crate::disk::{DIRECT_ALIGN_BYTES, is_fatal};
use crate::error::{Error, Result};
use crate::failure::Failure;
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
    ahead: Ahead,
    offset: u64,
    buffer: Vec<u8>,
    /// What a refused group may have left: so many bytes from `offset` on.
    leftover_bytes: usize,
}

/// Why a group was not written.
#[derive(Debug)]
pub(crate) enum Unwritten {
    /// The drive did not take it, for want of room as a rule. None of it counts, and the log goes
    /// on once the drive takes writes again.
    Refused(io::Error),
    /// Nobody knows what the drive holds.
    InDoubt(io::Error),
}

/// The next segment is made when less than this part of the one in use is left.
const AHEAD_DIVISOR: u64 = 4;

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
    pub(crate) fn start(segments: Arc<Segments>, failure: Failure) -> Result<Self> {
        let segment = segments.create(SegmentKind::Log)?;
        Ok(Log {
            ahead: Ahead::new(Arc::clone(&segments), failure),
            segments,
            segment,
            offset: RECORDS_AT,
            buffer: Vec::new(),
            leftover_bytes: 0,
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
        debug_assert_eq!(self.leftover_bytes, 0, "a refused group is voided first");
        let limit = self.segments.options().log_bytes - RECORDS_AT;
        if bytes_max > limit {
            let (what, size) = ("change", bytes_max);
            return Err(Error::TooLarge { what, size, limit });
        }
        self.segment = self.ahead.take()?;
        self.offset = RECORDS_AT;
        Ok(())
    }

    /// Makes sure that nothing is left of a group that was refused. To be called before a group is
    /// laid out.
    pub(crate) fn void(&mut self) -> std::result::Result<(), Unwritten> {
        if self.leftover_bytes == 0 {
            return Ok(());
        }
        let front = self.clean_buffer(self.leftover_bytes);
        self.buffer.resize(front + self.leftover_bytes, 0);
        self.write(front, self.offset)?;
        self.leftover_bytes = 0;
        Ok(())
    }

    /// Writes a group where it was laid out and makes it durable.
    ///
    /// After an error nothing may be acknowledged.
    pub(crate) fn append<'b>(
        &mut self,
        layout: &Layout,
        bodies: impl Iterator<Item = &'b LogBody>,
        first: Sequence,
        sequences: u32,
        rows: &[RowChange],
    ) -> std::result::Result<u64, Unwritten> {
        let front = self.encode(layout, bodies, first, sequences, rows);
        let len = self.buffer.len() - front;
        if let Err(unwritten) = self.write(front, layout.start) {
            if let Unwritten::Refused(_) = unwritten {
                self.leftover_bytes = len;
                self.void_now()?;
            }
            return Err(unwritten);
        }
        self.offset = layout.start + len as u64;
        if self.segment.capacity() - self.offset < self.segment.capacity() / AHEAD_DIVISOR {
            self.ahead.begin();
        }
        Ok(len as u64)
    }

    /// As [`Log::void`], where failing for want of room is no news.
    fn void_now(&mut self) -> std::result::Result<(), Unwritten> {
        match self.void() {
            Err(Unwritten::InDoubt(error)) => Err(Unwritten::InDoubt(error)),
            Ok(()) | Err(Unwritten::Refused(_)) => Ok(()),
        }
    }

    /// Writes the buffer from `front` on and syncs it.
    fn write(&self, front: usize, at: u64) -> std::result::Result<(), Unwritten> {
        let file = self.segment.file();
        let written = file.write_at(&[IoSlice::new(&self.buffer[front..])], at);
        written.map_err(|error| match is_fatal(&error) {
            true => Unwritten::InDoubt(error),
            false => Unwritten::Refused(error),
        })?;
        file.sync().map_err(Unwritten::InDoubt)
    }

    /// Empties the buffer, makes room, and returns from where on it is aligned for direct I/O.
    fn clean_buffer(&mut self, bytes: usize) -> usize {
        self.buffer.clear();
        // Reserved in one go: the buffer must not move once its alignment is settled.
        self.buffer.reserve(bytes + DIRECT_ALIGN_BYTES);
        let front = self.buffer.as_ptr().align_offset(DIRECT_ALIGN_BYTES);
        self.buffer.resize(front, 0);
        front
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
        let rows_bytes: usize = rows.iter().map(row_bytes).sum();
        let bodies_bytes = layout.commit_at - layout.start;
        let bytes_max = usize::try_from(bodies_bytes).expect("a group is bounded by its segment")
            + HEADER_BYTES
            + rows_bytes
            + 16
            + DIRECT_ALIGN_BYTES;
        let front = self.clean_buffer(bytes_max);
        let key = self.segment.key();
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

#[cfg(test)]
mod tests;
