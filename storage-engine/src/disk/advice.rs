//! What a person can do about a folder that cannot be used.

use std::io;

/// An error with what can be done about it, where that is known.
pub fn with_advice(error: &io::Error) -> String {
    let advice = match error.kind() {
        io::ErrorKind::ReadOnlyFilesystem => {
            "the drive is mounted read-only. If it became so by itself, it has had errors: look into \
             the kernel log and check the file system (fsck) first. Then mount it writable \
             (mount -o remount,rw)"
        }
        io::ErrorKind::PermissionDenied => {
            "run as the user the folder belongs to, or give the folder to this one (chown -R)"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the drive has no room left, or no free inodes (df, df -i): remove what is not Cairn's"
        }
        io::ErrorKind::WouldBlock => {
            "it is a running server, or a command such as check, scrub or backup: stop it, or wait \
             until it is done"
        }
        _ => return error.to_string(),
    };
    format!("{error}; {advice}")
}

#[cfg(test)]
mod tests;
