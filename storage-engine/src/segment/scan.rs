//! Going through the records of a segment, for scrubbing and compaction.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use super::{RECORDS_AT, Segment};
use crate::disk::{Block, BlockPool};
use crate::error::{Error, Result};
use crate::hash::Crc64;
use crate::limits::CHUNK_BYTES;
use crate::record::{BadRecord, Content, PAYLOAD_AT_MAX, Padding, RecordHeader, parse_header};
use crate::row::SegmentKind;

/// Read at a time where payloads are wanted. Holds every chunk whole.
const WINDOW_BYTES: usize = 2 << 20;
/// Read at a time where headers are enough.
const HEADERS_WINDOW_BYTES: usize = 64 << 10;
/// Given up at a time where the drive cannot read.
const UNREADABLE_STEP_BYTES: u64 = 4096;
/// The log begins its groups at multiples of this and fills up with zeros.
const GROUP_STEP_BYTES: u64 = 4096;
const _: () = assert!(WINDOW_BYTES >= CHUNK_BYTES + 2 * 4096);
const _: () = assert!(HEADERS_WINDOW_BYTES >= PAYLOAD_AT_MAX);

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    Headers,
    /// Every bit of every record.
    Records,
}

/// What lies in a segment, piece after piece without holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A record whose header verifies; `damage` tells what else of it does not.
    Record {
        header: RecordHeader,
        damage: Option<BadRecord>,
    },
    /// Bytes that are no record. In a bulk segment that is damage only if a row names a chunk
    /// there: a write that was given up leaves a gap too.
    Gap {
        offset: u64,
        bytes: u64,
        reason: BadRecord,
    },
}

/// Goes through a segment from its first record on. Blocks, and holds the segment's file.
#[derive(Debug)]
pub struct Scan {
    segment: Arc<Segment>,
    verify: Verify,
    at: u64,
    until: u64,
    file_end: u64,
    window: Block,
    window_at: u64,
    window_len: usize,
    /// The record found last was a commit: its group may be filled up with zeros.
    after_commit: bool,
    /// Where the record found last begins, and how long it is, if all of it was read.
    last: Option<(u64, usize)>,
}

impl Scan {
    /// Looks at everything before `until`, which is cut to the segment's capacity.
    pub fn new(segment: Arc<Segment>, until: u64, verify: Verify) -> Result<Self> {
        let file_end = segment.file().len().map_err(Error::io("scan a segment"))?;
        let window_bytes = match verify {
            Verify::Headers => HEADERS_WINDOW_BYTES,
            Verify::Records => WINDOW_BYTES,
        };
        Ok(Scan {
            verify,
            at: RECORDS_AT,
            until: until.min(segment.capacity()),
            file_end: file_end.min(segment.capacity()),
            window: BlockPool::new(window_bytes, 0).take(),
            window_at: 0,
            window_len: 0,
            after_commit: false,
            last: None,
            segment,
        })
    }

    /// Goes on at another place: where a record begins, or one is to be searched for.
    pub fn seek(&mut self, at: u64) {
        self.at = at.max(RECORDS_AT).min(self.until);
        self.after_commit = false;
        self.last = None;
    }

    pub fn segment(&self) -> &Arc<Segment> {
        &self.segment
    }

    /// Where the next piece begins.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The next piece, or `None` at the end. After an error the scan goes on behind the place that
    /// the drive could not read.
    pub fn find_next(&mut self) -> Result<Option<Found>> {
        self.last = None;
        if self.at >= self.until {
            return Ok(None);
        }
        match self.header()? {
            Ok(header) => self.record(header).map(Some),
            Err(bad) => self.gap(bad),
        }
    }

    /// The bytes of the record found last, from header to padding. Absent for what is longer than
    /// a chunk can be, and where only headers are wanted.
    pub fn bytes(&self) -> Option<&[u8]> {
        let (at, len) = self.last?;
        let skip = usize::try_from(at.checked_sub(self.window_at)?).ok()?;
        self.window[..self.window_len].get(skip..skip + len)
    }

    /// The outer error is the drive's, the inner one tells why no record begins here.
    fn header(&mut self) -> Result<std::result::Result<RecordHeader, BadRecord>> {
        let (at, capacity) = (self.at, self.segment.capacity());
        let want = (capacity - at).min(PAYLOAD_AT_MAX as u64);
        let segment = Arc::clone(&self.segment);
        let bytes = self.fetch(at, usize::try_from(want).unwrap_or(PAYLOAD_AT_MAX))?;
        let header = parse_header(segment.key(), at, bytes);
        Ok(header.and_then(|header| match header.end() <= capacity {
            true => Ok(header),
            false => Err(BadRecord::Layout),
        }))
    }

    fn record(&mut self, header: RecordHeader) -> Result<Found> {
        let len = header.record_bytes as usize;
        let damage = match self.verify {
            Verify::Headers => None,
            Verify::Records if len <= self.window.len() => {
                self.last = Some((header.at, len));
                let bytes = self.fetch(header.at, len)?;
                header.open(bytes).err()
            }
            Verify::Records => self.verify_long(&header)?,
        };
        self.at = header.end();
        self.after_commit = matches!(header.content, Content::Commit { .. });
        Ok(Found::Record { header, damage })
    }

    /// Verifies a commit that does not fit into the window, piece by piece.
    fn verify_long(&mut self, header: &RecordHeader) -> Result<Option<BadRecord>> {
        let Content::Commit { payload_crc, .. } = header.content else {
            return Ok(Some(BadRecord::Layout));
        };
        let payload_at = header.at + u64::from(header.payload_at);
        let payload_end = payload_at + u64::from(header.payload_bytes);
        let (mut crc, mut at, mut zeros) = (Crc64::new(), payload_at, true);
        while at < header.end() {
            let len = (header.end() - at).min(WINDOW_BYTES as u64);
            let piece = self.fetch(at, usize::try_from(len).unwrap_or(WINDOW_BYTES))?;
            let left = payload_end.saturating_sub(at).min(piece.len() as u64);
            let (payload, padding) = piece.split_at(usize::try_from(left).unwrap_or(piece.len()));
            crc.update(payload);
            zeros &= padding.iter().all(|byte| *byte == 0);
            at += piece.len() as u64;
            if piece.is_empty() {
                return Ok(Some(BadRecord::Short));
            }
        }
        Ok(match (crc.finish() == payload_crc, zeros) {
            (false, _) => Some(BadRecord::Payload),
            (true, false) => Some(BadRecord::Padding),
            (true, true) => None,
        })
    }

    /// Passes over bytes that are no record, up to the next one.
    fn gap(&mut self, reason: BadRecord) -> Result<Option<Found>> {
        if self.passed_over_filling()? {
            return self.find_next();
        }
        let offset = self.at;
        self.after_commit = false;
        let step = match self.segment.kind() {
            SegmentKind::Bulk => Padding::Aligned.step(),
            SegmentKind::Log | SegmentKind::Packed => Padding::Tight.step(),
        };
        loop {
            self.at = match self.at < self.file_end {
                true => (self.at + 1).next_multiple_of(step),
                false => self.until,
            };
            // An error now would swallow what has been found out; it comes again next time.
            let found = self.at >= self.until || !matches!(self.header_here(), Ok(Err(_)));
            if found {
                self.at = self.at.min(self.until);
                let bytes = self.at - offset;
                return Ok(Some(Found::Gap {
                    offset,
                    bytes,
                    reason,
                }));
            }
        }
    }

    /// As [`Scan::header`], without moving on where the drive cannot read.
    fn header_here(&mut self) -> Result<std::result::Result<RecordHeader, BadRecord>> {
        let at = self.at;
        let header = self.header();
        self.at = at;
        header
    }

    /// Behind a commit, zeros up to where the next group may begin are as they should be.
    fn passed_over_filling(&mut self) -> Result<bool> {
        let next = self.at.next_multiple_of(GROUP_STEP_BYTES).min(self.until);
        let filled = self.segment.kind() == SegmentKind::Log && self.after_commit;
        if !filled || next == self.at {
            return Ok(false);
        }
        let at = self.at;
        let len = usize::try_from(next - at).unwrap_or_default();
        let bytes = self.fetch(at, len)?;
        let zeros = bytes.len() == len && bytes.iter().all(|byte| *byte == 0);
        if zeros {
            self.at = next;
            self.after_commit = false;
        }
        Ok(zeros)
    }

    /// Bytes of the segment; fewer than asked for where the file ends before. `len` is at most the
    /// window's.
    fn fetch(&mut self, at: u64, len: usize) -> Result<&[u8]> {
        let held = self.window_at..self.window_at + self.window_len as u64;
        if !(held.contains(&at) && at + len as u64 <= held.end) {
            self.fill(at, len)?;
        }
        let skip = usize::try_from(at - self.window_at).unwrap_or(usize::MAX);
        let held = self.window[..self.window_len].get(skip..);
        let bytes = held.unwrap_or_default();
        Ok(&bytes[..len.min(bytes.len())])
    }

    fn fill(&mut self, at: u64, len: usize) -> Result<()> {
        (self.window_at, self.window_len) = (at, 0);
        let file = Arc::clone(self.segment.file());
        let there = usize::try_from(self.file_end.saturating_sub(at)).unwrap_or(usize::MAX);
        let all = there.min(self.window.len());
        let read = file.read_at(&mut self.window[..all], at).map(|()| all);
        // Rather what is asked for than nothing: the bad spot may lie behind it.
        let few = len.min(there);
        let read = read.or_else(|_| file.read_at(&mut self.window[..few], at).map(|()| few));
        self.window_len = read.map_err(|error| self.give_up(error))?;
        Ok(())
    }

    fn give_up(&mut self, error: io::Error) -> Error {
        self.at = (self.at + 1).next_multiple_of(UNREADABLE_STEP_BYTES);
        self.after_commit = false;
        Error::io("scan a segment")(error)
    }
}
