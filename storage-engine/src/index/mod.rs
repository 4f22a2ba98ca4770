//! The index: every row of the store, ordered. Derived from the log, never the truth.
//!
//! What the engine relies on: [`Index::apply`] is atomic and ordered; what was applied may be lost
//! in a crash or by [`Index::renew`], but only from the end, and never anything that was applied
//! before a [`Index::flush`] that returned.

mod memory;
mod rocks;

#[cfg(test)]
mod conformance;

pub use memory::MemoryIndex;
pub use rocks::{RocksIndex, RocksOptions};

use std::fmt::Debug;
use std::path::Path;

use bytes::Bytes;

use crate::error::Result;
use crate::key::{Key, KeyRange};

/// A row to write, or to remove where the value is absent.
pub type RowChange = (Key, Option<Bytes>);

/// Brings an index up to date that was opened anew.
pub type CatchUp<'a> = dyn FnMut(&dyn Index) -> Result<()> + 'a;

/// What a visitor of rows wants next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Next,
    /// Go on at the first row not before this key; never backwards: a key that is not beyond the
    /// row just shown means [`Step::Next`].
    Seek(Key),
    Stop,
}

/// What was found without waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ready {
    Found(Bytes),
    Missing,
    /// Only the drive knows: ask again with [`Index::get`] on a thread that may block.
    Unknown,
}

/// Figures for metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IndexStats {
    pub memtable_bytes: u64,
    pub cache_bytes: u64,
    pub files_bytes: u64,
    pub pending_compaction_bytes: u64,
}

/// An ordered map of rows. Readers run beside the one writer and see whole batches only.
pub trait Index: Debug + Send + Sync {
    /// Blocks where the row is on the drive only.
    fn get(&self, key: &Key) -> Result<Option<Bytes>>;

    /// Never blocks.
    fn get_ready(&self, key: &Key) -> Result<Ready>;

    /// Shows the rows of a range in order, as of one moment. Blocks.
    fn walk(&self, range: &KeyRange, visit: &mut dyn FnMut(&[u8], &[u8]) -> Step) -> Result<()>;

    /// Applies all changes at once; of two changes of one key the later counts. Not durable yet.
    ///
    /// After an error of this or of [`Index::flush`] neither ever succeeds again: what was applied,
    /// the changes at hand included, is then known only to whoever opens the index anew. Reads go
    /// on. If the error is [`Error::NoSpace`](crate::Error::NoSpace), the index can open itself
    /// anew: see [`Index::renew`].
    fn apply(&self, changes: &[RowChange]) -> Result<()>;

    /// Makes everything applied so far durable. Blocks.
    fn flush(&self) -> Result<()>;

    /// Whether changes are taken, as far as is known without trying: fails as [`Index::apply`] will.
    fn ready(&self) -> Result<()>;

    /// Where want of room has ended all changes, and there is some again: lets go of what is open,
    /// opens it anew, and lets `catch_up` bring it up to date before anybody else sees it. Reads
    /// wait meanwhile, those that walk end with an error. Blocks.
    ///
    /// What `catch_up` is given holds a prefix of the batches that were applied, the refused one
    /// perhaps among them, and at least those before the last [`Index::flush`] that returned.
    ///
    /// After an error nothing has changed, or nothing can be read either until this succeeds.
    fn renew(&self, catch_up: &mut CatchUp<'_>) -> Result<()>;

    /// Writes a consistent copy of the index into a folder that must not exist. Blocks.
    fn checkpoint(&self, folder: &Path) -> Result<()>;

    fn stats(&self) -> IndexStats;

    /// Lets the files go, so that the index can be opened anew while others still hold this one:
    /// what they ask of it then is an error, and walks under way end with one. What was flushed
    /// before is kept. Blocks until nobody is reading.
    fn close(&self);
}
