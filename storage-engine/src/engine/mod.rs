//! The operations: what callers ask of the store, one verb family a file.
//!
//! Reads look rows up and follow them to chunks. Changes are pure functions of the rows they read
//! ([`crate::meta::Change`]), run at the moment of their commit: `guard` holds what may stand in
//! their way, `versions` how the versions of a key take each other's places.

mod backup;
mod bucket;
mod check;
mod compact;
mod copy;
mod dedup;
mod delete;
mod document;
mod event;
mod expire;
mod folder;
mod get;
mod guard;
mod homes;
mod keeper;
mod list;
mod multipart;
mod open;
mod put;
mod readers;
mod rename;
pub(crate) mod requests;
#[cfg(test)]
mod rig;
mod room;
mod scrub;
mod settings;
mod space;
mod stats;
mod sweep;
mod table;
mod update;
mod versions;
mod work;

pub use backup::{BackupOptions, BackupReport, BackupVerify, Restored, restore};
pub use check::{CheckOptions, CheckReport, PROBLEMS_MAX, Problem, check_folder};
pub use compact::{CompactConfig, CompactStats};
pub use event::{Event, EventPage, Note};
pub use get::{BodyStream, FoundObject, ObjectReader};
pub use open::{EngineConfig, Parts};
pub use room::Becoming;
pub use scrub::{
    Affected, DAMAGED_CHUNKS_MAX, DamagedChunk, ScrubOptions, ScrubPosition, ScrubReport,
    ScrubStats,
};
pub use settings::BucketSettings;
pub use stats::{EngineStats, SegmentStats, TRASH_COUNTED_MAX};
pub use table::{TableGuard, TablePage, TableWrite};
pub use work::{OnWork, Unit, Work, unwatched};

use std::sync::Arc;

use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use tokio::task::JoinHandle;

use crate::chunk::ChunkStore;
use crate::commit::{Allowances, Embedded, Holders, Holding};
use crate::error::Result;
use crate::failure::Failure;
use crate::hash::Algorithm;
use crate::ids::BucketId;
use crate::index::Step;
use crate::key::KeyRange;
use crate::meta::{Meta, MetaStore};
use crate::row;
use crate::segment::Segments;
use crate::stage::{Digests, Stager, Staging, Tuning};
use compact::Compactor;
use dedup::Hints;
use event::Written;
use folder::Folder;
use keeper::Keeper;
use readers::Readers;
use requests::StageOptions;
use scrub::ScrubTotals;
use settings::{Generation, KeptRows};
use space::Gauge;
use sweep::Sweeper;

/// A store. Every method may be called from any task at any time.
#[derive(Debug)]
pub struct Engine {
    meta: Meta,
    chunks: Arc<dyn ChunkStore>,
    stager: Stager,
    readers: Readers,
    sweeper: Sweeper,
    scrubs: ScrubTotals,
    hints: Hints,
    generation: Generation,
    kept_rows: KeptRows,
    written: Written,
    holders: Arc<Holders>,
    failure: Failure,
    store: Store,
    background: Vec<JoinHandle<()>>,
    /// Keeps the folder locked.
    folder: Option<Folder>,
}

/// What is behind the two seams.
#[derive(Debug)]
enum Store {
    Memory,
    Embedded {
        embedded: Arc<Embedded>,
        segments: Arc<Segments>,
        keeper: Keeper,
        compactor: Compactor,
        gauge: Gauge,
    },
}

impl Engine {
    /// Begins to take a body in. It becomes visible only by being put somewhere.
    pub async fn stage(&self, options: StageOptions) -> Result<Staging> {
        self.failure.check()?;
        let bucket = self.bucket(&options.bucket).await?;
        if let Store::Embedded { gauge, .. } = &self.store {
            gauge.admit(options.length.unwrap_or_default())?;
        }
        self.stager.stage(&bucket, options)
    }

    /// Takes bodies in by other bounds: for tests and measurements.
    #[doc(hidden)]
    #[must_use]
    pub fn with_tuning(mut self, tuning: Tuning) -> Self {
        self.stager = self.stager.clone().with_tuning(tuning);
        self
    }

    /// Does at once what the background does from time to time: frees what was let go, forgets
    /// where it was to be found and gives up segments that nothing names any more. What somebody
    /// is reading or about to name again stays.
    pub async fn tidy(&self) -> Result<()> {
        self.sweeper.sweep().await?;
        self.hints.prune().await?;
        if let Store::Embedded { keeper, .. } = &self.store {
            keeper.give_up_empty().await?;
        }
        Ok(())
    }

    /// Bounds what holders of buckets may hold, from the next commit on.
    pub fn set_allowances(&self, allowances: Arc<dyn Allowances>) {
        self.holders.set_allowances(allowances);
    }

    /// Whom a bucket counts for; named by its document of the kind [`crate::HOLDER`].
    pub fn holder(&self, bucket: BucketId) -> Option<Arc<str>> {
        self.holders.of(bucket)
    }

    /// What all buckets of a holder hold at this moment, exactly.
    pub fn holding(&self, holder: &str) -> Holding {
        self.holders.holding(holder)
    }

    /// Tells whether the store still takes changes, and why not.
    pub fn failure(&self) -> &Failure {
        &self.failure
    }

    /// The digests of bytes that are stored already.
    async fn digest(&self, mut bytes: BodyStream, algorithms: &[Algorithm]) -> Result<Digests> {
        let mut digester = self.stager.digester(algorithms);
        while let Some(piece) = bytes.next().await {
            digester.update(piece?).await;
        }
        Ok(digester.finish().await)
    }
}

/// All rows of a range, decoded. For ranges that are known to be short.
fn rows<R: DeserializeOwned>(store: &dyn MetaStore, range: &KeyRange) -> Result<Vec<R>> {
    let mut rows = Vec::new();
    let mut failed = None;
    store.walk(range, &mut |_, value| match row::decode(value) {
        Ok(row) => {
            rows.push(row);
            Step::Next
        }
        Err(damage) => {
            failed = Some(damage);
            Step::Stop
        }
    })?;
    failed.map_or(Ok(rows), |damage| Err(damage.into()))
}

/// The leading part of the first row of a range.
fn first_row<R: DeserializeOwned>(store: &dyn MetaStore, range: &KeyRange) -> Result<Option<R>> {
    let mut first = None;
    store.walk(range, &mut |_, value| {
        first = Some(row::decode_leading(value));
        Step::Stop
    })?;
    Ok(first.transpose()?)
}
