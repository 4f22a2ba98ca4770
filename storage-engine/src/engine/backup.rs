//! A copy of a running store in another folder, which opens as a store itself.
//!
//! A checkpoint of the index is one moment of the store; everything its rows name lies in segments,
//! below the ends they record, and is never written again. So the checkpoint and those bytes are the
//! backup, and the log has nothing to add. Each of those segments is held until it has been copied:
//! one that is given up meanwhile gives its file back only then.
//!
//! Segments are copied, not linked to: their files are used anew in place, and two stores that grow
//! from one backup would write into each other. Within the target, what an earlier backup brought
//! is linked into the new one, which is put together beside it, verified, and only then takes its
//! place. Interrupted before that, the earlier backup is as it was, and the next run goes on with
//! what has been copied.
//!
//! A chunk that is damaged in the copy is taken from the store or from the earlier backup, whichever
//! has it sound; if neither has, it stays as it is, and is told: all others are worth having. Rows
//! that contradict each other are not, and the earlier backup stays.

mod copy;
mod list;
mod mend;
mod restore;
mod target;
#[cfg(test)]
mod tests;
mod verify;

pub use restore::restore;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::compact::TokenBucket;
use super::readers::Reading;
use super::scrub::DamagedChunk;
use super::work::{OnWork, Unit, Work, blocking};
use super::{Engine, EngineConfig, Store};
use crate::commit::{Embedded, accounts, applied};
use crate::disk::AsyncIo;
use crate::error::{Damage, Error, Result};
use crate::ids::{SegmentId, Sequence};
use crate::index::{RocksIndex, RocksOptions};
use crate::row::{AppliedRow, SegmentKind};
use crate::segment::{RECORDS_AT, Segment, Segments};
use copy::Copying;
use list::{Copied, CopyState};
use target::Target;

/// Memory of the index while a backup is looked at.
const INDEX_BYTES: usize = 8 << 20;

#[derive(Debug, Clone, Copy, Default)]
pub struct BackupOptions {
    /// Zero: as fast as it goes.
    pub bytes_per_second: u64,
    pub verify: BackupVerify,
}

/// What of a copy is read once it is made. Where chunks begin is looked at in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BackupVerify {
    /// Every byte of what no backup has read before: what was copied just now.
    #[default]
    New,
    /// Every byte, also of what an earlier backup has brought.
    All,
    /// Nothing more, but for what takes the place of an earlier copy.
    Heads,
}

/// What a backup consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackupReport {
    /// All changes before this one are in it, no later one is.
    pub until: Sequence,
    pub segments: u64,
    /// Those that an earlier or interrupted run had copied already.
    pub segments_kept: u64,
    pub copied_bytes: u64,
    /// Chunks whose places were verified in the copy.
    pub chunks: u64,
    /// Chunks that are damaged in the store and in the copy: the first ones.
    pub damaged: Vec<DamagedChunk>,
    pub damaged_total: u64,
    /// Chunks that are damaged in the store, and sound in the copy because the backup before had
    /// them: the first ones.
    pub saved: Vec<DamagedChunk>,
    pub saved_total: u64,
    /// Chunks that had been damaged in the backup before, and were copied again.
    pub mended_total: u64,
}

impl Engine {
    /// As [`Engine::backup_with`], as fast as it goes.
    pub async fn backup(&self, to: &Path, progress: &mut OnWork<'_>) -> Result<BackupReport> {
        let options = BackupOptions::default();
        self.backup_with(to, options, progress).await
    }

    /// Copies the store as it is at some moment during the call into a folder that is empty, or
    /// holds an earlier backup of this store.
    ///
    /// Interrupted by `progress`, dropped or failed, it leaves an earlier backup as it was, but for
    /// damaged chunks that it has put right in both.
    pub async fn backup_with(
        &self,
        to: &Path,
        options: BackupOptions,
        progress: &mut OnWork<'_>,
    ) -> Result<BackupReport> {
        let (
            Store::Embedded {
                embedded, segments, ..
            },
            Some(folder),
        ) = (&self.store, &self.folder)
        else {
            let detail = "it is not kept in a folder".into();
            return Err(Error::Invalid {
                what: "store",
                detail,
            });
        };
        let (path, source) = (to.to_owned(), folder.path().to_owned());
        let target = blocking(move || Target::open(&path, &source)).await?;
        // Before the checkpoint: what its rows name is not given up from here on.
        let reading = self.readers.begin(self.meta.store().next_sequence());
        let config = EngineConfig {
            cache_bytes: INDEX_BYTES,
            memtable_bytes: INDEX_BYTES,
            async_io: AsyncIo::Threads,
            log_segment_bytes: segments.options().log_bytes,
            bulk_segment_bytes: segments.options().bulk_bytes,
            reserve_bytes: 0,
            ..EngineConfig::new(&target.next())
        };
        Backup {
            target: Arc::new(target),
            segments: Arc::clone(segments),
            config,
            options,
        }
        .run(embedded, folder.segments(), reading, progress)
        .await
    }
}

struct Backup {
    target: Arc<Target>,
    segments: Arc<Segments>,
    /// Opens what is being put together.
    config: EngineConfig,
    options: BackupOptions,
}

/// The moment that is backed up.
struct Moment {
    until: Sequence,
    /// Segments without which it is not whole, and where what is needed of them ends.
    needed: BTreeMap<SegmentId, u64>,
}

impl Backup {
    async fn run(
        self,
        embedded: &Arc<Embedded>,
        source: PathBuf,
        reading: Reading,
        progress: &mut OnWork<'_>,
    ) -> Result<BackupReport> {
        let moment = self.checkpoint(embedded).await?;
        let mut report = BackupReport {
            until: moment.until,
            ..BackupReport::default()
        };
        let held = self.hold(&moment)?;
        drop(reading);
        let total: u64 = held.iter().map(|(_, end)| end).sum();
        let mut bucket = TokenBucket::new(self.options.bytes_per_second);
        let started = Instant::now();
        let mut done = 0;
        let mut names = BTreeMap::new();
        for (segment, end) in held {
            // Asked before anything is copied: a write that is under way may still change what
            // lies below the end.
            let fixed = segment.kind() != SegmentKind::Bulk || segment.writers() == 0;
            let name = segment.file_name();
            let copied = Copied {
                end,
                capacity: segment.capacity(),
                state: match fixed {
                    true => CopyState::Fixed,
                    false => CopyState::Open,
                },
            };
            report.segments += 1;
            names.insert(segment.id(), name.clone());
            let (target, from) = (Arc::clone(&self.target), source.join(&name));
            let begun = blocking(move || target.begin(&name, &from, copied)).await?;
            match begun {
                None => report.segments_kept += 1,
                Some(copying) => {
                    let base = done;
                    let mut tell = |bytes: u64| {
                        let (doing, unit) = ("copy segments", Unit::Bytes);
                        progress(Work {
                            doing,
                            done: base + bytes,
                            total,
                            unit,
                        })
                    };
                    let mut pace = |bytes| bucket.take(bytes, started.elapsed());
                    let copying = copy_all(copying, &mut pace, &mut tell).await?;
                    report.copied_bytes += copied.end;
                    let target = Arc::clone(&self.target);
                    blocking(move || target.finish_segment(copying, copied)).await?;
                }
            }
            done += end;
            let (doing, unit) = ("copy segments", Unit::Bytes);
            if progress(Work {
                doing,
                done,
                total,
                unit,
            })
            .is_break()
            {
                return Err(Error::Interrupted);
            }
        }
        let seen = self.verify(names, progress).await?;
        report.chunks = seen.chunks;
        (report.damaged, report.damaged_total) = (seen.lost, seen.lost_total);
        (report.saved, report.saved_total) = (seen.saved, seen.saved_total);
        report.mended_total = seen.mended_total;
        let target = Arc::clone(&self.target);
        blocking(move || target.switch()).await?;
        Ok(report)
    }

    /// The segments that the moment needs; nobody uses their files anew while they are held.
    fn hold(&self, moment: &Moment) -> Result<Vec<(Arc<Segment>, u64)>> {
        let held = moment.needed.iter().map(|(id, end)| {
            let segment = self.segments.get(*id);
            let missing = || Error::damaged(Damage::MissingSegment(*id));
            Ok((segment.ok_or_else(missing)?, *end))
        });
        held.collect()
    }

    /// The index as of one moment, and what it says.
    async fn checkpoint(&self, embedded: &Arc<Embedded>) -> Result<Moment> {
        let (index, target) = (Arc::clone(embedded.index()), Arc::clone(&self.target));
        blocking(move || {
            let folder = target.prepare_index()?;
            index.checkpoint(&folder)?;
            let options = RocksOptions {
                cache_bytes: INDEX_BYTES,
                memtable_bytes: INDEX_BYTES,
            };
            let copy = RocksIndex::open(&folder, &options)?;
            let AppliedRow {
                segment,
                next_sequence,
                ..
            } = applied(&copy)?;
            let mut needed: BTreeMap<SegmentId, u64> = BTreeMap::new();
            for (id, account) in accounts(&copy)? {
                if account.live_bytes > 0 {
                    needed.insert(id, account.end);
                }
            }
            // A start wants to see the log it goes on from, whether or not bodies lie in it.
            if segment != SegmentId::default() {
                needed.entry(segment).or_insert(RECORDS_AT);
            }
            Ok(Moment {
                until: next_sequence,
                needed,
            })
        })
        .await
    }
}

/// Copies to the end, in steps.
async fn copy_all(
    mut copying: Copying,
    pace: &mut (dyn FnMut(u64) -> Duration + Send),
    progress: &mut (dyn FnMut(u64) -> std::ops::ControlFlow<()> + Send),
) -> Result<Copying> {
    loop {
        let before = copying.done();
        let (over, advanced) = blocking(move || {
            let mut copying = copying;
            let over = copying.step()?;
            Ok((over, copying))
        })
        .await?;
        copying = advanced;
        if over {
            return Ok(copying);
        }
        if progress(copying.done()).is_break() {
            return Err(Error::Interrupted);
        }
        tokio::time::sleep(pace(copying.done() - before)).await;
    }
}
