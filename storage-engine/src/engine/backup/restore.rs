//! From a backup back to a store.

use std::fs;
use std::path::Path;

use super::copy::{self, Copying};
use super::target;
use crate::disk::{FolderLock, LOCK_FILE_NAME, with_advice};
use crate::engine::folder::{Folder, MARKER, RESTORING, is_fresh, make_private, store_of};
use crate::engine::work::{OnWork, Unit, Work};
use crate::error::{Error, Result};

/// What was brought back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    pub copied_bytes: u64,
    /// Segments of which the drive of the backup could not read all: bodies may be damaged in them,
    /// and all others are worth having.
    pub with_gaps: Vec<String>,
}

/// Copies a backup into a folder that is empty, or into which it was being restored before. Blocks.
///
/// The folder opens as a store only once everything is there. Interrupted by `progress`, it ends
/// with [`Error::Interrupted`]; the next attempt goes on with the file it was at.
pub fn restore(from: &Path, to: &Path, progress: &mut OnWork<'_>) -> Result<Restored> {
    let refuse = |path: &Path, what: &str| Error::Folder(format!("{}: {what}", path.display()));
    if !from.is_dir() {
        return Err(refuse(from, "there is no such folder"));
    }
    let lock = |path| FolderLock::acquire(path).map_err(|e| Error::Folder(with_advice(&e)));
    let _from = lock(from)?;
    target::finish(from)?;
    if !from.join(MARKER).exists() {
        return Err(refuse(from, "it holds no finished backup"));
    }
    make_private(to).map_err(|error| refuse(to, &with_advice(&error)))?;
    let _to = lock(to)?;
    let begun = Begun::of(to)?;
    if !begun.goes_on_with(from)? {
        return Err(refuse(to, "it is not empty: restore into an empty folder"));
    }
    begun.note(from)?;
    let restored = copy_folders(from, to, progress)?;
    for file in copy::files(from)? {
        if ![LOCK_FILE_NAME, MARKER, target::LIST].contains(&file.as_str()) {
            copy::copy_file(&from.join(&file), &to.join(&file))?;
        }
    }
    copy::sync_folder(to)?;
    copy::copy_file(&from.join(MARKER), &to.join(MARKER))?;
    begun.forget()?;
    copy::sync_folder(to)?;
    Ok(restored)
}

/// The note in the folder about what is being restored there.
struct Begun<'a> {
    folder: &'a Path,
    store: Option<String>,
}

impl<'a> Begun<'a> {
    fn of(folder: &'a Path) -> Result<Self> {
        let store = fs::read_to_string(folder.join(RESTORING)).ok();
        Ok(Begun { folder, store })
    }

    /// Whether the folder is empty, or holds the beginning of the same.
    fn goes_on_with(&self, from: &Path) -> Result<bool> {
        if self.folder.join(MARKER).exists() {
            return Ok(false);
        }
        match &self.store {
            Some(store) => Ok(*store == identity(from)?),
            None => is_fresh(self.folder).map_err(Error::io("restore")),
        }
    }

    fn note(&self, from: &Path) -> Result<()> {
        let noted = fs::write(self.folder.join(RESTORING), identity(from)?);
        noted.map_err(Error::io("restore"))?;
        copy::sync_folder(self.folder)
    }

    fn forget(&self) -> Result<()> {
        copy::remove_file(&self.folder.join(RESTORING))
    }
}

/// The store, and which of its backups: the names of the index's files differ from one to the next.
fn identity(from: &Path) -> Result<String> {
    let store: String = store_of(from)?
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let index = copy::files(&from.join(Folder::INDEX))?.join("\n");
    Ok(format!("{store}\n{index}\n"))
}

fn copy_folders(from: &Path, to: &Path, progress: &mut OnWork<'_>) -> Result<Restored> {
    let list = target::list_of(from)?;
    let mut files = Vec::new();
    for folder in [Folder::SEGMENTS, Folder::INDEX] {
        fs::create_dir_all(to.join(folder)).map_err(Error::io("restore"))?;
        for name in copy::files(&from.join(folder))? {
            let path = from.join(folder).join(&name);
            let len = fs::metadata(&path).map_err(Error::io("restore"))?.len();
            let known = list.get(&name).filter(|_| folder == Folder::SEGMENTS);
            let end = known.map_or(len, |copied| copied.end.min(len));
            files.push((folder, path, to.join(folder).join(&name), end, len));
        }
    }
    let total = files.iter().map(|(_, _, _, end, _)| end).sum();
    let (mut done, mut restored) = (0, Restored::default());
    for (folder, from, to, end, len) in files {
        // A name stands for a whole copy.
        if !to.exists() {
            let mut copying = Copying::begin(&from, &to, end, len)?;
            // An index with a gap says what is not so; in segments gaps are found for what they are.
            if folder == Folder::SEGMENTS {
                copying = copying.with_gaps();
            }
            while !copying.step()? {
                let (doing, done) = ("restore", done + copying.done());
                if progress(Work {
                    doing,
                    done,
                    total,
                    unit: Unit::Bytes,
                })
                .is_break()
                {
                    return Err(Error::Interrupted);
                }
            }
            restored.copied_bytes += end;
            if copying.has_gaps() {
                let name = from.file_name().unwrap_or_default();
                restored.with_gaps.push(name.to_string_lossy().into_owned());
            }
        }
        done += end;
        let work = Work {
            doing: "restore",
            done,
            total,
            unit: Unit::Bytes,
        };
        if progress(work).is_break() {
            return Err(Error::Interrupted);
        }
    }
    for folder in [Folder::SEGMENTS, Folder::INDEX] {
        copy::sync_folder(&to.join(folder))?;
    }
    Ok(restored)
}
