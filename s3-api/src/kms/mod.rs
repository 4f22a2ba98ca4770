//! Keys that wrap the keys of objects.
//!
//! Every object under server-side encryption has a data key of its own. Stored of it is only what
//! a key management service made of it, with a key that never leaves the service. [`LocalKeyRing`]
//! is that service inside the store; another one can stand behind the same trait.

mod key_id;
mod ring;
mod row;
mod seal;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::SystemTime;

use storage_engine::SecretKey;

pub use key_id::{BadKeyId, KeyId};
pub use ring::{LocalKeyRing, TABLE};

pub type KmsFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, KmsError>> + Send + 'a>>;

/// A key management service. Its keys are known by name; it keeps old versions of them, so that
/// what was wrapped before a rotation still opens.
///
/// `context` is bound to what is wrapped: only with the same bytes does it open again.
pub trait Kms: fmt::Debug + Send + Sync {
    /// A new random data key, and the same wrapped.
    fn generate_data_key<'a>(
        &'a self,
        key: &'a KeyId,
        context: &'a [u8],
    ) -> KmsFuture<'a, (SecretKey, WrappedKey)>;

    /// Wraps a data key there is, under the newest version of `key`.
    fn encrypt<'a>(
        &'a self,
        key: &'a KeyId,
        data_key: &'a SecretKey,
        context: &'a [u8],
    ) -> KmsFuture<'a, WrappedKey>;

    fn decrypt<'a>(
        &'a self,
        wrapped: &'a WrappedKey,
        context: &'a [u8],
    ) -> KmsFuture<'a, SecretKey>;

    fn describe<'a>(&'a self, key: &'a KeyId) -> KmsFuture<'a, KeyDescription>;
}

/// A data key that only its service can open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    pub key: KeyId,
    /// Of the key, counted from 1.
    pub version: u32,
    pub sealed: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDescription {
    pub id: String,
    pub created: SystemTime,
    pub state: KeyState,
    /// How many there have been; the newest one wraps.
    pub versions: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    Enabled,
    /// It wraps nothing and opens nothing.
    Disabled,
}

#[derive(Debug, thiserror::Error)]
pub enum KmsError {
    #[error("there is no key {0}")]
    NoSuchKey(String),
    #[error("key {0} is disabled")]
    Disabled(String),
    #[error("there is a key {0} already")]
    Exists(String),
    #[error("key {id} has been rotated {limit} times: make a new one")]
    TooManyVersions { id: String, limit: usize },
    #[error("key {0} was changed by somebody else at the same time")]
    Concurrent(String),
    /// The master key is not the one it was sealed under, or somebody changed the bytes.
    #[error("what was sealed under {0} does not open")]
    DoesNotOpen(String),
    #[error("the row of key {0} cannot be read")]
    Damaged(String),
    #[error("cryptography: {0}")]
    Cryptography(&'static str),
    #[error(transparent)]
    Store(#[from] storage_engine::Error),
}
