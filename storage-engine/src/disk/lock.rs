//! One process per folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// The file whose lock stands for the folder. It stays when the lock is released: removing it would
/// let two processes lock two files of the same name. [`Disk::list`](super::Disk::list) passes over
/// it.
pub const LOCK_FILE_NAME: &str = ".lock";

/// The right to use a folder, held until dropped. The kernel releases it with the process, however
/// that ends.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock or fails at once; the error names the folder and, of kind `WouldBlock`, says
    /// that another process has it.
    pub fn acquire(folder: &Path) -> io::Result<Self> {
        let explain = |error: io::Error| {
            let text = format!("cannot lock the folder {}: {error}", folder.display());
            io::Error::new(error.kind(), text)
        };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(LOCK_FILE_NAME))
            .map_err(explain)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(io::Error::new(
                io::ErrorKind::WouldBlock,
                format!(
                    "the folder {} is in use by another process",
                    folder.display()
                ),
            )),
            Err(TryLockError::Error(error)) => Err(explain(error)),
        }
    }
}

#[cfg(test)]
mod tests;
