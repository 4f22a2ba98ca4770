//! Requests that come again: with the key of the first one, its answer is given again and nothing
//! is done a second time. A row each in a table of the engine, for a day, bounded in number.
//!
//! An answer may hold a secret that is kept nowhere else. So it is sealed under a key made from the
//! master key and from the client's: whoever has the folder and the master key does not open it.

use crate::answer::{Answer, read_bytes, whole, with_type};
use crate::body::RequestBody;
use crate::handle::{Asked, perform};
use crate::inner::Inner;
use crate::limits::{
    KEYS_BODY_BYTES_MAX, REPEAT_ANSWER_BYTES_MAX, REPEAT_KEY_CHARS_MAX, REPEAT_SECONDS, REPEATS_MAX,
};
use crate::locks::{Locks, Name};
use crate::passwords;
use crate::refused::Refused;
use crate::route::{Audited, Door, Route};
use crate::session::bearer::{Bearer, By};
use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, StatusCode};
use identity::{Purpose, Sealer};
use s3_api::RequestId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use storage_engine::{Engine, TableWrite};
use tokio::sync::OnceCell;

const TABLE: &str = "admin-repeat";
/// Rows read at once; they can be long.
const STEP: usize = 100;

pub(crate) const HEADER: &str = "Idempotency-Key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    /// When it was begun.
    at: u64,
    /// A keyed digest of what was asked for.
    request: String,
    /// None while it is not known what came of it.
    done: Option<Done>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Done {
    status: u16,
    /// In hexadecimal. None where it was too long to be kept.
    sealed: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Repeats {
    engine: Arc<Engine>,
    names: [u8; 32],
    keys: [u8; 32],
    /// By age, so that the old ones go without a look at all. Read when it is needed.
    ages: OnceCell<Mutex<BTreeSet<(u64, Name)>>>,
    locks: Locks,
}

/// A request with a key.
pub(crate) struct Repeatable {
    key: String,
    name: Name,
    request: Bytes,
    sealer: Sealer,
    digest: String,
}

impl Repeats {
    pub(crate) fn new(engine: Arc<Engine>, master: &[u8; 32]) -> Self {
        Self {
            engine,
            names: blake3::derive_key("cairn admin 2026-11 names of repeated requests", master),
            keys: blake3::derive_key("cairn admin 2026-11 keys of repeated requests", master),
            ages: OnceCell::new(),
            locks: Locks::default(),
        }
    }

    async fn repeatable(
        &self,
        key: String,
        bearer: &Bearer,
        parts: &Parts,
        body: RequestBody,
    ) -> Result<Repeatable, Refused> {
        let request: Bytes = read_bytes(body, KEYS_BODY_BYTES_MAX).await?.into();
        // A row is called by whose key it is, and by the key.
        let mut name = blake3::Hasher::new_keyed(&self.names);
        name.update(&passwords::key(&bearer.holder));
        // A token may less than its user: it gets no answers but its own.
        if let By::Token(id) = bearer.by {
            name.update(id.shown().as_bytes());
        }
        name.update(b"\0").update(key.as_bytes());
        let own = blake3::keyed_hash(&self.keys, key.as_bytes());
        let mut digest = blake3::Hasher::new_keyed(own.as_bytes());
        digest.update(parts.method.as_str().as_bytes());
        for part in [parts.uri.path(), parts.uri.query().unwrap_or_default()] {
            digest.update(b"\0").update(part.as_bytes());
        }
        digest.update(b"\0").update(&request);
        Ok(Repeatable {
            name: *name.finalize().as_bytes(),
            sealer: Sealer::new(own.as_bytes(), Purpose::RepeatedAnswers)?,
            digest: digest.finalize().to_hex().to_string(),
            request,
            key,
        })
    }

    /// The answer there is already, or why there is none though something was done.
    async fn find(&self, asked: &Repeatable, now: u64) -> Result<Option<Answer>, Refused> {
        let Some(row) = self.engine.table_get(TABLE, &asked.name).await? else {
            return Ok(None);
        };
        let damaged = |detail: &str| Refused::failure("a repeated request", &detail);
        let row: Row = serde_json::from_slice(&row).map_err(|error| damaged(&error.to_string()))?;
        if row.at + REPEAT_SECONDS <= now {
            return Ok(None);
        }
        if row.request != asked.digest {
            let message = "This Idempotency-Key came with another request before.";
            return Err(conflict("IdempotencyKeyReused", message));
        }
        let done = row.done.ok_or_else(|| {
            let message = "This was begun before, and the server ended before its answer was \
                           known. Look whether it was done; then use another key.";
            conflict("OutcomeUnknown", message)
        })?;
        let sealed = done.sealed.ok_or_else(|| {
            let message = "This was done before. Its answer was too long to be kept.";
            conflict("AnswerNotKept", message)
        })?;
        let sealed = hex::decode(sealed).ok();
        let text = sealed.and_then(|sealed| asked.sealer.open(&sealed, &asked.name));
        let text = text.ok_or_else(|| damaged("its answer does not open"))?;
        let mut answer = with_type(text, "application/json");
        let status = StatusCode::from_u16(done.status);
        *answer.status_mut() = status.map_err(|error| damaged(&error.to_string()))?;
        let headers = answer.headers_mut();
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
        Ok(Some(answer))
    }

    /// Durable before anything is done: what ended half way is not done twice.
    async fn begin(&self, asked: &Repeatable, now: u64) -> Result<(), Refused> {
        let ages = self.ages.get_or_try_init(|| self.read_ages()).await?;
        let row = Row {
            at: now,
            request: asked.digest.clone(),
            done: None,
        };
        let gone = gone(&lock(ages), now);
        let mut writes = vec![put(&asked.name, &row)?];
        let deleted = gone.iter().filter(|(_, name)| *name != asked.name);
        writes.extend(deleted.map(|(_, name)| TableWrite::Delete(name.to_vec().into())));
        self.engine.table_commit(TABLE, Vec::new(), writes).await?;
        let mut ages = lock(ages);
        for old in &gone {
            ages.remove(old);
        }
        begin_anew(&mut ages, asked.name, now);
        Ok(())
    }

    /// What came of it. Where it was refused, nothing was done, and it can be tried again.
    async fn finish(&self, asked: &Repeatable, done: Option<Done>, at: u64) -> Result<(), Refused> {
        let write = match done {
            None => TableWrite::Delete(asked.name.to_vec().into()),
            Some(done) => {
                let row = Row {
                    at,
                    request: asked.digest.clone(),
                    done: Some(done),
                };
                put(&asked.name, &row)?
            }
        };
        let is_gone = matches!(write, TableWrite::Delete(_));
        let written = self.engine.table_commit(TABLE, Vec::new(), vec![write]);
        written.await?;
        if let Some(ages) = self.ages.get().filter(|_| is_gone) {
            lock(ages).remove(&(at, asked.name));
        }
        Ok(())
    }

    async fn read_ages(&self) -> Result<Mutex<BTreeSet<(u64, Name)>>, Refused> {
        let mut ages = BTreeSet::new();
        let mut after: Option<Bytes> = None;
        loop {
            let page = self.engine.table_scan(TABLE, b"", after.as_deref(), STEP);
            let page = page.await?;
            for (key, row) in &page.rows {
                let name = Name::try_from(&**key);
                let name = name.map_err(|error| Refused::failure("a repeated request", &error))?;
                let row = serde_json::from_slice::<Row>(row);
                let row = row.map_err(|error| Refused::failure("a repeated request", &error))?;
                ages.insert((row.at, name));
            }
            after = page.rows.last().map(|(key, _)| key.clone());
            if !page.more {
                return Ok(Mutex::new(ages));
            }
        }
    }
}

/// Whether it changes something that would be changed twice.
pub(crate) fn is_repeatable(route: &Route) -> bool {
    let is_change = route.method == Method::POST && route.audited == Audited::Yes;
    is_change && route.door != Door::Open
}

/// The key of a request that changes something; of others it means nothing.
pub(crate) fn key_of(route: &Route, parts: &Parts) -> Result<Option<String>, Refused> {
    let value = parts.headers.get(HEADER);
    let Some(value) = value.filter(|_| is_repeatable(route)) else {
        return Ok(None);
    };
    let text = value.to_str().ok();
    let text = text.filter(|text| (1..=REPEAT_KEY_CHARS_MAX).contains(&text.len()));
    let text = text.ok_or_else(|| {
        let message = format!("It has 1 to {REPEAT_KEY_CHARS_MAX} characters of ASCII.");
        Refused::field(HEADER, message)
    })?;
    Ok(Some(text.to_owned()))
}

/// Does it, unless it was done before. Whoever comes with the same key meanwhile waits for it. A
/// client that goes away does not stop it: its answer waits for the client's next attempt.
pub(crate) async fn once(
    inner: &Arc<Inner>,
    key: String,
    asked: Asked,
    (parts, body): (&Parts, RequestBody),
    id: &RequestId,
) -> Result<Answer, Refused> {
    let Some(bearer) = &asked.bearer else {
        return perform(inner, asked, parts, body, id).await;
    };
    let repeats = &inner.repeats;
    let repeatable = repeats.repeatable(key, bearer, parts, body).await?;
    let held = repeats.locks.hold(repeatable.name).await;
    let now = inner.seconds();
    if let Some(answer) = repeats.find(&repeatable, now).await? {
        return Ok(answer);
    }
    let (inner, parts, id) = (Arc::clone(inner), parts.clone(), id.clone());
    let done = tokio::spawn(async move {
        let _held = held;
        let repeats = &inner.repeats;
        repeats.begin(&repeatable, now).await?;
        let body = whole(repeatable.request.clone());
        let outcome = perform(&inner, asked, &parts, body, &id).await;
        let done = match &outcome {
            Ok(answer) => Some(kept(&repeatable, answer)?),
            Err(_) => None,
        };
        if let Err(refused) = repeats.finish(&repeatable, done, now).await {
            tracing::warn!(error = refused.message, "an answer cannot be kept");
        }
        outcome
    });
    let done = done.await;
    done.map_err(|error| Refused::failure("a repeated request", &error))?
}

fn kept(asked: &Repeatable, answer: &Answer) -> Result<Done, Refused> {
    let text = answer.body().whole();
    let text = text.filter(|text| text.len() <= REPEAT_ANSWER_BYTES_MAX);
    let sealed = text.map(|text| asked.sealer.seal(text, &asked.name));
    Ok(Done {
        status: answer.status().as_u16(),
        sealed: sealed.transpose()?.map(hex::encode),
    })
}

/// What is too old, and the oldest of what is too much.
fn gone(ages: &BTreeSet<(u64, Name)>, now: u64) -> Vec<(u64, Name)> {
    let too_many = (ages.len() + 1).saturating_sub(REPEATS_MAX);
    let old = ages.iter().enumerate();
    let old = old.take_while(|(at, (begun, _))| *at < too_many || begun + REPEAT_SECONDS <= now);
    // The rest goes with the next ones: one change has a bound.
    old.map(|(_, age)| *age).take(STEP).collect()
}

/// Of each name there is one row, and so one age: with an older one beside it, the row would go when
/// that one is over.
fn begin_anew(ages: &mut BTreeSet<(u64, Name)>, name: Name, now: u64) {
    ages.retain(|(_, there)| *there != name);
    ages.insert((now, name));
}

fn lock(ages: &Mutex<BTreeSet<(u64, Name)>>) -> MutexGuard<'_, BTreeSet<(u64, Name)>> {
    ages.lock().unwrap_or_else(PoisonError::into_inner)
}

fn put(name: &Name, row: &Row) -> Result<TableWrite, Refused> {
    let text = serde_json::to_vec(row);
    let text = text.map_err(|error| Refused::failure("a repeated request", &error))?;
    Ok(TableWrite::Put(name.to_vec().into(), text.into()))
}

fn conflict(code: &'static str, message: &str) -> Refused {
    Refused::new(StatusCode::CONFLICT, code, message)
}

impl std::fmt::Debug for Repeatable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Repeatable({} bytes)", self.key.len())
    }
}

#[cfg(test)]
mod tests;
