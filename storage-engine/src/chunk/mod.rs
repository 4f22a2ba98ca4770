//! Chunks: pieces of bodies, written once and verified whenever they are read.
//!
//! A chunk holds up to [`crate::limits::CHUNK_BYTES`] of a body. It is sealed (compressed or
//! encrypted, checksums taken), written somewhere, made durable together with others, and from then
//! on read in whole or in part. Nothing here knows which rows name it.

mod blocks;
mod bulk;
mod cipher;
#[cfg(test)]
mod conformance;
mod memory;
mod open;
mod seal;
mod segments;
#[cfg(test)]
mod tests;

pub use blocks::Blocks;
pub(crate) use cipher::opaque_tag;
pub use cipher::{Cipher, check_key, new_key_check, verify_key};
pub use memory::MemoryChunks;
pub use seal::{Chunk, Filling, SealedBlock, Transform};
pub use segments::SegmentChunks;

use std::fmt::Debug;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;

use bytes::Bytes;

use crate::error::{Damage, Error, Result};
use crate::ids::ExtentId;
use crate::meta::Place;
use crate::segment::SegmentPin;
use open::Closed;

pub type ChunkFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Where chunks lie. Implementations: in memory (the reference) and in segments.
///
/// Every future may be dropped at any point: what was begun is finished or forgotten, never half
/// visible, for nothing is visible until a row names it.
pub trait ChunkStore: Debug + Send + Sync {
    /// Begins to write a chunk; waits for a place, not for the drive.
    fn write(&self, extent: ExtentId, chunk: SealedBlock) -> ChunkFuture<'_, Writing>;

    /// Makes finished writes durable, together with those of others who ask at the same time.
    fn settle<'a>(&'a self, written: &'a [Written]) -> ChunkFuture<'a, ()>;

    /// A part of the body that a chunk holds. Only bytes that have been verified are returned.
    fn read(
        &self,
        extent: ExtentId,
        place: Place,
        wanted: Range<u32>,
        cipher: Option<Cipher>,
    ) -> ChunkFuture<'_, Bytes>;
}

/// A write under way. It goes on if this is dropped, and is of no use then.
pub struct Writing {
    payload: Bytes,
    done: ChunkFuture<'static, Written>,
}

impl Writing {
    /// What is being written, for those who want to look at it meanwhile.
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// Waits for the drive. Not durable yet.
    pub async fn finish(self) -> Result<Written> {
        drop(self.payload);
        self.done.await
    }
}

impl Debug for Writing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Writing({} bytes)", self.payload.len())
    }
}

/// A chunk that has been written. As long as this lives, its place is not given to anything else.
#[derive(Debug, Clone)]
pub struct Written {
    pub extent: ExtentId,
    pub place: Place,
    /// What holds the place, and the number of the write there.
    pin: Option<(SegmentPin, u64)>,
}

/// A part that a chunk does not have is the caller's mistake, not damage.
fn check_range(wanted: &Range<u32>, logical_bytes: u32) -> Result<()> {
    match wanted.start <= wanted.end && wanted.end <= logical_bytes {
        true => Ok(()),
        false => Err(Error::Invalid {
            what: "range",
            detail: format!("{wanted:?} of a chunk of {logical_bytes} bytes"),
        }),
    }
}

fn explain(closed: Closed, extent: ExtentId, place: Place) -> Error {
    let detail = match closed {
        Closed::Damaged(bad) => bad.detail(),
        Closed::NeedsKey => return Error::WrongKey,
        Closed::NotEncrypted => "it is not encrypted, but should be",
    };
    damaged(extent, place, detail)
}

fn damaged(extent: ExtentId, place: Place, detail: &'static str) -> Error {
    let Place {
        segment, offset, ..
    } = place;
    Error::damaged(Damage::Extent {
        extent,
        segment,
        offset,
        detail,
    })
}
