//! Keys kept in the store itself, each sealed under the server's master key.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use ring::aead::LessSafeKey;
use storage_engine::{Engine, Error, SecretKey, TableGuard, TableWrite};

use super::row::Row;
use super::{KeyDescription, KeyId, KeyState, Kms, KmsError, KmsFuture, WrappedKey, seal};
use crate::limits::KMS_KEY_VERSIONS_MAX;

/// Where rows are that are sealed under the master key.
pub const TABLE: &str = "kms";
const PAGE_ROWS: usize = 1000;

/// A key management service inside the store. All keys are in memory while it is open: wrapping
/// and unwrapping wait for nothing. One process at a time has a store open, so nobody else changes
/// them.
pub struct LocalKeyRing {
    engine: Arc<Engine>,
    master: LessSafeKey,
    keys: RwLock<HashMap<String, Arc<RingKey>>>,
}

/// A key, ready to be used.
struct RingKey {
    row: Row,
    /// Its versions, oldest first.
    versions: Vec<LessSafeKey>,
}

impl LocalKeyRing {
    /// Reads all keys there are. Fails if they were sealed under another master key.
    pub async fn open(engine: Arc<Engine>, master: &[u8; 32]) -> Result<Self, KmsError> {
        let ring = Self {
            engine,
            master: seal::under_master(master)?,
            keys: RwLock::default(),
        };
        let mut after: Option<Bytes> = None;
        loop {
            let last = after.as_deref();
            let page = ring.engine.table_scan(TABLE, b"", last, PAGE_ROWS).await?;
            for (id, value) in &page.rows {
                let id = String::from_utf8_lossy(id).into_owned();
                let row = Row::decode(value).ok_or_else(|| KmsError::Damaged(id.clone()))?;
                ring.keep(id, row)?;
            }
            after = page.rows.last().map(|(id, _)| id.clone());
            if !page.more {
                return Ok(ring);
            }
        }
    }

    /// Makes a key. Durable when it returns.
    pub async fn create(&self, id: &KeyId) -> Result<KeyDescription, KmsError> {
        let name = id.name();
        if self.key(name).is_some() {
            return Err(KmsError::Exists(name.to_owned()));
        }
        let row = Row {
            state: KeyState::Enabled,
            created_milliseconds: now(),
            versions: vec![self.new_version(name, 1)?],
        };
        let stored = self.store(name, None, row).await;
        stored.map_err(|error| match error {
            KmsError::Concurrent(name) => KmsError::Exists(name),
            other => other,
        })
    }

    /// Adds a version, which wraps from now on; what older ones wrapped still opens.
    pub async fn rotate(&self, id: &KeyId) -> Result<KeyDescription, KmsError> {
        let key = self.existing(id.name())?;
        let mut row = key.row.clone();
        if row.versions.len() >= KMS_KEY_VERSIONS_MAX {
            return Err(KmsError::TooManyVersions {
                id: id.name().to_owned(),
                limit: KMS_KEY_VERSIONS_MAX,
            });
        }
        let version = row.versions.len() + 1;
        row.versions.push(self.new_version(id.name(), version)?);
        self.store(id.name(), Some(&key.row), row).await
    }

    pub async fn set_state(&self, id: &KeyId, state: KeyState) -> Result<KeyDescription, KmsError> {
        let key = self.existing(id.name())?;
        let row = Row {
            state,
            ..key.row.clone()
        };
        self.store(id.name(), Some(&key.row), row).await
    }

    /// All keys, by their names.
    pub fn list(&self) -> Vec<KeyDescription> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let mut list: Vec<_> = keys
            .iter()
            .map(|(id, key)| described(id, &key.row))
            .collect();
        list.sort_by(|one, other| one.id.cmp(&other.id));
        list
    }

    fn key(&self, name: &str) -> Option<Arc<RingKey>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(name).map(Arc::clone)
    }

    fn existing(&self, name: &str) -> Result<Arc<RingKey>, KmsError> {
        let key = self.key(name);
        key.ok_or_else(|| KmsError::NoSuchKey(name.to_owned()))
    }

    /// A key to be used, which is made if it is one of those that nobody has to make.
    async fn usable(&self, id: &KeyId) -> Result<Arc<RingKey>, KmsError> {
        let found = self.key(id.name());
        if found.is_none() && id.is_made_at_need() {
            match self.create(id).await {
                // Somebody else was faster.
                Ok(_) | Err(KmsError::Exists(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let key = self.existing(id.name())?;
        match key.row.state {
            KeyState::Enabled => Ok(key),
            KeyState::Disabled => Err(KmsError::Disabled(id.name().to_owned())),
        }
    }

    fn new_version(&self, name: &str, version: usize) -> Result<Vec<u8>, KmsError> {
        seal::seal(&self.master, &seal::random()?, &at_rest(name, version))
    }

    /// Replaces a row that must be as it was read, then what is in memory.
    async fn store(
        &self,
        name: &str,
        old: Option<&Row>,
        row: Row,
    ) -> Result<KeyDescription, KmsError> {
        let key = Bytes::copy_from_slice(name.as_bytes());
        let guard = match old {
            None => TableGuard::Absent(key.clone()),
            Some(old) => TableGuard::Equals(key.clone(), old.encode().into()),
        };
        let write = TableWrite::Put(key, row.encode().into());
        let committed = self
            .engine
            .table_commit(TABLE, vec![guard], vec![write])
            .await;
        match committed {
            Ok(()) => {}
            Err(Error::Condition { .. }) => return Err(KmsError::Concurrent(name.to_owned())),
            Err(error) => return Err(error.into()),
        }
        let description = described(name, &row);
        self.keep(name.to_owned(), row)?;
        Ok(description)
    }

    fn keep(&self, name: String, row: Row) -> Result<(), KmsError> {
        let mut versions = Vec::with_capacity(row.versions.len());
        for (sealed, number) in row.versions.iter().zip(1..) {
            let bytes = seal::open(&self.master, sealed, &at_rest(&name, number));
            let bytes = bytes.ok_or_else(|| KmsError::DoesNotOpen(name.clone()))?;
            versions.push(seal::key(&bytes)?);
        }
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let kept = keys.get(&name).map_or(0, |key| key.versions.len());
        // Of two that are stored at the same time the newer one stays, whoever comes last.
        if versions.len() >= kept {
            keys.insert(name, Arc::new(RingKey { row, versions }));
        }
        Ok(())
    }
}

impl Kms for LocalKeyRing {
    fn generate_data_key<'a>(
        &'a self,
        key: &'a KeyId,
        context: &'a [u8],
    ) -> KmsFuture<'a, (SecretKey, WrappedKey)> {
        Box::pin(async move {
            let data_key = SecretKey(seal::random()?);
            let wrapped = self.encrypt(key, &data_key, context).await?;
            Ok((data_key, wrapped))
        })
    }

    fn encrypt<'a>(
        &'a self,
        key: &'a KeyId,
        data_key: &'a SecretKey,
        context: &'a [u8],
    ) -> KmsFuture<'a, WrappedKey> {
        Box::pin(async move {
            let found = self.usable(key).await?;
            let version = u32::try_from(found.versions.len()).unwrap_or(u32::MAX);
            let newest = found.versions.last();
            let newest = newest.ok_or_else(|| KmsError::Damaged(key.name().to_owned()))?;
            let bound = bound(key.name(), version, context);
            Ok(WrappedKey {
                key: key.clone(),
                version,
                sealed: seal::seal(newest, &data_key.0, &bound)?,
            })
        })
    }

    fn decrypt<'a>(
        &'a self,
        wrapped: &'a WrappedKey,
        context: &'a [u8],
    ) -> KmsFuture<'a, SecretKey> {
        Box::pin(async move {
            let name = wrapped.key.name();
            let found = self.usable(&wrapped.key).await?;
            let at = usize::try_from(wrapped.version).unwrap_or(usize::MAX);
            let version = at.checked_sub(1).and_then(|at| found.versions.get(at));
            let bound = bound(name, wrapped.version, context);
            let opened = version.and_then(|key| seal::open(key, &wrapped.sealed, &bound));
            let opened = opened.ok_or_else(|| KmsError::DoesNotOpen(name.to_owned()))?;
            Ok(SecretKey(opened))
        })
    }

    fn describe<'a>(&'a self, key: &'a KeyId) -> KmsFuture<'a, KeyDescription> {
        Box::pin(async move {
            let found = self.existing(key.name())?;
            Ok(described(key.name(), &found.row))
        })
    }
}

impl fmt::Debug for LocalKeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalKeyRing(..)")
    }
}

fn described(id: &str, row: &Row) -> KeyDescription {
    KeyDescription {
        id: id.to_owned(),
        created: row.created(),
        state: row.state,
        versions: u32::try_from(row.versions.len()).unwrap_or(u32::MAX),
    }
}

/// What a version is sealed with, so that none can be put in another's place.
fn at_rest(name: &str, version: usize) -> Vec<u8> {
    format!("{name}\n{version}").into_bytes()
}

fn bound(name: &str, version: u32, context: &[u8]) -> Vec<u8> {
    let mut bound = format!("{name}\n{version}\n").into_bytes();
    bound.extend_from_slice(context);
    bound
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}
