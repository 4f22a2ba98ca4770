//! The index of a real store, on RocksDB.
//!
//! A crash keeps a prefix of the applied batches. RocksDB promises that for one write-ahead log:
//! recovery stops at the first record that is damaged or cut ([`wal`] sees to it that it finds
//! that record). It does not promise it across two:
//! where an older log has lost its end exactly between two records, the newer one is replayed all
//! the same and the batches between are missing. So an older log must never be volatile when a
//! newer one begins: this module, not RocksDB, decides when the log changes, and syncs it before.
//! What makes RocksDB change it alone is kept away: several column families, a memtable that is
//! full, a checkpoint that flushes, recovery from errors in the background.
//!
//! # When there is no room
//!
//! RocksDB has a recovery of its own from `ENOSPC`, once enough is free. It is not relied on: a log
//! that cannot be made, or a sync that comes just after a write that was refused, is fatal to it
//! all the same, and writers may wait inside it for as long as the drive is full. So the first such
//! error ends all changes here like any other, and reads go on. [`Index::renew`] then does what the
//! next start would do: it closes RocksDB and opens it anew, in this process.
//!
//! Why that loses nothing that a restart would keep: nothing of what the failed instance had in
//! mind is used any more, only its files. They hold a prefix of the batches, as after a crash, and
//! are read as after a crash: logs are cut where they end ([`wal`]), a manifest or table that was
//! not finished is not referred to by what was synced. Also where a sync has failed, and the page
//! cache shows what the drive does not have, that is not taken on trust: opening writes what it
//! finds in the logs to a new table, and all it knows to a new manifest, and syncs both before it
//! returns. What was flushed by an earlier [`Index::flush`] was on the drive before the failure.

mod database;
mod options;
mod room;
mod wal;

#[cfg(test)]
mod cut_tests;
#[cfg(test)]
mod tests;

pub use options::RocksOptions;

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use bytes::Bytes;
use rocksdb::checkpoint::Checkpoint;
use rocksdb::properties::{
    BACKGROUND_ERRORS, CUR_SIZE_ACTIVE_MEM_TABLE, ESTIMATE_PENDING_COMPACTION_BYTES,
    LIVE_SST_FILES_SIZE, PropName, SIZE_ALL_MEM_TABLES,
};
use rocksdb::{
    Cache, DB, DBRawIterator, ErrorKind, FlushOptions, Options, ReadOptions, ReadTier, WriteBatch,
    WriteOptions,
};

use self::database::{Database, Open, Seen};
use super::{CatchUp, Index, IndexStats, Ready, RowChange, Step};
use crate::disk::FolderLock;
use crate::error::{Error, Result};
use crate::key::{Key, KeyRange};

/// Rows passed one by one before a walk searches: a search costs about as much as ten of them.
const STEPS_BEFORE_SEEK: usize = 8;
const SYNCING_ABOVE: &str = "syncing the folder above the index";
/// What a batch spends on each change besides key and value, at most, in bytes.
const CHANGE_OVERHEAD_BYTES: usize = 16;

/// Rows in RocksDB. Written unsynced; [`Index::flush`] syncs.
pub struct RocksIndex {
    folder: PathBuf,
    options: RocksOptions,
    database: Database,
    cache: Cache,
    /// Reads that may wait for the drive.
    reads: ReadOptions,
    /// Reads that may not.
    ready_reads: ReadOptions,
    writes: WriteOptions,
    rotate_bytes: u64,
    /// Held by whoever writes: nothing comes between the sync of a log and the change to the next.
    writing: Mutex<()>,
    rotations: AtomicU64,
    /// The first failure. What RocksDB holds after it is known only to whoever opens it again.
    stopped: RwLock<Option<Error>>,
}

impl RocksIndex {
    /// Opens the index in `folder`, or creates an empty one where there is none. The folder above
    /// must exist.
    ///
    /// After a crash the index holds a prefix of the batches that were applied, and at least those
    /// before the last [`Index::flush`].
    pub fn open(folder: &Path, options: &RocksOptions) -> Result<Self> {
        let cache = options::cache(options);
        let prepared = options::database(options, &cache);
        RocksIndex::open_prepared(folder, options, &prepared, cache)
    }

    fn open_prepared(
        folder: &Path,
        options: &RocksOptions,
        prepared: &Options,
        cache: Cache,
    ) -> Result<Self> {
        let open = open_database(folder, prepared)?;
        let mut ready_reads = ReadOptions::default();
        ready_reads.set_read_tier(ReadTier::BlockCache);
        Ok(RocksIndex {
            folder: folder.to_owned(),
            options: *options,
            database: Database::new(open),
            cache,
            reads: ReadOptions::default(),
            ready_reads,
            writes: WriteOptions::default(),
            rotate_bytes: options::rotate_bytes(options),
            writing: Mutex::new(()),
            rotations: AtomicU64::new(0),
            stopped: RwLock::new(None),
        })
    }

    /// How often a memtable, and with it the write-ahead log, was replaced.
    pub fn rotations(&self) -> u64 {
        self.rotations.load(Ordering::Relaxed)
    }

    /// Makes the log durable, then lets RocksDB begin the next one and turn the memtable into a
    /// table in the background. Waits while too many memtables wait for that.
    ///
    /// The caller holds `writing`.
    fn rotate(&self, database: &DB) -> Result<()> {
        let sync = database.flush_wal(true);
        sync.map_err(context("syncing a full log"))?;
        let mut flush = FlushOptions::default();
        flush.set_wait(false);
        let flushed = database.flush_opt(&flush);
        flushed.map_err(context("replacing a full memtable"))?;
        self.rotations.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn write(&self, changes: &[RowChange]) -> Result<()> {
        self.check()?;
        let open = self.database.held()?;
        let database = &open.database;
        self.background(database)?;
        if property(database, CUR_SIZE_ACTIVE_MEM_TABLE)? >= self.rotate_bytes {
            self.rotate(database)?;
        }
        let written = database.write_opt(batch(changes), &self.writes);
        written.map_err(context("applying a batch"))
    }

    /// After an error in the background RocksDB may try again by itself and change the log on the
    /// way, so whatever it was ends all changes.
    fn background(&self, database: &DB) -> Result<()> {
        if property(database, BACKGROUND_ERRORS)? == 0 {
            return Ok(());
        }
        // Nobody tells what it was but a write that is refused for it. RocksDB takes writes after
        // want of room only: where a compaction has met it, or where it has recovered already.
        let refused = database.write_opt(WriteBatch::default(), &self.writes);
        refused.map_err(context("a flush or compaction has failed"))?;
        Err(room::missing(&self.folder, room::need_bytes(&self.options)))
    }

    fn check(&self) -> Result<()> {
        let stopped = self.stopped.read().unwrap_or_else(PoisonError::into_inner);
        stopped.clone().map_or(Ok(()), Err)
    }

    /// Lets no change through any more if this one failed. Tells the first failure: later ones are
    /// often its consequences.
    fn latch<T>(&self, outcome: Result<T>) -> Result<T> {
        let failure = match outcome {
            Ok(done) => return Ok(done),
            Err(failure) => failure,
        };
        let need_bytes = room::need_bytes(&self.options);
        let failure = room::condition(&self.folder, need_bytes, failure);
        let mut stopped = self.stopped.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = &*stopped {
            return Err(first.clone());
        }
        *stopped = Some(match &failure {
            Error::NoSpace { .. } => failure.clone(),
            _ => Error::Stopped {
                reason: failure.to_string(),
            },
        });
        Err(failure)
    }

    fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn property(database: &DB, name: &PropName) -> Result<u64> {
    let value = database.property_int_value(name);
    let value = value.map_err(context("reading a property"))?;
    value.ok_or_else(|| Error::Index(format!("no property {}", name.to_string_lossy())))
}

impl Index for RocksIndex {
    fn get(&self, key: &Key) -> Result<Option<Bytes>> {
        let open = self.database.held()?;
        let found = open.database.get_pinned_opt(key.as_bytes(), &self.reads);
        let found = found.map_err(context("reading a row"))?;
        Ok(found.map(|value| Bytes::copy_from_slice(&value)))
    }

    fn get_ready(&self, key: &Key) -> Result<Ready> {
        let Seen::Open(open) = self.database.seen()? else {
            return Ok(Ready::Unknown);
        };
        let found = open
            .database
            .get_pinned_opt(key.as_bytes(), &self.ready_reads);
        match found {
            Ok(Some(value)) => Ok(Ready::Found(Bytes::copy_from_slice(&value))),
            Ok(None) => Ok(Ready::Missing),
            Err(e) if e.kind() == ErrorKind::Incomplete => Ok(Ready::Unknown),
            Err(e) => Err(context("reading a row")(e)),
        }
    }

    fn walk(&self, range: &KeyRange, visit: &mut dyn FnMut(&[u8], &[u8]) -> Step) -> Result<()> {
        if range.start >= range.end {
            return Ok(());
        }
        let mut bounds = ReadOptions::default();
        bounds.set_iterate_lower_bound(range.start.as_bytes());
        bounds.set_iterate_upper_bound(range.end.as_bytes());
        let open = self.database.held()?;
        let mut rows = open.database.raw_iterator_opt(bounds);
        rows.seek(range.start.as_bytes());
        while let Some((key, value)) = rows.item() {
            self.database.check_walk()?;
            match visit(key, value) {
                Step::Next => rows.next(),
                Step::Seek(target) => seek(&mut rows, &target),
                Step::Stop => break,
            }
        }
        rows.status().map_err(context("walking over rows"))
    }

    fn apply(&self, changes: &[RowChange]) -> Result<()> {
        let _writing = self.writing();
        self.latch(self.write(changes))
    }

    /// Changes go on meanwhile; whether they are included is open.
    fn flush(&self) -> Result<()> {
        self.check()?;
        let open = self.database.held()?;
        let Err(error) = open.database.flush_wal(true) else {
            return Ok(());
        };
        let used = Arc::downgrade(&open);
        drop(open);
        // After a refused write no sync of its log succeeds: then the write says what it was.
        let _writing = self.writing();
        match used.strong_count() {
            // What was opened anew since has no part in it.
            0 => Err(room::missing(&self.folder, room::need_bytes(&self.options))),
            _ => self.latch(Err(context("syncing the log")(error))),
        }
    }

    fn ready(&self) -> Result<()> {
        let _writing = self.writing();
        self.check()?;
        let open = self.database.held()?;
        self.latch(self.background(&open.database))
    }

    fn renew(&self, catch_up: &mut CatchUp<'_>) -> Result<()> {
        match self.check() {
            Err(Error::NoSpace { .. }) => {}
            other => return other,
        }
        let need_bytes = room::need_bytes(&self.options);
        room::look(&self.folder, need_bytes)?;
        let _writing = self.writing();
        self.database.renew(|| {
            let fresh = RocksIndex::open_prepared(
                &self.folder,
                &self.options,
                &options::database(&self.options, &self.cache),
                self.cache.clone(),
            );
            let fresh = fresh.map_err(|error| room::condition(&self.folder, need_bytes, error))?;
            catch_up(&fresh)?;
            self.rotations
                .fetch_add(fresh.rotations(), Ordering::Relaxed);
            let mut stopped = self.stopped.write().unwrap_or_else(PoisonError::into_inner);
            *stopped = None;
            fresh.database.into_open()
        })
    }

    /// Changes go on meanwhile; how many of them are included is open. Copies the write-ahead
    /// logs and links the tables where both folders lie on one file system.
    fn checkpoint(&self, folder: &Path) -> Result<()> {
        self.check()?;
        let above = open_parent(folder)?;
        let open = self.database.held()?;
        let checkpoint = Checkpoint::new(&open.database);
        let checkpoint = checkpoint.map_err(context("preparing a checkpoint"))?;
        // The largest size means: never flush the memtable, which would begin a new log.
        let written = checkpoint.create_checkpoint_with_log_size(folder, u64::MAX);
        written.map_err(context("writing a checkpoint"))?;
        above.sync_all().map_err(Error::io(SYNCING_ABOVE))
    }

    fn stats(&self) -> IndexStats {
        // A figure that cannot be had is shown as nothing rather than failing the report.
        let seen = self.database.seen();
        let figure = |name| match &seen {
            Ok(Seen::Open(open)) => property(&open.database, name).unwrap_or(0),
            _ => 0,
        };
        IndexStats {
            memtable_bytes: figure(SIZE_ALL_MEM_TABLES),
            cache_bytes: self.cache.get_usage() as u64,
            files_bytes: figure(LIVE_SST_FILES_SIZE),
            pending_compaction_bytes: figure(ESTIMATE_PENDING_COMPACTION_BYTES),
        }
    }

    fn close(&self) {
        self.database.close();
    }
}

impl fmt::Debug for RocksIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RocksIndex")
            .field("folder", &self.folder)
            .field("stopped", &self.check().err())
            .finish_non_exhaustive()
    }
}

/// Moves on to the first row not before `target`, by one row at least.
fn seek(rows: &mut DBRawIterator<'_>, target: &Key) {
    for _ in 0..STEPS_BEFORE_SEEK {
        rows.next();
        match rows.key() {
            Some(key) if key < target.as_bytes() => {}
            _ => return,
        }
    }
    rows.seek(target.as_bytes());
}

fn open_database(folder: &Path, prepared: &Options) -> Result<Open> {
    let above = open_parent(folder)?;
    create(folder).map_err(Error::io("creating the folder of the index"))?;
    // Before the logs are touched: RocksDB's own lock comes too late for that.
    let lock = FolderLock::acquire(folder).map_err(Error::io("opening the index"))?;
    wal::mend(folder).map_err(Error::io("checking the write-ahead logs of the index"))?;
    let database = DB::open(prepared, folder).map_err(context("opening the index"))?;
    above.sync_all().map_err(Error::io(SYNCING_ABOVE))?;
    Ok(Open {
        database,
        _lock: lock,
    })
}

fn batch(changes: &[RowChange]) -> WriteBatch {
    let bytes = |(key, value): &RowChange| {
        let value_bytes = value.as_ref().map_or(0, Bytes::len);
        key.as_bytes().len() + value_bytes + CHANGE_OVERHEAD_BYTES
    };
    let mut batch = WriteBatch::with_capacity_bytes(changes.iter().map(bytes).sum());
    for (key, value) in changes {
        match value {
            Some(value) => batch.put(key.as_bytes(), value),
            None => batch.delete(key.as_bytes()),
        }
    }
    batch
}

fn create(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    }
}

/// The folder that holds a folder's name, to be synced once that name is there: RocksDB syncs only
/// what lies inside.
fn open_parent(folder: &Path) -> Result<File> {
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(parent).map_err(Error::io("opening the folder above the index"))
}

fn context(doing: &'static str) -> impl FnOnce(rocksdb::Error) -> Error {
    move |error| Error::Index(format!("{doing}: {error}"))
}
