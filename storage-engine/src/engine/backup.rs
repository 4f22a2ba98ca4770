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
//! has it sound; if neither has, it stays as it is, and is told: all others are worth having. What the
//! drive of the store cannot read is a gap in the copy, and mended like what it has spoiled. Rows that
//! contradict each other are not worth having, and the earlier backup stays.

mod copy;
mod list;
mod mend;
mod restore;
mod target;
#[cfg(test)]
mod tests;
mod verify;

pub use restore::{Restored, restore};

use std::collections::{BTreeMap, BTreeSet};
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
use crate::segment::{self, RECORDS_AT, Segment, Segments};
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
    /// Chunks that the store cannot read, and that are sound in the copy, mostly because the backup
    /// before had them: the first ones.
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
    needed: BTreeMap<SegmentId, (SegmentKind, u64)>,
}

/// A segment that is needed. Nobody uses its file anew while it is held.
struct Held {
    id: SegmentId,
    kind: SegmentKind,
    end: u64,
    /// None where the store cannot open its file.
    segment: Option<Arc<Segment>>,
}

/// How a segment came into the copy.
enum Brought {
    Kept,
    Copied,
    /// Not all of it could be read.
    WithGaps,
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
        let held = self.hold(&moment);
        drop(reading);
        let total: u64 = held.iter().map(|held| held.end).sum();
        let mut bucket = TokenBucket::new(self.options.bytes_per_second);
        let started = Instant::now();
        let mut pace = |bytes| bucket.take(bytes, started.elapsed());
        let mut done = 0;
        let mut names = BTreeMap::new();
        let mut suspect = BTreeSet::new();
        for held in held {
            let (id, end) = (held.id, held.end);
            let base = done;
            let mut tell = |bytes: u64| {
                let (doing, unit) = ("copy segments", Unit::Bytes);
                let done = base + bytes;
                progress(Work {
                    doing,
                    done,
                    total,
                    unit,
                })
            };
            report.segments += 1;
            names.insert(id, segment::file_name(id, held.kind));
            match self.bring(held, &source, &mut pace, &mut tell).await? {
                Brought::Kept => report.segments_kept += 1,
                Brought::Copied => report.copied_bytes += end,
                Brought::WithGaps => {
                    suspect.insert(id);
                    report.copied_bytes += end;
                }
            }
            if tell(end).is_break() {
                return Err(Error::Interrupted);
            }
            done += end;
        }
        let seen = self.verify(names, suspect, progress).await?;
        report.chunks = seen.chunks;
        (report.damaged, report.damaged_total) = (seen.lost, seen.lost_total);
        (report.saved, report.saved_total) = (seen.saved, seen.saved_total);
        report.mended_total = seen.mended_total;
        let target = Arc::clone(&self.target);
        blocking(move || target.switch()).await?;
        Ok(report)
    }

    fn hold(&self, moment: &Moment) -> Vec<Held> {
        let held = moment.needed.iter().map(|(id, (kind, end))| Held {
            id: *id,
            kind: *kind,
            end: *end,
            segment: self.segments.get(*id),
        });
        held.collect()
    }

    /// Has a segment in the copy, as far as it can be had.
    async fn bring(
        &self,
        held: Held,
        source: &Path,
        pace: &mut (dyn FnMut(u64) -> Duration + Send),
        tell: &mut (dyn FnMut(u64) -> std::ops::ControlFlow<()> + Send),
    ) -> Result<Brought> {
        let (id, kind, end) = (held.id, held.kind, held.end);
        let name = segment::file_name(id, kind);
        let target = Arc::clone(&self.target);
        let Some(segment) = held.segment else {
            let made = blocking(move || {
                let missing = || Error::damaged(Damage::MissingSegment(id));
                let capacity = target.stand_in(id, kind)?.ok_or_else(missing)?;
                let state = CopyState::Open;
                let copied = Copied {
                    end,
                    capacity,
                    state,
                };
                target.finish_segment(&name, copied)
            });
            return made.await.map(|()| Brought::WithGaps);
        };
        // Asked before anything is copied: a write that is under way may still change what lies below
        // the end.
        let fixed = kind != SegmentKind::Bulk || segment.writers() == 0;
        let mut copied = Copied {
            end,
            capacity: segment.capacity(),
            state: match fixed {
                true => CopyState::Fixed,
                false => CopyState::Open,
            },
        };
        let from = source.join(&name);
        let begun = {
            let (target, name, header) = (Arc::clone(&target), name.clone(), segment.header());
            blocking(move || target.begin(&name, &header, &from, copied)).await?
        };
        let Some(copying) = begun else {
            return Ok(Brought::Kept);
        };
        let has_gaps = copy_all(copying, pace, tell).await?.has_gaps();
        if has_gaps {
            tracing::error!(segment = %id, "the drive of the store cannot read all of a segment");
            copied.state = CopyState::Open;
        }
        blocking(move || target.finish_segment(&name, copied)).await?;
        Ok(match has_gaps {
            true => Brought::WithGaps,
            false => Brought::Copied,
        })
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
            let mut needed = BTreeMap::new();
            for (id, account) in accounts(&copy)? {
                if account.live_bytes > 0 {
                    needed.insert(id, (account.kind, account.end));
                }
            }
            // A start wants to see the log it goes on from, whether or not bodies lie in it.
            if segment != SegmentId::default() {
                let log = (SegmentKind::Log, RECORDS_AT);
                needed.entry(segment).or_insert(log);
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
