//! The façade: finds credentials without waiting, changes what there is durably.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use ring::hmac;
use storage_engine::Engine;
use tokio::sync::Mutex;

use crate::allowance;
use crate::belongings::{Belongings, strangers};
use crate::caller::{Credential, Refusal};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{AccessKey, Account, Holder, Seconds, Secret, new_account_number};
use crate::session::{self, Session, SessionOf};
use crate::store::row::{Row, ServerAccount};
use crate::store::seal::{Purpose, Sealer};
use crate::store::state::{Kept, State};
use crate::store::table::{Table, Write};

/// The server's own root, from its configuration.
#[derive(Debug, Clone)]
pub struct RootAccount {
    pub canonical_id: String,
    pub display_name: String,
    pub email: Option<String>,
    pub access_key: String,
    pub secret: Secret,
}

/// Everything about who may do what. Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Identity {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    at_rest: Sealer,
    in_tokens: Sealer,
    pub(crate) state: RwLock<State>,
    /// Sessions seen lately, of one generation of the state.
    sessions: RwLock<Sessions>,
    root: RootAccount,
    /// Held by whoever changes something.
    table: Arc<Mutex<Table>>,
    /// What others keep about people.
    pub(crate) belongings: OnceLock<Arc<dyn Belongings>>,
    /// Somebody will write the last uses of keys soon.
    uses_pending: AtomicBool,
    now: fn() -> SystemTime,
}

#[derive(Debug, Default)]
struct Sessions {
    generation: u64,
    by_token: HashMap<Box<str>, KeptSession>,
}

#[derive(Debug)]
struct KeptSession {
    access_key: Box<str>,
    expires: Seconds,
    /// What it ends with before.
    login: Option<Box<str>>,
    credential: Arc<Credential>,
}

impl Identity {
    /// Reads everything there is. Secrets were sealed under the master key, and open under no
    /// other.
    pub async fn open(engine: Arc<Engine>, master: &[u8; 32], root: RootAccount) -> Result<Self> {
        Identity::open_with(engine, master, root, SystemTime::now).await
    }

    pub(crate) async fn open_with(
        engine: Arc<Engine>,
        master: &[u8; 32],
        root: RootAccount,
        now: fn() -> SystemTime,
    ) -> Result<Self> {
        let (mut table, mut rows) = Table::open(Arc::clone(&engine)).await?;
        if own_number(&rows).is_none() {
            let row = Row::Server(ServerAccount {
                number: free_number(&rows)?,
            });
            table.commit(&[Write::Put(row.clone())], Vec::new()).await?;
            rows.push(row);
        }
        let at_rest = Sealer::new(master, Purpose::SecretsAtRest)?;
        let state = state_of(&root, rows, &at_rest)?;
        let inner = Inner {
            in_tokens: Sealer::new(master, Purpose::SessionTokens)?,
            at_rest,
            state: RwLock::new(state),
            sessions: RwLock::default(),
            root,
            table: Arc::new(Mutex::new(table)),
            belongings: OnceLock::new(),
            uses_pending: AtomicBool::new(false),
            now,
        };
        let inner = Arc::new(inner);
        allowance::tell(&engine, &inner);
        Ok(Identity { inner })
    }

    /// Whose key it is and what its secret is. Waits for nothing; of a lasting key, and of a
    /// session seen before, it allocates nothing.
    pub fn find(
        &self,
        access_key: &str,
        session_token: Option<&str>,
    ) -> std::result::Result<Arc<Credential>, Refusal> {
        match session_token {
            Some(token) => self.find_session(access_key, token),
            None => self.find_lasting(access_key),
        }
    }

    fn find_lasting(&self, access_key: &str) -> std::result::Result<Arc<Credential>, Refusal> {
        let state = self.state();
        let Some(kept) = state.keys.get(access_key) else {
            // Temporary keys mean nothing without their token.
            return Err(match access_key.starts_with("ASIA") {
                true => Refusal::InvalidToken,
                false => Refusal::UnknownKey,
            });
        };
        if !kept.row.active {
            return Err(Refusal::InactiveKey);
        }
        if kept
            .row
            .expires
            .is_some_and(|expires| expires <= self.seconds())
        {
            return Err(Refusal::ExpiredKey);
        }
        let credential = kept.credential.get_or_init(|| credential(&state, kept));
        credential.clone().ok_or(Refusal::UnknownKey)
    }

    fn find_session(
        &self,
        access_key: &str,
        token: &str,
    ) -> std::result::Result<Arc<Credential>, Refusal> {
        let now = self.seconds();
        let generation = self.state().generation;
        {
            let sessions = self.inner.sessions.read();
            let sessions = sessions.unwrap_or_else(PoisonError::into_inner);
            let known = sessions.by_token.get(token).filter(|known| {
                sessions.generation == generation && *known.access_key == *access_key
            });
            match known {
                Some(known) if known.expires <= now => return Err(Refusal::ExpiredToken),
                Some(known) if self.has_ended(known.login.as_deref()) => {
                    return Err(Refusal::ExpiredToken);
                }
                Some(known) => return Ok(Arc::clone(&known.credential)),
                None => {}
            }
        }
        let opened = session::open(&self.inner.in_tokens, access_key, token);
        let session = opened.ok_or(Refusal::InvalidToken)?;
        if session.expires <= now || self.has_ended(session.login.as_deref()) {
            return Err(Refusal::ExpiredToken);
        }
        let (generation, caller, is_suspended) = {
            let state = self.state();
            let caller = state.caller_of_session(access_key, &session);
            let is_suspended = state.is_suspended_session(&session);
            (state.generation, caller, is_suspended)
        };
        let credential = Arc::new(Credential {
            secret: self.secret_of(&session),
            caller: Arc::new(caller.ok_or(Refusal::InvalidToken)?),
            usage: None,
            is_suspended,
        });
        self.remember(generation, access_key, token, &session, &credential);
        Ok(credential)
    }

    /// Whether the login that credentials were made for is gone.
    fn has_ended(&self, login: Option<&str>) -> bool {
        login.is_some_and(|login| !self.inner.is_logged_in(login))
    }

    /// What requests of a session are signed with. A login of the server's root is worth nothing
    /// under another secret of the root, so its credentials are made of both.
    pub(crate) fn secret_of(&self, session: &Session) -> Secret {
        let own = &session.secret.0;
        let is_of_root =
            matches!(&session.of, SessionOf::Holder(holder) if self.is_server_root(holder));
        if session.login.is_none() || !is_of_root {
            return Secret::new(own);
        }
        let root = self.inner.root.secret.expose();
        let key = hmac::Key::new(hmac::HMAC_SHA256, root.as_bytes());
        Secret::new(&hex::encode(hmac::sign(&key, own.as_bytes())))
    }

    fn remember(
        &self,
        generation: u64,
        access_key: &str,
        token: &str,
        session: &Session,
        credential: &Arc<Credential>,
    ) {
        let sessions = self.inner.sessions.write();
        let mut sessions = sessions.unwrap_or_else(PoisonError::into_inner);
        let is_full = sessions.by_token.len() >= limits::SESSIONS_CACHED_MAX;
        if sessions.generation != generation || is_full {
            sessions.by_token.clear();
            sessions.generation = generation;
        }
        let kept = KeptSession {
            access_key: access_key.into(),
            expires: session.expires,
            login: session.login.as_deref().map(Into::into),
            credential: Arc::clone(credential),
        };
        sessions.by_token.insert(token.into(), kept);
    }

    /// The account with that canonical id.
    pub fn account(&self, canonical_id: &str) -> Option<Arc<Account>> {
        self.state().accounts.get(canonical_id).cloned()
    }

    pub fn account_by_number(&self, number: &str) -> Option<Arc<Account>> {
        self.state().accounts.by_number(number).cloned()
    }

    pub fn account_by_email(&self, email: &str) -> Option<Arc<Account>> {
        self.state().accounts.by_email(email).cloned()
    }

    /// By the name operators gave it.
    pub fn account_by_name(&self, name: &str) -> Option<Arc<Account>> {
        let state = self.state();
        let mut accounts = state.accounts.values();
        accounts.find(|account| account.name == name).cloned()
    }

    /// The server's own account.
    pub fn root(&self) -> Arc<Account> {
        Arc::clone(&self.state().root)
    }

    /// The user name of the server's own root.
    pub fn root_access_key(&self) -> &str {
        &self.inner.root.access_key
    }

    pub(crate) fn state(&self) -> RwLockReadGuard<'_, State> {
        // A state that a panic left half changed cannot be: changes are made of checked rows.
        let state = self.inner.state.read();
        state.unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> SystemTime {
        (self.inner.now)()
    }

    pub(crate) fn seconds(&self) -> Seconds {
        let since = self.now().duration_since(UNIX_EPOCH);
        since.unwrap_or_default().as_secs()
    }

    pub(crate) fn seal_secret(&self, key: &str, secret: &str) -> Result<String> {
        let associated = format!("key/{key}");
        let sealed = self
            .inner
            .at_rest
            .seal(secret.as_bytes(), associated.as_bytes());
        Ok(hex::encode(sealed?))
    }

    pub(crate) fn seal_session(&self, key: &str, session: &Session) -> Result<String> {
        session::seal(&self.inner.in_tokens, key, session)
    }

    /// Changes something: `decide` looks at what there is and says what to write. When this
    /// returns the change is durable and everybody sees it. A caller that stops waiting does not
    /// stop it: either all of it happens or nothing.
    pub(crate) async fn change<T>(
        &self,
        decide: impl FnOnce(&State, &mut Vec<Write>) -> Result<T>,
    ) -> Result<T> {
        let mut table = Arc::clone(&self.inner.table).lock_owned().await;
        let mut writes = Vec::new();
        let (answer, strangers) = {
            let state = self.state();
            let answer = decide(&state, &mut writes)?;
            (answer, strangers(&state, &writes))
        };
        if writes.is_empty() {
            return Ok(answer);
        }
        let inner = Arc::clone(&self.inner);
        let written = tokio::spawn(async move {
            inner.commit(&mut table, &writes, &strangers).await?;
            inner.apply(writes)?;
            for (keeper, holder) in inner.keepers(&strangers) {
                keeper.gone(holder);
            }
            Ok::<_, Error>(())
        });
        let stopped = |_| Error::Cryptography("the change was interrupted");
        written.await.map_err(stopped)??;
        Ok(answer)
    }
}

impl Inner {
    /// Makes changes durable. What another program changed in between is read anew.
    async fn commit(
        &self,
        table: &mut Table,
        writes: &[Write],
        strangers: &[Holder],
    ) -> Result<()> {
        let rows = self.keepers(strangers);
        let rows = rows.flat_map(|(keeper, holder)| keeper.rows_of(holder));
        let committed = table.commit(writes, rows.collect()).await;
        if let Err(Error::ConcurrentModification) = committed {
            let rows = table.read().await?;
            self.replace(rows)?;
        }
        committed
    }

    fn apply(&self, writes: Vec<Write>) -> Result<()> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.apply(writes, &self.at_rest)
    }

    fn replace(&self, rows: Vec<Row>) -> Result<()> {
        let mut fresh = state_of(&self.root, rows, &self.at_rest)?;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        fresh.generation = state.generation + 1;
        fresh.take_uses(&state);
        *state = fresh;
        Ok(())
    }
}

fn state_of(root: &RootAccount, rows: Vec<Row>, sealer: &Sealer) -> Result<State> {
    let number = own_number(&rows).ok_or_else(|| Error::Damaged {
        key: "server/account".into(),
        detail: "the number of the server's own account is missing".into(),
    })?;
    let account = Account {
        id: root.canonical_id.clone(),
        number: number.to_owned(),
        home: number.to_owned(),
        name: "root".to_owned(),
        display_name: root.display_name.clone(),
        email: root.email.clone(),
        created: 0,
        attached: Vec::new(),
    };
    let key = AccessKey {
        id: root.access_key.clone(),
        holder: Holder::Account(root.canonical_id.clone()),
        created: 0,
        active: true,
        expires: None,
        restriction: None,
        description: None,
        sealed: String::new(),
    };
    let mut state = State::new(account, key, root.secret.clone())?;
    let taken = |id: &str| Error::Damaged {
        key: id.to_owned(),
        detail: "the server's root has the same id or access key".into(),
    };
    for row in &rows {
        match row {
            Row::Account(row) if row.id == root.canonical_id => return Err(taken(&row.id)),
            Row::Key(row) if row.id == root.access_key => return Err(taken(&row.id)),
            _ => {}
        }
    }
    let writes = rows.into_iter().map(Write::Put).collect();
    state.apply(writes, sealer)?;
    Ok(state)
}

/// Of the server's own account.
fn own_number(rows: &[Row]) -> Option<&str> {
    rows.iter().find_map(|row| match row {
        Row::Server(server) => Some(server.number.as_str()),
        _ => None,
    })
}

/// A number that no account has.
fn free_number(rows: &[Row]) -> Result<String> {
    loop {
        let number = new_account_number()?;
        let is_it = |row: &Row| matches!(row, Row::Account(account) if account.number == number);
        if !rows.iter().any(is_it) {
            return Ok(number);
        }
    }
}

fn credential(state: &State, kept: &Kept) -> Option<Arc<Credential>> {
    let caller = state.caller_of_key(kept)?;
    Some(Arc::new(Credential {
        secret: kept.secret.clone(),
        caller: Arc::new(caller),
        usage: Some(Arc::clone(&kept.usage)),
        is_suspended: state.is_suspended(&kept.row.holder),
    }))
}

mod uses;

#[cfg(test)]
mod tests;
