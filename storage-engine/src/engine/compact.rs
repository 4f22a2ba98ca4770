//! Moving what is alive out of segments that are mostly dead.
//!
//! A record is copied whole and verified, as it is: codec, nonce, tags and checksums move with it,
//! only the header is made anew for the new place. Copies are packed tightly into a segment of
//! their own, which is made durable before the rows say so. A crash at any point loses nothing: at
//! worst there are copies nobody names, and they go with their segment. What does not verify stays
//! where it is, and so does its segment.

mod batch;
mod choose;
#[cfg(test)]
mod tests;
mod throttle;

pub(super) use throttle::TokenBucket;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex as AsyncMutex;

use super::keeper::Keeper;
use super::readers::Readers;
use super::space::Gauge;
use super::work::blocking;
use super::{Engine, Store};
use crate::commit::Progress;
use crate::error::{Error, Result};
use crate::failure::Failure;
use crate::ids::SegmentId;
use crate::index::Index;
use crate::meta::{Batch, ExtentChange, Meta};
use crate::segment::scan::{Scan, Verify};
use crate::segment::{RECORDS_AT, Segment, Segments};
use batch::{Copies, Packing, Step, gather};
use choose::{Pressure, Sealed, choose};

/// How often to look for something to do.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long to leave it after a failure, such as a full drive.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// How hard compaction may work.
#[derive(Debug, Clone, Copy)]
pub struct CompactConfig {
    /// Bytes copied a second; 0 means no bound. None holds while space is short.
    pub bytes_per_second: u64,
    /// How long a step waits when there were requests since the last one...
    pub pause: Duration,
    /// ...and how long at most, however many there are.
    pub pause_max: Duration,
    /// A segment is left alone unless this part of it is dead.
    pub dead_percent_min: u64,
    pub dead_percent_min_when_short: u64,
    /// All are left alone unless this part of them together is dead.
    pub all_dead_percent_min: u64,
}

impl Default for CompactConfig {
    fn default() -> Self {
        CompactConfig {
            bytes_per_second: 64 << 20,
            pause: Duration::from_millis(20),
            pause_max: Duration::from_millis(500),
            dead_percent_min: 20,
            dead_percent_min_when_short: 5,
            all_dead_percent_min: 10,
        }
    }
}

/// Totals since the store was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CompactStats {
    /// Segments gone through to their end.
    pub segments: u64,
    pub moved_chunks: u64,
    pub moved_bytes: u64,
    /// Chunks that did not verify and stay where they are.
    pub damaged_chunks: u64,
}

/// Compacts in the background. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Compactor(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    meta: Meta,
    index: Arc<dyn Index>,
    segments: Arc<Segments>,
    progress: Arc<Progress>,
    readers: Readers,
    keeper: Keeper,
    gauge: Gauge,
    failure: Failure,
    config: CompactConfig,
    /// The segment that is being filled. Held by the one who compacts.
    packing: AsyncMutex<Option<Packing>>,
    /// Segments that hold something that cannot be moved.
    kept: Mutex<BTreeSet<SegmentId>>,
    totals: Totals,
    started: Instant,
    bucket: Mutex<TokenBucket>,
}

#[derive(Debug, Default)]
struct Totals {
    segments: AtomicU64,
    moved_chunks: AtomicU64,
    moved_bytes: AtomicU64,
    damaged_chunks: AtomicU64,
    /// Changes of our own, which are no load.
    changes: AtomicU64,
}

/// What a compactor works on.
#[derive(Debug)]
pub(super) struct CompactorParts {
    pub(super) meta: Meta,
    pub(super) index: Arc<dyn Index>,
    pub(super) segments: Arc<Segments>,
    pub(super) progress: Arc<Progress>,
    pub(super) readers: Readers,
    pub(super) keeper: Keeper,
    pub(super) gauge: Gauge,
    pub(super) failure: Failure,
    pub(super) config: CompactConfig,
}

impl Engine {
    /// Compacts at once, as fast as it goes, everything that is worth it, and gives up what is
    /// empty. Returns how many segments were gone through.
    pub async fn compact(&self) -> Result<u64> {
        let Store::Embedded { compactor, .. } = &self.store else {
            return Ok(0);
        };
        compactor.compact_all().await
    }
}

impl Compactor {
    pub(super) fn new(parts: CompactorParts) -> Self {
        let CompactorParts {
            meta,
            index,
            segments,
            progress,
            readers,
            keeper,
            gauge,
            failure,
            config,
        } = parts;
        Compactor(Arc::new(Shared {
            meta,
            index,
            segments,
            progress,
            readers,
            keeper,
            gauge,
            failure,
            config,
            packing: AsyncMutex::default(),
            kept: Mutex::default(),
            totals: Totals::default(),
            started: Instant::now(),
            bucket: Mutex::new(TokenBucket::new(config.bytes_per_second)),
        }))
    }

    /// Runs until it is dropped.
    pub(super) async fn run(self) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            let pressure = self.pressure();
            let Some(victim) = self.choose(pressure) else {
                continue;
            };
            if let Err(error) = self.compact(victim, Pace::Background).await {
                tracing::warn!(segment = %victim, %error, "compaction will be tried again");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }

    pub(super) fn stats(&self) -> CompactStats {
        let totals = &self.0.totals;
        CompactStats {
            segments: totals.segments.load(Ordering::Relaxed),
            moved_chunks: totals.moved_chunks.load(Ordering::Relaxed),
            moved_bytes: totals.moved_bytes.load(Ordering::Relaxed),
            damaged_chunks: totals.damaged_chunks.load(Ordering::Relaxed),
        }
    }

    async fn compact_all(&self) -> Result<u64> {
        let mut done = 0;
        self.0.keeper.give_up_empty().await?;
        while let Some(victim) = self.choose(Pressure::Short) {
            self.compact(victim, Pace::Free).await?;
            done += 1;
        }
        Ok(done)
    }

    fn pressure(&self) -> Pressure {
        match self.0.gauge.is_short() {
            true => Pressure::Short,
            false => Pressure::Plenty,
        }
    }

    fn choose(&self, pressure: Pressure) -> Option<SegmentId> {
        let all = self.0.segments.all();
        let newest = all.last().map(|segment| segment.id())?;
        let newest_of_kind = |segment: &Arc<Segment>| {
            let same = all.iter().rev().find(|it| it.kind() == segment.kind());
            same.is_some_and(|newest| newest.id() == segment.id())
        };
        let sealed: Vec<Sealed> = all
            .iter()
            .filter_map(|segment| self.sealed(segment, newest_of_kind(segment)))
            .collect();
        choose(&sealed, newest, pressure, &self.0.config)
    }

    fn sealed(&self, segment: &Arc<Segment>, is_newest: bool) -> Option<Sealed> {
        if !self.0.keeper.is_sealed(segment) || self.kept().contains(&segment.id()) {
            return None;
        }
        let account = self.0.progress.accounts().get(&segment.id()).copied()?;
        (account.live_bytes > 0).then(|| Sealed {
            id: segment.id(),
            kind: segment.kind(),
            capacity: segment.capacity(),
            end: account.end,
            live_bytes: account.live_bytes,
            is_newest,
        })
    }

    /// Moves everything alive out of a segment, then gives it up.
    ///
    /// Dropped half way, some of it has moved and the rest has not; both are where the rows say.
    async fn compact(&self, victim: SegmentId, pace: Pace) -> Result<()> {
        let Some(segment) = self.0.segments.get(victim) else {
            return Ok(());
        };
        let mut packing = self.0.packing.lock().await;
        let end = self.account_end(victim);
        let mut scan = Scan::new(Arc::clone(&segment), end, Verify::Headers)?;
        let (mut step, mut damaged) = (Step::More, 0);
        while step != Step::Last {
            let load = self.load();
            let index = Arc::clone(&self.0.index);
            let target = self.target(&mut packing).await?;
            let room = target.room();
            let gathered = blocking(move || {
                let copies = gather(index.as_ref(), &mut scan, &room)?;
                Ok((scan, copies))
            });
            let copies;
            (scan, copies) = gathered.await?;
            (step, damaged) = (copies.end, damaged + copies.damaged);
            let bytes = copies.bytes.len() as u64;
            self.place(target, copies).await?;
            if step == Step::Full {
                if target.end == RECORDS_AT {
                    let (what, size, limit) = ("chunk", end, target.pin.capacity());
                    return Err(Error::TooLarge { what, size, limit });
                }
                *packing = None;
            }
            self.rest(pace, load, bytes).await;
        }
        drop(packing);
        self.finish(&segment, damaged).await
    }

    /// The segment that takes the copies: the one there is, or a new one.
    async fn target<'p>(&self, packing: &'p mut Option<Packing>) -> Result<&'p mut Packing> {
        if let Some(open) = packing.take() {
            return Ok(packing.insert(open));
        }
        let shared = Arc::clone(&self.0);
        let open = blocking(move || Packing::create(&shared.segments)).await;
        if let Err(Error::Io { source, .. }) = &open
            && crate::disk::is_fatal(source)
        {
            return open
                .map(|open| packing.insert(open))
                .map_err(|error| self.0.failure.set(&error));
        }
        Ok(packing.insert(open?))
    }

    /// Makes copies durable, then lets the rows name them.
    async fn place(&self, target: &mut Packing, copies: Copies) -> Result<()> {
        if copies.moves.is_empty() {
            return Ok(());
        }
        let (chunks, bytes) = (copies.moves.len() as u64, copies.bytes.len() as u64);
        // Given away before it is written: whoever comes after a write that was given up must not
        // write to the same place.
        target.end = copies.at + bytes;
        let (pin, failure) = (target.pin.clone(), self.0.failure.clone());
        let moves = blocking(move || batch::write(&pin, copies, &failure)).await?;
        let pin = target.pin.clone();
        let moved = self.0.meta.commit(None, move |_, _| {
            // Held by the change itself: it may be committed after everybody else has gone.
            let _pin = &pin;
            let extents = moves
                .iter()
                .map(|(id, from, to)| ExtentChange::Move(*id, *from, *to));
            Ok((
                Batch {
                    extents: extents.collect(),
                    ..Batch::default()
                },
                (),
            ))
        });
        self.0.totals.changes.fetch_add(1, Ordering::Relaxed);
        moved.await?;
        self.0
            .totals
            .moved_chunks
            .fetch_add(chunks, Ordering::Relaxed);
        self.0
            .totals
            .moved_bytes
            .fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }

    async fn finish(&self, segment: &Arc<Segment>, damaged: u64) -> Result<()> {
        let id = segment.id();
        let left = self
            .0
            .progress
            .accounts()
            .get(&id)
            .map_or(0, |account| account.live_bytes);
        if left > 0 {
            tracing::error!(segment = %id, bytes = left, "what is damaged stays where it is");
            self.kept().insert(id);
        }
        self.0
            .totals
            .damaged_chunks
            .fetch_add(damaged, Ordering::Relaxed);
        self.0.totals.segments.fetch_add(1, Ordering::Relaxed);
        self.0.keeper.give_up_empty().await?;
        self.0.gauge.forget();
        Ok(())
    }

    fn account_end(&self, id: SegmentId) -> u64 {
        self.0
            .progress
            .accounts()
            .get(&id)
            .map_or(0, |account| account.end)
    }

    fn kept(&self) -> MutexGuard<'_, BTreeSet<SegmentId>> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests so far: what readers began and others changed.
    fn load(&self) -> u64 {
        let changes = self.0.progress.stats().changes;
        let own = self.0.totals.changes.load(Ordering::Relaxed);
        self.0
            .readers
            .begun()
            .saturating_add(changes.saturating_sub(own))
    }

    /// Keeps to the rate, and lets others go first.
    async fn rest(&self, pace: Pace, load: u64, bytes: u64) {
        if pace == Pace::Free || self.pressure() == Pressure::Short {
            return;
        }
        let wait = {
            let mut bucket = self.0.bucket.lock().unwrap_or_else(PoisonError::into_inner);
            bucket.take(bytes, self.0.started.elapsed())
        };
        tokio::time::sleep(wait).await;
        let CompactConfig {
            pause, pause_max, ..
        } = self.0.config;
        let (mut before, mut paused) = (load, Duration::ZERO);
        while self.load() != before && paused < pause_max && !pause.is_zero() {
            before = self.load();
            tokio::time::sleep(pause).await;
            paused += pause;
        }
    }
}

/// Whether others are let go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    Background,
    Free,
}
