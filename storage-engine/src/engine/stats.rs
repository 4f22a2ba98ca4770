//! Figures for metrics.

#[cfg(test)]
mod tests;

use super::compact::CompactStats;
use super::scrub::ScrubStats;
use super::{Engine, Store};
use crate::commit::CommitStats;
use crate::error::Result;
use crate::index::{IndexStats, Step};
use crate::key::{self, Table};
use crate::row::SegmentKind;

/// The trash is counted up to this many notes.
pub const TRASH_COUNTED_MAX: u64 = 10_000;

/// A store at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EngineStats {
    pub commit: CommitStats,
    pub index: IndexStats,
    pub logs: SegmentStats,
    pub bulk: SegmentStats,
    pub packed: SegmentStats,
    /// Files of segments that were given up and wait to be used anew.
    pub idle_bytes: u64,
    pub total_bytes: u64,
    pub free_bytes: u64,
    /// Kept free for deletes and compaction.
    pub reserve_bytes: u64,
    /// Bodies being read.
    pub readers: u64,
    /// Notes of what is still to be freed, at most [`TRASH_COUNTED_MAX`].
    pub trash: u64,
    pub compaction: CompactStats,
    pub scrub: ScrubStats,
    /// The drive has no room for the index to follow the log: changes are refused until it has.
    pub behind: bool,
    /// The store has stopped taking changes.
    pub stopped: bool,
}

/// All segments of one kind together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SegmentStats {
    pub count: u64,
    pub bytes: u64,
    /// Bytes of records that some row names.
    pub live_bytes: u64,
}

impl Engine {
    /// Changes answered since the start, for background work that lets others go first.
    pub fn changes(&self) -> u64 {
        match &self.store {
            Store::Memory => 0,
            Store::Embedded { embedded, .. } => embedded.progress().stats().changes,
        }
    }

    /// Cheap enough to be asked every few seconds.
    pub async fn stats(&self) -> Result<EngineStats> {
        let mut stats = EngineStats {
            readers: self.readers.count() as u64,
            trash: self.trash().await?,
            scrub: self.scrubs.stats(),
            stopped: self.failure.check().is_err(),
            ..EngineStats::default()
        };
        let Store::Embedded {
            embedded,
            segments,
            compactor,
            gauge,
            ..
        } = &self.store
        else {
            return Ok(stats);
        };
        stats.commit = embedded.progress().stats();
        stats.behind = embedded.progress().is_behind();
        stats.index = embedded.index().stats();
        stats.compaction = compactor.stats();
        stats.idle_bytes = segments.idle_bytes();
        let (space, reserve_bytes) = gauge.space()?;
        stats.total_bytes = space.total_bytes;
        stats.free_bytes = space.free_bytes;
        stats.reserve_bytes = reserve_bytes;
        let accounts = embedded.progress().accounts();
        for segment in segments.all() {
            let kind = match segment.kind() {
                SegmentKind::Log => &mut stats.logs,
                SegmentKind::Bulk => &mut stats.bulk,
                SegmentKind::Packed => &mut stats.packed,
            };
            kind.count += 1;
            kind.bytes += segment.capacity();
            kind.live_bytes += accounts
                .get(&segment.id())
                .map_or(0, |account| account.live_bytes);
        }
        Ok(stats)
    }

    async fn trash(&self) -> Result<u64> {
        let count = self.meta.blocking(|store| {
            let mut count = 0;
            store.walk(&key::table(Table::Trash), &mut |_, _| {
                count += 1;
                if count < TRASH_COUNTED_MAX {
                    Step::Next
                } else {
                    Step::Stop
                }
            })?;
            Ok(count)
        });
        count.await
    }
}
