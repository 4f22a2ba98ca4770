//! Sessions: who is logged in. A row each in a table of the engine, and all of them in memory.
//!
//! The access token names a session and says until when it is good; the refresh token, in a cookie,
//! says how often the session was refreshed before. One that comes a second time has been stolen,
//! by whoever came first or by whoever comes now: the session ends. For a few seconds the second
//! one gets what the first one got: a page that is loaded again asks twice.

pub(crate) mod bearer;
pub(crate) mod login;
pub(crate) mod own;
pub(crate) mod token;
pub(crate) mod who;

use crate::guesses::network;
use crate::inner::OpenError;
use crate::limits::{
    ACCESS_SECONDS, IDLE_SECONDS_MAX, REFRESH_GRACE_SECONDS, SESSION_SECONDS_MAX, SESSIONS_MAX,
    SESSIONS_PER_USER_MAX,
};
use crate::random::random;
use crate::refused::Refused;
use http::StatusCode;
use identity::ForeignRow;
use identity::model::Holder;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use storage_engine::{Engine, TableWrite};
use token::{Access, Refresh, SessionId, Signer};
use tokio::sync::Mutex;

const TABLE: &str = "admin-session";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) holder: Holder,
    /// The name that was logged in with.
    pub(crate) name: String,
    pub(crate) created: u64,
    /// Unless it is used before.
    pub(crate) expires: u64,
    /// How often it has been refreshed.
    pub(crate) turn: u64,
    /// When it last was.
    #[serde(default)]
    pub(crate) refreshed: u64,
    /// When a second factor was shown.
    #[serde(default)]
    pub(crate) second_factor: Option<u64>,
    /// Of the server's root: which of its secrets that was.
    #[serde(default)]
    pub(crate) generation: u64,
    pub(crate) from: String,
    pub(crate) agent: String,
}

#[derive(Debug)]
struct Known {
    session: Arc<Session>,
    /// When it was last used, as far as this start knows.
    seen: AtomicU64,
}

impl Known {
    fn new(session: Arc<Session>, seen: u64) -> Self {
        Self {
            session,
            seen: seen.into(),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Sessions {
    engine: Arc<Engine>,
    signer: Signer,
    known: RwLock<HashMap<SessionId, Known>>,
    /// Held by whoever changes something.
    changing: Mutex<()>,
}

/// What a login or a refresh gives.
pub(crate) struct Opened {
    pub(crate) id: SessionId,
    pub(crate) session: Arc<Session>,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// Why a refresh token opens nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stale {
    Unknown,
    /// It came a second time; the session has been ended.
    Reused,
}

impl Sessions {
    pub(crate) async fn open(engine: Arc<Engine>, master: &[u8; 32]) -> Result<Self, OpenError> {
        let mut known = HashMap::new();
        let mut after: Option<bytes::Bytes> = None;
        loop {
            let page = engine.table_scan(TABLE, b"", after.as_deref(), SESSIONS_MAX);
            let page = page.await?;
            for (key, row) in &page.rows {
                let damaged = |detail: String| OpenError::Damaged {
                    table: TABLE,
                    detail,
                };
                let id = <[u8; 16]>::try_from(&**key).map_err(|e| damaged(e.to_string()))?;
                let row = serde_json::from_slice(row).map_err(|e| damaged(e.to_string()))?;
                known.insert(SessionId(id), Known::new(Arc::new(row), 0));
            }
            after = page.rows.last().map(|(key, _)| key.clone());
            if !page.more {
                break;
            }
        }
        Ok(Self {
            engine,
            signer: Signer::new(master),
            known: RwLock::new(known),
            changing: Mutex::new(()),
        })
    }

    fn known(&self) -> RwLockReadGuard<'_, HashMap<SessionId, Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose session that is, unless it has ended.
    pub(crate) fn find(&self, id: SessionId, now: u64) -> Option<Arc<Session>> {
        let session = Arc::clone(&self.known().get(&id)?.session);
        (session.expires > now).then_some(session)
    }

    /// The same, for a request of it.
    fn used(&self, id: SessionId, now: u64) -> Option<Arc<Session>> {
        let known = self.known();
        let known = known.get(&id).filter(|it| it.session.expires > now)?;
        known.seen.fetch_max(now, Ordering::Relaxed);
        Some(Arc::clone(&known.session))
    }

    /// Whether there is such a session. One that nobody has used for long may have ended.
    pub(crate) fn is_there(&self, id: SessionId) -> bool {
        self.known().contains_key(&id)
    }

    /// Those of somebody that have not ended, with when they were last used.
    fn of_holder(&self, holder: &Holder, now: u64) -> Vec<(SessionId, Arc<Session>, u64)> {
        let known = self.known();
        let own = known.iter().filter(|(_, it)| {
            let session = &it.session;
            session.holder == *holder && session.expires > now
        });
        let shown = own.map(|(id, it)| {
            let session = Arc::clone(&it.session);
            let seen = it.seen.load(Ordering::Relaxed);
            let seen = seen.max(session.refreshed).max(session.created);
            (*id, session, seen)
        });
        shown.collect()
    }

    /// Whether somebody is logged in with a second factor from the network of this address.
    pub(crate) fn has_shown_second_factor(
        &self,
        holder: &Holder,
        address: IpAddr,
        now: u64,
    ) -> bool {
        let place = network(address);
        let known = self.known();
        known.values().any(|it| {
            let session = &it.session;
            let from = session.from.parse().map(network);
            let is_shown = session.second_factor.is_some() && session.expires > now;
            is_shown && session.holder == *holder && from == Ok(place)
        })
    }

    pub(crate) async fn begin(&self, session: Session, now: u64) -> Result<Opened, Refused> {
        let _held = self.changing.lock().await;
        let id = SessionId(random()?);
        let ended = self.making_room_for(&session.holder, now)?;
        let session = self.commit(id, session, &ended, now).await?;
        Ok(self.opened(id, session, now))
    }

    /// What has ended anyhow, and the oldest of who has too many.
    fn making_room_for(&self, holder: &Holder, now: u64) -> Result<Vec<SessionId>, Refused> {
        let known = self.known();
        let over = known.iter().filter(|(_, it)| it.session.expires <= now);
        let mut ended: Vec<SessionId> = over.map(|(id, _)| *id).take(1000).collect();
        let own = known.iter().filter(|(_, it)| {
            let session = &it.session;
            session.holder == *holder && session.expires > now
        });
        let mut own: Vec<(u64, SessionId)> =
            own.map(|(id, it)| (it.session.created, *id)).collect();
        own.sort_unstable();
        let too_many = (own.len() + 1).saturating_sub(SESSIONS_PER_USER_MAX);
        ended.extend(own.iter().take(too_many).map(|(_, id)| *id));
        match known.len() - ended.len() >= SESSIONS_MAX {
            false => Ok(ended),
            true => Err(Refused::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "TooManySessions",
                "Too many people are logged in.",
            )),
        }
    }

    pub(crate) async fn refresh(
        &self,
        token: &str,
        now: u64,
    ) -> Result<Result<Opened, Stale>, Refused> {
        let Some(Refresh { session: id, turn }) = self.signer.open_refresh(token) else {
            return Ok(Err(Stale::Unknown));
        };
        let _held = self.changing.lock().await;
        let Some(session) = self.find(id, now) else {
            return Ok(Err(Stale::Unknown));
        };
        let is_again = session.turn == turn + 1;
        if is_again && now.saturating_sub(session.refreshed) <= REFRESH_GRACE_SECONDS {
            return Ok(Ok(self.opened(id, session, now)));
        }
        if session.turn != turn {
            self.remove(&[id]).await?;
            return Ok(Err(Stale::Reused));
        }
        let session = Session {
            turn: turn + 1,
            refreshed: now,
            expires: (now + IDLE_SECONDS_MAX).min(session.created + SESSION_SECONDS_MAX),
            ..(*session).clone()
        };
        let session = self.commit(id, session, &[], now).await?;
        Ok(Ok(self.opened(id, session, now)))
    }

    /// Its holder has shown a second factor, or has none any more.
    pub(crate) async fn set_second_factor(
        &self,
        id: SessionId,
        shown: Option<u64>,
        now: u64,
    ) -> Result<(), Refused> {
        let _held = self.changing.lock().await;
        let Some(session) = self.find(id, now) else {
            return Ok(());
        };
        let session = Session {
            second_factor: shown,
            ..(*session).clone()
        };
        self.commit(id, session, &[], now).await.map(drop)
    }

    pub(crate) async fn end(&self, id: SessionId) -> Result<(), Refused> {
        let _held = self.changing.lock().await;
        self.remove(&[id]).await
    }

    /// The session that a cookie is for, whatever its turn: who has it may end it.
    pub(crate) fn of_cookie(&self, token: &str) -> Option<SessionId> {
        self.signer.open_refresh(token).map(|token| token.session)
    }

    /// Ends what somebody has, but for one.
    pub(crate) async fn end_all_of(
        &self,
        holder: &Holder,
        but: Option<SessionId>,
    ) -> Result<(), Refused> {
        let _held = self.changing.lock().await;
        let ended: Vec<SessionId> = {
            let known = self.known();
            let own = known.iter().filter(|(_, it)| it.session.holder == *holder);
            own.map(|(id, _)| *id)
                .filter(|id| Some(*id) != but)
                .collect()
        };
        self.remove(&ended).await
    }

    /// What goes with somebody.
    pub(crate) fn rows_of(&self, holder: &Holder) -> Vec<ForeignRow> {
        let known = self.known();
        let own = known.iter().filter(|(_, it)| it.session.holder == *holder);
        own.map(|(id, _)| (TABLE, id.0.to_vec().into())).collect()
    }

    /// Its rows are gone.
    pub(crate) fn forget(&self, holder: &Holder) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, it| it.session.holder != *holder);
    }

    async fn remove(&self, ids: &[SessionId]) -> Result<(), Refused> {
        if ids.is_empty() {
            return Ok(());
        }
        let deletes = ids.iter().map(deletion).collect();
        self.engine.table_commit(TABLE, Vec::new(), deletes).await?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for id in ids {
            known.remove(id);
        }
        Ok(())
    }

    /// Durable before anybody hears of it.
    async fn commit(
        &self,
        id: SessionId,
        session: Session,
        ended: &[SessionId],
        now: u64,
    ) -> Result<Arc<Session>, Refused> {
        let row = serde_json::to_vec(&session);
        let row = row.map_err(|error| Refused::failure("a session", &error))?;
        let mut writes: Vec<TableWrite> = ended.iter().map(deletion).collect();
        writes.push(TableWrite::Put(id.0.to_vec().into(), row.into()));
        self.engine.table_commit(TABLE, Vec::new(), writes).await?;
        let session = Arc::new(session);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for id in ended {
            known.remove(id);
        }
        known.insert(id, Known::new(Arc::clone(&session), now));
        Ok(session)
    }

    fn opened(&self, id: SessionId, session: Arc<Session>, now: u64) -> Opened {
        let access = Access {
            session: id,
            expires: now + ACCESS_SECONDS,
        };
        let refresh = Refresh {
            session: id,
            turn: session.turn,
        };
        Opened {
            id,
            access: self.signer.access(access),
            refresh: self.signer.refresh(refresh),
            session,
        }
    }
}

fn deletion(id: &SessionId) -> TableWrite {
    TableWrite::Delete(id.0.to_vec().into())
}
