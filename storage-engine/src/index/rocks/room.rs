//! Want of room: how RocksDB tells of it, and whether it has ended.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::RocksOptions;
use super::options::MEMTABLES_MAX;
use crate::disk;
use crate::error::{Error, Result};

/// What RocksDB has for `ENOSPC`. Its binding hands over text and no more, and where a write was
/// waiting for a flush that has failed, the text of that flush is quoted.
const NO_SPACE: &str = "No space left on device";
/// Taken and given back to see whether there is room. RocksDB passes over names it does not know.
const PROBE_FILE: &str = "room.probe";
/// What RocksDB allocates ahead for a manifest, and as much again for what is small.
const FILES_BYTES: u64 = 8 << 20;

/// An error of RocksDB as the condition it means for whoever changes something.
pub(super) fn condition(folder: &Path, need_bytes: u64, error: Error) -> Error {
    match &error {
        Error::Index(what) if what.contains(NO_SPACE) => missing(folder, need_bytes),
        _ => error,
    }
}

/// What opening takes: a table for each memtable whose log is there, a log, a manifest.
pub(super) fn need_bytes(options: &RocksOptions) -> u64 {
    let memtables = u64::from(MEMTABLES_MAX.unsigned_abs()) + 2;
    memtables * options.memtable_bytes as u64 + FILES_BYTES
}

/// That there is not enough room.
pub(super) fn missing(folder: &Path, need_bytes: u64) -> Error {
    let space = disk::space(folder);
    Error::NoSpace {
        free: space.map_or(0, |space| space.free_bytes),
        reserve: need_bytes,
    }
}

/// Whether there are so many bytes in this folder. Blocks.
pub(super) fn look(folder: &Path, need_bytes: u64) -> Result<()> {
    let space = disk::space(folder).map_err(Error::io("asking for room for the index"))?;
    if space.free_bytes < need_bytes {
        return Err(missing(folder, need_bytes));
    }
    // What is free need not be to be had: by whom, and as how many files, only a try tells.
    let path = folder.join(PROBE_FILE);
    let tried = probe(&path, need_bytes);
    let removed = fs::remove_file(&path);
    match tried.and(removed) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::StorageFull => {
            Err(missing(folder, need_bytes))
        }
        Err(error) => Err(Error::io("trying for room for the index")(error)),
    }
}

fn probe(path: &Path, bytes: u64) -> io::Result<()> {
    match disk::allocate(&File::create(path)?, bytes) {
        // Some file systems cannot: then what they say is free has to do.
        Err(error) if error.raw_os_error() == Some(libc::EOPNOTSUPP) => Ok(()),
        other => other,
    }
}
