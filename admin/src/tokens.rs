//! Tokens of services: who brings one is whoever made it, as far as its policy lets it, until it
//! expires. A row each in a table of the engine, and all of them in memory. A token is random, so
//! that a plain digest is all that has to be kept of it.

pub(crate) mod own;

use crate::inner::OpenError;
use crate::limits::{TOKEN_SHOWN_SECONDS, TOKEN_USE_SECONDS, TOKENS_MAX, TOKENS_PER_USER_MAX};
use crate::random::random;
use crate::refused::Refused;
use crate::session::bearer::ended;
use base64_simd::URL_SAFE_NO_PAD;
use http::StatusCode;
use identity::model::Holder;
use identity::{ForeignRow, Restriction};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use storage_engine::{Engine, TableGuard, TableWrite};
use tokio::sync::Mutex;

const TABLE: &str = "admin-token";

/// What every token begins with, so that people and programs that look for secrets know it.
pub(crate) const FRONT: &str = "cairn_";

const ID_BYTES: usize = 16;
const SECRET_BYTES: usize = 32;

/// Not secret; the secret comes behind it in the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TokenId([u8; ID_BYTES]);

impl TokenId {
    pub(crate) fn shown(self) -> String {
        hex::encode(self.0)
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut id = [0; ID_BYTES];
        hex::decode_to_slice(text, &mut id).ok()?;
        Some(Self(id))
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) holder: Holder,
    pub(crate) name: String,
    pub(crate) created: u64,
    pub(crate) expires: u64,
    /// The document it may not go beyond.
    pub(crate) policy: Option<String>,
    /// BLAKE3 of the secret, in hexadecimal.
    hash: String,
    /// To within minutes.
    used: Option<u64>,
    /// Of the server's root: which of its secrets it was made with.
    #[serde(default)]
    pub(crate) generation: u64,
}

#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) row: Row,
    hash: blake3::Hash,
    pub(crate) restriction: Option<Restriction>,
    /// When it was used last; 0 before it ever was.
    used: AtomicU64,
    /// What of that is written down.
    written: AtomicU64,
}

impl Token {
    fn new(row: Row) -> Result<Self, String> {
        let hash = blake3::Hash::from_hex(&row.hash).map_err(|error| error.to_string())?;
        let restriction = row.policy.as_deref().map(Restriction::parse).transpose();
        let restriction = restriction.map_err(|error| error.to_string())?;
        let used = row.used.unwrap_or_default();
        Ok(Self {
            hash,
            restriction,
            used: used.into(),
            written: used.into(),
            row,
        })
    }

    pub(crate) fn last_used(&self) -> Option<u64> {
        match self.used.load(Ordering::Relaxed) {
            0 => None,
            used => Some(used),
        }
    }
}

/// What somebody asks for.
pub(crate) struct Wanted {
    pub(crate) holder: Holder,
    pub(crate) generation: u64,
    pub(crate) name: String,
    pub(crate) expires: u64,
    pub(crate) policy: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Tokens {
    engine: Arc<Engine>,
    known: RwLock<HashMap<TokenId, Arc<Token>>>,
    /// Held by whoever changes something.
    changing: Mutex<()>,
}

impl Tokens {
    pub(crate) async fn open(engine: Arc<Engine>) -> Result<Self, OpenError> {
        let mut known = HashMap::new();
        let mut after: Option<bytes::Bytes> = None;
        loop {
            let page = engine.table_scan(TABLE, b"", after.as_deref(), TOKENS_MAX);
            let page = page.await?;
            for (key, row) in &page.rows {
                let damaged = |detail: String| OpenError::Damaged {
                    table: TABLE,
                    detail,
                };
                let id = <[u8; ID_BYTES]>::try_from(&**key).map_err(|e| damaged(e.to_string()))?;
                let row = serde_json::from_slice(row).map_err(|e| damaged(e.to_string()))?;
                let token = Token::new(row).map_err(damaged)?;
                known.insert(TokenId(id), Arc::new(token));
            }
            after = page.rows.last().map(|(key, _)| key.clone());
            if !page.more {
                break;
            }
        }
        Ok(Self {
            engine,
            known: RwLock::new(known),
            changing: Mutex::new(()),
        })
    }

    fn known(&self) -> RwLockReadGuard<'_, HashMap<TokenId, Arc<Token>>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one that is meant, whether or not it has expired.
    pub(crate) fn find(&self, text: &str) -> Option<(TokenId, Arc<Token>)> {
        let text = text.strip_prefix(FRONT)?;
        // Anything longer is none of ours, whatever it is.
        if text.len() != (ID_BYTES + SECRET_BYTES) / 3 * 4 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode_to_vec(text).ok()?;
        let (id, secret) = bytes.split_first_chunk::<ID_BYTES>()?;
        let token = Arc::clone(self.known().get(&TokenId(*id))?);
        // The comparison takes the same time wherever they differ.
        (token.hash == blake3::hash(secret)).then_some((TokenId(*id), token))
    }

    pub(crate) fn named(&self, id: TokenId) -> Option<Arc<Token>> {
        self.known().get(&id).cloned()
    }

    /// Those of somebody, the newest first.
    pub(crate) fn of_holder(&self, holder: &Holder) -> Vec<(TokenId, Arc<Token>)> {
        let known = self.known();
        let own = known.iter().filter(|(_, it)| it.row.holder == *holder);
        let mut own: Vec<_> = own.map(|(id, it)| (*id, Arc::clone(it))).collect();
        own.sort_unstable_by_key(|(id, it)| (std::cmp::Reverse(it.row.created), *id));
        own
    }

    /// The token, and its text, which is known only now.
    pub(crate) async fn make(
        &self,
        wanted: Wanted,
        now: u64,
        is_let_in: impl FnOnce() -> bool,
    ) -> Result<(TokenId, Arc<Token>, String), Refused> {
        let _held = self.changing.lock().await;
        // Whoever is shut out loses his session first, then his tokens: none comes behind.
        if !is_let_in() {
            return Err(ended());
        }
        let gone = self.making_room_for(&wanted.holder, now)?;
        let (id, secret) = (random::<ID_BYTES>()?, random::<SECRET_BYTES>()?);
        let row = Row {
            holder: wanted.holder,
            name: wanted.name,
            created: now,
            expires: wanted.expires,
            policy: wanted.policy,
            hash: blake3::hash(&secret).to_hex().to_string(),
            used: None,
            generation: wanted.generation,
        };
        let mut writes: Vec<TableWrite> = gone.iter().map(deletion).collect();
        writes.push(TableWrite::Put(id.to_vec().into(), text_of(&row)?));
        let token = Token::new(row).map_err(|error| Refused::failure("a token", &error))?;
        let token = Arc::new(token);
        self.engine.table_commit(TABLE, Vec::new(), writes).await?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for id in &gone {
            known.remove(id);
        }
        known.insert(TokenId(id), Arc::clone(&token));
        let text = [&id[..], &secret].concat();
        let text = format!("{FRONT}{}", URL_SAFE_NO_PAD.encode_to_string(text));
        Ok((TokenId(id), token, text))
    }

    /// What expired long ago.
    fn making_room_for(&self, holder: &Holder, now: u64) -> Result<Vec<TokenId>, Refused> {
        let known = self.known();
        let over = known
            .iter()
            .filter(|(_, it)| it.row.expires + TOKEN_SHOWN_SECONDS <= now);
        let gone: Vec<TokenId> = over.map(|(id, _)| *id).take(1000).collect();
        let own = known.iter().filter(|(id, it)| {
            it.row.holder == *holder && it.row.expires > now && !gone.contains(id)
        });
        let is_full = known.len() - gone.len() >= TOKENS_MAX;
        match own.count() >= TOKENS_PER_USER_MAX || is_full {
            false => Ok(gone),
            true => Err(Refused::new(
                StatusCode::CONFLICT,
                "TooManyTokens",
                format!("There can be {TOKENS_PER_USER_MAX} tokens at once; delete one first."),
            )),
        }
    }

    /// Notes a use: in memory at once, in its row now and then.
    pub(crate) fn used(&self, id: TokenId, token: &Arc<Token>, now: u64) {
        token.used.fetch_max(now, Ordering::Relaxed);
        let written = token.written.load(Ordering::Relaxed);
        if now.saturating_sub(written) < TOKEN_USE_SECONDS {
            return;
        }
        let taken =
            token
                .written
                .compare_exchange(written, now, Ordering::Relaxed, Ordering::Relaxed);
        if taken.is_err() {
            return;
        }
        let (engine, token) = (Arc::clone(&self.engine), Arc::clone(token));
        tokio::spawn(async move {
            if let Err(error) = write_use(&engine, id, &token, now).await {
                tracing::warn!(%error, "the use of a token cannot be written down");
            }
        });
    }

    /// Whether there was one of theirs to delete.
    pub(crate) async fn remove(&self, holder: &Holder, id: TokenId) -> Result<bool, Refused> {
        let _held = self.changing.lock().await;
        let is_theirs = {
            let known = self.known();
            known.get(&id).is_some_and(|it| it.row.holder == *holder)
        };
        if is_theirs {
            self.delete(&[id]).await?;
        }
        Ok(is_theirs)
    }

    pub(crate) async fn remove_all_of(&self, holder: &Holder) -> Result<(), Refused> {
        let _held = self.changing.lock().await;
        let own = self.of_holder(holder).into_iter();
        let ids: Vec<TokenId> = own.map(|(id, _)| id).collect();
        self.delete(&ids).await
    }

    /// What goes with somebody.
    pub(crate) fn rows_of(&self, holder: &Holder) -> Vec<ForeignRow> {
        let known = self.known();
        let own = known.iter().filter(|(_, it)| it.row.holder == *holder);
        own.map(|(id, _)| (TABLE, id.0.to_vec().into())).collect()
    }

    /// Its rows are gone.
    pub(crate) fn forget(&self, holder: &Holder) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, it| it.row.holder != *holder);
    }

    async fn delete(&self, ids: &[TokenId]) -> Result<(), Refused> {
        if ids.is_empty() {
            return Ok(());
        }
        let writes = ids.iter().map(deletion).collect();
        self.engine.table_commit(TABLE, Vec::new(), writes).await?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for id in ids {
            known.remove(id);
        }
        Ok(())
    }
}

/// One that was deleted in between stays so.
async fn write_use(
    engine: &Engine,
    id: TokenId,
    token: &Token,
    now: u64,
) -> storage_engine::Result<()> {
    let Some(text) = engine.table_get(TABLE, &id.0).await? else {
        return Ok(());
    };
    let row = Row {
        used: Some(now),
        ..token.row.clone()
    };
    let Ok(row) = serde_json::to_vec(&row) else {
        return Ok(());
    };
    let key = bytes::Bytes::copy_from_slice(&id.0);
    let guard = TableGuard::Equals(key.clone(), text);
    let write = TableWrite::Put(key, row.into());
    match engine.table_commit(TABLE, vec![guard], vec![write]).await {
        Err(storage_engine::Error::Condition { .. }) => Ok(()),
        written => written,
    }
}

fn text_of(row: &Row) -> Result<bytes::Bytes, Refused> {
    let text = serde_json::to_vec(row);
    let text = text.map_err(|error| Refused::failure("a token", &error))?;
    Ok(text.into())
}

fn deletion(id: &TokenId) -> TableWrite {
    TableWrite::Delete(id.0.to_vec().into())
}

#[cfg(test)]
mod tests;
