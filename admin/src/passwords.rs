//! Passwords, hashed with Argon2id. A row each in a table of the engine, read when it is needed.
//!
//! They go in the change that their holder goes in.

use crate::limits::{
    HASH_MEMORY_KIB, HASH_ROUNDS, HASHES_AT_ONCE_MAX, PASSWORD_BYTES_MAX, PASSWORD_CHARACTERS_MIN,
};
use crate::random::random;
use crate::refused::Refused;
use argon2::{Algorithm, Argon2, Params, Version};
use http::StatusCode;
use identity::ForeignRow;
use identity::model::Holder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use storage_engine::{Engine, TableGuard, TableWrite};
use tokio::sync::{OnceCell, Semaphore};
use tokio::task;

const TABLE: &str = "admin-password";
/// The row of the root's secret, which is there only to know it again.
const ROOT: &[u8] = b"root";

/// A password as somebody typed it. It shows itself to nobody who prints it.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Password(String);

impl Password {
    pub(crate) fn check(&self, field: &'static str) -> Result<(), Refused> {
        let has_enough = self.0.chars().count() >= PASSWORD_CHARACTERS_MIN;
        match has_enough && self.0.len() <= PASSWORD_BYTES_MAX {
            true => Ok(()),
            false => Err(Refused::field(
                field,
                format!(
                    "A password has at least {PASSWORD_CHARACTERS_MIN} characters and at most \
                     {PASSWORD_BYTES_MAX} bytes."
                ),
            )),
        }
    }

    /// In a time that does not tell where they differ.
    pub(crate) fn is(&self, secret: &str) -> bool {
        blake3::hash(self.0.as_bytes()) == blake3::hash(secret.as_bytes())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// How a password was hashed, so that other bounds do not invalidate what there is.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    memory_kib: u32,
    rounds: u32,
    salt: String,
    hash: String,
    /// Of the root's: how many there were before it.
    #[serde(default)]
    generation: u64,
}

/// What is kept of somebody's password. No two settings of one leave the same.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Stamp(Option<bytes::Bytes>);

#[derive(Debug)]
pub(crate) struct Passwords {
    engine: Arc<Engine>,
    /// A hash takes much memory, and all of a core.
    slots: Arc<Semaphore>,
    /// Which secret of the root the server was started with.
    generation: OnceCell<u64>,
}

impl Passwords {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        Self {
            engine,
            slots: Arc::new(Semaphore::new(HASHES_AT_ONCE_MAX)),
            generation: OnceCell::new(),
        }
    }

    pub(crate) async fn set(&self, holder: &Holder, password: &Password) -> Result<(), Refused> {
        self.keep(key(holder), password, 0, Vec::new()).await
    }

    /// The same, only if nobody has set another or taken it away since `before` was read.
    pub(crate) async fn change(
        &self,
        holder: &Holder,
        password: &Password,
        before: Stamp,
    ) -> Result<(), Refused> {
        let key = key(holder);
        let guard = match before.0 {
            Some(row) => TableGuard::Equals(key.clone(), row),
            None => TableGuard::Absent(key.clone()),
        };
        self.keep(key, password, 0, vec![guard]).await
    }

    /// To know later whether it is still the same password.
    pub(crate) async fn stamp(&self, holder: &Holder) -> Result<Stamp, Refused> {
        Ok(Stamp(self.engine.table_get(TABLE, &key(holder)).await?))
    }

    async fn keep(
        &self,
        key: bytes::Bytes,
        password: &Password,
        generation: u64,
        guards: Vec<TableGuard>,
    ) -> Result<(), Refused> {
        let mut row = Row {
            memory_kib: HASH_MEMORY_KIB,
            rounds: HASH_ROUNDS,
            salt: hex::encode(random::<16>()?),
            hash: String::new(),
            generation,
        };
        row.hash = hex::encode(self.hash(password, &row).await?);
        let row = serde_json::to_vec(&row);
        let row = row.map_err(|error| Refused::failure("a password", &error))?;
        let write = TableWrite::Put(key, row.into());
        let written = self.engine.table_commit(TABLE, guards, vec![write]);
        match written.await {
            Err(storage_engine::Error::Condition { .. }) => Err(Refused::new(
                StatusCode::CONFLICT,
                "PasswordChanged",
                "Somebody else changed the password in this moment.",
            )),
            written => Ok(written?),
        }
    }

    /// Which secret of the server's root this is. Another one in the configuration is another
    /// number, and what hangs on the number ends with it.
    pub(crate) async fn generation(&self, secret: &str) -> Result<u64, Refused> {
        let found = self.generation.get_or_try_init(|| self.recognise(secret));
        found.await.copied()
    }

    async fn recognise(&self, secret: &str) -> Result<u64, Refused> {
        let secret = Password(secret.to_owned());
        let kept = self.engine.table_get(TABLE, ROOT).await?;
        let mut generation = 0;
        if let Some(row) = kept {
            let row = read(&row)?;
            if self.is_of(&row, &secret).await? {
                return Ok(row.generation);
            }
            generation = row.generation + 1;
        }
        self.keep(ROOT.into(), &secret, generation, Vec::new())
            .await?;
        Ok(generation)
    }

    pub(crate) async fn has(&self, holder: &Holder) -> Result<bool, Refused> {
        Ok(self.engine.table_get(TABLE, &key(holder)).await?.is_some())
    }

    pub(crate) async fn remove(&self, holder: &Holder) -> Result<(), Refused> {
        let write = TableWrite::Delete(key(holder));
        self.engine
            .table_commit(TABLE, Vec::new(), vec![write])
            .await?;
        Ok(())
    }

    /// Whether it is the one; who has none is asked in vain, as long as everybody.
    pub(crate) async fn verify(
        &self,
        holder: &Holder,
        password: &Password,
    ) -> Result<bool, Refused> {
        let Some(row) = self.engine.table_get(TABLE, &key(holder)).await? else {
            self.pretend(password).await?;
            return Ok(false);
        };
        self.is_of(&read(&row)?, password).await
    }

    async fn is_of(&self, row: &Row, password: &Password) -> Result<bool, Refused> {
        let hash = self.hash(password, row).await?;
        let kept = hex::decode(&row.hash).ok();
        let kept = kept.and_then(|kept| <[u8; 32]>::try_from(kept).ok());
        let kept = kept.ok_or_else(|| Refused::failure("a password", &"its row is damaged"))?;
        Ok(blake3::Hash::from_bytes(kept) == hash)
    }

    /// Takes the time that a look at a password takes.
    pub(crate) async fn pretend(&self, password: &Password) -> Result<(), Refused> {
        let nobody = Row {
            memory_kib: HASH_MEMORY_KIB,
            rounds: HASH_ROUNDS,
            salt: hex::encode([0; 16]),
            hash: String::new(),
            generation: 0,
        };
        self.hash(password, &nobody).await.map(drop)
    }

    async fn hash(&self, password: &Password, row: &Row) -> Result<[u8; 32], Refused> {
        if password.0.len() > PASSWORD_BYTES_MAX {
            return Err(Refused::field("password", "The password is too long."));
        }
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let slot = slot.map_err(|error| Refused::failure("passwords", &error))?;
        let (password, row) = (password.clone(), row.clone());
        let hashed = task::spawn_blocking(move || {
            let _slot = slot;
            let params = Params::new(row.memory_kib, row.rounds, 1, Some(32))?;
            let salt = hex::decode(&row.salt).unwrap_or_default();
            let mut hash = [0; 32];
            let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            argon.hash_password_into(password.0.as_bytes(), &salt, &mut hash)?;
            Ok::<_, argon2::Error>(hash)
        });
        let hashed = hashed.await;
        let hashed = hashed.map_err(|error| Refused::failure("passwords", &error))?;
        hashed.map_err(|error| Refused::failure("passwords", &error))
    }
}

fn read(row: &[u8]) -> Result<Row, Refused> {
    serde_json::from_slice(row).map_err(|error| Refused::failure("a password", &error))
}

/// The root's password is the server's configuration.
pub(crate) fn of_root() -> Refused {
    Refused::new(
        StatusCode::CONFLICT,
        "RootPassword",
        "The password of the server's root is its root secret, which its configuration sets.",
    )
}

/// What goes with somebody.
pub(crate) fn row_of(holder: &Holder) -> ForeignRow {
    (TABLE, key(holder))
}

/// What rows about somebody are called.
pub(crate) fn key(holder: &Holder) -> bytes::Bytes {
    let kind = match holder {
        Holder::Account(_) => "account",
        Holder::User(_) => "user",
    };
    format!("{kind}/{}", holder.id()).into()
}
