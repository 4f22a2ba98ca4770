//! How RocksDB is set up, and why.

use std::thread;

use rocksdb::{
    BlockBasedIndexType, BlockBasedOptions, Cache, DBCompressionType, DBRecoveryMode, LogLevel,
    Options,
};

/// What the owner of an index decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RocksOptions {
    /// Blocks of tables kept in memory, decompressed. Grows on use.
    pub cache_bytes: usize,
    /// Rows gathered in memory before they become a table. Grows on use; up to three times as
    /// much while tables are being written.
    pub memtable_bytes: usize,
}

impl Default for RocksOptions {
    fn default() -> Self {
        RocksOptions {
            cache_bytes: 64 << 20,
            memtable_bytes: 64 << 20,
        }
    }
}

/// Memtables at a time, the one being filled included; writers wait beyond that. This also bounds
/// the write-ahead logs: each lives until its memtable has become a table.
pub(super) const MEMTABLES_MAX: i32 = 3;

/// RocksDB raises smaller memtables to this.
const MEMTABLE_BYTES_MIN: usize = 64 << 10;
/// Tables kept open. Beyond that a read opens the table first.
const OPEN_FILES_MAX: i32 = 512;
/// Threads for flushes and compactions.
const BACKGROUND_JOBS_MAX: i32 = 4;
/// A point lookup reads, checks and decompresses one block, and the cache keeps whole blocks: at
/// 16 KiB both cost twice as much for the single row that GET and HEAD want. Listings read blocks
/// in sequence and hardly care; the index over the blocks is twice as long, but partitioned.
const BLOCK_BYTES: usize = 8 << 10;
/// One part of the index or filter of a table, the unit in which they are cached.
const METADATA_BLOCK_BYTES: usize = 8 << 10;
const BLOOM_BITS_PER_KEY: f64 = 10.0;
/// Share of a memtable spent on its bloom filter: about 10 bits for each row of 500 bytes.
const MEMTABLE_BLOOM_SHARE: f64 = 0.0025;
/// First-level tables; those of each further level are twice as large, so that a big index does
/// not consist of thousands of files.
const TABLE_BYTES: u64 = 64 << 20;
const TABLE_GROWTH: i32 = 2;
/// Most that flushes and compactions write in a second. The limiter tunes itself below this: it
/// spreads bursts so that they do not delay the syncs of the log.
const BACKGROUND_BYTES_PER_SECOND_MAX: i64 = 512 << 20;
const LIMITER_PERIOD_MICROS: i64 = 100_000;
const LIMITER_FAIRNESS: i32 = 10;
/// Written table bytes after which the kernel is told to start writing them out.
const BYTES_PER_SYNC: u64 = 1 << 20;
const MANIFEST_BYTES_MAX: usize = 16 << 20;
const INFO_LOG_BYTES_MAX: usize = 2 << 20;
const INFO_LOG_FILES_MAX: usize = 4;
/// A table is compacted early where this many of [`DELETIONS_WINDOW`] neighbours are deletions:
/// queues such as the trash are read from the front, across everything deleted there.
const DELETIONS_TRIGGER: usize = 8 << 10;
const DELETIONS_WINDOW: usize = 16 << 10;
const DELETIONS_RATIO: f64 = 0.5;

/// Size of the filling memtable from which [`super::RocksIndex`] replaces it. RocksDB does so by
/// itself only within a twentieth of the whole size (two fifths of an arena block, which is an
/// eighth), so it never comes first.
pub(super) fn rotate_bytes(options: &RocksOptions) -> u64 {
    let bytes = options.memtable_bytes.max(MEMTABLE_BYTES_MIN) as u64;
    bytes - bytes / 8
}

/// A cache without locks, whose table grows with its content.
pub(super) fn cache(options: &RocksOptions) -> Cache {
    Cache::new_hyper_clock_cache(options.cache_bytes, 0)
}

pub(super) fn database(options: &RocksOptions, cache: &Cache) -> Options {
    let mut database = Options::default();
    database.create_if_missing(true);
    durability(&mut database);
    memtables(&mut database, options);
    tables(&mut database, cache);
    background(&mut database);
    housekeeping(&mut database);
    database
}

/// The write-ahead log is written with every batch and synced on request only, so a power cut
/// leaves a prefix; recovery must keep exactly that. Logs are not recycled: a recycled one may
/// hide where the prefix ends. There is one column family, so only a memtable's size ends a log.
fn durability(database: &mut Options) {
    database.set_wal_recovery_mode(DBRecoveryMode::PointInTime);
    database.set_recycle_log_file_num(0);
    database.set_manual_wal_flush(false);
    database.set_paranoid_checks(true);
}

fn memtables(database: &mut Options, options: &RocksOptions) {
    database.set_write_buffer_size(options.memtable_bytes.max(MEMTABLE_BYTES_MIN));
    database.set_max_write_buffer_number(MEMTABLES_MAX);
    database.set_memtable_whole_key_filtering(true);
    database.set_memtable_prefix_bloom_ratio(MEMTABLE_BLOOM_SHARE);
}

/// No prefix extractor: prefixes have all lengths, and every walk sets its bounds.
fn tables(database: &mut Options, cache: &Cache) {
    let mut table = BlockBasedOptions::default();
    table.set_block_cache(cache);
    table.set_block_size(BLOCK_BYTES);
    table.set_bloom_filter(BLOOM_BITS_PER_KEY, false);
    table.set_whole_key_filtering(true);
    table.set_optimize_filters_for_memory(true);
    table.set_index_type(BlockBasedIndexType::TwoLevelIndexSearch);
    table.set_partition_filters(true);
    table.set_metadata_block_size(METADATA_BLOCK_BYTES);
    table.set_cache_index_and_filter_blocks(true);
    table.set_cache_index_and_filter_blocks_with_high_priority(true);
    table.set_pin_l0_filter_and_index_blocks_in_cache(true);
    table.set_pin_top_level_index_and_filter(true);
    database.set_block_based_table_factory(&table);

    database.set_compression_type(DBCompressionType::Lz4);
    database.set_bottommost_compression_type(DBCompressionType::Zstd);
    database.set_level_compaction_dynamic_level_bytes(true);
    database.set_target_file_size_base(TABLE_BYTES);
    database.set_target_file_size_multiplier(TABLE_GROWTH);
    database.set_max_open_files(OPEN_FILES_MAX);
    // RocksDB can also turn runs of deletions into range tombstones while it reads. That is
    // experimental and writes to the memtable from readers: compacting early does the same job.
    database.add_compact_on_deletion_collector_factory(
        DELETIONS_WINDOW,
        DELETIONS_TRIGGER,
        DELETIONS_RATIO,
    );
}

fn background(database: &mut Options) {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    let jobs = i32::try_from(cores).unwrap_or(BACKGROUND_JOBS_MAX);
    // Two at least, or a flush waits for a compaction and the writers for both.
    database.set_max_background_jobs(jobs.clamp(2, BACKGROUND_JOBS_MAX));
    database.set_auto_tuned_ratelimiter(
        BACKGROUND_BYTES_PER_SECOND_MAX,
        LIMITER_PERIOD_MICROS,
        LIMITER_FAIRNESS,
    );
    database.set_bytes_per_sync(BYTES_PER_SYNC);
    database.set_avoid_unnecessary_blocking_io(true);
}

fn housekeeping(database: &mut Options) {
    database.set_max_manifest_file_size(MANIFEST_BYTES_MAX);
    database.set_log_level(LogLevel::Warn);
    database.set_max_log_file_size(INFO_LOG_BYTES_MAX);
    database.set_keep_log_file_num(INFO_LOG_FILES_MAX);
    // An idle store stays asleep.
    database.set_stats_dump_period_sec(0);
    database.set_stats_persist_period_sec(0);
}
