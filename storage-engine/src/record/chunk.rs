//! Chunks: a piece of a body with what is needed to verify any frame of it.

use super::header::{Fields, HEADER_BYTES, KIND_CHUNK, MAGIC, PAYLOAD_AT_MAX, flags};
use super::{BadRecord, RecordKey};
use crate::chunk::Chunk;
use crate::disk::DIRECT_ALIGN_BYTES;
use crate::hash::crc64;
use crate::ids::ExtentId;
use crate::limits::{CHUNK_BYTES, FRAME_BYTES};

/// Frames of the longest chunk: stored bytes never exceed logical ones.
pub const FRAMES_MAX: usize = CHUNK_BYTES.div_ceil(FRAME_BYTES);
/// Where the payload of an aligned record begins, whatever its extension holds.
pub const ALIGNED_PAYLOAD_AT: usize = PAYLOAD_AT_MAX;

const DIGEST_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;
const CRC_BYTES: usize = 8;
const TAG_BYTES: usize = 16;
const EXTENSION_BYTES_MAX: usize =
    DIGEST_BYTES + NONCE_BYTES + FRAMES_MAX * (CRC_BYTES + TAG_BYTES);
const _: () = assert!(HEADER_BYTES + EXTENSION_BYTES_MAX <= PAYLOAD_AT_MAX);

/// How a payload was made smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Codec {
    #[default]
    None,
    Lz4,
    Zstd,
}

impl Codec {
    pub(super) fn code(self) -> u8 {
        match self {
            Codec::None => 0,
            Codec::Lz4 => 1,
            Codec::Zstd => 2,
        }
    }

    pub(super) fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Codec::None),
            1 => Some(Codec::Lz4),
            2 => Some(Codec::Zstd),
            _ => None,
        }
    }
}

/// Where payload and end of a record may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Multiples of 8: log and packed segments.
    Tight,
    /// The payload behind a fixed space, the end at a multiple of [`DIRECT_ALIGN_BYTES`]: bulk
    /// segments, whose records go from memory to the drive as they are.
    Aligned,
}

impl Padding {
    /// Boundaries at which records of this padding begin and end, in bytes.
    pub fn step(self) -> u64 {
        match self {
            Padding::Tight => 8,
            Padding::Aligned => DIRECT_ALIGN_BYTES as u64,
        }
    }

    pub(super) fn record_end(self, bytes: u64) -> u64 {
        bytes.next_multiple_of(self.step())
    }
}

/// What a record says of its chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkHead {
    /// Bytes of the body.
    pub logical_bytes: u32,
    /// Bytes of the payload.
    pub stored_bytes: u32,
    pub codec: Codec,
    /// Present where the frames are encrypted.
    pub nonce: Option<[u8; NONCE_BYTES]>,
    /// Of the payload as stored.
    pub blake3: [u8; DIGEST_BYTES],
    /// One for each [`FRAME_BYTES`] of the payload.
    pub frames: Vec<Frame>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// CRC64NVME of the bytes as stored.
    pub crc: u64,
    /// Authenticates an encrypted frame; zeros otherwise.
    pub tag: [u8; TAG_BYTES],
}

impl ChunkHead {
    pub fn record_bytes(&self, padding: Padding) -> u32 {
        let bytes = self.payload_at(padding) as u64 + u64::from(self.stored_bytes);
        u32::try_from(padding.record_end(bytes))
            .expect("a chunk's payload is bounded by CHUNK_BYTES, far below 4 GiB")
    }

    pub fn payload_at(&self, padding: Padding) -> usize {
        match padding {
            Padding::Tight => (HEADER_BYTES + self.extension_bytes()).next_multiple_of(8),
            Padding::Aligned => ALIGNED_PAYLOAD_AT,
        }
    }

    /// Verifies every frame of a payload and its digest.
    pub fn verify(&self, payload: &[u8]) -> Result<(), BadRecord> {
        self.verify_frames(0, payload)?;
        if payload.len() != self.stored_bytes as usize {
            return Err(BadRecord::Short);
        }
        match blake3::hash(payload).as_bytes() == &self.blake3 {
            true => Ok(()),
            false => Err(BadRecord::Digest),
        }
    }

    /// Verifies consecutive frames, beginning with frame `first`; the last one of the payload may
    /// be shorter than the others, no other.
    pub fn verify_frames(&self, first: usize, bytes: &[u8]) -> Result<(), BadRecord> {
        for (number, frame) in bytes.chunks(FRAME_BYTES).enumerate() {
            let entry = self.frames.get(first + number).ok_or(BadRecord::Layout)?;
            if frame.len() != self.frame_range(first + number).len() {
                return Err(BadRecord::Short);
            }
            if crc64(frame) != entry.crc {
                return Err(BadRecord::Frame);
            }
        }
        Ok(())
    }

    /// The part of the payload that a frame covers.
    pub fn frame_range(&self, number: usize) -> std::ops::Range<usize> {
        let stored = self.stored_bytes as usize;
        let start = (number * FRAME_BYTES).min(stored);
        start..(start + FRAME_BYTES).min(stored)
    }

    pub(super) fn frame_count(stored_bytes: u32) -> usize {
        (stored_bytes as usize).div_ceil(FRAME_BYTES)
    }

    /// What every writer of this version keeps to.
    pub(super) fn is_plausible(&self) -> bool {
        let (logical, stored) = (self.logical_bytes, self.stored_bytes);
        let lengths = match self.codec {
            Codec::None => stored == logical,
            Codec::Lz4 | Codec::Zstd => stored < logical && self.nonce.is_none(),
        };
        lengths
            && logical as usize <= CHUNK_BYTES
            && self.frames.len() == ChunkHead::frame_count(stored)
    }

    fn extension_bytes(&self) -> usize {
        let frames = self.frames.len();
        match self.nonce {
            Some(_) => DIGEST_BYTES + NONCE_BYTES + frames * (CRC_BYTES + TAG_BYTES),
            None => DIGEST_BYTES + frames * CRC_BYTES,
        }
    }

    fn write_extension(&self, mut out: &mut [u8]) {
        let mut put = |bytes: &[u8]| {
            let (here, rest) = std::mem::take(&mut out).split_at_mut(bytes.len());
            here.copy_from_slice(bytes);
            out = rest;
        };
        put(&self.blake3);
        if let Some(nonce) = &self.nonce {
            put(nonce);
        }
        for frame in &self.frames {
            put(&frame.crc.to_le_bytes());
            if self.nonce.is_some() {
                put(&frame.tag);
            }
        }
        out.fill(0);
    }
}

/// Length of the record a chunk will be.
pub fn chunk_record_bytes(chunk: &Chunk, padding: Padding) -> u32 {
    chunk.head().record_bytes(padding)
}

/// Appends the record that will stand at `at` of its segment.
pub fn encode_chunk(
    out: &mut Vec<u8>,
    key: &RecordKey,
    at: u64,
    extent: ExtentId,
    chunk: &Chunk,
    padding: Padding,
) {
    let head = chunk.head();
    let start = out.len();
    out.resize(start + head.payload_at(padding), 0);
    write_chunk_head(&mut out[start..], key, at, extent, head, padding);
    out.extend_from_slice(chunk.stored());
    out.resize(start + head.record_bytes(padding) as usize, 0);
}

/// Fills `out`, exactly what lies in front of the payload, with header and extension.
pub fn write_chunk_head(
    out: &mut [u8],
    key: &RecordKey,
    at: u64,
    extent: ExtentId,
    head: &ChunkHead,
    padding: Padding,
) {
    debug_assert!(head.is_plausible(), "{head:?}");
    debug_assert!(at.is_multiple_of(padding.step()), "record at {at}");
    assert_eq!(out.len(), head.payload_at(padding), "room for the header");
    head.write_extension(&mut out[HEADER_BYTES..]);
    let fields = Fields {
        magic: MAGIC,
        kind: KIND_CHUNK,
        flags: flags(head.codec, head.nonce.is_some()),
        payload_at: u16::try_from(out.len()).expect("at most PAYLOAD_AT_MAX, asserted above"),
        payload_bytes: head.stored_bytes,
        record_bytes: head.record_bytes(padding),
        id: extent.0,
        offset: at,
        amount: head.logical_bytes,
        ..Fields::default()
    };
    fields.write(key, out);
}
