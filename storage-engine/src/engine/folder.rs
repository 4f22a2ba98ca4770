//! The data folder: whose it is, which format it has, and one process at a time.

mod owner;
#[cfg(test)]
mod tests;

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ring::rand::{SecureRandom, SystemRandom};

use crate::disk::{FolderLock, with_advice};
use crate::error::{Error, Result};

/// The newest layout of a data folder this version knows.
pub(super) const FOLDER_FORMAT: u32 = 1;
pub(super) const MARKER: &str = "cairn.toml";
const MARKER_NEW: &str = "cairn.toml.new";
/// Settings of the server, which an operator may put into the folder before its first start.
const SETTINGS: &str = "config.toml";
/// What a file system makes at its root.
const LOST_AND_FOUND: &str = "lost+found";
/// Says what is being restored into a folder, until it is done.
pub(super) const RESTORING: &str = ".restoring";
/// Where a backup is put together.
pub(super) const NEXT: &str = ".next";
/// What work that has not come to its end leaves in a folder that is no store yet.
const UNFINISHED: [(&str, &str); 2] =
    [(RESTORING, "a restore into it"), (NEXT, "a backup into it")];

/// An identified and locked data folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    pub(super) store: [u8; 16],
    pub(super) secret: [u8; 32],
    /// Until it is released.
    lock: Mutex<Option<FolderLock>>,
}

impl Folder {
    /// Takes the folder, making it a data folder if it is empty or does not exist. A folder with
    /// anything else in it is refused.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let refuse = |what: String| Error::Folder(format!("{}: {what}", path.display()));
        make_private(path).map_err(|error| refuse(with_advice(&error)))?;
        let marker = path.join(MARKER);
        let unfinished = UNFINISHED.iter().find(|(name, _)| path.join(name).exists());
        if let Some((_, what)) = unfinished.filter(|_| !marker.exists()) {
            return Err(refuse(format!(
                "{what} has not come to its end: run the same command again"
            )));
        }
        if !marker.exists() && !is_prepared(path).map_err(|error| refuse(with_advice(&error)))? {
            return Err(refuse(format!(
                "it holds other files and no {MARKER}: choose an empty folder or one of Cairn's"
            )));
        }
        // This error names the folder itself.
        let lock = FolderLock::acquire(path);
        let lock = lock.map_err(|error| Error::Folder(with_advice(&error)))?;
        match marker.exists() {
            true => owner::check(path, &marker).map_err(refuse)?,
            false => write_marker(path).map_err(|error| refuse(with_advice(&error)))?,
        }
        let text = fs::read_to_string(&marker);
        let text = text.map_err(|e| refuse(format!("{MARKER}: {}", with_advice(&e))))?;
        let (store, secret) = parse(&text).map_err(|what| refuse(format!("{MARKER}: {what}")))?;
        for name in [Folder::SEGMENTS, Folder::INDEX] {
            let made = keep_private(&path.join(name));
            made.map_err(|error| refuse(with_advice(&error)))?;
        }
        sync_folder(path).map_err(|error| refuse(with_advice(&error)))?;
        Ok(Folder {
            path: path.to_owned(),
            store,
            secret,
            lock: Mutex::new(Some(lock)),
        })
    }

    /// Takes a data folder that exists; makes none.
    pub(super) fn open_existing(path: &Path) -> Result<Self> {
        match path.join(MARKER).exists() {
            true => Folder::open(path),
            false => Err(Error::Folder(format!(
                "{}: it is no data folder of Cairn: it has no {MARKER}",
                path.display()
            ))),
        }
    }

    pub(super) const SEGMENTS: &str = "segments";
    pub(super) const INDEX: &str = "index";

    /// Lets others have the folder, for nothing of ours will touch it any more.
    pub(super) fn release(&self) {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        drop(lock.take());
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn segments(&self) -> PathBuf {
        self.path.join(Self::SEGMENTS)
    }

    pub(super) fn index(&self) -> PathBuf {
        self.path.join(Self::INDEX)
    }
}

/// Makes a folder and what is missing above it, for its owner alone: everything lies in it.
pub(super) fn make_private(path: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// The same of one that may be there already, open to others: earlier versions made such.
fn keep_private(path: &Path) -> std::io::Result<()> {
    make_private(path)?;
    let mode = fs::metadata(path)?.permissions().mode();
    match mode & 0o077 {
        0 => Ok(()),
        _ => fs::set_permissions(path, Permissions::from_mode(0o700)),
    }
}

/// Nothing in it but what a first start that did not come far leaves behind, or what belongs to
/// the server beside the store: files that begin with a dot.
pub(super) fn is_fresh(path: &Path) -> std::io::Result<bool> {
    holds_only(path, &[MARKER_NEW, LOST_AND_FOUND])
}

/// The same, or only the settings that a first start is to have.
fn is_prepared(path: &Path) -> std::io::Result<bool> {
    holds_only(path, &[MARKER_NEW, LOST_AND_FOUND, SETTINGS])
}

/// Beside files that begin with a dot.
fn holds_only(path: &Path, names: &[&str]) -> std::io::Result<bool> {
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with('.') && !names.contains(&&*name) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Which store a data folder belongs to, whoever uses it at the moment.
pub(super) fn store_of(path: &Path) -> Result<[u8; 16]> {
    let refuse = |what: String| Error::Folder(format!("{}: {what}", path.display()));
    let text = fs::read_to_string(path.join(MARKER)).map_err(|error| refuse(error.to_string()))?;
    let (store, _) = parse(&text).map_err(|what| refuse(format!("{MARKER}: {what}")))?;
    Ok(store)
}

/// The marker appears whole or not at all.
fn write_marker(path: &Path) -> std::io::Result<()> {
    let mut random = [0; 48];
    let filled = SystemRandom::new().fill(&mut random);
    filled.map_err(|_| std::io::Error::other("no random numbers to be had"))?;
    let text = format!(
        "# A data folder of Cairn. Nothing in it may be changed by hand.\n\
         format = {FOLDER_FORMAT}\nstore = \"{}\"\nsecret = \"{}\"\n",
        hex(&random[..16]),
        hex(&random[16..]),
    );
    let new = path.join(MARKER_NEW);
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(new, path.join(MARKER))?;
    sync_folder(path)
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(path)?.sync_all()
}

/// Three lines of `name = value`; whatever else there is belongs to a format this is not.
fn parse(text: &str) -> std::result::Result<([u8; 16], [u8; 32]), String> {
    let value = |name: &str| {
        let lines = text.lines().filter_map(|line| line.split_once('='));
        let found = lines
            .filter(|(key, _)| key.trim() == name)
            .map(|(_, value)| value)
            .next();
        found
            .map(|value| value.trim().trim_matches('"'))
            .ok_or(format!("{name} is missing"))
    };
    let format = value("format")?;
    let format: u32 = format
        .parse()
        .map_err(|_| format!("format is {format:?}, which is no number"))?;
    if format != FOLDER_FORMAT {
        return Err(format!(
            "the folder has format {format}, this version knows format {FOLDER_FORMAT}; use the \
             version that wrote it or a later one"
        ));
    }
    let store = unhex(value("store")?).ok_or("store is not 32 hexadecimal digits")?;
    let secret = unhex(value("secret")?).ok_or("secret is not 64 hexadecimal digits")?;
    Ok((store, secret))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}
