//! Chunks: pieces of bodies, written once and verified whenever they are read.

use bytes::Bytes;

use crate::record::ChunkHead;

/// A piece of a body ready to be stored: compressed or encrypted, with its checksums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    head: ChunkHead,
    stored: Bytes,
}

impl Chunk {
    /// A chunk from its record: `stored` must be the payload the head describes.
    pub fn from_parts(head: ChunkHead, stored: Bytes) -> Self {
        debug_assert_eq!(head.stored_bytes as usize, stored.len());
        Chunk { head, stored }
    }

    pub fn head(&self) -> &ChunkHead {
        &self.head
    }

    /// The payload of the record.
    pub fn stored(&self) -> &Bytes {
        &self.stored
    }
}
