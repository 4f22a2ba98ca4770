//! Making the data folder so that it is still there after a power cut.

#[cfg(test)]
mod tests;

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Makes the folder and what is missing above it, for the owner alone. A folder's name lies in the
/// folder above: that one is synced, or everything in the new one could vanish with its name.
pub(crate) fn create_durably(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => return Ok(()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let above = folder.parent().filter(|above| *above != folder).ok_or(e)?;
            create_durably(or_here(above))?;
            DirBuilder::new().mode(0o700).create(folder)?;
        }
        Err(e) => return Err(e),
    }
    let above = fs::canonicalize(folder)?;
    let above = above.parent().unwrap_or(&above);
    File::open(above)?.sync_all()
}

/// The folder above `data` is the current one, which `Path::parent` calls the empty path.
fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    }
}
