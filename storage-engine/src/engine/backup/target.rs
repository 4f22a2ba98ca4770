//! The folder a backup goes to: what an earlier one left there, and the new one beside it.
//!
//! The new backup is put together in a folder of its own as a whole store. When it is whole a mark
//! is set, and from then on it takes the place of the earlier one whatever happens: who finds the
//! mark finishes that first. In between the folder has no marker file and opens as nothing.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::copy::{self, Copying};
use super::list::{self, Copied, CopyState};
use crate::disk::{FolderLock, LOCK_FILE_NAME, with_advice};
use crate::engine::folder::{Folder, MARKER, NEXT, is_fresh, make_private, store_of};
use crate::error::{Error, Result};
use crate::ids::SegmentId;
use crate::row::SegmentKind;
use crate::segment::{self, SEGMENT_HEADER_BYTES};

/// What the backup before is called while the next one takes its place.
const OLD: &str = ".old";
/// The mark: the next backup is whole and verified.
const READY: &str = "ready";
/// What has been copied for the next backup, and what the one before holds.
pub(super) const LIST: &str = ".segments";

/// A locked folder for backups of one store.
#[derive(Debug)]
pub(super) struct Target {
    path: PathBuf,
    source: PathBuf,
    _lock: FolderLock,
}

impl Target {
    /// Takes the folder, and finishes what an interrupted run had almost finished.
    pub(super) fn open(path: &Path, source: &Path) -> Result<Self> {
        let refuse = |what: &str| Error::Folder(format!("{}: {what}", path.display()));
        let io = |error: std::io::Error| refuse(&with_advice(&error));
        let real_source = source.canonicalize().map_err(io)?;
        let apart = |path: &Path| !path.starts_with(&real_source) && !real_source.starts_with(path);
        // Looked at before anything is made, and again where links are followed.
        let outside = apart(&std::path::absolute(path).map_err(io)?);
        if outside {
            make_private(path).map_err(io)?;
        }
        if !outside || !apart(&path.canonicalize().map_err(io)?) {
            return Err(refuse(
                "a backup belongs outside of the store, and not around it",
            ));
        }
        // This error names the folder itself.
        let lock = FolderLock::acquire(path);
        let lock = lock.map_err(|error| Error::Folder(with_advice(&error)))?;
        finish(path)?;
        match path.join(MARKER).exists() {
            true if store_of(path)? != store_of(source)? => {
                return Err(refuse(
                    "it holds another store or a backup of another store",
                ));
            }
            false if !is_fresh(path).map_err(io)? => {
                return Err(refuse("it holds other files: choose an empty folder"));
            }
            _ => {}
        }
        let target = Target {
            path: path.to_owned(),
            source: source.to_owned(),
            _lock: lock,
        };
        fs::create_dir_all(target.next_segments()).map_err(io)?;
        Ok(target)
    }

    pub(super) fn next(&self) -> PathBuf {
        self.path.join(NEXT)
    }

    pub(super) fn next_segments(&self) -> PathBuf {
        self.next().join(Folder::SEGMENTS)
    }

    pub(super) fn earlier_segments(&self) -> PathBuf {
        self.path.join(Folder::SEGMENTS)
    }

    pub(super) fn source_segments(&self) -> PathBuf {
        self.source.join(Folder::SEGMENTS)
    }

    fn next_list(&self) -> PathBuf {
        self.next().join(LIST)
    }

    /// The folder for a checkpoint of the index, which must not exist yet.
    pub(super) fn prepare_index(&self) -> Result<PathBuf> {
        let index = self.next().join(Folder::INDEX);
        copy::remove_folder(&index)?;
        Ok(index)
    }

    /// Begins to copy a segment with this header; `None` if it is here already.
    pub(super) fn begin(
        &self,
        name: &str,
        header: &[u8],
        from: &Path,
        wanted: Copied,
    ) -> Result<Option<Copying>> {
        let to = self.next_segments().join(name);
        let here = list::read(&self.next_list())?.get(name).copied();
        if suffices(here, wanted) && has_header(&to, header) {
            return Ok(None);
        }
        let before = list::read(&self.path.join(LIST))?.get(name).copied();
        let earlier = self.earlier_segments().join(name);
        // What this backup has begun to copy itself, it had a reason to.
        if let (None, Some(held)) = (here, before.filter(|held| suffices(Some(*held), wanted)))
            && has_header(&earlier, header)
        {
            copy::remove_file(&to)?;
            // Both names are inside of the backup, and nothing here is written again but to mend it.
            match fs::hard_link(&earlier, &to) {
                Ok(()) => {}
                Err(_) => copy::copy_file(&earlier, &to)?,
            }
            list::append(&self.next_list(), name, held)?;
            return Ok(None);
        }
        copy::remove_file(&to)?;
        Copying::begin_segment(header, from, &to, wanted.end, wanted.capacity).map(Some)
    }

    /// A file for a segment that the store cannot open any more: with the header that is known of it
    /// here, and nothing else. What can be had is put in when the copy is looked at. Returns its
    /// capacity; `None` if nothing is known of it.
    pub(super) fn stand_in(&self, id: SegmentId, kind: SegmentKind) -> Result<Option<u64>> {
        let store = store_of(&self.source)?;
        let name = segment::file_name(id, kind);
        let to = self.next_segments().join(&name);
        let places = [self.earlier_segments().join(&name), to.clone()];
        let known = places.iter().find_map(|place| {
            let header = header(place)?;
            let capacity = segment::capacity_in(&header, store, id, kind)?;
            Some((header, capacity))
        });
        let Some((header, capacity)) = known else {
            return Ok(None);
        };
        copy::remove_file(&to)?;
        let made = File::create(&to).and_then(|file| {
            file.write_all_at(&header, 0)?;
            file.set_len(capacity)?;
            file.sync_all()
        });
        made.map_err(Error::io("copy"))?;
        Ok(Some(capacity))
    }

    pub(super) fn finish_segment(&self, name: &str, copied: Copied) -> Result<()> {
        let folder = self.next_segments();
        copy::sync_folder(&folder)?;
        list::append(&self.next_list(), name, copied)
    }

    /// Has the next run copy a segment anew, into another file.
    pub(super) fn distrust(&self, name: &str) -> Result<()> {
        let list = list::read(&self.next_list())?;
        let Some(copied) = list.get(name).copied() else {
            return Ok(());
        };
        let state = CopyState::Open;
        list::append(&self.next_list(), name, Copied { state, ..copied })
    }

    /// Adds everything but segments, and removes segments of earlier runs that are not needed.
    pub(super) fn complete(&self, names: &[String]) -> Result<()> {
        let next = self.next();
        let folder = self.next_segments();
        for stray in fs::read_dir(&folder).map_err(Error::io("list a backup"))? {
            let stray = stray.map_err(Error::io("list a backup"))?.file_name();
            if !names.iter().any(|name| stray == **name) {
                copy::remove_file(&folder.join(stray))?;
            }
        }
        let mut list = list::read(&self.next_list())?;
        list.retain(|name, _| names.contains(name));
        list::write(&self.next_list(), &list)?;
        // The server beside the store keeps files of its own in the folder.
        for file in copy::files(&self.source)? {
            if file != LOCK_FILE_NAME && file != LIST {
                copy::copy_file(&self.source.join(&file), &next.join(&file))?;
            }
        }
        copy::sync_folder(&folder)?;
        copy::sync_folder(&next)
    }

    /// Which segments no backup has read so far.
    pub(super) fn unread(&self) -> Result<BTreeSet<String>> {
        let list = list::read(&self.next_list())?;
        let unread = list
            .into_iter()
            .filter(|(_, copied)| copied.state != CopyState::Verified);
        Ok(unread.map(|(name, _)| name).collect())
    }

    /// Whether the copy of a segment is to take the place of another copy of the same.
    pub(super) fn is_replaced(&self, name: &str) -> bool {
        let (next, earlier) = (self.next_segments(), self.earlier_segments());
        let (next, earlier) = (next.join(name), earlier.join(name));
        let same = header(&next).is_some_and(|header| has_header(&earlier, &header));
        same && !same_file(&next, &earlier)
    }

    /// Notes which segments have been read, and which of all are not sound.
    pub(super) fn note_read(
        &self,
        read: &BTreeSet<String>,
        unsound: &BTreeSet<String>,
    ) -> Result<()> {
        let mut list = list::read(&self.next_list())?;
        for (name, copied) in &mut list {
            if read.contains(name) || unsound.contains(name) {
                copied.state = copied.state.once_read(!unsound.contains(name));
            }
        }
        list::write(&self.next_list(), &list)
    }

    /// Lets the new backup take the place of the earlier one. Once begun it is finished, by this
    /// call or by whoever opens the folder next.
    pub(super) fn switch(&self) -> Result<()> {
        let next = self.next();
        // Verifying has opened the index, and with that written to it.
        copy::sync_files(&next.join(Folder::INDEX))?;
        copy::remove_file(&next.join(LOCK_FILE_NAME))?;
        let mark = File::create(next.join(READY)).and_then(|mark| mark.sync_all());
        mark.map_err(Error::io("finish a backup"))?;
        copy::sync_folder(&next)?;
        finish(&self.path)
    }
}

/// Finishes the switch to a new backup, if one has been begun. Every step may have been done.
pub(super) fn finish(path: &Path) -> Result<()> {
    let (next, old) = (path.join(NEXT), path.join(OLD));
    if !next.join(READY).exists() {
        return Ok(());
    }
    let io = Error::io("finish a backup");
    let moved = || -> std::io::Result<()> {
        if next.join(MARKER).exists() && path.join(MARKER).exists() {
            fs::remove_file(path.join(MARKER))?;
            File::open(path)?.sync_all()?;
        }
        fs::create_dir_all(&old)?;
        for folder in [Folder::INDEX, Folder::SEGMENTS] {
            let (from, to) = (next.join(folder), path.join(folder));
            if from.exists() && to.exists() {
                fs::rename(&to, old.join(folder))?;
            }
            if from.exists() {
                fs::rename(from, to)?;
            }
        }
        for entry in fs::read_dir(&next)? {
            let name = entry?.file_name();
            if name != READY && name != MARKER {
                fs::rename(next.join(&name), path.join(&name))?;
            }
        }
        File::open(path)?.sync_all()?;
        // Last of all: from here on the folder is a store again.
        if next.join(MARKER).exists() {
            fs::rename(next.join(MARKER), path.join(MARKER))?;
        }
        File::open(path)?.sync_all()
    };
    moved().map_err(io)?;
    copy::remove_folder(&old)?;
    copy::remove_folder(&next)
}

/// How much of each segment of a finished backup was copied.
pub(super) fn list_of(path: &Path) -> Result<list::List> {
    list::read(&path.join(LIST))
}

/// Whether what is there can stand for what is wanted.
fn suffices(here: Option<Copied>, wanted: Copied) -> bool {
    here.is_some_and(|here| {
        here.state != CopyState::Open && here.end >= wanted.end && here.capacity == wanted.capacity
    })
}

/// Whether two names are of one file.
fn same_file(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| fs::metadata(path).map(|file| (file.dev(), file.ino()));
    matches!((place(one), place(other)), (Ok(one), Ok(other)) if one == other)
}

/// Whether a file is the segment with this header: each use of a file has a nonce of its own.
pub(super) fn has_header(path: &Path, wanted: &[u8]) -> bool {
    header(path).is_some_and(|header| header == wanted)
}

fn header(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = vec![0; SEGMENT_HEADER_BYTES];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut bytes));
    read.is_ok().then_some(bytes)
}
