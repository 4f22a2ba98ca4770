//! The master key: under it lie the secrets of all accounts and the keys of encrypted objects.
//!
//! It is made at the first start and kept beside the data, readable by its owner only. Who loses it
//! loses what was sealed under it, so it belongs into every backup that is kept elsewhere.

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom, SystemRandom};
use storage_engine::Engine;

use crate::secret_file::{self, SecretFileError};

/// Name of the file in the data folder.
pub(crate) const FILE: &str = "master.key";

const KEY_BYTES: usize = 32;
const REMEDY: &str = "restore it from a backup: what is sealed under it opens under no other";

/// Whose rows are sealed under it.
const SEALED: [&str; 2] = [identity::TABLE, s3_api::kms::TABLE];

#[derive(Debug, thiserror::Error)]
pub(crate) enum MasterKeyError {
    #[error(transparent)]
    File(#[from] SecretFileError),
    #[error("{path} is not there, but this folder holds secrets that were sealed: {REMEDY}", path = .0.display())]
    Lost(PathBuf),
    #[error("cannot look for what is sealed under the master key: {0}")]
    Store(#[from] storage_engine::Error),
}

/// The key of a data folder, made if nothing is sealed there yet. The caller holds the folder's lock.
pub(crate) async fn load_or_create(
    engine: &Engine,
    folder: &Path,
) -> Result<[u8; KEY_BYTES], MasterKeyError> {
    if let Some(key) = load(folder)? {
        return Ok(key);
    }
    // Another key would open none of it, and stand there as if it were the right one.
    for table in SEALED {
        if !engine
            .table_scan(table, b"", None, 1)
            .await?
            .rows
            .is_empty()
        {
            return Err(MasterKeyError::Lost(folder.join(FILE)));
        }
    }
    Ok(create(folder)?)
}

fn load(folder: &Path) -> Result<Option<[u8; KEY_BYTES]>, SecretFileError> {
    let path = folder.join(FILE);
    let Some(text) = secret_file::load(&path, REMEDY)? else {
        return Ok(None);
    };
    let key = parse(&text).ok_or_else(|| SecretFileError::Unreadable {
        path,
        detail: format!("not {} hexadecimal digits", 2 * KEY_BYTES),
        remedy: REMEDY,
    });
    key.map(Some)
}

fn create(folder: &Path) -> Result<[u8; KEY_BYTES], SecretFileError> {
    let mut key = [0; KEY_BYTES];
    SystemRandom::new()
        .fill(&mut key)
        .map_err(|_| SecretFileError::NoRandomness)?;
    let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    secret_file::store(folder, FILE, format!("{digits}\n").as_bytes())?;
    Ok(key)
}

fn parse(text: &[u8]) -> Option<[u8; KEY_BYTES]> {
    let text = std::str::from_utf8(text).ok()?.trim_ascii();
    let is_key = text.len() == 2 * KEY_BYTES && text.bytes().all(|b| b.is_ascii_hexdigit());
    let mut key = [0; KEY_BYTES];
    for (at, byte) in key.iter_mut().enumerate().filter(|_| is_key) {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    is_key.then_some(key)
}
