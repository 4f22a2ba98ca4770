//! A store in a folder that is watched: what of its index is durable, and how it looks right now.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use bytes::Bytes;
use storage_engine::clock::ManualClock;
use storage_engine::disk::{AsyncIo, FileDisk};
use storage_engine::index::{
    CatchUp, Index, IndexStats, Ready, RocksIndex, RocksOptions, RowChange, Step,
};
use storage_engine::key::{Key, KeyRange};
use storage_engine::{Engine, Result};

use crate::store::assemble;

/// How often a copy is made again because something wrote meanwhile.
const ATTEMPTS_MAX: usize = 200;

pub struct Live {
    pub engine: Engine,
    pub index: Arc<Watched>,
    /// The row that tells how far the index had followed the log before it was opened.
    pub applied_at_open: Option<Bytes>,
}

impl Live {
    pub fn open(folder: &Path, clock: &Arc<ManualClock>) -> std::result::Result<Live, String> {
        let (segments, index) = (folder.join("segments"), folder.join("index"));
        fs::create_dir_all(&segments).map_err(|error| error.to_string())?;
        let disk = FileDisk::open(&segments, AsyncIo::Threads);
        let disk = disk.map_err(|error| error.to_string())?;
        let index = Watched::open(&index).map_err(|error| format!("open the index: {error}"))?;
        let index = Arc::new(index);
        let applied_at_open = index.applied();
        let engine = assemble(Arc::new(disk), index.clone(), Arc::clone(clock));
        Ok(Live {
            engine: engine.map_err(|error| format!("open: {error}"))?,
            index,
            applied_at_open,
        })
    }
}

/// The real index, and how much of its newest write-ahead log has been synced.
#[derive(Debug)]
pub struct Watched {
    inner: RocksIndex,
    folder: PathBuf,
    synced: Mutex<Option<(PathBuf, u64)>>,
}

impl Watched {
    fn open(folder: &Path) -> Result<Self> {
        // Write-ahead logs as short as RocksDB makes them.
        let options = RocksOptions {
            cache_bytes: 1 << 20,
            memtable_bytes: 64 << 10,
        };
        Ok(Watched {
            inner: RocksIndex::open(folder, &options)?,
            folder: folder.to_owned(),
            synced: Mutex::default(),
        })
    }

    pub fn rotations(&self) -> u64 {
        self.inner.rotations()
    }

    fn applied(&self) -> Option<Bytes> {
        let row = self.inner.get(&Key::system("applied"));
        row.expect("the index can be read")
    }

    fn synced_of(&self, log: &Path) -> u64 {
        let synced = self.synced.lock().expect("nobody panics while it is held");
        let synced = synced.as_ref().filter(|(own, _)| own == log);
        synced.map_or(0, |(_, bytes)| *bytes)
    }
}

/// The write-ahead log that is being written, and its length.
pub fn newest_log(folder: &Path) -> io::Result<Option<(PathBuf, u64)>> {
    let mut logs = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "log") {
            logs.push(path);
        }
    }
    logs.sort();
    let newest = logs.pop();
    newest
        .map(|log| fs::metadata(&log).map(|of| (log, of.len())))
        .transpose()
}

impl Index for Watched {
    fn get(&self, key: &Key) -> Result<Option<Bytes>> {
        self.inner.get(key)
    }

    fn get_ready(&self, key: &Key) -> Result<Ready> {
        self.inner.get_ready(key)
    }

    fn walk(&self, range: &KeyRange, visit: &mut dyn FnMut(&[u8], &[u8]) -> Step) -> Result<()> {
        self.inner.walk(range, visit)
    }

    fn apply(&self, changes: &[RowChange]) -> Result<()> {
        self.inner.apply(changes)
    }

    /// What was written before this began is durable when it ends.
    fn flush(&self) -> Result<()> {
        let before = newest_log(&self.folder).unwrap_or(None);
        self.inner.flush()?;
        *self.synced.lock().expect("nobody panics while it is held") = before;
        Ok(())
    }

    fn ready(&self) -> Result<()> {
        self.inner.ready()
    }

    fn renew(&self, catch_up: &mut CatchUp<'_>) -> Result<()> {
        self.inner.renew(catch_up)
    }

    fn checkpoint(&self, folder: &Path) -> Result<()> {
        self.inner.checkpoint(folder)
    }

    fn stats(&self) -> IndexStats {
        self.inner.stats()
    }

    fn close(&self) {
        self.inner.close();
    }
}

/// Copies a live folder as it is at one moment. Tells how much of the newest write-ahead log is
/// durable, and how far the index has come.
pub fn copy(
    index: &Watched,
    live: &Path,
    to: &Path,
) -> std::result::Result<(u64, Option<Bytes>), String> {
    for _ in 0..ATTEMPTS_MAX {
        let before = look(live);
        // Asked before the files are read: a flush that comes later makes more durable, not less.
        let applied = index.applied();
        let newest = newest_log(&live.join("index"));
        let durable = match newest {
            Ok(Some((log, _))) => index.synced_of(&log),
            _ => 0,
        };
        let copied = copy_files(live, to);
        // What cannot be read has just gone: something is at work.
        if let (Ok(before), Ok(()), Ok(after)) = (before, copied, look(live))
            && before == after
        {
            return Ok((durable, applied));
        }
        fs::remove_dir_all(to).map_err(|error| error.to_string())?;
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    Err(String::from("the folder never stood still"))
}

type Looks = BTreeMap<PathBuf, (u64, SystemTime)>;

fn look(folder: &Path) -> io::Result<Looks> {
    let mut looks = Looks::new();
    for part in ["segments", "index"] {
        for entry in fs::read_dir(folder.join(part))? {
            let entry = entry?;
            let of = entry.metadata()?;
            looks.insert(entry.path(), (of.len(), of.modified()?));
        }
    }
    Ok(looks)
}

/// Copies a folder of two folders of files.
pub fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for part in ["index", "segments"] {
        fs::create_dir_all(to.join(part))?;
        for entry in fs::read_dir(from.join(part))? {
            let entry = entry?;
            fs::copy(entry.path(), to.join(part).join(entry.file_name()))?;
        }
    }
    Ok(())
}
