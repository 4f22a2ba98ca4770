//! The disk seam: everything the engine asks of a drive, and nothing more.
//!
//! A [`Disk`] is one flat folder of files. What is assumed of it: a positioned write is volatile
//! until [`DiskFile::sync`] of that file returns; a created, renamed or removed name is volatile
//! until [`Disk::sync_dir`] returns; an unsynced write may survive a crash in part, torn at 512
//! bytes, in any order. A failed sync is final: it is never retried by anyone above this seam.

mod advice;
mod block;
mod check;
mod fatal;
mod file;
mod lock;
pub mod sim;
mod sys;
mod uring;
mod workers;

#[cfg(test)]
mod conformance;

pub use advice::with_advice;
pub use block::{Block, BlockPool, SharedBlock};
pub use fatal::is_fatal;
pub use file::{AsyncIo, FileDisk};
pub use lock::{FolderLock, LOCK_FILE_NAME};
pub(crate) use sys::{allocate, forget_cached, space};

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

/// Offsets and lengths of writes to a file opened for [`Access::Direct`] are multiples of this.
pub const DIRECT_ALIGN_BYTES: usize = 4096;

/// How the bytes of a file travel. Reads are always buffered by the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Writes go through the page cache.
    Buffered,
    /// Writes bypass the page cache where the file system allows it, and fall back silently where
    /// it does not, see [`DiskFile::is_direct`]. Every write is aligned to [`DIRECT_ALIGN_BYTES`]
    /// in memory, length and offset; one that is not is refused, also after the fall-back.
    Direct,
}

/// Bytes of the drive that holds a [`Disk`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    pub total_bytes: u64,
    pub free_bytes: u64,
}

/// The future of an operation that may wait for the drive.
///
/// The operation starts when the future is made, unless the bound on operations under way is
/// reached; then it starts when the future is polled and others have finished. Dropping the future
/// gives up the result: the operation may take place or not. It needs no particular runtime.
pub type IoFuture<T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send>>;

/// One folder on one drive. Names are plain file names: no separators, no leading dot.
pub trait Disk: Debug + Send + Sync {
    /// Creates a file that must not exist yet.
    fn create(&self, name: &str, access: Access) -> io::Result<Arc<dyn DiskFile>>;
    /// Opens a file that exists.
    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn DiskFile>>;
    /// The names of all files, in byte order.
    fn list(&self) -> io::Result<Vec<String>>;
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Renames a file to a name that must not exist.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Makes creations, renames and removals durable.
    fn sync_dir(&self) -> io::Result<()>;
    fn space(&self) -> io::Result<Space>;
    /// Ends all changes through this disk and its open files, so that somebody else can open the
    /// folder while they are still held: waits for those under way, refuses later ones. Reads go
    /// on. Blocks.
    fn close(&self);
}

/// An open file. All methods take `&self`: positioned I/O has no cursor to share.
pub trait DiskFile: Debug + Send + Sync {
    fn len(&self) -> io::Result<u64>;

    /// Fills `buf` from `offset`; `UnexpectedEof` where the file ends before. Blocks.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<()>;

    /// Copies what is in memory already and returns how many bytes that was, from the start of
    /// `buf` on. Never waits for the drive; 0 means nothing was there, never the end of the file.
    fn read_cached(&self, buf: &mut [u8], offset: u64) -> usize;

    /// Fills `block[start..end]` from `offset`, without blocking the caller's thread. The block is
    /// owned by the operation until it is done: dropping the future gives up the result, never the
    /// memory a drive may still write to.
    fn read(&self, block: Block, start: usize, end: usize, offset: u64) -> IoFuture<Block>;

    /// Writes all pieces one after another from `offset`. Blocks.
    fn write_at(&self, pieces: &[io::IoSlice<'_>], offset: u64) -> io::Result<()>;

    /// Writes `block[..len]` at `offset` without blocking the caller's thread. The operation holds
    /// its own share of the block: the caller may hash another share meanwhile, and dropping the
    /// future never frees memory that a drive still reads.
    fn write(&self, block: SharedBlock, len: usize, offset: u64) -> IoFuture<()>;

    /// Makes all finished writes and the length durable (`fdatasync`). Blocks. Once it failed, it
    /// fails for ever on this open file.
    fn sync(&self) -> io::Result<()>;

    /// As [`DiskFile::sync`], without blocking the caller's thread.
    fn sync_later(&self) -> IoFuture<()>;

    /// Cuts or extends the file; an extension reads as zeros.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Reserves room for the first `len` bytes so that writing them cannot fail for lack of space,
    /// and makes the file at least that long; what was not written reads as zeros. File systems
    /// that cannot promise the room only extend the file.
    fn allocate(&self, len: u64) -> io::Result<()>;

    /// Whether writes bypass the page cache, as far as is known by now.
    fn is_direct(&self) -> bool;

    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
}
