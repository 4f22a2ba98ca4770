//! Taking bodies in: from bytes as they come to a body that only needs to be named.
//!
//! A body is received, hashed and stored in one pass. A short one stays in memory and travels with
//! the rows that name it; of a long one every full chunk is on its way to the drive while the next
//! one is received. Until a change names what was staged, nobody can see it, and dropping it at
//! any point leaves at most space that no row counts.

mod digester;
mod ids;
mod large;
mod small;
mod spill;
mod staged;
mod staging;
#[cfg(test)]
mod tests;
mod tuning;

pub use crate::Digests;
pub use digester::Digester;
pub use ids::ExtentIds;
pub use large::{Dedup, DedupFuture, Known};
pub use spill::{Front, Home, Spill, SpillFuture};
pub use staged::{Pins, Staged, StagedParts};
use staging::Keyed;
pub use staging::Staging;
pub use tuning::Tuning;

use std::sync::Arc;

use crate::chunk::{Blocks, ChunkStore, Cipher, Transform, new_key_check};
use crate::error::{Error, Result};
use crate::hash::{Algorithm, LaneHasher};
use crate::limits::OBJECT_BYTES_MAX;
use crate::row::BucketRow;
use crate::{Encryption, StageOptions};

/// What all bodies that are taken in share. Clones are the same.
#[derive(Debug, Clone)]
pub struct Stager {
    chunks: Arc<dyn ChunkStore>,
    lanes: LaneHasher,
    ids: Arc<ExtentIds>,
    blocks: Blocks,
    dedup: Option<Arc<dyn Dedup>>,
    spill: Arc<dyn Spill>,
    tuning: Tuning,
}

impl Stager {
    pub fn new(
        chunks: Arc<dyn ChunkStore>,
        lanes: LaneHasher,
        ids: Arc<ExtentIds>,
        blocks: Blocks,
        spill: Arc<dyn Spill>,
    ) -> Self {
        Stager {
            chunks,
            lanes,
            ids,
            blocks,
            dedup: None,
            spill,
            tuning: Tuning::default(),
        }
    }

    /// Asks `dedup` for chunks that are stored already, on behalf of buckets that want that.
    #[must_use]
    pub fn with_dedup(mut self, dedup: Arc<dyn Dedup>) -> Self {
        self.dedup = Some(dedup);
        self
    }

    /// Takes bodies in by other bounds than those of [`crate::limits`]: for tests and measurements.
    #[must_use]
    pub fn with_tuning(mut self, tuning: Tuning) -> Self {
        self.tuning = tuning;
        self
    }

    /// Begins to take a body in.
    pub fn stage(&self, bucket: &BucketRow, options: StageOptions) -> Result<Staging> {
        let length = options.length;
        if let Some(size) = length {
            within_limit(size)?;
        }
        let (cipher, encryption) = match options.encryption {
            Some(Encryption { key, tag }) => {
                let check = new_key_check(&key)?;
                let cipher = Cipher::open(&key, &check)?;
                (Some(cipher), Some(Keyed { key, check, tag }))
            }
            None => (None, None),
        };
        // What is encrypted differs each time: there is nothing to find.
        let dedup = self.dedup.clone();
        let dedup = dedup.filter(|_| bucket.deduplicate && cipher.is_none());
        Ok(Staging::new(staging::Parts {
            digester: self.digester(&options.checksums),
            dedup: dedup.map(|dedup| (dedup, bucket.owner.clone())),
            bucket: bucket.clone(),
            stager: self.clone(),
            transform: Transform {
                compression: bucket.compression,
                cipher,
            },
            length,
            encryption,
        }))
    }

    /// Digests without a body.
    pub fn digester(&self, algorithms: &[Algorithm]) -> Digester {
        Digester::new(self.lanes.clone(), algorithms)
    }
}

fn within_limit(size: u64) -> Result<()> {
    match size <= OBJECT_BYTES_MAX {
        true => Ok(()),
        false => Err(Error::TooLarge {
            what: "body",
            size,
            limit: OBJECT_BYTES_MAX,
        }),
    }
}
