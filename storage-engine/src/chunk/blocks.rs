//! The memory that chunks travel in.

use crate::disk::{Block, BlockPool, DIRECT_ALIGN_BYTES};
use crate::limits::{CHUNK_BYTES, LOG_BODY_BYTES_MAX};
use crate::record::{ALIGNED_PAYLOAD_AT, PAYLOAD_AT_MAX};

const SMALL_BYTES: usize = 16 << 10;
/// A whole record of the log.
const MIDDLE_BYTES: usize = LOG_BODY_BYTES_MAX + DIRECT_ALIGN_BYTES;
/// A whole record of any chunk.
const LARGE_BYTES: usize = CHUNK_BYTES + DIRECT_ALIGN_BYTES;
/// Room for what compression may make of a chunk before it is given up: LZ4 asks for its worst case.
const SCRATCH_BYTES: usize = CHUNK_BYTES + CHUNK_BYTES / 8 + DIRECT_ALIGN_BYTES;
const _: () = assert!(ALIGNED_PAYLOAD_AT <= DIRECT_ALIGN_BYTES);
const _: () = assert!(PAYLOAD_AT_MAX + 8 <= DIRECT_ALIGN_BYTES);

/// Unused memory kept for the next chunk, in bytes, by size of block.
const SMALL_IDLE_BYTES_MAX: usize = 4 << 20;
const MIDDLE_IDLE_BYTES_MAX: usize = 16 << 20;
const LARGE_IDLE_BYTES_MAX: usize = 64 << 20;
const SCRATCH_IDLE_BYTES_MAX: usize = 32 << 20;

/// Blocks for records of every length. Clones share the same memory.
#[derive(Debug, Clone)]
pub struct Blocks {
    small: BlockPool,
    middle: BlockPool,
    large: BlockPool,
    scratch: BlockPool,
}

impl Default for Blocks {
    fn default() -> Self {
        Blocks {
            small: BlockPool::new(SMALL_BYTES, SMALL_IDLE_BYTES_MAX),
            middle: BlockPool::new(MIDDLE_BYTES, MIDDLE_IDLE_BYTES_MAX),
            large: BlockPool::new(LARGE_BYTES, LARGE_IDLE_BYTES_MAX),
            scratch: BlockPool::new(SCRATCH_BYTES, SCRATCH_IDLE_BYTES_MAX),
        }
    }
}

impl Blocks {
    /// Bytes of the longest record of a chunk.
    pub const RECORD_BYTES_MAX: usize = LARGE_BYTES;

    /// A block with room for at least `bytes`; `None` if that is more than any chunk needs.
    pub fn take(&self, bytes: usize) -> Option<Block> {
        let pools = [&self.small, &self.middle, &self.large];
        let fitting = pools.into_iter().find(|pool| pool.block_bytes() >= bytes)?;
        Some(fitting.take())
    }

    pub(super) fn take_large(&self) -> Block {
        self.large.take()
    }

    pub(super) fn take_scratch(&self) -> Block {
        self.scratch.take()
    }
}
