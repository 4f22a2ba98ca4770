//! Reading everything that is stored, to find what has rotted before somebody needs it.
//!
//! Segments are read from front to end, each record verified to its last bit. What is dead is only
//! counted. Where less verifies in a segment than its account says is alive, every chunk the rows
//! place there is looked at once more by itself: so neither a destroyed header nor a missing file
//! goes unnoticed. Of segments that are still being filled only chunks are looked at. In the end one
//! walk over the rows tells whose the damaged chunks are.

mod damage;
mod open;
#[cfg(test)]
mod tests;

use damage::Damaged;
pub(super) use damage::described;
pub use damage::{Affected, DamagedChunk};
use open::OpenChunk;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::{ControlFlow, Range};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use super::compact::TokenBucket;
use super::keeper::Keeper;
use super::work::{OnWork, Unit, Work, blocking};
use super::{Engine, Store};
use crate::commit::{Embedded, Progress};
use crate::error::{Error, Result};
use crate::ids::SegmentId;
use crate::index::Index;
use crate::record::{Content, RecordHeader};
use crate::row::{SegmentKind, SegmentRow};
use crate::segment::scan::{Found, Scan, Verify};
use crate::segment::{RECORDS_AT, Segment, Segments};

/// Bytes read in one step.
const STEP_BYTES: u64 = 4 << 20;
/// Damaged chunks a report describes; more are only counted.
pub const DAMAGED_CHUNKS_MAX: usize = 10_000;

/// Where a scrub is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScrubPosition {
    pub segment: SegmentId,
    pub offset: u64,
}

/// `12:4096`
impl fmt::Display for ScrubPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.segment, self.offset)
    }
}

impl FromStr for ScrubPosition {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parsed = text.split_once(':').and_then(|(segment, offset)| {
            Some(ScrubPosition {
                segment: SegmentId(segment.parse().ok()?),
                offset: offset.parse().ok()?,
            })
        });
        parsed.ok_or_else(|| Error::Invalid {
            what: "place to go on from",
            detail: format!("{text:?} is not SEGMENT:OFFSET, such as 12:4096"),
        })
    }
}

#[derive(Debug, Clone, Copy, Default)]
pub struct ScrubOptions {
    /// Zero: as fast as it goes.
    pub bytes_per_second: u64,
    /// Where the last run was interrupted.
    pub from: Option<ScrubPosition>,
}

/// What a run has found.
#[derive(Debug, Clone, Default)]
pub struct ScrubReport {
    pub bytes: u64,
    /// Chunks and commits that verified.
    pub records: u64,
    /// Records nobody needs any more that do not verify.
    pub dead_damaged: u64,
    /// The first [`DAMAGED_CHUNKS_MAX`].
    pub damaged: Vec<DamagedChunk>,
    pub damaged_total: u64,
    /// Where to go on; absent if everything was read.
    pub next: Option<ScrubPosition>,
}

/// Totals since the store was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScrubStats {
    /// Runs that came to their end.
    pub runs: u64,
    pub bytes: u64,
    /// Damaged chunks that the last run found.
    pub damaged_chunks: u64,
}

/// Shared by all scrubs of a store.
#[derive(Debug, Clone, Default)]
pub(super) struct ScrubTotals(Arc<Mutex<ScrubStats>>);

impl ScrubTotals {
    pub(super) fn stats(&self) -> ScrubStats {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut ScrubStats)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Engine {
    /// Verifies everything that rows name. Interrupted by `progress`, it still tells what it has found so
    /// far, and where to go on. Dropped, it forgets that; nothing else comes of it.
    ///
    /// It may take days, so it holds nothing back but the file of the one segment it is at.
    pub async fn scrub(
        &self,
        options: ScrubOptions,
        progress: &mut OnWork<'_>,
    ) -> Result<ScrubReport> {
        let Store::Embedded {
            embedded,
            segments,
            keeper,
            ..
        } = &self.store
        else {
            return Ok(ScrubReport::default());
        };
        let scrub = Scrub::new(embedded, segments, keeper, options);
        let report = scrub.run(options.from, progress).await?;
        self.scrubs.change(|totals| {
            totals.bytes += report.bytes;
            totals.runs += u64::from(report.next.is_none());
            totals.damaged_chunks = report.damaged_total;
        });
        Ok(report)
    }
}

struct Scrub {
    index: Arc<dyn Index>,
    accounts: Arc<Progress>,
    segments: Arc<Segments>,
    keeper: Keeper,
    bucket: TokenBucket,
    started: Instant,
    report: ScrubReport,
    /// Segments in which something does not verify, or is missing.
    suspects: BTreeSet<SegmentId>,
    /// What was found in segments that are still being filled.
    found: Damaged,
}

/// What is read as one: a segment.
enum Piece {
    Sealed(Arc<Segment>, SegmentRow),
    Open(SegmentId, Vec<OpenChunk>),
}

impl Piece {
    fn segment(&self) -> SegmentId {
        match self {
            Piece::Sealed(segment, _) => segment.id(),
            Piece::Open(segment, _) => *segment,
        }
    }

    /// What there is to read from an offset on.
    fn bytes(&self, from: u64) -> u64 {
        match self {
            Piece::Sealed(segment, account) => until(segment, account).saturating_sub(from),
            Piece::Open(_, chunks) => open::bytes(chunks, from),
        }
    }
}

/// What one step found.
struct Step {
    scan: Scan,
    bytes: u64,
    records: u64,
    alive_bytes: u64,
    dead_damaged: u64,
    over: bool,
}

impl Scrub {
    fn new(
        embedded: &Embedded,
        segments: &Arc<Segments>,
        keeper: &Keeper,
        options: ScrubOptions,
    ) -> Self {
        Scrub {
            index: Arc::clone(embedded.index()),
            accounts: Arc::clone(embedded.progress()),
            segments: Arc::clone(segments),
            keeper: keeper.clone(),
            bucket: TokenBucket::new(options.bytes_per_second),
            started: Instant::now(),
            report: ScrubReport::default(),
            suspects: BTreeSet::new(),
            found: Damaged::default(),
        }
    }

    async fn run(
        mut self,
        from: Option<ScrubPosition>,
        progress: &mut OnWork<'_>,
    ) -> Result<ScrubReport> {
        let pieces = self.pieces(from).await?;
        self.find_missing();
        let start = |piece: &Piece| {
            let start = from.filter(|from| from.segment == piece.segment());
            start.map_or(RECORDS_AT, |from| from.offset)
        };
        let total = pieces.iter().map(|piece| piece.bytes(start(piece))).sum();
        for piece in pieces {
            let (segment, start) = (piece.segment(), start(&piece));
            // A small segment is one step, so that nothing is told while it is read.
            if self.report.bytes > 0 && self.tell(total, progress).is_break() {
                let offset = start;
                self.report.next = Some(ScrubPosition { segment, offset });
                break;
            }
            let end = match piece {
                Piece::Sealed(segment, account) => {
                    let range = start..until(&segment, &account);
                    self.segment(&segment, range, total, progress).await?
                }
                Piece::Open(_, chunks) => self.open(chunks, start, total, progress).await?,
            };
            if let Some(offset) = end {
                self.report.next = Some(ScrubPosition { segment, offset });
                break;
            }
        }
        self.follow_up(progress).await
    }

    /// What to read, in its order, from the segment on where the last run stopped.
    async fn pieces(&self, from: Option<ScrubPosition>) -> Result<Vec<Piece>> {
        let first = from.map_or(SegmentId(0), |from| from.segment);
        let sealed = self.sealed();
        let open = self.open_chunks(&sealed).await?;
        let open = open.into_iter();
        let open = open.map(|(segment, chunks)| Piece::Open(segment, chunks));
        let sealed = sealed.into_iter();
        let sealed = sealed.map(|(segment, account)| Piece::Sealed(segment, account));
        let mut pieces: Vec<Piece> = sealed.chain(open).collect();
        pieces.retain(|piece| piece.segment() >= first);
        pieces.sort_by_key(Piece::segment);
        Ok(pieces)
    }

    fn sealed(&self) -> Vec<(Arc<Segment>, SegmentRow)> {
        let writing = self.accounts.applied().segment;
        let all = self.segments.all().into_iter();
        let sealed = all.filter(|segment| match segment.kind() {
            SegmentKind::Log => segment.id() < writing,
            SegmentKind::Bulk | SegmentKind::Packed => self.keeper.is_sealed(segment),
        });
        let accounts = self.accounts.accounts();
        let named = sealed.filter_map(|segment| {
            let account = accounts.get(&segment.id()).copied()?;
            (account.live_bytes > 0).then_some((segment, account))
        });
        named.collect()
    }

    fn find_missing(&mut self) {
        let accounts = self.accounts.accounts();
        let alive = accounts
            .iter()
            .filter(|(_, account)| account.live_bytes > 0);
        let missing = alive.filter(|(id, _)| self.segments.get(**id).is_none());
        let missing: Vec<SegmentId> = missing.map(|(id, _)| *id).collect();
        drop(accounts);
        self.suspects.extend(missing);
    }

    /// Reads one segment. Where it was interrupted, if it was.
    async fn segment(
        &mut self,
        segment: &Arc<Segment>,
        range: Range<u64>,
        total: u64,
        progress: &mut OnWork<'_>,
    ) -> Result<Option<u64>> {
        let mut scan = Scan::new(Arc::clone(segment), range.end, Verify::Records)?;
        scan.seek(range.start);
        let mut alive_bytes = 0;
        let mut whole = range.start <= RECORDS_AT;
        loop {
            let index = Arc::clone(&self.index);
            let step = blocking(move || step(scan, index.as_ref())).await?;
            scan = step.scan;
            alive_bytes += step.alive_bytes;
            self.report.bytes += step.bytes;
            self.report.records += step.records;
            self.report.dead_damaged += step.dead_damaged;
            if !step.over && self.tell(total, progress).is_break() {
                whole = false;
                self.suspect(segment, alive_bytes, whole);
                return Ok(Some(scan.at()));
            }
            self.rest_after(step.bytes).await;
            if step.over {
                break;
            }
        }
        self.suspect(segment, alive_bytes, whole);
        Ok(None)
    }

    fn tell(&self, total: u64, progress: &mut OnWork<'_>) -> ControlFlow<()> {
        let done = self.report.bytes;
        progress(Work {
            doing: "scrub",
            done,
            total: total.max(done),
            unit: Unit::Bytes,
        })
    }

    async fn rest_after(&mut self, bytes: u64) {
        let wait = self.bucket.take(bytes, self.started.elapsed());
        tokio::time::sleep(wait).await;
    }

    /// A sealed segment only loses chunks: what was seen alive is at least what is alive now. One
    /// of which only a part was read tells nothing that way, and is looked at chunk by chunk.
    fn suspect(&mut self, segment: &Arc<Segment>, alive_bytes: u64, whole: bool) {
        let account = self.accounts.accounts().get(&segment.id()).copied();
        let expected = account.map_or(0, |account| account.live_bytes);
        if !whole || alive_bytes < expected {
            self.suspects.insert(segment.id());
        }
    }

    /// Looks at the chunks of suspect segments one by one, and finds out whose they are.
    async fn follow_up(mut self, progress: &mut OnWork<'_>) -> Result<ScrubReport> {
        if self.suspects.is_empty() && self.found.total == 0 {
            return Ok(self.report);
        }
        let done = self.report.bytes;
        let _ = progress(Work {
            doing: "look at chunks one by one",
            done,
            total: done,
            unit: Unit::Bytes,
        });
        let index = Arc::clone(&self.index);
        let segments = Arc::clone(&self.segments);
        let suspects = std::mem::take(&mut self.suspects);
        let mut damaged = std::mem::take(&mut self.found);
        let (mut bucket, started) = (self.bucket, self.started);
        // Whoever has interrupted it waits for the rest, which was read a moment ago.
        let is_in_a_hurry = self.report.next.is_some();
        let mut rest = move |bytes| {
            if !is_in_a_hurry {
                thread::sleep(bucket.take(bytes, started.elapsed()));
            }
        };
        let damaged = blocking(move || {
            damage::find(
                index.as_ref(),
                &segments,
                &suspects,
                &mut damaged,
                &mut rest,
            )?;
            damage::find_affected(index.as_ref(), &mut damaged.chunks)?;
            Ok(damaged)
        });
        let damaged = damaged.await?;
        self.report.damaged_total = damaged.total;
        self.report.damaged = damaged.chunks.into_values().collect();
        for chunk in &self.report.damaged {
            tracing::error!(damage = %chunk.damage, affected = ?chunk.affected, "scrub");
        }
        Ok(self.report)
    }
}

/// Where the records of a segment end that anybody may need.
fn until(segment: &Segment, account: &SegmentRow) -> u64 {
    match segment.kind() {
        // Commits stand behind the last chunk.
        SegmentKind::Log => segment.capacity(),
        SegmentKind::Bulk | SegmentKind::Packed => account.end,
    }
}

/// Verifies the next records. Blocks.
fn step(mut scan: Scan, index: &dyn Index) -> Result<Step> {
    let start = scan.at();
    let (mut records, mut alive_bytes, mut dead_damaged, mut over) = (0, 0, 0, false);
    while scan.at() - start < STEP_BYTES {
        match scan.find_next() {
            Ok(Some(Found::Record { header, damage })) => {
                let alive = damage::is_named(index, scan.segment().id(), &header)?;
                match damage {
                    None if alive => alive_bytes += u64::from(header.record_bytes),
                    Some(_) if !alive => dead_damaged += 1,
                    _ => {}
                }
                records += u64::from(damage.is_none());
            }
            Ok(Some(Found::Gap { .. })) => {}
            Ok(None) => {
                over = true;
                break;
            }
            // The scan goes on behind it.
            Err(Error::Io { source, .. }) => {
                tracing::warn!(segment = %scan.segment().id(), at = scan.at(), %source, "unreadable");
            }
            Err(error) => return Err(error),
        }
    }
    let bytes = scan.at() - start;
    Ok(Step {
        scan,
        bytes,
        records,
        alive_bytes,
        dead_damaged,
        over,
    })
}

/// For those who look for damage in one record.
fn chunk_of(header: &RecordHeader) -> Option<crate::ids::ExtentId> {
    match header.content {
        Content::Chunk { extent, .. } => Some(extent),
        Content::Commit { .. } => None,
    }
}

type Chunks = BTreeMap<crate::ids::ExtentId, DamagedChunk>;
