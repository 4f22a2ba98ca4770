//! What servers have left that were killed: a folder each, with a segment and an index of many MiB in it.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;

use storage_engine::disk::FolderLock;
use tracing::debug;

use super::folder::Held;
use crate::limits::{EPHEMERAL_LEFT_OVERS_MAX, EPHEMERAL_NEIGHBOURS_MAX};

/// Removes them beside the folder of a server that serves already: nobody waits for it. Cut off by
/// the end of the process, it is gone on with by the next one.
pub(crate) fn remove_behind(own: &Path) {
    let own = own.to_owned();
    let begun = thread::Builder::new()
        .name("left-overs".to_owned())
        .spawn(move || match remove_beside(&own) {
            Ok(removed) => debug!(removed, "left-overs of killed servers removed"),
            Err(error) => debug!(%error, "left-overs of killed servers stay"),
        });
    if let Err(error) = begun {
        debug!(%error, "left-overs of killed servers stay");
    }
}

/// How many were removed. One that cannot be does not keep others.
fn remove_beside(own: &Path) -> io::Result<usize> {
    let user = fs::metadata(own)?.uid();
    let Some(place) = own.parent() else {
        return Ok(0);
    };
    let mut removed = 0;
    for entry in fs::read_dir(place)?.take(EPHEMERAL_NEIGHBOURS_MAX) {
        let Ok(entry) = entry else { continue };
        if let Ok(Some(held)) = Held::take(&entry.path(), user) {
            removed += usize::from(remove(&held).is_ok());
        }
        if removed == EPHEMERAL_LEFT_OVERS_MAX {
            break;
        }
    }
    Ok(removed)
}

/// Somebody may look into it with another server or a command, which holds the folder's own lock.
fn remove(held: &Held) -> io::Result<()> {
    let _lock = FolderLock::acquire(held.path())?;
    held.remove()
}

#[cfg(test)]
mod tests;
