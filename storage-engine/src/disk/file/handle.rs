//! The descriptors of one file, and every call on them that blocks.

use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::super::{Access, DIRECT_ALIGN_BYTES, check, sys};

/// Set for the whole process by the first refusal of `RWF_NOWAIT`: a sandbox or a file system that
/// says no once is not asked again on every read.
static CACHED_READS_REFUSED: AtomicBool = AtomicBool::new(false);

/// One open file.
#[derive(Debug)]
pub(super) struct Handle {
    /// Reads, buffered writes and syncs. Opened before any write, so that it sees every error of
    /// writing back; and `fdatasync` works on the file, whichever descriptor wrote.
    buffered: File,
    direct: Option<Direct>,
    access: Access,
    /// After a failed sync the kernel may have dropped the data and call the next one a success.
    sync_failed: AtomicBool,
}

/// A second descriptor that bypasses the page cache.
#[derive(Debug)]
struct Direct {
    file: File,
    trust: AtomicU8,
}

/// No write has gone through yet: some file systems accept `O_DIRECT` and refuse the first write.
const UNPROVEN: u8 = 0;
const PROVEN: u8 = 1;
const REFUSED: u8 = 2;

pub(super) enum CreateError {
    /// Nothing was created.
    Refused(io::Error),
    /// The file is there, but could not be opened as asked.
    HalfOpen(io::Error),
}

impl Handle {
    pub(super) fn create(path: &Path, access: Access) -> Result<Self, CreateError> {
        let buffered = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(CreateError::Refused)?;
        Self::with_direct(buffered, path, access).map_err(CreateError::HalfOpen)
    }

    pub(super) fn open(path: &Path, access: Access) -> io::Result<Self> {
        let buffered = OpenOptions::new().read(true).write(true).open(path)?;
        Self::with_direct(buffered, path, access)
    }

    fn with_direct(buffered: File, path: &Path, access: Access) -> io::Result<Self> {
        let direct = match access {
            Access::Buffered => None,
            Access::Direct => Direct::open(path)?,
        };
        Ok(Self {
            buffered,
            direct,
            access,
            sync_failed: AtomicBool::new(false),
        })
    }

    pub(super) fn buffered(&self) -> &File {
        &self.buffered
    }

    pub(super) fn is_direct(&self) -> bool {
        let trust = |direct: &Direct| direct.trust.load(Ordering::Acquire);
        self.direct
            .as_ref()
            .is_some_and(|direct| trust(direct) != REFUSED)
    }

    pub(super) fn len(&self) -> io::Result<u64> {
        Ok(self.buffered.metadata()?.len())
    }

    pub(super) fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<()> {
        check::span(offset, buf.len())?;
        self.buffered.read_exact_at(buf, offset)
    }

    pub(super) fn read_cached(&self, buf: &mut [u8], offset: u64) -> usize {
        if CACHED_READS_REFUSED.load(Ordering::Relaxed) || check::span(offset, buf.len()).is_err() {
            return 0;
        }
        match sys::read_cached_at(&self.buffered, buf, offset) {
            Ok(read) => read,
            Err(error) => {
                let refused = matches!(
                    error.raw_os_error(),
                    Some(libc::EPERM | libc::EOPNOTSUPP | libc::ENOSYS | libc::EINVAL)
                );
                if refused && !CACHED_READS_REFUSED.swap(true, Ordering::Relaxed) {
                    tracing::info!(%error, "reading without waiting is refused; reads use threads");
                }
                0
            }
        }
    }

    pub(super) fn write_at(&self, pieces: &[IoSlice<'_>], offset: u64) -> io::Result<()> {
        let len = pieces.iter().map(|piece| piece.len()).sum();
        check::span(offset, len)?;
        if self.access == Access::Direct {
            check::aligned(pieces, offset)?;
        }
        if let Some(direct) = &self.direct
            && direct.write(pieces, offset)?
        {
            return Ok(());
        }
        write_all(&self.buffered, pieces, offset, 1)
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        if self.sync_failed.load(Ordering::Acquire) {
            return Err(io::Error::other("an earlier sync of this file failed"));
        }
        let result = self.buffered.sync_data();
        if result.is_err() {
            self.sync_failed.store(true, Ordering::Release);
        }
        result
    }

    pub(super) fn set_len(&self, len: u64) -> io::Result<()> {
        self.buffered.set_len(len)
    }

    pub(super) fn allocate(&self, len: u64) -> io::Result<()> {
        if len == 0 {
            return Ok(());
        }
        match sys::allocate(&self.buffered, len) {
            Err(error) if matches!(error.raw_os_error(), Some(libc::EOPNOTSUPP | libc::ENOSYS)) => {
                match self.len()? < len {
                    true => self.buffered.set_len(len),
                    false => Ok(()),
                }
            }
            result => result,
        }
    }
}

impl Direct {
    /// `None` where the file system refuses direct access.
    fn open(path: &Path) -> io::Result<Option<Self>> {
        let opened = OpenOptions::new()
            .write(true)
            .custom_flags(libc::O_DIRECT)
            .open(path);
        match opened {
            Ok(file) => Ok(Some(Self {
                file,
                trust: AtomicU8::new(UNPROVEN),
            })),
            Err(error) if refuses_direct(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes everything and returns true, or false where the file system turns out to refuse
    /// direct access; the caller writes everything another way then.
    fn write(&self, pieces: &[IoSlice<'_>], offset: u64) -> io::Result<bool> {
        let trust = self.trust.load(Ordering::Acquire);
        if trust == REFUSED {
            return Ok(false);
        }
        match write_all(&self.file, pieces, offset, DIRECT_ALIGN_BYTES) {
            Ok(()) => {
                if trust == UNPROVEN && pieces.iter().any(|piece| !piece.is_empty()) {
                    self.trust.store(PROVEN, Ordering::Release);
                }
                Ok(true)
            }
            Err(error) if trust == UNPROVEN && refuses_direct(&error) => {
                self.trust.store(REFUSED, Ordering::Release);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

fn refuses_direct(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EINVAL | libc::EOPNOTSUPP))
}

/// Writes until nothing is left. Progress counts in whole `unit`s: after a short write the next
/// one must be aligned again, and writing a few bytes twice is harmless.
fn write_all(file: &File, pieces: &[IoSlice<'_>], mut offset: u64, unit: usize) -> io::Result<()> {
    let mut pieces = pieces.to_vec();
    let mut rest = pieces.as_mut_slice();
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        let written = sys::write_vectored_at(file, rest, offset)?;
        let counted = written - written % unit;
        if counted == 0 {
            let text = format!("the drive took {written} bytes of a write at {offset}");
            return Err(io::Error::new(io::ErrorKind::WriteZero, text));
        }
        IoSlice::advance_slices(&mut rest, counted);
        offset += counted as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
