//! The audit log: who changed what, from where, and what came of it. A row each in a table of the
//! engine, newest first, bounded in number and age, and a line each in the server's log, which others
//! may keep. No body of a request goes into it.

pub(crate) mod export;
mod room;

use crate::answer::Answer;
use crate::call::Call;
use crate::limits::{
    AUDIT_ENTRIES_BETWEEN_PRUNINGS, AUDIT_ENTRIES_SCANNED_MAX, AUDIT_TARGET_BYTES_MAX,
};
use crate::local;
use crate::page::{self, Page};
use crate::refused::Refused;
use crate::time::{self, shown_milliseconds};
use bytes::Bytes;
use http::StatusCode;
use ring::rand::{SecureRandom, SystemRandom};
use s3_api::RequestId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use storage_engine::{Engine, TableWrite};
use tokio::sync::Mutex;

const TABLE: &str = "admin-audit";
/// Rows read at once.
const STEP: usize = 1000;

/// A change, or the attempt at one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Change {
    /// Empty where nobody has shown who he is.
    who: String,
    /// Entries of earlier versions have none.
    #[serde(default)]
    credential: String,
    from: String,
    /// As the table of routes calls it.
    action: String,
    target: String,
    outcome: Outcome,
    status: u16,
    error: Option<String>,
    request_id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Done,
    /// Not for who asked.
    Denied,
    /// For another reason.
    Refused,
    Failed,
}

/// What somebody has changed, or tried to, by another way than this interface.
#[derive(Debug)]
pub struct Elsewhere<'a> {
    /// An ARN; empty where nobody has shown who he is.
    pub who: String,
    /// The access key it was signed with; empty where it was not.
    pub access_key: String,
    pub from: Option<IpAddr>,
    pub action: &'static str,
    pub target: String,
    pub status: StatusCode,
    /// The code of the refusal; empty where there is none.
    pub error: &'static str,
    pub request_id: &'a str,
}

impl From<Elsewhere<'_>> for Change {
    fn from(change: Elsewhere<'_>) -> Self {
        let mut target = change.target;
        shorten(&mut target);
        Self {
            who: change.who,
            credential: match change.access_key.as_str() {
                "" => String::new(),
                key => format!("key/{key}"),
            },
            from: change.from.map(|it| it.to_string()).unwrap_or_default(),
            action: change.action.to_owned(),
            target,
            outcome: Outcome::of(change.status),
            status: change.status.as_u16(),
            error: (!change.error.is_empty()).then(|| change.error.to_owned()),
            request_id: change.request_id.to_owned(),
        }
    }
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Denied => "denied",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
        }
    }

    fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Outcome::Denied,
            status if status.is_server_error() => Outcome::Failed,
            status if status.is_client_error() => Outcome::Refused,
            _ => Outcome::Done,
        }
    }
}

/// What an entry is about, within its bound.
pub(crate) fn shorten(target: &mut String) {
    target.truncate(target.floor_char_boundary(AUDIT_TARGET_BYTES_MAX));
}

impl Change {
    pub(crate) fn of(
        call: &Call<'_>,
        action: &str,
        id: &RequestId,
        outcome: Result<&Answer, &Refused>,
    ) -> Self {
        let (status, error) = match outcome {
            Ok(answer) => (answer.status(), None),
            Err(refused) => (refused.status, Some(refused.code.clone().into_owned())),
        };
        let mut target = call.target();
        shorten(&mut target);
        Self {
            who: call.who(),
            credential: call
                .bearer
                .as_ref()
                .map(|it| it.by.name())
                .unwrap_or_default(),
            from: local::origin(call),
            action: action.to_owned(),
            target,
            outcome: Outcome::of(status),
            status: status.as_u16(),
            error,
            request_id: id.as_str().to_owned(),
        }
    }
}

/// An entry of the audit log.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Entry {
    time: String,
    /// The ARN of who did it; empty where nobody had shown who he was.
    who: String,
    /// What it was done with: `session/ID`, `token/ID` or `key/ID`; empty where it was none of them.
    credential: String,
    /// The address it came from; `socket`, `command line` or `configuration` where it came from the
    /// machine itself.
    from: String,
    /// The `operationId` of the request.
    action: String,
    /// What it was about: a bucket, a key behind its bucket, a user, …
    target: String,
    outcome: Outcome,
    status: u16,
    /// The code of the refusal.
    error: Option<String>,
    request_id: String,
}

pub(crate) struct AuditLog {
    engine: Arc<Engine>,
    /// Tells entries of one moment apart, also those of two starts.
    salt: u32,
    written: AtomicU64,
    pruning: Mutex<()>,
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditLog(..)")
    }
}

impl AuditLog {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        let mut salt = [0; 4];
        // Without it two entries of one microsecond may become one after a start.
        let _ = SystemRandom::new().fill(&mut salt);
        Self {
            engine,
            salt: u32::from_be_bytes(salt),
            written: AtomicU64::new(0),
            pruning: Mutex::new(()),
        }
    }

    /// Notes what has happened. A log that cannot be written is told of in the other one: what
    /// happened has happened.
    pub(crate) async fn note(self: &Arc<Self>, change: Change, now_seconds: u64) {
        change.tell();
        let count = self.written.fetch_add(1, Ordering::Relaxed);
        let key = key(SystemTime::now(), self.salt, count);
        let written = match serde_json::to_vec(&change) {
            Ok(row) => {
                let write = TableWrite::Put(key.into(), row.into());
                let written = self.engine.table_commit(TABLE, Vec::new(), vec![write]);
                written.await.map_err(|error| error.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = written {
            tracing::error!(%error, ?change, "the audit log cannot be written");
        }
        if count.is_multiple_of(AUDIT_ENTRIES_BETWEEN_PRUNINGS) {
            let log = Arc::clone(self);
            tokio::spawn(async move {
                if let Err(error) = log.prune(now_seconds).await {
                    tracing::error!(%error, "the audit log cannot be pruned");
                }
            });
        }
    }

    /// Newest first, from `after` on, those that fit. Looks at a bounded number of entries; where
    /// it stopped is where to go on.
    async fn read(
        &self,
        filter: &Filter,
        after: Option<Bytes>,
        limit: usize,
    ) -> Result<(Vec<Entry>, Option<Bytes>), Refused> {
        let mut after = after.or_else(|| filter.to.map(|to| key_at(to + 1).to_vec().into()));
        let mut entries = Vec::new();
        let mut looked_at = 0;
        loop {
            let page = self.engine.table_scan(TABLE, b"", after.as_deref(), STEP);
            let page = page.await?;
            for (key, row) in page.rows {
                let micros = micros_of(&key);
                if filter.from.is_some_and(|from| micros < from) {
                    return Ok((entries, None));
                }
                let change = serde_json::from_slice(&row);
                let change: Change =
                    change.map_err(|error| Refused::failure("the audit log", &error))?;
                looked_at += 1;
                if filter.fits(&change) {
                    entries.push(change.shown(micros));
                }
                after = Some(key);
                if entries.len() == limit || looked_at == AUDIT_ENTRIES_SCANNED_MAX {
                    return Ok((entries, after));
                }
            }
            if !page.more {
                return Ok((entries, None));
            }
        }
    }
}

impl Change {
    /// To whoever keeps the server's log, where texts are quoted and escaped like all from outside.
    /// `target` has another name there: in JSON that word says which part of the program speaks.
    fn tell(&self) {
        tracing::info!(
            target: "audit",
            who = self.who,
            credential = self.credential,
            from = self.from,
            action = self.action,
            about = self.target,
            outcome = self.outcome.name(),
            status = self.status,
            error = self.error,
            request_id = self.request_id,
            "change"
        );
    }

    fn shown(self, micros: u64) -> Entry {
        Entry {
            time: shown_milliseconds(micros / 1000),
            who: self.who,
            credential: self.credential,
            from: self.from,
            action: self.action,
            target: self.target,
            outcome: self.outcome,
            status: self.status,
            error: self.error,
            request_id: self.request_id,
        }
    }
}

/// Later moments have smaller keys, so that a scan begins with the newest.
fn key_at(micros: u64) -> [u8; 8] {
    (u64::MAX - micros).to_be_bytes()
}

fn key(at: SystemTime, salt: u32, count: u64) -> Vec<u8> {
    let micros = at
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_micros();
    let mut key = key_at(u64::try_from(micros).unwrap_or(u64::MAX)).to_vec();
    // Of one microsecond the later one comes first, too.
    key.extend((u64::MAX - count).to_be_bytes());
    key.extend(salt.to_be_bytes());
    key
}

fn micros_of(key: &[u8]) -> u64 {
    let front = key.first_chunk().copied().unwrap_or_default();
    u64::MAX - u64::from_be_bytes(front)
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// What the ARN of who did it contains.
    who: Option<String>,
    /// What its credential contains: the number of a session or a token, or an access key.
    credential: Option<String>,
    /// An `operationId`, `DeleteBucket`.
    action: Option<String>,
    /// What its target begins with.
    target: Option<String>,
    outcome: Option<Outcome>,
    /// What the address it came from begins with.
    address: Option<String>,
    /// The id of the request, whole.
    request_id: Option<String>,
    /// The first moment, RFC 3339.
    from: Option<String>,
    /// The last moment, RFC 3339.
    to: Option<String>,
    /// Items of the page, 1 to 1,000; 100 unless given.
    limit: Option<u32>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
}

struct Filter {
    who: Option<String>,
    credential: Option<String>,
    action: Option<String>,
    target: Option<String>,
    outcome: Option<Outcome>,
    address: Option<String>,
    request_id: Option<String>,
    from: Option<u64>,
    to: Option<u64>,
}

impl Filter {
    fn of(query: &AuditQuery) -> Result<Self, Refused> {
        let micros = |field, text: &Option<String>| -> Result<Option<u64>, Refused> {
            let Some(text) = text else { return Ok(None) };
            let since = time::parse(field, text)?.duration_since(UNIX_EPOCH);
            let micros = since.unwrap_or_default().as_micros();
            Ok(Some(u64::try_from(micros).unwrap_or(u64::MAX - 1)))
        };
        Ok(Self {
            who: query.who.clone(),
            credential: query.credential.clone(),
            action: query.action.clone(),
            target: query.target.clone(),
            outcome: query.outcome,
            address: query.address.clone(),
            request_id: query.request_id.clone(),
            from: micros("from", &query.from)?,
            to: micros("to", &query.to)?,
        })
    }

    fn fits(&self, change: &Change) -> bool {
        self.who.as_ref().is_none_or(|who| change.who.contains(who))
            && self
                .credential
                .as_ref()
                .is_none_or(|it| change.credential.contains(it))
            && self
                .action
                .as_ref()
                .is_none_or(|action| change.action == *action)
            && self
                .target
                .as_ref()
                .is_none_or(|it| change.target.starts_with(it))
            && self.outcome.is_none_or(|outcome| change.outcome == outcome)
            && self
                .address
                .as_ref()
                .is_none_or(|it| change.from.starts_with(it))
            && self
                .request_id
                .as_ref()
                .is_none_or(|it| change.request_id.eq_ignore_ascii_case(it))
    }
}

pub(crate) async fn list(call: &Call<'_>, query: AuditQuery) -> Result<Page<Entry>, Refused> {
    call.permit("cairn:ReadAudit")?;
    let limit = page::limit(query.limit)? as usize;
    let filter = Filter::of(&query)?;
    let after = query.cursor.as_deref().map(hex::decode).transpose();
    let after = after.map_err(|_| Refused::field("cursor", "This is no cursor of this list."))?;
    let read = call
        .admin
        .audit
        .read(&filter, after.map(Bytes::from), limit);
    let (items, next) = read.await?;
    Ok(Page {
        items,
        next: next.map(hex::encode),
    })
}

#[cfg(test)]
mod tests;
