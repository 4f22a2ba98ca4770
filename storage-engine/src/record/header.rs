//! The fixed header of a record, and everything that can be verified of a record.

use super::chunk::{ChunkHead, Codec, Frame, Padding};
use super::{BadRecord, RecordKey, commit};
use crate::hash::crc64;
use crate::ids::{ExtentId, Sequence};
use crate::index::RowChange;

/// Every record begins with this many bytes of header.
pub const HEADER_BYTES: usize = 64;
/// The payload begins this many bytes into a record at the latest: who has as many has the header.
pub const PAYLOAD_AT_MAX: usize = 512;

pub(super) const MAGIC: u32 = u32::from_le_bytes(*b"crec");
pub(super) const KIND_COMMIT: u8 = 1;
pub(super) const KIND_CHUNK: u8 = 2;
const CODEC_BITS: u8 = 0b0000_0011;
const ENCRYPTED_BIT: u8 = 0b1000_0000;
const CHECKED_BYTES: usize = 56;

/// A header that has been verified; the payload has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHeader {
    /// Offset in the segment.
    pub at: u64,
    pub payload_at: u16,
    pub payload_bytes: u32,
    /// The whole record, padding included: the next one may begin behind it.
    pub record_bytes: u32,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Commit {
        first: Sequence,
        sequences: u32,
        /// From the start of the commit's group to this record.
        group_bytes: u32,
        payload_crc: u64,
    },
    Chunk {
        extent: ExtentId,
        head: ChunkHead,
    },
}

/// A record of which every bit has been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record<'a> {
    Commit {
        first: Sequence,
        sequences: u32,
        group_bytes: u32,
        rows: Vec<RowChange>,
    },
    Chunk {
        extent: ExtentId,
        head: ChunkHead,
        stored: &'a [u8],
    },
}

/// Reads the header at `at` of a segment from `bytes`, which begin there and are at least
/// [`PAYLOAD_AT_MAX`] long or reach to the end of the segment.
pub fn parse_header(key: &RecordKey, at: u64, bytes: &[u8]) -> Result<RecordHeader, BadRecord> {
    let fixed = Fields::read(bytes)?;
    if fixed.magic != MAGIC {
        return Err(BadRecord::Magic);
    }
    let payload_at = usize::from(fixed.payload_at);
    if !(HEADER_BYTES..=PAYLOAD_AT_MAX).contains(&payload_at) {
        return Err(BadRecord::Check);
    }
    let extension = bytes
        .get(HEADER_BYTES..payload_at)
        .ok_or(BadRecord::Short)?;
    if key.check(&bytes[..CHECKED_BYTES], extension) != fixed.check {
        return Err(BadRecord::Check);
    }
    if fixed.offset != at {
        return Err(BadRecord::Misplaced);
    }
    let content = fixed.content(extension)?;
    Ok(RecordHeader {
        at,
        payload_at: fixed.payload_at,
        payload_bytes: fixed.payload_bytes,
        record_bytes: fixed.record_bytes,
        content,
    })
}

/// Reads and verifies a whole record, to its last bit of padding.
pub fn parse_record<'a>(
    key: &RecordKey,
    at: u64,
    bytes: &'a [u8],
) -> Result<(RecordHeader, Record<'a>), BadRecord> {
    let header = parse_header(key, at, bytes)?;
    let record = header.open(bytes)?;
    Ok((header, record))
}

impl RecordHeader {
    /// Offset in the segment of whatever follows the record.
    pub fn end(&self) -> u64 {
        self.at + u64::from(self.record_bytes)
    }

    /// Verifies payload and padding of the record that `bytes` begin with.
    pub fn open<'a>(&self, bytes: &'a [u8]) -> Result<Record<'a>, BadRecord> {
        let payload_end = usize::from(self.payload_at) + self.payload_bytes as usize;
        let record = bytes
            .get(..self.record_bytes as usize)
            .ok_or(BadRecord::Short)?;
        let payload = record
            .get(usize::from(self.payload_at)..payload_end)
            .ok_or(BadRecord::Layout)?;
        if record[payload_end..].iter().any(|byte| *byte != 0) {
            return Err(BadRecord::Padding);
        }
        match &self.content {
            Content::Commit {
                first,
                sequences,
                group_bytes,
                payload_crc,
            } => {
                if crc64(payload) != *payload_crc {
                    return Err(BadRecord::Payload);
                }
                Ok(Record::Commit {
                    first: *first,
                    sequences: *sequences,
                    group_bytes: *group_bytes,
                    rows: commit::decode_rows(payload)?,
                })
            }
            Content::Chunk { extent, head } => {
                head.verify(payload)?;
                Ok(Record::Chunk {
                    extent: *extent,
                    head: head.clone(),
                    stored: payload,
                })
            }
        }
    }
}

/// The header's numbers as they stand in the file.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) magic: u32,
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) payload_at: u16,
    pub(super) payload_bytes: u32,
    pub(super) record_bytes: u32,
    pub(super) id: u64,
    pub(super) offset: u64,
    pub(super) amount: u32,
    pub(super) group_bytes: u32,
    pub(super) payload_crc: u64,
    pub(super) reserved: u64,
    pub(super) check: u64,
}

impl Fields {
    /// Fills the header at the start of `head`, whose extension stands already behind it and ends
    /// where `head` does.
    pub(super) fn write(&self, key: &RecordKey, head: &mut [u8]) {
        head[0..4].copy_from_slice(&self.magic.to_le_bytes());
        head[4] = self.kind;
        head[5] = self.flags;
        head[6..8].copy_from_slice(&self.payload_at.to_le_bytes());
        head[8..12].copy_from_slice(&self.payload_bytes.to_le_bytes());
        head[12..16].copy_from_slice(&self.record_bytes.to_le_bytes());
        head[16..24].copy_from_slice(&self.id.to_le_bytes());
        head[24..32].copy_from_slice(&self.offset.to_le_bytes());
        head[32..36].copy_from_slice(&self.amount.to_le_bytes());
        head[36..40].copy_from_slice(&self.group_bytes.to_le_bytes());
        head[40..48].copy_from_slice(&self.payload_crc.to_le_bytes());
        head[48..56].copy_from_slice(&self.reserved.to_le_bytes());
        let check = key.check(&head[..CHECKED_BYTES], &head[HEADER_BYTES..]);
        head[56..64].copy_from_slice(&check.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Result<Self, BadRecord> {
        let mut rest = Reader(bytes);
        Ok(Fields {
            magic: u32::from_le_bytes(rest.take()?),
            kind: u8::from_le_bytes(rest.take()?),
            flags: u8::from_le_bytes(rest.take()?),
            payload_at: u16::from_le_bytes(rest.take()?),
            payload_bytes: u32::from_le_bytes(rest.take()?),
            record_bytes: u32::from_le_bytes(rest.take()?),
            id: u64::from_le_bytes(rest.take()?),
            offset: u64::from_le_bytes(rest.take()?),
            amount: u32::from_le_bytes(rest.take()?),
            group_bytes: u32::from_le_bytes(rest.take()?),
            payload_crc: u64::from_le_bytes(rest.take()?),
            reserved: u64::from_le_bytes(rest.take()?),
            check: u64::from_le_bytes(rest.take()?),
        })
    }

    /// The check proves that this software wrote the header; what is asked here is whether it is
    /// the layout that this version knows.
    fn content(&self, extension: &[u8]) -> Result<Content, BadRecord> {
        if self.reserved != 0 {
            return Err(BadRecord::Layout);
        }
        match self.kind {
            KIND_COMMIT => self.commit(extension),
            KIND_CHUNK => self.chunk(extension),
            _ => Err(BadRecord::Kind),
        }
    }

    fn commit(&self, extension: &[u8]) -> Result<Content, BadRecord> {
        let fits = self.flags == 0 && extension.is_empty() && self.padded(Padding::Tight);
        match fits {
            true => Ok(Content::Commit {
                first: Sequence(self.id),
                sequences: self.amount,
                group_bytes: self.group_bytes,
                payload_crc: self.payload_crc,
            }),
            false => Err(BadRecord::Layout),
        }
    }

    fn chunk(&self, extension: &[u8]) -> Result<Content, BadRecord> {
        let encrypted = self.flags & ENCRYPTED_BIT != 0;
        let known_flags = self.flags & !(CODEC_BITS | ENCRYPTED_BIT) == 0;
        let codec = Codec::from_code(self.flags & CODEC_BITS).ok_or(BadRecord::Layout)?;
        let mut rest = Reader(extension);
        let blake3 = rest.take()?;
        let nonce = encrypted.then(|| rest.take()).transpose()?;
        let count = ChunkHead::frame_count(self.payload_bytes);
        let mut frames = Vec::with_capacity(count.min(extension.len()));
        for _ in 0..count {
            let crc = u64::from_le_bytes(rest.take()?);
            let tag = match encrypted {
                true => rest.take()?,
                false => [0; 16],
            };
            frames.push(Frame { crc, tag });
        }
        let head = ChunkHead {
            logical_bytes: self.amount,
            stored_bytes: self.payload_bytes,
            codec,
            nonce,
            blake3,
            frames,
        };
        let zero_tail = rest.0.iter().all(|byte| *byte == 0);
        let padded = [Padding::Tight, Padding::Aligned]
            .into_iter()
            .any(|padding| {
                usize::from(self.payload_at) == head.payload_at(padding) && self.padded(padding)
            });
        let unused = self.group_bytes == 0 && self.payload_crc == 0;
        match known_flags && zero_tail && padded && unused && head.is_plausible() {
            true => Ok(Content::Chunk {
                extent: ExtentId(self.id),
                head,
            }),
            false => Err(BadRecord::Layout),
        }
    }

    fn padded(&self, padding: Padding) -> bool {
        let bytes = u64::from(self.payload_at) + u64::from(self.payload_bytes);
        u64::from(self.record_bytes) == padding.record_end(bytes)
    }
}

/// For the fuzzer: makes the checks of something like a record fit, for it will never find them.
pub(crate) fn fuzz_seal(key: &RecordKey, bytes: &mut [u8]) {
    let Ok(mut fields) = Fields::read(bytes) else {
        return;
    };
    let payload_at = usize::from(fields.payload_at);
    let payload_end = payload_at.saturating_add(fields.payload_bytes as usize);
    if let Some(payload) = bytes.get(payload_at..payload_end)
        && fields.kind == KIND_COMMIT
    {
        fields.payload_crc = crc64(payload);
    }
    if let Some(head) = bytes.get_mut(..payload_at)
        && head.len() >= HEADER_BYTES
    {
        fields.write(key, head);
    }
}

pub(super) fn flags(codec: Codec, encrypted: bool) -> u8 {
    let encrypted = if encrypted { ENCRYPTED_BIT } else { 0 };
    codec.code() | encrypted
}

/// Takes arrays from the front of a slice.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], BadRecord> {
        let (first, rest) = self.0.split_first_chunk().ok_or(BadRecord::Short)?;
        self.0 = rest;
        Ok(*first)
    }
}
