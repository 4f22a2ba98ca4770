//! Verifying a whole store: whether everything its rows say is true.
//!
//! Counters are recounted, references followed both ways, and every place looked at on the drive.
//! Memory stays bounded however large the store is: names of chunks are counted for a window of
//! chunks at a time, and the rows are walked once for each window.

mod extents;
mod media;
mod moment;
mod pace;
mod problem;
mod rows;
mod tally;
#[cfg(test)]
mod tests;
mod uploads;
mod versions;

pub(super) use moment::remove_left_over;
pub use problem::Problem;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::folder::Folder;
use super::open::segments_options;
use super::work::{OnWork, Unit, Work, unwatched};
use super::{Engine, EngineConfig, Store};
use crate::commit::replay;
use crate::disk::FileDisk;
use crate::error::{Error, Result};
use crate::ids::{BucketId, ExtentId, SegmentId, Sequence, UploadId};
use crate::index::{Index, RocksIndex, RocksOptions};
use crate::row::{BucketRow, SegmentRow};
use crate::segment::Segments;
use media::Media;
pub(super) use media::{DamagedRecord, Mend};
use pace::Pace;
use rows::Rows;
use tally::{Places, Usage};

/// Problems a report describes, of bodies and of everything else each; more are only counted.
pub const PROBLEMS_MAX: usize = 1000;
/// How often a store that changes under the check is looked at again.
const ATTEMPTS_MAX: usize = 16;
/// Rows between two reports of progress.
const ROWS_PER_REPORT: u64 = 4096;

/// How closely to look.
#[derive(Debug, Clone, Copy, Default)]
pub struct CheckOptions {
    /// Read and verify every byte of every chunk, not only the headers.
    pub read_data: bool,
    /// Zero: as fast as it goes. A row counts as 256 bytes.
    pub bytes_per_second: u64,
}

/// What a check has found. The store is whole if `problems_total` is zero.
#[derive(Debug, Clone, Default)]
pub struct CheckReport {
    /// The first [`PROBLEMS_MAX`] damaged chunks, and as many of all else.
    pub problems: Vec<Problem>,
    pub problems_total: u64,
    /// How many of all problems are damaged chunks, of a store whose rows may be sound.
    pub damaged_chunks: u64,
    pub rows: u64,
    pub chunks: u64,
    /// Bytes of the records that were verified, whole or by their headers.
    pub chunk_bytes: u64,
}

impl Engine {
    /// Verifies the store and returns everything that is wrong. For a store that is not being
    /// changed: one that does not come to rest is refused with [`Error::Conflict`].
    pub async fn check(&self) -> Result<Vec<Problem>> {
        let options = CheckOptions {
            read_data: true,
            ..CheckOptions::default()
        };
        let report = self.check_with(options).await?;
        Ok(report.problems)
    }

    pub async fn check_with(&self, options: CheckOptions) -> Result<CheckReport> {
        for _ in 0..ATTEMPTS_MAX {
            let before = self.meta.store().next_sequence();
            let report = match &self.store {
                Store::Memory => {
                    let look = move |store: &dyn crate::meta::MetaStore| {
                        let next = store.next_sequence();
                        Check::new(Rows::Store(store), None, options, &mut unwatched).run(next)
                    };
                    self.meta.blocking(look).await?
                }
                Store::Embedded {
                    embedded, segments, ..
                } => {
                    let index = Arc::clone(embedded.index());
                    let accounts = embedded.progress().accounts().clone();
                    let segments = Arc::clone(segments);
                    let look = move |store: &dyn crate::meta::MetaStore| {
                        let rows = Rows::Index(index.as_ref());
                        let mut watch = unwatched;
                        let media = Some(Media::of(&segments));
                        let mut check = Check::new(rows, media, options, &mut watch);
                        check.remembered = Some(accounts);
                        check.run(store.next_sequence())
                    };
                    self.meta.blocking(look).await?
                }
            };
            // A change in between may have been seen by one walk over the rows and not by another.
            if before == self.meta.store().next_sequence() {
                return Ok(report);
            }
        }
        Err(Error::Conflict)
    }
}

/// Verifies a data folder no server is running on. Blocks.
///
/// What the log has and the index lacks is brought into the index first, as every start does;
/// nothing else is written. Interrupted by `progress`, it ends with [`Error::Interrupted`].
pub fn check_folder(
    config: &EngineConfig,
    options: CheckOptions,
    progress: &mut OnWork<'_>,
) -> Result<CheckReport> {
    let parts = Parts::open(config)?;
    check_parts(&parts.index, &parts.segments, options, progress)
}

/// The parts of a folder, which nobody else uses as long as they are open.
pub(super) struct Parts {
    pub(super) index: RocksIndex,
    pub(super) segments: Segments,
    /// Bears the lock, and so goes last.
    _folder: Folder,
}

impl Parts {
    pub(super) fn open(config: &EngineConfig) -> Result<Self> {
        let folder = Folder::open_existing(&config.folder)?;
        let disk = FileDisk::open(&folder.segments(), config.async_io);
        let disk = Arc::new(disk.map_err(Error::io("segments"))?);
        let rocks = RocksOptions {
            cache_bytes: config.cache_bytes,
            memtable_bytes: config.memtable_bytes,
        };
        Ok(Parts {
            index: RocksIndex::open(&folder.index(), &rocks)?,
            segments: Segments::open(disk, segments_options(config, folder.store))?,
            _folder: folder,
        })
    }
}

/// As [`check_folder`], over parts that are open already and that nobody else uses.
pub(crate) fn check_parts(
    index: &dyn Index,
    segments: &Segments,
    options: CheckOptions,
    progress: &mut OnWork<'_>,
) -> Result<CheckReport> {
    let next = replay(index, segments)?.applied.next_sequence;
    let media = Some(Media::of(segments));
    Check::new(Rows::Index(index), media, options, progress).run(next)
}

/// As [`check_folder`] of parts that are a copy: in `whole` every byte is read, and what is damaged
/// is for `mender` to mend first.
pub(super) fn check_copy(
    parts: &Parts,
    whole: Whole,
    mender: &mut dyn Mend,
    options: CheckOptions,
    progress: &mut OnWork<'_>,
) -> Result<CheckReport> {
    let (index, segments) = (&parts.index, &parts.segments);
    let next = replay(index, segments)?.applied.next_sequence;
    let media = Some(Media::of(segments));
    let mut check = Check::new(Rows::Index(index), media, options, progress);
    check.whole = whole;
    check.mender = Some(mender);
    check.run(next)
}

/// Where every byte of a chunk is read, and not only its head.
#[derive(Debug)]
pub(super) enum Whole {
    Nowhere,
    Everywhere,
    In(BTreeSet<SegmentId>),
}

impl Whole {
    fn of(options: CheckOptions) -> Self {
        match options.read_data {
            true => Whole::Everywhere,
            false => Whole::Nowhere,
        }
    }

    fn is_in(&self, segment: SegmentId) -> bool {
        match self {
            Whole::Nowhere => false,
            Whole::Everywhere => true,
            Whole::In(segments) => segments.contains(&segment),
        }
    }
}

/// A check under way.
struct Check<'a> {
    rows: Rows<'a>,
    /// Absent where chunks lie in memory.
    media: Option<Media<'a>>,
    whole: Whole,
    /// Whoever may put right what is damaged.
    mender: Option<&'a mut dyn Mend>,
    pace: Pace,
    progress: &'a mut OnWork<'a>,
    interrupted: bool,
    report: CheckReport,
    /// Sequences from this one on have not been given to anything yet.
    next_sequence: Sequence,
    next_extent: Option<ExtentId>,
    buckets: BTreeMap<BucketId, BucketRow>,
    usage: BTreeMap<BucketId, Usage>,
    accounts: BTreeMap<SegmentId, SegmentRow>,
    /// What the store has in memory of the accounts, where it is running.
    remembered: Option<HashMap<SegmentId, SegmentRow>>,
    places: BTreeMap<SegmentId, Places>,
    /// Unfinished uploads, and how many bytes their rows say they have.
    uploads: HashMap<UploadId, u64>,
    /// Uploads all of whose parts are being freed.
    doomed: HashSet<UploadId>,
    /// Parts of completed uploads that are being freed.
    doomed_parts: HashSet<(UploadId, u16)>,
}

impl<'a> Check<'a> {
    fn new(
        rows: Rows<'a>,
        media: Option<Media<'a>>,
        options: CheckOptions,
        progress: &'a mut OnWork<'a>,
    ) -> Self {
        Check {
            rows,
            media,
            whole: Whole::of(options),
            mender: None,
            pace: Pace::new(options.bytes_per_second),
            progress,
            interrupted: false,
            report: CheckReport::default(),
            next_sequence: Sequence(0),
            next_extent: None,
            buckets: BTreeMap::new(),
            usage: BTreeMap::new(),
            accounts: BTreeMap::new(),
            remembered: None,
            places: BTreeMap::new(),
            uploads: HashMap::new(),
            doomed: HashSet::new(),
            doomed_parts: HashSet::new(),
        }
    }

    fn run(mut self, next_sequence: Sequence) -> Result<CheckReport> {
        self.next_sequence = next_sequence;
        let steps: [fn(&mut Self) -> Result<()>; 10] = [
            Check::system,
            Check::buckets,
            Check::trash,
            Check::uploads,
            Check::currents,
            Check::olds,
            Check::parts,
            Check::manifests,
            Check::extents,
            Check::events,
        ];
        for step in steps {
            step(&mut self)?;
            if self.interrupted {
                return Err(Error::Interrupted);
            }
        }
        self.compare_usage();
        self.compare_segments();
        Ok(self.report)
    }

    fn problem(&mut self, problem: Problem) {
        let report = &mut self.report;
        report.problems_total += 1;
        // Many damaged chunks must not hide the one row that is wrong.
        let before = match problem.is_damaged_chunk() {
            true => {
                report.damaged_chunks += 1;
                report.damaged_chunks
            }
            false => report.problems_total - report.damaged_chunks,
        };
        if before <= PROBLEMS_MAX as u64 {
            report.problems.push(problem);
        }
    }

    /// Notes that one more row has been looked at. False when the work is to end.
    fn row_done(&mut self, doing: &'static str) -> bool {
        self.report.rows += 1;
        if self.report.rows.is_multiple_of(ROWS_PER_REPORT) {
            self.pace.rest_after_rows(ROWS_PER_REPORT);
            self.tell(Work {
                doing,
                done: self.report.rows,
                total: 0,
                unit: Unit::Rows,
            });
        }
        !self.interrupted
    }

    fn tell(&mut self, work: Work) {
        self.interrupted |= (self.progress)(work).is_break();
    }
}
