//! The system calls that the standard library does not offer, each as a safe function.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::Space;

/// `IOV_MAX` of Linux: more pieces in one call are refused.
const PIECES_PER_CALL_MAX: usize = 1024;

/// One `pwritev`, repeated only when a signal interrupted it before anything was written. Takes at
/// most [`PIECES_PER_CALL_MAX`] pieces of them and may write less than they hold.
pub(super) fn write_vectored_at(
    file: &File,
    pieces: &[IoSlice<'_>],
    offset: u64,
) -> io::Result<usize> {
    let offset = signed(offset)?;
    let count = libc::c_int::try_from(pieces.len().min(PIECES_PER_CALL_MAX))
        .expect("the bound fits the type");
    loop {
        // SAFETY: `IoSlice` has the layout of `iovec`, `count` of them are readable for the whole
        // call, and so is the memory they borrow.
        let written =
            unsafe { libc::pwritev(file.as_raw_fd(), pieces.as_ptr().cast(), count, offset) };
        match usize::try_from(written) {
            Ok(written) => return Ok(written),
            Err(_) => retry_if_interrupted()?,
        }
    }
}

/// One `preadv2` that takes from the page cache only; an error where nothing is cached. Never
/// repeated: the caller has a slower way to read.
pub(super) fn read_cached_at(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    let offset = signed(offset)?;
    let piece = libc::iovec {
        iov_base: buf.as_mut_ptr().cast(),
        iov_len: buf.len(),
    };
    // SAFETY: the one `iovec` describes memory that is borrowed exclusively for the whole call.
    let read = unsafe {
        libc::preadv2(
            file.as_raw_fd(),
            &raw const piece,
            1,
            offset,
            libc::RWF_NOWAIT,
        )
    };
    usize::try_from(read).map_err(|_| io::Error::last_os_error())
}

/// `fallocate` without flags: reserves blocks for `0..len` and extends the file to that length.
pub(crate) fn allocate(file: &File, len: u64) -> io::Result<()> {
    let len = signed(len)?;
    loop {
        // SAFETY: plain integers; the descriptor is open as long as `file` is borrowed.
        if unsafe { libc::fallocate(file.as_raw_fd(), 0, 0, len) } == 0 {
            return Ok(());
        }
        retry_if_interrupted()?;
    }
}

/// Has the kernel ask the drive for what it has in memory of a file, where nothing of that waits to
/// be written. It may keep some of it all the same.
pub(crate) fn forget_cached(file: &File) {
    // SAFETY: plain integers; the descriptor is open as long as `file` is borrowed.
    unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) };
}

/// Renames to a name that must not exist, in one step.
pub(super) fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (c_path(from)?, c_path(to)?);
    // SAFETY: both pointers are terminated strings that outlive the call.
    let result = unsafe {
        libc::renameat2(
            libc::AT_FDCWD,
            from.as_ptr(),
            libc::AT_FDCWD,
            to.as_ptr(),
            libc::RENAME_NOREPLACE,
        )
    };
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Size and free room of the file system that holds `path`, as an ordinary user may use it.
pub(crate) fn space(path: &Path) -> io::Result<Space> {
    let path = c_path(path)?;
    let mut stats = MaybeUninit::<libc::statvfs>::zeroed();
    // SAFETY: the path is a terminated string and `stats` is writable memory of the right type.
    if unsafe { libc::statvfs(path.as_ptr(), stats.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: zeroed at first, filled by the successful call; every field is a plain integer.
    let stats = unsafe { stats.assume_init() };
    Ok(Space {
        total_bytes: stats.f_blocks.saturating_mul(stats.f_frsize),
        free_bytes: stats.f_bavail.saturating_mul(stats.f_frsize),
    })
}

fn retry_if_interrupted() -> io::Result<()> {
    match io::Error::last_os_error() {
        error if error.kind() == io::ErrorKind::Interrupted => Ok(()),
        error => Err(error),
    }
}

fn signed(number: u64) -> io::Result<libc::off_t> {
    libc::off_t::try_from(number).map_err(|_| {
        let text = format!("{number} lies beyond the end of any file");
        io::Error::new(io::ErrorKind::InvalidInput, text)
    })
}

fn c_path(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}
