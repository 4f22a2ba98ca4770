//! Cuts write-ahead logs where their unbroken part ends, before RocksDB reads them.
//!
//! RocksDB's own reader is not strict enough after a power cut. A damaged header whose type byte
//! happens to be that of a recycled log makes it read the same place for ever
//! (facebook/rocksdb issue 13333); a stretch of zeros that begins exactly behind a record is
//! skipped, and the batches beyond it are replayed over the hole. So each log is checked here
//! first: checksums, fragments, and that each batch begins with the sequence number after the one
//! before. The place where that ends keeps three bytes of whatever followed: half a header, which
//! RocksDB reports as damage in its turn, so that no later log is replayed over it.
//!
//! The layout, as in RocksDB's `log_format.h`: blocks of 32 KiB; in them records of a checksum
//! (4 bytes), a length (2), a type (1) and that many bytes; what is too short for a header ends a
//! block. A batch is one record or a first, middle and last ones; it begins with its sequence
//! number (8) and the count of its changes (4). All integers are little-endian.

#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use crc_fast::CrcAlgorithm::Crc32Iscsi;

const BLOCK_BYTES: usize = 32 << 10;
const HEADER_BYTES: usize = 7;
const BATCH_HEADER_BYTES: usize = 12;
/// What is left of a record that must not be read: less than a header, so that it cannot be, but
/// not nothing, so that it counts as damage.
const STUMP_BYTES: u64 = 3;

const FULL: u8 = 1;
const FIRST: u8 = 2;
const MIDDLE: u8 = 3;
const LAST: u8 = 4;

/// Cuts every damaged log in `folder`, which nobody else may have open.
///
/// Interrupted by a crash it may be repeated: a cut log stays as it is.
pub(super) fn mend(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("log")) {
            mend_log(&path)?;
        }
    }
    Ok(())
}

fn mend_log(path: &Path) -> io::Result<()> {
    let mut whole = 0;
    for end in BatchEnds::new(File::open(path)?) {
        whole = end?;
    }
    let log = OpenOptions::new().write(true).open(path)?;
    if log.metadata()?.len() > whole + STUMP_BYTES {
        log.set_len(whole + STUMP_BYTES)?;
        log.sync_all()?;
    }
    Ok(())
}

/// Where each batch of the unbroken part of a log ends, in bytes from its start.
struct BatchEnds {
    log: File,
    block: Vec<u8>,
    /// Of the block in the file.
    block_start: u64,
    /// Of the next record in the block.
    at: usize,
    /// The first bytes of the batch whose fragments are being read.
    batch: Option<Vec<u8>>,
    /// Of the next batch, once the first has been read.
    sequence: Option<u64>,
    broken: bool,
}

/// What a record contributes to a batch.
enum Fragment {
    Batch {
        first: bool,
        last: bool,
    },
    /// Something about the log itself.
    Other,
}

impl BatchEnds {
    fn new(log: File) -> Self {
        BatchEnds {
            log,
            block: Vec::new(),
            block_start: 0,
            at: 0,
            batch: None,
            sequence: None,
            broken: false,
        }
    }

    /// The end of the next batch; none where the log ends or is broken.
    fn next_end(&mut self) -> io::Result<Option<u64>> {
        loop {
            if self.block.len() - self.at < HEADER_BYTES && !self.next_block()? {
                return Ok(None);
            }
            let Some((fragment, payload_end)) = self.record() else {
                return Ok(None);
            };
            let payload = self.at + HEADER_BYTES..payload_end;
            self.at = payload_end;
            let Fragment::Batch { first, last } = fragment else {
                continue;
            };
            if first != self.batch.is_none() {
                return Ok(None);
            }
            let batch = self.batch.get_or_insert_default();
            let missing = BATCH_HEADER_BYTES - batch.len();
            batch.extend(self.block[payload].iter().take(missing));
            if last {
                let batch = self.batch.take().unwrap_or_default();
                let end = self.block_start + self.at as u64;
                return Ok(self.follows(&batch).then_some(end));
            }
        }
    }

    /// Reads the next block, or what there is of it; false where there is none.
    fn next_block(&mut self) -> io::Result<bool> {
        self.block_start += self.block.len() as u64;
        self.block.clear();
        self.at = 0;
        let mut rest = (&mut self.log).take(BLOCK_BYTES as u64);
        rest.read_to_end(&mut self.block)?;
        Ok(self.block.len() >= HEADER_BYTES)
    }

    /// The record at hand and where it ends, if it is whole.
    fn record(&self) -> Option<(Fragment, usize)> {
        let header = self.block.get(self.at..self.at + HEADER_BYTES)?;
        let (checksum, rest) = header.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let fragment = match rest {
            [FULL] => Fragment::batch(true, true),
            [FIRST] => Fragment::batch(true, false),
            [MIDDLE] => Fragment::batch(false, false),
            [LAST] => Fragment::batch(false, true),
            [kind] if is_about_the_log(*kind) => Fragment::Other,
            _ => return None,
        };
        let end = self.at + HEADER_BYTES + usize::from(u16::from_le_bytes(*length));
        // The type is covered by the checksum, the length is not.
        let covered = self.block.get(self.at + HEADER_BYTES - 1..end)?;
        let whole = masked_crc(covered) == u64::from(u32::from_le_bytes(*checksum));
        whole.then_some((fragment, end))
    }

    /// Whether this batch is the next one; if so, the one after it is expected.
    fn follows(&mut self, batch: &[u8]) -> bool {
        let Some((sequence, rest)) = batch.split_first_chunk::<8>() else {
            return false;
        };
        let Some(count) = rest.first_chunk::<4>() else {
            return false;
        };
        let sequence = u64::from_le_bytes(*sequence);
        let next = sequence.checked_add(u64::from(u32::from_le_bytes(*count)));
        let follows = self.sequence.is_none_or(|expected| expected == sequence);
        self.sequence = next;
        follows && next.is_some()
    }
}

impl Iterator for BatchEnds {
    type Item = io::Result<u64>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken {
            return None;
        }
        let end = self.next_end().transpose();
        self.broken = !matches!(end, Some(Ok(_)));
        end
    }
}

impl Fragment {
    fn batch(first: bool, last: bool) -> Self {
        Fragment::Batch { first, last }
    }
}

/// Compression, sizes of timestamps, the log before: RocksDB writes these records only with
/// options that are off here, so none is expected, and none is a reason to cut.
fn is_about_the_log(kind: u8) -> bool {
    matches!(kind, 9 | 10 | 130)
}

/// CRC32C as RocksDB stores it: turned and shifted, since the content holds checksums itself.
fn masked_crc(bytes: &[u8]) -> u64 {
    let crc = crc_fast::checksum(Crc32Iscsi, bytes) & 0xffff_ffff;
    let turned = ((crc >> 15) | (crc << 17)) & 0xffff_ffff;
    (turned + 0xa282_ead8) & 0xffff_ffff
}

/// Where the batches of a log end that nothing has happened to.
#[cfg(test)]
pub(super) fn batch_ends(path: &Path) -> Vec<u64> {
    BatchEnds::new(File::open(path).unwrap())
        .map(|end| end.unwrap())
        .collect()
}
