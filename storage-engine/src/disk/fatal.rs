//! Which failures of a drive end the process.

use std::io;

/// Whether an error of a write, a sync or a change of names leaves the drive's content in doubt, so
/// that no acknowledgement may rest on it any more.
///
/// What is not known to be harmless is fatal. The harmless ones say that nothing was done and why:
/// no room, no descriptors, a name that is or is not there, input the adapter refused, a disk that
/// has been closed. A failed
/// [`sync`](super::DiskFile::sync) is final for its file whatever this says: the kernel may have
/// dropped the data for want of room as well as for a broken drive.
pub fn is_fatal(error: &io::Error) -> bool {
    match error.raw_os_error() {
        Some(code) => !matches!(
            code,
            libc::ENOSPC
                | libc::EDQUOT
                | libc::EFBIG
                | libc::EINTR
                | libc::EAGAIN
                | libc::ENOMEM
                | libc::EMFILE
                | libc::ENFILE
                | libc::ENOENT
                | libc::EEXIST
        ),
        None if error.get_ref().is_some_and(|inner| inner.is::<Closed>()) => false,
        None => !matches!(
            error.kind(),
            io::ErrorKind::InvalidInput
                | io::ErrorKind::NotFound
                | io::ErrorKind::AlreadyExists
                | io::ErrorKind::UnexpectedEof
        ),
    }
}

/// Why a disk that was closed refuses a change: whoever opens the folder next must find it at rest.
#[derive(Debug, thiserror::Error)]
#[error("the folder has been closed")]
pub(super) struct Closed;

#[cfg(test)]
mod tests;
