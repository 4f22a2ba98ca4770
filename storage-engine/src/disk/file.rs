//! A folder of the operating system.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::uring::{Ring, RingHandle};
use super::workers::Workers;
use super::{Access, Disk, DiskFile, Space, check, sys};

mod gate;
mod handle;
mod open_file;

use gate::Gate;
use handle::Handle;
use open_file::OpenFile;

/// Who waits for the drive in reads that must not block their caller. Writes and syncs of that kind
/// always have threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsyncIo {
    /// A bounded pool of threads.
    Threads,
    /// `io_uring` where the kernel lets us, threads where not.
    Ring,
}

/// A [`Disk`] on one folder of a mounted file system.
///
/// Names that start with a dot belong to the adapter: they are neither listed nor accepted.
pub struct FileDisk {
    path: PathBuf,
    /// Opened once, so that [`Disk::sync_dir`] needs no free descriptor.
    folder: File,
    workers: Workers,
    ring: Option<RingHandle>,
    gate: Gate,
}

impl FileDisk {
    /// Opens a folder that exists and starts what will wait for it. With [`AsyncIo::Ring`] this
    /// probes the ring, for two seconds at most, and logs one line about the outcome.
    pub fn open(path: &Path, async_io: AsyncIo) -> io::Result<Self> {
        let explain = |error: io::Error| {
            let text = format!("cannot open the folder {}: {error}", path.display());
            io::Error::new(error.kind(), text)
        };
        let folder = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_DIRECTORY)
            .open(path)
            .map_err(explain)?;
        Ok(Self {
            path: path.to_owned(),
            folder,
            workers: Workers::start()?,
            ring: match async_io {
                AsyncIo::Threads => None,
                AsyncIo::Ring => Ring::start(path).available(),
            },
            gate: Gate::default(),
        })
    }

    /// What is in use, which may be less than was asked for.
    pub fn async_io(&self) -> AsyncIo {
        match self.ring {
            Some(_) => AsyncIo::Ring,
            None => AsyncIo::Threads,
        }
    }

    fn resolve(&self, name: &str) -> io::Result<PathBuf> {
        check::name(name)?;
        Ok(self.path.join(name))
    }

    fn wrap(&self, handle: Handle) -> Arc<dyn DiskFile> {
        Arc::new(OpenFile::new(
            handle,
            self.workers.clone(),
            self.ring.clone(),
            self.gate.clone(),
        ))
    }
}

impl fmt::Debug for FileDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileDisk")
            .field("path", &self.path)
            .field("async_io", &self.async_io())
            .finish_non_exhaustive()
    }
}

impl Disk for FileDisk {
    fn create(&self, name: &str, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        let path = self.resolve(name)?;
        let create = || Ok(Handle::create(&path, access));
        match self.gate.pass(create)? {
            Ok(handle) => Ok(self.wrap(handle)),
            Err(handle::CreateError::Refused(error)) => Err(error),
            Err(handle::CreateError::HalfOpen(error)) => {
                // The name is ours and empty; leaving it would make a second try fail for good.
                // If the removal fails as well, the first error is still the one to report.
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }

    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        let handle = Handle::open(&self.resolve(name)?, access)?;
        Ok(self.wrap(handle))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            // What is not a file with a plain name was not put here through this seam.
            if !entry.file_type()?.is_file() {
                continue;
            }
            if let Ok(name) = entry.file_name().into_string()
                && check::name(&name).is_ok()
            {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let path = self.resolve(name)?;
        self.gate.pass(|| fs::remove_file(path))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let (from, to) = (self.resolve(from)?, self.resolve(to)?);
        self.gate.pass(|| match sys::rename_to_new(&from, &to) {
            Err(error) if not_offered(&error) => rename_after_check(&from, &to),
            result => result,
        })
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.folder.sync_all()
    }

    fn space(&self) -> io::Result<Space> {
        sys::space(&self.path)
    }

    fn close(&self) {
        self.gate.close();
    }
}

/// File systems without `RENAME_NOREPLACE` answer `EINVAL`, old kernels `ENOSYS`.
fn not_offered(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EINVAL | libc::ENOSYS | libc::EOPNOTSUPP)
    )
}

/// Safe because a folder has one process, see [`FolderLock`](super::FolderLock), and that process
/// gives no name to two threads.
fn rename_after_check(from: &Path, to: &Path) -> io::Result<()> {
    match fs::symlink_metadata(to) {
        Ok(_) => Err(io::Error::from_raw_os_error(libc::EEXIST)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(from, to),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
