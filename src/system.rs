//! What is asked of the operating system directly.

use std::io;

/// Raises the number of descriptors this process may open to what it may raise it to, and returns
/// that number. Each connection and each segment takes one.
pub(crate) fn raise_descriptor_limit() -> io::Result<u64> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the pointer is to a live, writable rlimit, which the call fills.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } != 0 {
        return Err(io::Error::last_os_error());
    }
    limit.rlim_cur = limit.rlim_max;
    // SAFETY: the pointer is to a live, initialised rlimit, which the call only reads.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(limit.rlim_cur)
}

/// Ends the process here and now: nothing is flushed, nothing destroyed. What was acknowledged is on
/// the drive.
pub(crate) fn end_at_once(code: u8) -> ! {
    // SAFETY: has no requirements; it does not return.
    unsafe { libc::_exit(i32::from(code)) }
}
