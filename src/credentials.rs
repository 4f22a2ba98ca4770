//! The root credential: taken from the environment, or made once and kept in the data folder.

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;

use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

use crate::secret_file::{self, SecretFileError};

/// Name of the file in the data folder.
pub(crate) const FILE: &str = "root-credential.json";

const USER_BYTES: std::ops::RangeInclusive<usize> = 3..=128;
const PASSWORD_BYTES: std::ops::RangeInclusive<usize> = 8..=128;
/// 32 symbols each, so that a random byte's low five bits choose one without bias.
const USER_SYMBOLS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const USER_SYMBOLS_MADE: usize = 20;
/// 64 symbols: six bits each, 240 bits in all.
const PASSWORD_SYMBOLS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const PASSWORD_SYMBOLS_MADE: usize = 40;

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RootCredential {
    user: String,
    password: String,
}

/// Why a user name or password cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Invalid {
    #[error("user name has {0} bytes, {min} to {max} are allowed", min = USER_BYTES.start(), max = USER_BYTES.end())]
    UserLength(usize),
    #[error("user name may hold ASCII letters, digits and . _ @ + - only")]
    UserSymbol,
    #[error("password has {0} bytes, {min} to {max} are allowed", min = PASSWORD_BYTES.start(), max = PASSWORD_BYTES.end())]
    PasswordLength(usize),
    #[error("password may hold printable ASCII characters only")]
    PasswordSymbol,
}

const REMEDY: &str = "restore the file, or remove it to have a new credential made";

/// The stored form. A newer version, or a field this version does not know, is refused.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    access_key: String,
    secret_key: String,
}

const STORED_VERSION: u32 = 1;

impl RootCredential {
    /// The user name appears inside signed scopes, between slashes and commas: hence its alphabet.
    pub(crate) fn new(user: String, password: String) -> Result<RootCredential, Invalid> {
        if !USER_BYTES.contains(&user.len()) {
            return Err(Invalid::UserLength(user.len()));
        }
        if !user
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._@+-".contains(&b))
        {
            return Err(Invalid::UserSymbol);
        }
        if !PASSWORD_BYTES.contains(&password.len()) {
            return Err(Invalid::PasswordLength(password.len()));
        }
        if !password.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return Err(Invalid::PasswordSymbol);
        }
        Ok(RootCredential { user, password })
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    fn generate() -> Result<RootCredential, SecretFileError> {
        let mut random = [0u8; USER_SYMBOLS_MADE + PASSWORD_SYMBOLS_MADE];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| SecretFileError::NoRandomness)?;
        let (user, password) = random.split_at(USER_SYMBOLS_MADE);
        Ok(RootCredential {
            user: spell(user, USER_SYMBOLS),
            password: spell(password, PASSWORD_SYMBOLS),
        })
    }
}

/// Secrets do not belong into logs.
impl fmt::Debug for RootCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RootCredential")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// The credential of a data folder, and whether this call made it.
///
/// The caller holds the folder's lock, so there is no other process that makes one at the same
/// time. A crash leaves either no file or the whole file.
pub(crate) fn load_or_create(folder: &Path) -> Result<(RootCredential, bool), SecretFileError> {
    if let Some(root) = load(folder)? {
        return Ok((root, false));
    }
    let made = RootCredential::generate()?;
    store(&made, folder)?;
    Ok((made, true))
}

/// The credential of a data folder, if it has one.
pub(crate) fn load(folder: &Path) -> Result<Option<RootCredential>, SecretFileError> {
    let path = folder.join(FILE);
    let text = secret_file::load(&path, REMEDY)?;
    text.map(|text| parse(&text, &path)).transpose()
}

fn parse(text: &[u8], path: &Path) -> Result<RootCredential, SecretFileError> {
    let unreadable = |detail: String| SecretFileError::Unreadable {
        path: path.to_owned(),
        detail: format!("it is not a root credential: {detail}"),
        remedy: REMEDY,
    };
    let stored: Stored = serde_json::from_slice(text).map_err(|e| unreadable(e.to_string()))?;
    if stored.version != STORED_VERSION {
        return Err(unreadable(format!(
            "version {}, this program reads version {STORED_VERSION}",
            stored.version
        )));
    }
    RootCredential::new(stored.access_key, stored.secret_key).map_err(|e| unreadable(e.to_string()))
}

fn store(credential: &RootCredential, folder: &Path) -> Result<(), SecretFileError> {
    let stored = Stored {
        version: STORED_VERSION,
        access_key: credential.user.clone(),
        secret_key: credential.password.clone(),
    };
    let mut text = serde_json::to_vec_pretty(&stored).expect("three plain fields always serialise");
    text.push(b'\n');
    secret_file::store(folder, FILE, &text)
}

fn spell(random: &[u8], symbols: &[u8]) -> String {
    debug_assert!(symbols.len().is_power_of_two());
    random
        .iter()
        .map(|byte| char::from(symbols[usize::from(*byte) % symbols.len()]))
        .collect()
}
