//! The format of a ZIP whose entries are stored as they are and whose checksums are known only
//! behind them. Written by hand, for no crate streams it: the well-kept ones want to go back and
//! write the checksum in front, or write descriptors that are wrong above 4 GiB.
//!
//! Sizes are known before and stand in the local header too, though a descriptor follows: readers
//! that stream find the end by them.

#[cfg(test)]
mod tests;

use time::{OffsetDateTime, UtcDateTime};

/// Sizes and offsets from here on, and this itself, stand in a field of 64 bits elsewhere.
const FAR: u64 = 0xffff_ffff;
const MANY: u64 = 0xffff;
/// A descriptor follows; the name is UTF-8.
const FLAGS: u16 = 1 << 3 | 1 << 11;
const VERSION: u16 = 20;
const VERSION_64: u16 = 45;
/// Made by a Unix, whose modes stand in the upper half of the attributes.
const MADE_BY: u16 = 3 << 8 | VERSION_64;
const FILE_MODE: u32 = 0o100_644 << 16;
const FOLDER_MODE: u32 = 0o040_755 << 16 | 0x10;
const EXTRA_64: u16 = 1;
/// When it was modified, in seconds since 1970.
const EXTRA_TIME: u16 = 0x5455;

/// One entry, as it stands in front of its bytes.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// At most 65,535 bytes; of a folder it ends in `/`.
    pub(super) name: String,
    pub(super) size: u64,
    /// Seconds since 1970.
    pub(super) modified: u64,
}

impl Entry {
    fn is_far(&self) -> bool {
        self.size >= FAR
    }

    fn extra_time(&self, out: &mut Vec<u8>) {
        put16(out, EXTRA_TIME);
        put16(out, 5);
        out.push(1);
        // Beyond 2106 it is wrong, as every such archive's.
        put32(out, clamp32(self.modified));
    }

    fn local_header(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 + self.name.len());
        put32(&mut out, 0x0403_4b50);
        put16(&mut out, if self.is_far() { VERSION_64 } else { VERSION });
        put16(&mut out, FLAGS);
        put16(&mut out, 0);
        put32(&mut out, dos_time(self.modified));
        put32(&mut out, 0);
        put32(&mut out, clamp32(self.size));
        put32(&mut out, clamp32(self.size));
        put16(&mut out, clamp16(self.name.len() as u64));
        put16(&mut out, 9 + if self.is_far() { 20 } else { 0 });
        out.extend_from_slice(self.name.as_bytes());
        if self.is_far() {
            put16(&mut out, EXTRA_64);
            put16(&mut out, 16);
            put64(&mut out, self.size);
            put64(&mut out, self.size);
        }
        self.extra_time(&mut out);
        out
    }

    /// Its sizes are as wide as the local header has them.
    fn descriptor(&self, crc: u32) -> Vec<u8> {
        let mut out = Vec::with_capacity(24);
        put32(&mut out, 0x0807_4b50);
        put32(&mut out, crc);
        for _ in 0..2 {
            match self.is_far() {
                true => put64(&mut out, self.size),
                false => put32(&mut out, clamp32(self.size)),
            }
        }
        out
    }

    fn record(&self, crc: u32, offset: u64) -> Vec<u8> {
        let far: Vec<u64> = [self.size, self.size, offset]
            .into_iter()
            .filter(|value| *value >= FAR)
            .collect();
        let extra = 9 + if far.is_empty() { 0 } else { 4 + 8 * far.len() };
        let mut out = Vec::with_capacity(96 + self.name.len());
        put32(&mut out, 0x0201_4b50);
        put16(&mut out, MADE_BY);
        put16(&mut out, if far.is_empty() { VERSION } else { VERSION_64 });
        put16(&mut out, FLAGS);
        put16(&mut out, 0);
        put32(&mut out, dos_time(self.modified));
        put32(&mut out, crc);
        put32(&mut out, clamp32(self.size));
        put32(&mut out, clamp32(self.size));
        put16(&mut out, clamp16(self.name.len() as u64));
        put16(&mut out, clamp16(extra as u64));
        // Neither a comment, nor on another disk, nor text.
        out.extend_from_slice(&[0; 6]);
        put32(
            &mut out,
            if self.name.ends_with('/') {
                FOLDER_MODE
            } else {
                FILE_MODE
            },
        );
        put32(&mut out, clamp32(offset));
        out.extend_from_slice(self.name.as_bytes());
        if !far.is_empty() {
            put16(&mut out, EXTRA_64);
            put16(&mut out, clamp16(8 * far.len() as u64));
            far.into_iter().for_each(|value| put64(&mut out, value));
        }
        self.extra_time(&mut out);
        out
    }
}

/// Where an archive is: how long it is, and how many entries it has.
#[derive(Debug, Default)]
pub(super) struct Archive {
    offset: u64,
    entries: u64,
    directory_bytes: u64,
}

impl Archive {
    /// What stands in front of the bytes of an entry, and where that begins.
    pub(super) fn begin(&mut self, entry: &Entry) -> (Vec<u8>, u64) {
        let (offset, header) = (self.offset, entry.local_header());
        self.offset += header.len() as u64;
        (header, offset)
    }

    /// What stands behind all bytes of an entry that began at `offset`, and its record in the
    /// directory.
    pub(super) fn end(&mut self, entry: &Entry, crc: u32, offset: u64) -> (Vec<u8>, Vec<u8>) {
        let (descriptor, record) = (entry.descriptor(crc), entry.record(crc, offset));
        self.offset += entry.size + descriptor.len() as u64;
        self.entries += 1;
        self.directory_bytes += record.len() as u64;
        (descriptor, record)
    }

    /// What stands behind the directory, which stands behind the last entry.
    pub(super) fn finish(&self) -> Vec<u8> {
        let Archive {
            offset,
            entries,
            directory_bytes,
        } = *self;
        let mut out = Vec::with_capacity(98);
        if entries >= MANY || offset >= FAR || directory_bytes >= FAR {
            let end = offset + directory_bytes;
            put32(&mut out, 0x0606_4b50);
            put64(&mut out, 44);
            put16(&mut out, MADE_BY);
            put16(&mut out, VERSION_64);
            put64(&mut out, 0);
            put64(&mut out, entries);
            put64(&mut out, entries);
            put64(&mut out, directory_bytes);
            put64(&mut out, offset);
            put32(&mut out, 0x0706_4b50);
            put32(&mut out, 0);
            put64(&mut out, end);
            put32(&mut out, 1);
        }
        put32(&mut out, 0x0605_4b50);
        put32(&mut out, 0);
        put16(&mut out, clamp16(entries));
        put16(&mut out, clamp16(entries));
        put32(&mut out, clamp32(directory_bytes));
        put32(&mut out, clamp32(offset));
        put16(&mut out, 0);
        out
    }
}

/// What does not fit is all ones, and stands elsewhere.
fn clamp32(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn clamp16(value: u64) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Date above, time below, in steps of two seconds; in UTC, for nobody knows better. It begins with
/// 1980 and ends with 2107.
fn dos_time(seconds: u64) -> u32 {
    const FIRST: u32 = 1 << 21 | 1 << 16;
    let at = i64::try_from(seconds).ok();
    let at = at.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    let Some(at) = at.map(UtcDateTime::from).filter(|at| at.year() >= 1980) else {
        return FIRST;
    };
    let year = u32::try_from(at.year() - 1980).unwrap_or(0).min(127);
    let date = year << 9 | u32::from(u8::from(at.month())) << 5 | u32::from(at.day());
    let time = u32::from(at.hour()) << 11 | u32::from(at.minute()) << 5;
    date << 16 | time | u32::from(at.second() / 2)
}
