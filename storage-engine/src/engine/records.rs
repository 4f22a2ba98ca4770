//! Walking over the records of a segment, one after another.

use std::io;

use crate::chunk::Blocks;
use crate::error::{Error, Result};
use crate::record::{self, BadRecord, PAYLOAD_AT_MAX, Padding, RecordHeader};
use crate::row::SegmentKind;
use crate::segment::Segment;

/// Bytes read from the drive at once.
const WINDOW_BYTES: usize = 2 << 20;
const _: () = assert!(WINDOW_BYTES >= Blocks::RECORD_BYTES_MAX);

/// What lies at some place of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A record whose header verifies.
    Record(RecordHeader),
    /// Nothing up to the next record: the room between groups, a place that was given out and
    /// never written, or damage. Which of them, only the rows can tell.
    Gap { bytes: u64 },
    /// The drive does not give these bytes.
    Unreadable { bytes: u64 },
}

/// A walk from front to end. Every call blocks on the drive.
#[derive(Debug)]
pub(super) struct Records<'a> {
    segment: &'a Segment,
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    /// Where in the segment the buffer begins.
    held_at: u64,
}

impl<'a> Records<'a> {
    pub(super) fn new(segment: &'a Segment, from: u64, end: u64) -> Self {
        let end = end.min(segment.capacity());
        Records { segment, at: from, end, buffer: Vec::new(), held_at: from }
    }

    /// Where the next record is looked for.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The next thing there is; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Found>> {
        let (segment, start) = (self.segment, self.at);
        while self.at < self.end {
            let at = self.at;
            let parsed = match self.hold(at, PAYLOAD_AT_MAX) {
                Ok(bytes) => record::parse_header(segment.key(), at, bytes),
                Err(_) if at > start => break,
                Err(error) => return self.pass_over_unreadable(error),
            };
            match parsed {
                Ok(_) if at > start => break,
                Ok(header) => {
                    self.at = header.end();
                    return Ok(Some(Found::Record(header)));
                }
                Err(_) => self.at += self.step(),
            }
        }
        self.at = self.at.min(self.end.max(start));
        Ok((self.at > start).then(|| Found::Gap { bytes: self.at - start }))
    }

    /// The whole record of a header that was just found.
    pub(super) fn read(&mut self, header: &RecordHeader) -> Result<&[u8]> {
        let len = header.record_bytes as usize;
        let bytes = self.hold(header.at, len).map_err(Error::io("read a record"))?;
        bytes.get(..len).ok_or_else(|| short(BadRecord::Short))
    }

    /// Records begin at multiples of this.
    fn step(&self) -> u64 {
        match self.segment.kind() {
            SegmentKind::Bulk => Padding::Aligned.step(),
            SegmentKind::Log | SegmentKind::Packed => Padding::Tight.step(),
        }
    }

    /// At least `len` bytes from `at` on, or all there are.
    fn hold(&mut self, at: u64, len: usize) -> io::Result<&[u8]> {
        let held_end = self.held_at + self.buffer.len() as u64;
        let wanted_end = at.saturating_add(len as u64).min(self.segment.capacity());
        if at < self.held_at || wanted_end > held_end {
            self.load(at, len)?;
        }
        let skip = usize::try_from(at - self.held_at).map_err(io::Error::other)?;
        Ok(self.buffer.get(skip..).unwrap_or_default())
    }

    fn load(&mut self, at: u64, len: usize) -> io::Result<()> {
        let left = self.segment.capacity().saturating_sub(at);
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        // Never beyond the record that is asked for and what is being walked over.
        let ahead = usize::try_from(self.end.saturating_sub(at)).unwrap_or(usize::MAX);
        let bytes = len.max(WINDOW_BYTES.min(ahead)).min(left);
        self.buffer.resize(bytes, 0);
        self.held_at = at;
        let file = self.segment.file();
        let mut read = file.read_at(&mut self.buffer, at);
        if read.is_err() && bytes > len {
            // One bad block must not hide the good ones around it.
            self.buffer.resize(len.min(left), 0);
            read = file.read_at(&mut self.buffer, at);
        }
        if read.is_err() {
            self.buffer.clear();
        }
        read
    }

    /// A window the drive does not give is passed over block by block; other failures end the walk.
    fn pass_over_unreadable(&mut self, error: io::Error) -> Result<Option<Found>> {
        match error.raw_os_error() {
            Some(libc::EIO) => {}
            _ if error.kind() == io::ErrorKind::UnexpectedEof => {}
            _ => return Err(Error::io("read a segment")(error)),
        }
        let bytes = Padding::Aligned.step().min(self.end - self.at);
        self.at += bytes;
        Ok(Some(Found::Unreadable { bytes }))
    }
}

fn short(bad: BadRecord) -> Error {
    Error::io("read a record")(io::Error::new(io::ErrorKind::UnexpectedEof, bad.detail()))
}
