//! Stores to try: the reference in memory, one on a simulated disk, one in a real folder.

use std::path::Path;
use std::sync::Arc;

use storage_engine::clock::{Clock, ManualClock};
use storage_engine::disk::sim::{SimDisk, Survival};
use storage_engine::disk::{Access, AsyncIo, Disk, FileDisk};
use storage_engine::ids::Timestamp;
use storage_engine::index::{Index, MemoryIndex, RocksIndex, RocksOptions};
use storage_engine::limits::CHUNK_BYTES;
use storage_engine::row::Quota;
use storage_engine::segment::SegmentsOptions;
use storage_engine::stage::Tuning;
use storage_engine::{Allowances, Engine, Parts, Result};

use crate::world::HOLDERS;

/// When the clocks of tests begin.
pub const BEGIN: u64 = 1_700_000_000_500;

/// Segments so small that logs are changed and bulk segments fill up all the time.
pub fn small_segments() -> SegmentsOptions {
    SegmentsOptions {
        store: [7; 16],
        log_bytes: 512 << 10,
        bulk_bytes: 5 << 20,
        packed_bytes: 5 << 20,
        log_access: Access::Direct,
        log_prewrite: false,
        idle_bytes_max: 6 << 20,
        reserve_bytes: 0,
    }
}

/// What one row names.
pub const ROW_BYTES_MAX: usize = 3 * CHUNK_BYTES;

/// Rows so short that the longest bodies of tests become parts, as those of many GiB do.
fn short_rows() -> Tuning {
    Tuning {
        row_chunks_max: ROW_BYTES_MAX / CHUNK_BYTES,
        ..Tuning::default()
    }
}

pub fn clock() -> Arc<ManualClock> {
    let clock = ManualClock::default();
    clock.set(Timestamp(BEGIN));
    Arc::new(clock)
}

pub fn assemble(
    disk: Arc<dyn Disk>,
    index: Arc<dyn Index>,
    clock: Arc<ManualClock>,
) -> Result<Engine> {
    let clock: Arc<dyn Clock> = clock;
    let segments = small_segments();
    let parts = Parts {
        disk,
        index,
        segments,
        clock,
        secret: [5; 32],
    };
    let engine = Engine::assemble(parts)?.with_tuning(short_rows());
    engine.set_allowances(Arc::new(OfHolders));
    Ok(engine)
}

/// What those may hold whom buckets of tests count for.
#[derive(Debug)]
struct OfHolders;

impl Allowances for OfHolders {
    fn of(&self, holder: &str) -> Quota {
        let known = HOLDERS.iter().find(|(name, ..)| *name == holder);
        known.map_or_else(Quota::default, |(_, bytes_max, objects_max)| Quota {
            bytes_max: *bytes_max,
            objects_max: *objects_max,
        })
    }
}

/// A store that can be closed and opened again.
#[derive(Debug)]
pub enum Store {
    Memory,
    Sim {
        disk: SimDisk,
        index: Arc<MemoryIndex>,
    },
    Folder(tempfile::TempDir),
}

impl Store {
    pub fn sim(seed: u64) -> Self {
        Store::Sim {
            disk: SimDisk::new(seed),
            index: Arc::new(MemoryIndex::new()),
        }
    }

    pub fn folder() -> Self {
        Store::Folder(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    /// Whether there is anything that outlives an engine.
    pub fn lasts(&self) -> bool {
        !matches!(self, Store::Memory)
    }

    pub fn open(&self, clock: &Arc<ManualClock>) -> Result<Engine> {
        match self {
            Store::Memory => {
                let engine = Engine::in_memory(Arc::clone(clock) as Arc<dyn Clock>)?;
                engine.set_allowances(Arc::new(OfHolders));
                Ok(engine.with_tuning(short_rows()))
            }
            Store::Sim { disk, index } => {
                let index = Arc::clone(index) as Arc<dyn Index>;
                assemble(Arc::new(disk.clone()), index, Arc::clone(clock))
            }
            Store::Folder(folder) => open_folder(folder.path(), clock),
        }
    }

    /// What is left after the process has died: `lost` decides about what was not durable.
    pub fn after_death(self, lost: u64) -> Self {
        match self {
            Store::Sim { disk, index } => Store::Sim {
                disk: disk.restart(Survival::Any, lost),
                index: Arc::new(index.crash(lost)),
            },
            other => other,
        }
    }
}

pub fn open_folder(folder: &Path, clock: &Arc<ManualClock>) -> Result<Engine> {
    let segments = folder.join("segments");
    std::fs::create_dir_all(&segments).expect("the folder can be made");
    let disk = FileDisk::open(&segments, AsyncIo::Threads).expect("the folder can be opened");
    let options = RocksOptions {
        cache_bytes: 8 << 20,
        memtable_bytes: 1 << 20,
    };
    let index = RocksIndex::open(&folder.join("index"), &options)?;
    assemble(Arc::new(disk), Arc::new(index), Arc::clone(clock))
}
