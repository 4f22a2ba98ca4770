//! Sessions: who is logged in. A row each in a table of the engine, and all of them in memory.
//!
//! The access token names a session and says until when it is good; the refresh token, in a cookie,
//! says how often the session was refreshed before. One that comes a second time has been stolen,
//! by whoever came first or by whoever comes now: the session ends.

pub(crate) mod login;
pub(crate) mod token;

use crate::call::Call;
use crate::inner::{Inner, OpenError};
use crate::limits::{
    ACCESS_SECONDS, ASKED_ACTIONS_MAX, IDLE_SECONDS_MAX, SESSION_SECONDS_MAX, SESSIONS_MAX,
    SESSIONS_PER_USER_MAX,
};
use crate::refused::Refused;
use http::StatusCode;
use http::header::AUTHORIZATION;
use http::request::Parts;
use identity::model::Holder;
use identity::policy::PrincipalKind;
use identity::{Caller, Owner};
use ring::rand::{SecureRandom, SystemRandom};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use storage_engine::{Engine, TableWrite};
use token::{Access, Refresh, SessionId, Signer};
use tokio::sync::Mutex;

const TABLE: &str = "admin-session";

/// How a request shows who it comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bearer {
    pub(crate) session: SessionId,
    pub(crate) expires: u64,
}

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
    pub(crate) from: String,
    pub(crate) agent: String,
}

#[derive(Debug)]
pub(crate) struct Sessions {
    engine: Arc<Engine>,
    signer: Signer,
    known: RwLock<HashMap<SessionId, Arc<Session>>>,
    /// Held by whoever changes something.
    changing: Mutex<()>,
}

/// What a login or a refresh gives.
pub(crate) struct Opened {
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
                known.insert(SessionId(id), Arc::new(row));
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

    fn known(&self) -> RwLockReadGuard<'_, HashMap<SessionId, Arc<Session>>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose session that is, unless it has ended.
    pub(crate) fn find(&self, id: SessionId, now: u64) -> Option<Arc<Session>> {
        let session = self.known().get(&id).cloned()?;
        (session.expires > now).then_some(session)
    }

    pub(crate) async fn begin(&self, session: Session, now: u64) -> Result<Opened, Refused> {
        let _held = self.changing.lock().await;
        let mut id = [0; 16];
        let filled = SystemRandom::new().fill(&mut id);
        filled.map_err(|error| Refused::failure("random numbers", &error))?;
        let ended = self.making_room_for(&session.holder, now)?;
        self.commit(SessionId(id), session, &ended, now).await
    }

    /// What has ended anyhow, and the oldest of who has too many.
    fn making_room_for(&self, holder: &Holder, now: u64) -> Result<Vec<SessionId>, Refused> {
        let known = self.known();
        let over = known.iter().filter(|(_, it)| it.expires <= now);
        let mut ended: Vec<SessionId> = over.map(|(id, _)| *id).take(1000).collect();
        let own = known
            .iter()
            .filter(|(_, it)| it.holder == *holder && it.expires > now);
        let mut own: Vec<(u64, SessionId)> = own.map(|(id, it)| (it.created, *id)).collect();
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
        if session.turn != turn {
            self.remove(&[id]).await?;
            return Ok(Err(Stale::Reused));
        }
        let session = Session {
            turn: turn + 1,
            expires: (now + IDLE_SECONDS_MAX).min(session.created + SESSION_SECONDS_MAX),
            ..(*session).clone()
        };
        Ok(Ok(self.commit(id, session, &[], now).await?))
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
            let own = known.iter().filter(|(_, it)| it.holder == *holder);
            own.map(|(id, _)| *id)
                .filter(|id| Some(*id) != but)
                .collect()
        };
        self.remove(&ended).await
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
    ) -> Result<Opened, Refused> {
        let row = serde_json::to_vec(&session);
        let row = row.map_err(|error| Refused::failure("a session", &error))?;
        let mut writes: Vec<TableWrite> = ended.iter().map(deletion).collect();
        writes.push(TableWrite::Put(id.0.to_vec().into(), row.into()));
        self.engine.table_commit(TABLE, Vec::new(), writes).await?;
        let session = Arc::new(session);
        {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            for id in ended {
                known.remove(id);
            }
            known.insert(id, Arc::clone(&session));
        }
        let access = Access {
            session: id,
            expires: now + ACCESS_SECONDS,
        };
        let refresh = Refresh {
            session: id,
            turn: session.turn,
        };
        Ok(Opened {
            access: self.signer.access(access),
            refresh: self.signer.refresh(refresh),
            session,
        })
    }
}

fn deletion(id: &SessionId) -> TableWrite {
    TableWrite::Delete(id.0.to_vec().into())
}

/// Whoever brings an access token.
pub(crate) fn authenticate(admin: &Inner, parts: &Parts) -> Result<(Arc<Caller>, Bearer), Refused> {
    let header = parts.headers.get(AUTHORIZATION);
    let header = header.and_then(|value| value.to_str().ok());
    let token = header.and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let token = token.ok_or_else(|| {
        let message = "Log in first: this needs `Authorization: Bearer …`.";
        Refused::unauthenticated("Unauthenticated", message)
    })?;
    let invalid = || Refused::unauthenticated("InvalidToken", "The access token is not valid.");
    let access = admin
        .sessions
        .signer
        .open_access(token)
        .ok_or_else(invalid)?;
    let now = admin.seconds();
    if access.expires <= now {
        let message = "The access token has expired; refresh the session.";
        return Err(Refused::unauthenticated("ExpiredToken", message));
    }
    let session = admin.sessions.find(access.session, now).ok_or_else(|| {
        Refused::unauthenticated("SessionEnded", "The session has ended; log in again.")
    })?;
    // Who is no more is logged in no longer.
    let caller = admin
        .identity
        .caller_of(&session.holder)
        .ok_or_else(invalid)?;
    let bearer = Bearer {
        session: access.session,
        expires: access.expires,
    };
    Ok((caller, bearer))
}

/// Who somebody is.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Who {
    /// As typed at a login.
    name: String,
    arn: String,
    kind: WhoKind,
    /// The name of the account.
    account: String,
    /// May do everything: the server's own root.
    is_administrator: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhoKind {
    /// The root of an account.
    Account,
    User,
}

impl Who {
    pub(crate) fn of(caller: &Caller, session: &Session) -> Self {
        Self {
            name: session.name.clone(),
            arn: caller.arn().to_owned(),
            kind: match caller.kind() {
                PrincipalKind::User => WhoKind::User,
                _ => WhoKind::Account,
            },
            account: caller.account().name.clone(),
            is_administrator: caller.is_administrator(),
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct MayQuery {
    /// Actions, separated by commas: `s3:CreateBucket,iam:CreateUser`.
    may: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Described {
    user: Who,
    /// Seconds until the access token expires.
    expires_in: u64,
    /// Of each action asked for, whether it is allowed on anything of one's own (`*`). A policy
    /// may still say otherwise of a single thing.
    may: BTreeMap<String, bool>,
}

pub(crate) async fn describe(call: &Call<'_>, query: MayQuery) -> Result<Described, Refused> {
    let now = call.admin.seconds();
    let bearer = call.bearer.as_ref();
    let session = bearer.and_then(|bearer| call.admin.sessions.find(bearer.session, now));
    let (Some(bearer), Some(session)) = (bearer, session) else {
        return Err(Refused::unauthenticated(
            "SessionEnded",
            "The session has ended.",
        ));
    };
    let asked = query.may.as_deref().unwrap_or_default().split(',');
    let asked: Vec<&str> = asked.map(str::trim).filter(|it| !it.is_empty()).collect();
    if asked.len() > ASKED_ACTIONS_MAX {
        let message = format!("At most {ASKED_ACTIONS_MAX} actions can be asked for.");
        return Err(Refused::field("may", message));
    }
    let root = call.admin.identity.root();
    let may = asked.into_iter().map(|action| {
        let owner = match action.starts_with("cairn:") {
            true => Owner::Account(&root),
            false => Owner::Caller,
        };
        (action.to_owned(), call.may(action, "*", owner).is_none())
    });
    Ok(Described {
        may: may.collect(),
        user: Who::of(&call.caller, &session),
        expires_in: bearer.expires.saturating_sub(now),
    })
}
