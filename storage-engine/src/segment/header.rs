//! The first bytes of a segment file.
//!
//! ```text
//!  0 magic [8]      13 zeros [3]      40 nonce [16]       64 crc64 of 0..64
//!  8 version u32    16 id u64         56 capacity u64     72 zeros to 4096
//! 12 kind u8        24 store [16]
//! ```
//!
//! Magic, version and checksum stay where they are in all versions to come, so that every version
//! can tell a newer file from a damaged one.

use crate::hash::crc64;
use crate::ids::SegmentId;
use crate::row::SegmentKind;

/// What this version writes, and the newest it reads.
pub const FORMAT_VERSION: u32 = 1;
/// Records begin behind this many bytes.
pub const SEGMENT_HEADER_BYTES: usize = 4096;
/// Offset of the first record.
pub const RECORDS_AT: u64 = SEGMENT_HEADER_BYTES as u64;

const MAGIC: [u8; 8] = *b"CAIRNSEG";
const CRC_AT: usize = 64;
const END: usize = 72;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub(super) kind: SegmentKind,
    pub(super) id: SegmentId,
    pub(super) store: [u8; 16],
    pub(super) nonce: [u8; 16],
    pub(super) capacity: u64,
}

/// Why a file has no header that could be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadHeader {
    #[error("header is all zeros")]
    Blank,
    #[error("not a segment file")]
    Magic,
    #[error("header does not match its checksum")]
    Checksum,
    #[error("written in format {0}, this version knows formats up to {FORMAT_VERSION}")]
    Version(u32),
    #[error("header contradicts itself")]
    Layout,
}

impl SegmentHeader {
    /// Fills `out`, which is [`SEGMENT_HEADER_BYTES`] long.
    pub(super) fn encode(&self, out: &mut [u8]) {
        out.fill(0);
        out[0..8].copy_from_slice(&MAGIC);
        out[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        out[12] = code(self.kind);
        out[16..24].copy_from_slice(&self.id.0.to_le_bytes());
        out[24..40].copy_from_slice(&self.store);
        out[40..56].copy_from_slice(&self.nonce);
        out[56..64].copy_from_slice(&self.capacity.to_le_bytes());
        let crc = crc64(&out[..CRC_AT]);
        out[CRC_AT..END].copy_from_slice(&crc.to_le_bytes());
    }

    pub(super) fn decode(bytes: &[u8; SEGMENT_HEADER_BYTES]) -> Result<Self, BadHeader> {
        if bytes.iter().all(|byte| *byte == 0) {
            return Err(BadHeader::Blank);
        }
        if bytes[0..8] != MAGIC {
            return Err(BadHeader::Magic);
        }
        if crc64(&bytes[..CRC_AT]) != u64::from_le_bytes(array(bytes, CRC_AT)) {
            return Err(BadHeader::Checksum);
        }
        let version = u32::from_le_bytes(array(bytes, 8));
        if version != FORMAT_VERSION {
            return Err(BadHeader::Version(version));
        }
        let kind = kind(bytes[12]).ok_or(BadHeader::Layout)?;
        let unused = bytes[13..16].iter().chain(&bytes[END..]);
        if unused.copied().any(|byte| byte != 0) {
            return Err(BadHeader::Layout);
        }
        Ok(SegmentHeader {
            kind,
            id: SegmentId(u64::from_le_bytes(array(bytes, 16))),
            store: array(bytes, 24),
            nonce: array(bytes, 40),
            capacity: u64::from_le_bytes(array(bytes, 56)),
        })
    }
}

/// For the fuzzer: what a header says, written anew; nothing where it is none. Its checksum is made
/// to fit first, for the fuzzer will never find one.
pub(crate) fn fuzz_header(bytes: &mut [u8; SEGMENT_HEADER_BYTES]) -> Option<Box<[u8]>> {
    let crc = crc64(&bytes[..CRC_AT]);
    bytes[CRC_AT..END].copy_from_slice(&crc.to_le_bytes());
    let header = SegmentHeader::decode(bytes).ok()?;
    let mut again = vec![0xff; SEGMENT_HEADER_BYTES].into_boxed_slice();
    header.encode(&mut again);
    Some(again)
}

fn array<const N: usize>(bytes: &[u8; SEGMENT_HEADER_BYTES], at: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[at..at + N]);
    array
}

fn code(kind: SegmentKind) -> u8 {
    match kind {
        SegmentKind::Log => 1,
        SegmentKind::Bulk => 2,
        SegmentKind::Packed => 3,
    }
}

fn kind(code: u8) -> Option<SegmentKind> {
    match code {
        1 => Some(SegmentKind::Log),
        2 => Some(SegmentKind::Bulk),
        3 => Some(SegmentKind::Packed),
        _ => None,
    }
}
