//! All files of a store belong to one user.
//!
//! The index makes files of its own whenever it is opened. Those of another user, of root above
//! all, would keep the server from opening the store again.

#[cfg(test)]
mod tests;

use crate::disk::with_advice;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Made and removed again. A name with a dot is nobody's data.
const PROBE: &str = ".owner";

/// Says why the folder is not to be worked with. What counts is whose a new file is and not who
/// this is: on some file systems all files are the same user's.
pub(super) fn check(folder: &Path, marker: &Path) -> Result<(), String> {
    let owner = fs::metadata(marker).map_err(|error| with_advice(&error))?;
    let ours = probe(folder).map_err(|error| with_advice(&error))?;
    match (owner.uid(), ours) {
        (owner, ours) if owner == ours => Ok(()),
        (owner, ours) => Err(format!(
            "it belongs to the user with number {owner}, who could not open what the one with \
             number {ours} writes; run as that user (sudo -u '#{owner}' …), or give the folder to \
             this one (chown -R {ours})"
        )),
    }
}

fn probe(folder: &Path) -> std::io::Result<u32> {
    let path = folder.join(PROBE);
    let left_over = fs::remove_file(&path);
    if let Err(error) = left_over
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut options = OpenOptions::new();
    let file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    let uid = file.metadata()?.uid();
    fs::remove_file(&path)?;
    Ok(uid)
}
