//! Small files that hold secrets: readable by their owner only, whole or absent after a crash.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use crate::limits::SECRET_FILE_BYTES_MAX;

/// Where containers find their secrets.
pub(crate) const CONTAINER_SECRETS: &str = "/run/secrets";

#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretFileError {
    #[error("{path}: cannot {action}: {source}", path = path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{path} may be read or written by others than its owner (mode {mode:03o}); run: chmod 600 {path}", path = path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error("{path} cannot be used: {detail}; {remedy}", path = path.display())]
    Unreadable {
        path: PathBuf,
        detail: String,
        remedy: &'static str,
    },
    #[error("no randomness from the operating system")]
    NoRandomness,
}

/// What is in the file; none if there is no such file. `remedy` tells what to do about one that
/// cannot be used.
pub(crate) fn load(path: &Path, remedy: &'static str) -> Result<Option<Vec<u8>>, SecretFileError> {
    // Not blocking: whatever lies there, opening it must not hang.
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(path);
    let file = match opened {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(io_error("open", path)(e)),
    };
    let unreadable = |detail: String| SecretFileError::Unreadable {
        path: path.to_owned(),
        detail,
        remedy,
    };
    let metadata = file.metadata().map_err(io_error("inspect", path))?;
    if !metadata.is_file() {
        return Err(unreadable("not a plain file".to_owned()));
    }
    let mode = metadata.permissions().mode() & 0o777;
    if is_exposed(path, mode) {
        let path = path.to_owned();
        return Err(SecretFileError::Exposed { path, mode });
    }
    let mut text = Vec::new();
    file.take(SECRET_FILE_BYTES_MAX + 1)
        .read_to_end(&mut text)
        .map_err(io_error("read", path))?;
    if text.len() as u64 > SECRET_FILE_BYTES_MAX {
        return Err(unreadable(format!(
            "longer than {SECRET_FILE_BYTES_MAX} bytes"
        )));
    }
    Ok(Some(text))
}

/// The same as text, without white space behind it. A file that is not there is an error.
pub(crate) fn load_text(path: &Path, remedy: &'static str) -> Result<String, SecretFileError> {
    let unreadable = |detail: &str| SecretFileError::Unreadable {
        path: path.to_owned(),
        detail: detail.to_owned(),
        remedy,
    };
    let bytes = load(path, remedy)?.ok_or_else(|| unreadable("there is no such file"))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("not UTF-8"))?;
    Ok(text.trim_end().to_owned())
}

/// Whether others than its owner may use the file. What a container or a service manager has put
/// into its own place for secrets is guarded by it, whatever the mode says.
pub(crate) fn is_exposed(path: &Path, mode: u32) -> bool {
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY");
    let guarded = [
        Some(CONTAINER_SECRETS.into()),
        credentials.map(PathBuf::from),
    ];
    let is_guarded = guarded.iter().flatten().any(|folder| lies_in(path, folder));
    mode & 0o077 != 0 && !is_guarded
}

/// Without a way out again.
fn lies_in(path: &Path, folder: &Path) -> bool {
    let leads_up = |part| part == Component::ParentDir;
    folder.is_absolute() && path.starts_with(folder) && !path.components().any(leads_up)
}

/// Written beside its place and moved there, both synced: after a crash the file is whole or absent.
pub(crate) fn store(folder: &Path, name: &str, text: &[u8]) -> Result<(), SecretFileError> {
    let path = folder.join(name);
    let beside = folder.join(format!("{name}.new"));
    match fs::remove_file(&beside) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            return Err(io_error("remove a leftover", &beside)(e));
        }
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .map_err(io_error("create", &beside))?;
    file.write_all(text)
        .and_then(|()| file.sync_all())
        .map_err(io_error("write", &beside))?;
    fs::rename(&beside, &path).map_err(io_error("move into place", &path))?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io_error("sync", folder))
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SecretFileError {
    move |source| SecretFileError::Io {
        action,
        path: path.to_owned(),
        source,
    }
}
