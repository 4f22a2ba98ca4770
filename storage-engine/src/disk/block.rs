//! Aligned, reused buffers for bodies.
//!
//! Touching a fresh page costs more than writing it to a drive, so nothing on a hot path allocates
//! by the megabyte: memory is taken from a [`BlockPool`] and goes back to it by itself.

use std::fmt;
use std::ops::{Deref, DerefMut, Range};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::DIRECT_ALIGN_BYTES;

/// The unit of allocation; its alignment is what direct access asks of memory.
#[repr(C, align(4096))]
#[derive(Clone)]
struct Page([u8; DIRECT_ALIGN_BYTES]);

const _: () = assert!(size_of::<Page>() == DIRECT_ALIGN_BYTES);
const _: () = assert!(align_of::<Page>() == DIRECT_ALIGN_BYTES);

/// A source of [`Block`]s of one size. Clones share the same memory.
///
/// The pool bounds what lies idle, not what is in use: who takes blocks must be bounded by
/// something else.
#[derive(Clone)]
pub struct BlockPool {
    shared: Arc<Shared>,
}

struct Shared {
    block_pages: usize,
    idle_blocks_max: usize,
    /// Last in, first out: the block given back last is the one still in the processor's cache.
    idle: Mutex<Vec<Vec<Page>>>,
}

impl BlockPool {
    /// A pool of blocks of `block_bytes`, rounded up to [`DIRECT_ALIGN_BYTES`], that keeps at most
    /// `idle_bytes_max` of unused memory. Allocates nothing yet.
    pub fn new(block_bytes: usize, idle_bytes_max: usize) -> Self {
        let block_pages = block_bytes.div_ceil(DIRECT_ALIGN_BYTES).max(1);
        let shared = Shared {
            block_pages,
            idle_blocks_max: idle_bytes_max / DIRECT_ALIGN_BYTES / block_pages,
            idle: Mutex::new(Vec::new()),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// A block of [`BlockPool::block_bytes`]. Its content is zeros or whatever an earlier user left
    /// in it: the caller writes before it reads.
    pub fn take(&self) -> Block {
        let reused = self.shared.idle().pop();
        let pages =
            reused.unwrap_or_else(|| vec![Page([0; DIRECT_ALIGN_BYTES]); self.shared.block_pages]);
        Block {
            pages,
            home: Arc::clone(&self.shared),
        }
    }

    /// The capacity of every block of this pool.
    pub fn block_bytes(&self) -> usize {
        self.shared.block_pages * DIRECT_ALIGN_BYTES
    }

    /// Memory that lies unused at this moment.
    pub fn idle_bytes(&self) -> usize {
        self.shared.idle().len() * self.block_bytes()
    }
}

impl fmt::Debug for BlockPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockPool")
            .field("block_bytes", &self.block_bytes())
            .field("idle_bytes", &self.idle_bytes())
            .finish()
    }
}

impl Shared {
    /// A push or pop cannot leave the list half changed, so a poisoned lock is as good as another.
    fn idle(&self) -> MutexGuard<'_, Vec<Vec<Page>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back(&self, pages: Vec<Page>) {
        let mut idle = self.idle();
        if idle.len() < self.idle_blocks_max {
            idle.push(pages);
        }
    }
}

/// Memory for direct I/O with one owner: 4096-aligned, of fixed capacity, always initialised.
///
/// Dropping it gives the memory back to its pool. The address does not change while it lives,
/// wherever the block is moved to.
pub struct Block {
    pages: Vec<Page>,
    home: Arc<Shared>,
}

impl Block {
    /// Lets several owners read the block from now on, and nobody write.
    pub fn share(self) -> SharedBlock {
        SharedBlock {
            block: Arc::new(self),
        }
    }

    /// Bytes of the block without copying; the memory goes back to its pool when the last of them
    /// is dropped. Panics if the range lies outside the block.
    pub fn freeze(self, range: Range<usize>) -> Bytes {
        Bytes::from_owner(self).slice(range)
    }
}

impl Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        let len = self.pages.len() * DIRECT_ALIGN_BYTES;
        // SAFETY: the vector owns `pages.len()` initialised pages in one piece, each of them is
        // DIRECT_ALIGN_BYTES plain bytes without padding, and the borrow of `self` keeps them.
        unsafe { std::slice::from_raw_parts(self.pages.as_ptr().cast(), len) }
    }
}

impl DerefMut for Block {
    fn deref_mut(&mut self) -> &mut [u8] {
        let len = self.pages.len() * DIRECT_ALIGN_BYTES;
        // SAFETY: as in `deref`; any byte is valid in a page, and `self` is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.pages.as_mut_ptr().cast(), len) }
    }
}

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        self.home.give_back(std::mem::take(&mut self.pages));
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block({} bytes)", self.len())
    }
}

/// A [`Block`] with several readers, such as a drive that writes it and a hasher that reads it at
/// the same time. Clones are cheap; the last one dropped gives the memory back to its pool.
#[derive(Clone, Debug)]
pub struct SharedBlock {
    block: Arc<Block>,
}

impl SharedBlock {
    /// Bytes of the block without copying. Panics if the range lies outside the block.
    pub fn slice(&self, range: Range<usize>) -> Bytes {
        Bytes::from_owner(self.clone()).slice(range)
    }

    /// The block itself, if no other owner is left.
    pub fn unshare(self) -> Result<Block, SharedBlock> {
        Arc::try_unwrap(self.block).map_err(|block| SharedBlock { block })
    }
}

impl Deref for SharedBlock {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.block
    }
}

impl AsRef<[u8]> for SharedBlock {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

#[cfg(test)]
mod tests;
