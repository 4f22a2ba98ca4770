//! The bytes of records, the same in segments of every kind.
//!
//! A record is a header of [`HEADER_BYTES`], an extension (chunks only), a payload and zeros up to
//! the next boundary. What proves that a record is one, and not the remains of a recycled file or
//! something an uploaded body contains, is its check: a keyed hash whose key is derived from the
//! nonce of the segment file, which no client knows and which is new each time a file is used.
//!
//! ```text
//!  0 magic u32        16 id u64               48 zero u64
//!  4 kind u8          24 offset u64           56 check u64, over 0..56 and 64..payload_at
//!  5 flags u8         32 amount u32           64 chunk: blake3 [32], nonce [12] if encrypted,
//!  6 payload_at u16   36 group_bytes u32         per frame crc64 u64 (and tag [16] if encrypted)
//!  8 payload_bytes u32                        payload_at  payload, then zeros to record_bytes
//! 12 record_bytes u32 40 payload_crc u64
//! ```
//!
//! All integers are little-endian. `id` is the extent of a chunk or the first sequence of a commit,
//! `amount` the logical bytes of a chunk or the number of sequences of a commit.

mod bad;
mod chunk;
mod commit;
mod header;
#[cfg(test)]
mod tests;

pub use bad::BadRecord;
pub use chunk::{
    ALIGNED_PAYLOAD_AT, ChunkHead, Codec, FRAMES_MAX, Frame, Padding, chunk_record_bytes,
    encode_chunk, write_chunk_head,
};
pub use commit::{decode_rows, encode_commit};
pub(crate) use header::fuzz_seal;
pub use header::{
    Content, HEADER_BYTES, PAYLOAD_AT_MAX, Record, RecordHeader, parse_header, parse_record,
};

use std::fmt;

/// What the check of every record of one segment is keyed with.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordKey([u8; 32]);

impl RecordKey {
    /// The key that belongs to the nonce in a segment's header.
    pub fn derive(nonce: &[u8; 16]) -> Self {
        RecordKey(blake3::derive_key(
            "Cairn storage-engine, check of the records of one segment, version 1",
            nonce,
        ))
    }

    /// The check over everything in front of the payload but the check itself.
    fn check(&self, before: &[u8], after: &[u8]) -> u64 {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(before).update(after);
        let mut first = [0; 8];
        hasher.finalize_xof().fill(&mut first);
        u64::from_le_bytes(first)
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordKey(..)")
    }
}
