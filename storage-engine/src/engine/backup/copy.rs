//! Copying files so that a copy under its name is a whole one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Bytes copied in one step.
const STEP_BYTES: u64 = 16 << 20;
/// Bytes of one step where the source cannot be read as a whole: each may take a drive seconds.
const CAREFUL_STEP_BYTES: u64 = 1 << 20;
/// What is read by itself there, and left zero where it cannot be.
const CAREFUL_BYTES: usize = 4096;
/// What a copy is called until it is whole; no segment has such a name.
const PART: &str = "part";

/// One file on its way. Dropped, it leaves a part that the next attempt writes over.
#[derive(Debug)]
pub(super) struct Copying {
    from: File,
    to: File,
    part: PathBuf,
    path: PathBuf,
    done: u64,
    end: u64,
    len: u64,
    /// What to do where the source cannot be read.
    unreadable: Unreadable,
    has_gaps: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unreadable {
    Fails,
    LeavesGap,
}

impl Copying {
    /// Begins to copy the first `end` bytes; the copy will be `len` long, with nothing behind them.
    pub(super) fn begin(from: &Path, to: &Path, end: u64, len: u64) -> Result<Self> {
        let part = to.with_added_extension(PART);
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true).mode(0o600);
        Ok(Copying {
            from: File::open(from).map_err(Error::io("copy: open the source"))?,
            to: options
                .open(&part)
                .map_err(Error::io("copy: create the copy"))?,
            part,
            path: to.to_owned(),
            done: 0,
            end,
            len,
            unreadable: Unreadable::Fails,
            has_gaps: false,
        })
    }

    /// As [`Copying::begin`], for a segment with this header, whatever the source has there, and
    /// [`Copying::with_gaps`].
    pub(super) fn begin_segment(
        header: &[u8],
        from: &Path,
        to: &Path,
        end: u64,
        len: u64,
    ) -> Result<Self> {
        let mut copying = Copying::begin(from, to, end, len)?;
        let written = copying.to.write_all_at(header, 0);
        written.map_err(Error::io("copy"))?;
        copying.done = header.len() as u64;
        copying.go_on()?;
        Ok(copying.with_gaps())
    }

    /// The same, with zeros for what of the source cannot be read.
    pub(super) fn with_gaps(self) -> Self {
        Copying {
            unreadable: Unreadable::LeavesGap,
            ..self
        }
    }

    /// Copies the next bytes, within the file system where it can. True when all have been copied
    /// and are durable under their name, but for a sync of the folder.
    pub(super) fn step(&mut self) -> Result<bool> {
        let left = self.end - self.done;
        let bytes = left.min(STEP_BYTES);
        let mut piece = (&self.from).take(bytes);
        match io::copy(&mut piece, &mut self.to) {
            Ok(copied) if copied < bytes => {
                let error = io::Error::new(io::ErrorKind::UnexpectedEof, "the source is too short");
                return Err(Error::io("copy")(error));
            }
            Ok(copied) => self.done += copied,
            Err(error) if self.leaves_gap(&error) => {
                let carefully = self.step_carefully(bytes.min(CAREFUL_STEP_BYTES));
                carefully.map_err(Error::io("copy"))?;
                self.go_on()?;
            }
            Err(error) => return Err(Error::io("copy")(error)),
        }
        if self.done < self.end {
            return Ok(false);
        }
        self.to.set_len(self.len).map_err(Error::io("copy"))?;
        self.to.sync_all().map_err(Error::io("copy: sync"))?;
        fs::rename(&self.part, &self.path).map_err(Error::io("copy: rename"))?;
        Ok(true)
    }

    /// Copies what can be read. A drive that cannot read one place has the rest.
    fn step_carefully(&mut self, bytes: u64) -> io::Result<()> {
        let end = self.done + bytes;
        let mut block = [0; CAREFUL_BYTES];
        while self.done < end {
            let left = usize::try_from(end - self.done).unwrap_or(usize::MAX);
            let len = left.min(CAREFUL_BYTES);
            let block = &mut block[..len];
            match self.from.read_exact_at(block, self.done) {
                Err(error) if self.leaves_gap(&error) => {
                    block.fill(0);
                    self.has_gaps = true;
                }
                read => read?,
            }
            self.to.write_all_at(block, self.done)?;
            self.done += len as u64;
        }
        Ok(())
    }

    /// Whether a drive has lost what is there, and that is no reason to stop. Which drive it was, the
    /// next read tells.
    fn leaves_gap(&self, error: &io::Error) -> bool {
        self.unreadable == Unreadable::LeavesGap && error.raw_os_error() == Some(libc::EIO)
    }

    /// The next step copies from here.
    fn go_on(&mut self) -> Result<()> {
        let at = SeekFrom::Start(self.done);
        let both = self.from.seek(at).and_then(|_| self.to.seek(at));
        both.map(drop).map_err(Error::io("copy"))
    }

    pub(super) fn done(&self) -> u64 {
        self.done
    }

    /// Whether something of the source could not be read, and is zeros here.
    pub(super) fn has_gaps(&self) -> bool {
        self.has_gaps
    }
}

/// A whole file at once, for short ones.
pub(super) fn copy_file(from: &Path, to: &Path) -> Result<()> {
    let len = fs::metadata(from)
        .map_err(Error::io("copy: look at a file"))?
        .len();
    let mut copying = Copying::begin(from, to, len, len)?;
    while !copying.step()? {}
    Ok(())
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> Result<()> {
    let synced = File::open(path).and_then(|folder| folder.sync_all());
    synced.map_err(Error::io("sync a folder"))
}

/// Makes every file of a folder durable, and their names.
pub(super) fn sync_files(path: &Path) -> Result<()> {
    for file in files(path)? {
        let synced = File::open(path.join(&file)).and_then(|file| file.sync_all());
        synced.map_err(Error::io("sync a file"))?;
    }
    sync_folder(path)
}

/// The names of the plain files in a folder, whole ones only.
pub(super) fn files(path: &Path) -> Result<Vec<String>> {
    let list = || -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let whole = entry
                .path()
                .extension()
                .is_none_or(|extension| extension != PART);
            if entry.file_type()?.is_file() && whole {
                names.extend(entry.file_name().into_string());
            }
        }
        names.sort();
        Ok(names)
    };
    list().map_err(Error::io("list a folder"))
}

/// Removes a folder with all that is in it, if it is there.
pub(super) fn remove_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::io("remove a folder")(error))
        }
        _ => Ok(()),
    }
}

/// Removes a file, if it is there.
pub(super) fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::io("remove a file")(error))
        }
        _ => Ok(()),
    }
}
