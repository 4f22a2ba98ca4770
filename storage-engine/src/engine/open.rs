//! Putting an engine together, and taking it apart.

#[cfg(test)]
mod tests;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::compact::{CompactConfig, Compactor, CompactorParts};
use super::dedup::Hints;
use super::event::Written;
use super::folder::Folder;
use super::homes::{Fronts, Homes};
use super::keeper::Keeper;
use super::readers::Readers;
use super::settings::{Generation, KeptRows};
use super::space::Gauge;
use super::sweep::Sweeper;
use super::{Engine, Store};
use crate::chunk::{Blocks, ChunkStore, MemoryChunks, SegmentChunks};
use crate::clock::{Clock, SystemClock};
use crate::commit::{Embedded, EmbeddedOptions, Holders, Tags};
use crate::disk::{Access, AsyncIo, Disk, FileDisk};
use crate::error::{Error, Result};
use crate::failure::Failure;
use crate::hash::LaneHasher;
use crate::index::{Index, RocksIndex, RocksOptions};
use crate::limits;
use crate::meta::{MemoryMeta, Meta};
use crate::segment::{Segments, SegmentsOptions};
use crate::stage::{ExtentIds, Stager};

/// What an administrator decides about a store.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    pub folder: PathBuf,
    /// Index blocks kept in memory.
    pub cache_bytes: usize,
    /// New index rows gathered in memory before they are written as a table.
    pub memtable_bytes: usize,
    pub log_segment_bytes: u64,
    pub bulk_segment_bytes: u64,
    /// Kept free for deletes and compaction: bodies are refused before it is touched.
    pub reserve_bytes: u64,
    pub async_io: AsyncIo,
    pub compact: CompactConfig,
}

impl EngineConfig {
    pub fn new(folder: &Path) -> Self {
        EngineConfig {
            folder: folder.to_owned(),
            cache_bytes: 64 << 20,
            memtable_bytes: 32 << 20,
            log_segment_bytes: 64 << 20,
            bulk_segment_bytes: 256 << 20,
            reserve_bytes: 512 << 20,
            async_io: AsyncIo::Ring,
            compact: CompactConfig::default(),
        }
    }
}

/// The parts of an engine that differ between a data folder and a test.
#[derive(Debug)]
pub struct Parts {
    pub disk: Arc<dyn Disk>,
    pub index: Arc<dyn Index>,
    pub segments: SegmentsOptions,
    pub clock: Arc<dyn Clock>,
    pub secret: [u8; 32],
}

impl Engine {
    /// Opens a data folder, or makes one. Blocks: replays what the index lacks. Must be called
    /// within a tokio runtime, whose tasks do the work in the background.
    pub fn open_folder(config: &EngineConfig) -> Result<Self> {
        let started = Instant::now();
        let folder = Folder::open(&config.folder)?;
        super::check::remove_left_over(&config.folder)?;
        let disk = FileDisk::open(&folder.segments(), config.async_io);
        let options = RocksOptions {
            cache_bytes: config.cache_bytes,
            memtable_bytes: config.memtable_bytes,
        };
        let index = RocksIndex::open(&folder.index(), &options)?;
        let parts = Parts {
            disk: Arc::new(disk.map_err(Error::io("segments"))?),
            index: Arc::new(index),
            segments: segments_options(config, folder.store),
            clock: Arc::new(SystemClock),
            secret: folder.secret,
        };
        let mut engine = Engine::assemble_with(parts, config.compact)?;
        engine.folder = Some(folder);
        let elapsed = started.elapsed().as_millis();
        let elapsed_ms = u64::try_from(elapsed).unwrap_or(u64::MAX);
        tracing::info!(elapsed_ms, "store is open");
        Ok(engine)
    }

    /// An engine over given parts. Blocks like [`Engine::open_folder`].
    pub fn assemble(parts: Parts) -> Result<Self> {
        Engine::assemble_with(parts, CompactConfig::default())
    }

    fn assemble_with(parts: Parts, compact: CompactConfig) -> Result<Self> {
        let Parts {
            disk,
            index,
            segments,
            clock,
            secret,
        } = parts;
        let failure = Failure::default();
        let group_bytes_max = group_bytes_max(&segments);
        let segments = Arc::new(Segments::open(disk, segments)?);
        let (embedded, replayed) = Embedded::open(EmbeddedOptions {
            index,
            segments: Arc::clone(&segments),
            clock,
            tags: Tags::new(&secret),
            failure: failure.clone(),
            group_bytes_max,
        })?;
        tracing::info!(groups = replayed.groups, "replayed the log");
        let embedded = Arc::new(embedded);
        let blocks = Blocks::default();
        let chunks = SegmentChunks::new(Arc::clone(&segments), failure.clone(), blocks.clone());
        let chunks = Arc::new(chunks);
        let ids = Arc::new(ExtentIds::starting_at(replayed.applied.next_extent));
        let meta = Meta::new(Arc::clone(&embedded) as Arc<dyn crate::meta::MetaStore>);
        let readers = Readers::default();
        let keeper = Keeper::new(
            meta.clone(),
            Arc::clone(&segments),
            Arc::clone(embedded.progress()),
            readers.clone(),
        );
        keeper.tidy_up_after_start()?;
        let gauge = Gauge::new(Arc::clone(&segments));
        let compactor = Compactor::new(CompactorParts {
            meta: meta.clone(),
            index: Arc::clone(embedded.index()),
            segments: Arc::clone(&segments),
            progress: Arc::clone(embedded.progress()),
            readers: readers.clone(),
            keeper: keeper.clone(),
            gauge: gauge.clone(),
            failure: failure.clone(),
            config: compact,
        });
        let holders = Arc::clone(embedded.holders());
        let store = Store::Embedded {
            embedded,
            segments,
            keeper,
            compactor,
            gauge,
        };
        let hints = Hints::new(meta.clone(), &secret);
        Engine::finish(
            meta, chunks, blocks, ids, readers, hints, failure, store, holders,
        )
    }

    /// An engine that keeps everything in memory: the reference that others are compared with.
    pub fn in_memory(clock: Arc<dyn Clock>) -> Result<Self> {
        let chunks = Arc::new(MemoryChunks::default());
        let tags = Tags::new(&[0; 32]);
        let store = MemoryMeta::new(Arc::clone(&chunks), clock, tags);
        let holders = Arc::clone(store.holders());
        let meta = Meta::new(Arc::new(store));
        let ids = Arc::new(ExtentIds::starting_at(crate::ids::ExtentId(1)));
        let (readers, failure) = (Readers::default(), Failure::default());
        let blocks = Blocks::default();
        let hints = Hints::new(meta.clone(), &[0; 32]);
        Engine::finish(
            meta,
            chunks,
            blocks,
            ids,
            readers,
            hints,
            failure,
            Store::Memory,
            holders,
        )
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the one place where all parts meet"
    )]
    fn finish(
        meta: Meta,
        chunks: Arc<dyn ChunkStore>,
        blocks: Blocks,
        ids: Arc<ExtentIds>,
        readers: Readers,
        hints: Hints,
        failure: Failure,
        store: Store,
        holders: Arc<Holders>,
    ) -> Result<Self> {
        let lanes = LaneHasher::new(NonZeroUsize::MIN).map_err(Error::io("hashing thread"))?;
        let homes = Homes::default();
        let fronts = Arc::new(Fronts::new(meta.clone(), readers.clone(), homes.clone()));
        let stager = Stager::new(Arc::clone(&chunks), lanes, ids, blocks, fronts);
        let stager = stager.with_dedup(Arc::new(hints.clone()));
        let holds = hints.holds().clone();
        let sweeper = Sweeper::new(meta.clone(), readers.clone(), holds, homes);
        let mut background = vec![
            tokio::spawn(sweeper.clone().run()),
            tokio::spawn(hints.clone().run()),
        ];
        if let Store::Embedded {
            keeper, compactor, ..
        } = &store
        {
            background.push(tokio::spawn(keeper.clone().run()));
            background.push(tokio::spawn(compactor.clone().run()));
        }
        Ok(Engine {
            meta,
            chunks,
            stager,
            readers,
            sweeper,
            scrubs: super::scrub::ScrubTotals::default(),
            hints,
            generation: Generation::default(),
            kept_rows: KeptRows::default(),
            written: Written::default(),
            holders,
            failure,
            store,
            background,
            folder: None,
        })
    }

    /// Finishes what is under way and closes the store. Later calls are answered with an error.
    ///
    /// When this returns the folder may be opened again, also by this process, whoever still holds
    /// the engine or something it has handed out: tasks and readers that are left over find the
    /// index and the folder closed.
    pub async fn shutdown(&self) -> Result<()> {
        for task in &self.background {
            task.abort();
        }
        let Store::Embedded {
            embedded, segments, ..
        } = &self.store
        else {
            return Ok(());
        };
        let (embedded, segments) = (Arc::clone(embedded), Arc::clone(segments));
        let closed = tokio::task::spawn_blocking(move || close(&embedded, &segments)).await;
        if let Some(folder) = &self.folder {
            folder.release();
        }
        closed.unwrap_or_else(|stopped| {
            Err(Error::Stopped {
                reason: stopped.to_string(),
            })
        })
    }
}

impl Drop for Engine {
    /// As [`Engine::shutdown`], for whoever has not asked for it. Blocks for a moment.
    fn drop(&mut self) {
        for task in &self.background {
            task.abort();
        }
        if let Store::Embedded {
            embedded, segments, ..
        } = &self.store
            && let Err(error) = close(embedded, segments)
        {
            tracing::debug!(%error, "store closed after a failure");
        }
    }
}

/// In this order: the committer ends before what it writes to, and nothing is renamed or written
/// any more when the index says how far it came.
fn close(embedded: &Embedded, segments: &Segments) -> Result<()> {
    let closed = embedded.close();
    segments.close();
    embedded.index().close();
    closed
}

pub(super) fn segments_options(config: &EngineConfig, store: [u8; 16]) -> SegmentsOptions {
    SegmentsOptions {
        store,
        log_bytes: config.log_segment_bytes,
        bulk_bytes: config.bulk_segment_bytes,
        packed_bytes: config.bulk_segment_bytes,
        log_access: Access::Direct,
        log_prewrite: false,
        idle_bytes_max: config.bulk_segment_bytes + 4 * config.log_segment_bytes,
        reserve_bytes: config.reserve_bytes,
    }
}

/// A group must leave most of a segment to others, whatever size segments have.
fn group_bytes_max(options: &SegmentsOptions) -> usize {
    let quarter = usize::try_from(options.log_bytes / 4).unwrap_or(usize::MAX);
    quarter.min(limits::GROUP_BODY_BYTES_MAX)
}
