//! The folder of an ephemeral server, and the proof that it is one: a marker in it, which is locked for
//! as long as the server lives. The kernel lets go of the lock with the process, however that ends.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::limits::{EPHEMERAL_MARKER_BYTES_MAX, EPHEMERAL_REMOVE_TRIES_MAX};

const PREFIX: &str = "cairn-ephemeral-";
/// Letters and digits after it.
const RANDOM_LEN: usize = 6;
/// Begins with a dot, as all does in a data folder that is not the store's.
const MARKER: &str = ".ephemeral";
const MARKER_NEW: &str = ".ephemeral.new";

/// Such a folder with its lock: nobody else removes it.
#[derive(Debug)]
pub(super) struct Held {
    path: PathBuf,
    _marker: File,
}

impl Held {
    /// The marker has its name only once it is locked. So whoever finds a marker that is not locked
    /// has found what a server has left, and never one that begins.
    pub(super) fn make(place: &Path) -> io::Result<Held> {
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .rand_bytes(RANDOM_LEN)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(place)?;
        let marker = mark(folder.path())?;
        Ok(Held {
            path: folder.keep(),
            _marker: marker,
        })
    }

    /// Takes what a server of this user has left. None if it is anything else: of another name,
    /// somebody else's, a link, without a marker that says the folder's own name, or in use.
    pub(super) fn take(path: &Path, user: u32) -> io::Result<Option<Held>> {
        let there = fs::symlink_metadata(path)?;
        if !is_named_so(path) || !there.is_dir() || there.uid() != user {
            return Ok(None);
        }
        let marker = OpenOptions::new()
            .read(true)
            .write(true)
            // A pipe must not be waited for, nor a link followed.
            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
            .open(path.join(MARKER))?;
        Held::locked(path, marker, user)
    }

    fn locked(path: &Path, marker: File, user: u32) -> io::Result<Option<Held>> {
        let opened = marker.metadata()?;
        if !opened.is_file() || opened.uid() != user {
            return Ok(None);
        }
        let mut said = Vec::new();
        let mut bounded = (&marker).take(EPHEMERAL_MARKER_BYTES_MAX);
        bounded.read_to_end(&mut said)?;
        if said != text(path).as_bytes() {
            return Ok(None);
        }
        match marker.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Between opening and locking another one may have removed the folder, and one that begins
        // may have its name. From here on whoever removes it would need this lock.
        let named = fs::symlink_metadata(path.join(MARKER))?;
        let is_same = (named.dev(), named.ino()) == (opened.dev(), opened.ino());
        Ok(is_same.then(|| Held {
            path: path.to_owned(),
            _marker: marker,
        }))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The marker goes last: interrupted, or where something has come meanwhile, it is what the next
    /// one finds the rest by.
    pub(super) fn remove(&self) -> io::Result<()> {
        // Threads of a store that has failed may still write.
        for _ in 0..EPHEMERAL_REMOVE_TRIES_MAX {
            if self.empty()? == 0 {
                break;
            }
        }
        self.remove_emptied()
    }

    fn remove_emptied(&self) -> io::Result<()> {
        fs::remove_file(self.path.join(MARKER))?;
        let removed = fs::remove_dir(&self.path);
        if removed.is_err() {
            // Not held any more once this returns: it is a left-over now. Where it cannot be marked,
            // why it could not be removed says more.
            let _ = mark(&self.path);
        }
        removed
    }

    /// Removes all but the marker; how much there was.
    fn empty(&self) -> io::Result<usize> {
        let mut found = 0;
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if entry.file_name() == MARKER {
                continue;
            }
            found += 1;
            match entry.file_type()?.is_dir() {
                true => fs::remove_dir_all(entry.path())?,
                false => fs::remove_file(entry.path())?,
            }
        }
        Ok(found)
    }
}

/// The folder's marker, which has its name once it is locked.
fn mark(folder: &Path) -> io::Result<File> {
    let new = folder.join(MARKER_NEW);
    let mut marker = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)?;
    marker.lock()?;
    marker.write_all(text(folder).as_bytes())?;
    fs::rename(&new, folder.join(MARKER))?;
    Ok(marker)
}

fn is_named_so(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let random = name.and_then(|name| name.strip_prefix(PREFIX));
    random.is_some_and(|random| {
        random.len() == RANDOM_LEN && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// With its name, so that a copy that somebody keeps under another one is no left-over.
fn text(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("# Made by cairn server --ephemeral, which removes this folder.\nname = \"{name}\"\n")
}

#[cfg(test)]
mod tests;
