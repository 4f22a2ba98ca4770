//! What all requests share.

use crate::audit::AuditLog;
use crate::belongings::Kept;
use crate::console::Console;
use crate::cookies;
use crate::facts::{Counters, Facts, Setting};
use crate::guesses::Guesses;
use crate::jobs::Jobs;
use crate::limits::{DOWNLOAD_IDLE_SECONDS, PREVIEW_IDLE_SECONDS};
use crate::locks::Locks;
use crate::logins::Logins;
use crate::passwords::Passwords;
use crate::reading::Readings;
use crate::refused::Refused;
use crate::repeats::Repeats;
use crate::second_factor::SecondFactors;
use crate::server::Live;
use crate::server::history::History;
use crate::session::Sessions;
use crate::tokens::Tokens;
use crate::zip::Tickets;
use identity::Identity;
use identity::model::{Holder, Secret};
use pipeline::events::Delivery;
use pipeline::lifecycle::Lifecycle;
use s3_api::S3;
use s3_api::kms::LocalKeyRing;
use std::sync::{Arc, OnceLock, Weak};
use std::time::SystemTime;
use storage_engine::Engine;
use tokio::sync::watch;

/// What the interface is made of.
#[derive(Debug, Clone)]
pub struct AdminConfig {
    pub s3: Arc<S3>,
    pub engine: Arc<Engine>,
    pub identity: Identity,
    /// The server's master key; tokens are signed with keys that are made from it.
    pub master: [u8; 32],
    pub facts: Facts,
    pub counters: Arc<dyn Counters>,
    /// What the server runs with, as it is now.
    pub settings: watch::Receiver<Arc<[Setting]>>,
    /// Whoever tells webhooks of events.
    pub delivery: Arc<Delivery>,
    /// Whoever follows lifecycle rules.
    pub lifecycle: Arc<Lifecycle>,
    /// What wraps the keys of encrypted objects.
    pub keys: Arc<LocalKeyRing>,
    /// Turns true when the server is told to stop: what would go on by itself ends.
    pub stopping: watch::Receiver<bool>,
    pub now: fn() -> SystemTime,
}

/// Why the interface cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] storage_engine::Error),
    #[error("{table}: a row is damaged: {detail}")]
    Damaged { table: &'static str, detail: String },
    #[error(transparent)]
    Identity(#[from] identity::Error),
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) s3: Arc<S3>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) identity: Identity,
    pub(crate) facts: Facts,
    pub(crate) counters: Arc<dyn Counters>,
    pub(crate) settings: watch::Receiver<Arc<[Setting]>>,
    pub(crate) delivery: Arc<Delivery>,
    pub(crate) lifecycle: Arc<Lifecycle>,
    pub(crate) keys: Arc<LocalKeyRing>,
    pub(crate) jobs: Arc<Jobs>,
    pub(crate) tickets: Tickets,
    pub(crate) previews: Readings,
    pub(crate) downloads: Readings,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) logins: Arc<Logins>,
    pub(crate) passwords: Passwords,
    pub(crate) second_factors: SecondFactors,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) repeats: Repeats,
    pub(crate) cookie_mark: String,
    /// Of documents that others may have read: held by whoever changes one.
    pub(crate) documents: Locks,
    pub(crate) guesses: Guesses,
    pub(crate) audit: Arc<AuditLog>,
    pub(crate) live: Arc<Live>,
    pub(crate) history: Arc<History>,
    pub(crate) console: Console,
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) now: fn() -> SystemTime,
    /// For what outlives the request that began it.
    me: OnceLock<Weak<Inner>>,
}

impl Inner {
    pub(crate) async fn open(config: AdminConfig) -> Result<Self, OpenError> {
        let AdminConfig {
            s3,
            engine,
            identity,
            master,
            facts,
            counters,
            settings,
            delivery,
            lifecycle,
            keys,
            stopping,
            now,
        } = config;
        let sessions = Arc::new(Sessions::open(Arc::clone(&engine), &master).await?);
        let tokens = Arc::new(Tokens::open(Arc::clone(&engine)).await?);
        let logins = Arc::new(Logins::open(Arc::clone(&engine)).await?);
        identity.keep(Arc::new(Kept {
            sessions: Arc::clone(&sessions),
            tokens: Arc::clone(&tokens),
            logins: Arc::clone(&logins),
        }));
        let history = Arc::new(History::default());
        history.begin(Arc::clone(&counters), stopping.clone());
        Ok(Self {
            sessions,
            logins,
            passwords: Passwords::new(Arc::clone(&engine)),
            second_factors: SecondFactors::new(Arc::clone(&engine), &master)?,
            tokens,
            repeats: Repeats::new(Arc::clone(&engine), &master),
            cookie_mark: cookies::mark(&master),
            documents: Locks::default(),
            guesses: Guesses::default(),
            audit: Arc::new(AuditLog::new(Arc::clone(&engine))),
            live: Arc::new(Live::new(Arc::clone(&engine), Arc::clone(&counters))),
            history,
            jobs: Arc::new(Jobs::open(Arc::clone(&engine), stopping.clone()).await?),
            tickets: Tickets::default(),
            previews: Readings::idle(PREVIEW_IDLE_SECONDS),
            downloads: Readings::idle(DOWNLOAD_IDLE_SECONDS),
            me: OnceLock::new(),
            console: Console::embedded(&facts.base),
            s3,
            engine,
            identity,
            facts,
            counters,
            settings,
            delivery,
            lifecycle,
            keys,
            stopping,
            now,
        })
    }

    /// What the server's root logs in with.
    pub(crate) fn root_secret(&self) -> Option<Secret> {
        let found = self.identity.find(self.identity.root_access_key(), None);
        found.ok().map(|credential| credential.secret.clone())
    }

    /// A number that changes when the secret of the server's root does: sessions, tokens and the
    /// second factor of the root belong to the secret they were made with. Of others it is 0, whose
    /// sessions end by being ended.
    pub(crate) async fn generation_of(&self, holder: &Holder) -> Result<u64, Refused> {
        if !self.identity.is_server_root(holder) {
            return Ok(0);
        }
        let secret = self.root_secret();
        let secret = secret.ok_or_else(|| Refused::failure("the root", &"it has no secret"))?;
        self.passwords.generation(secret.expose()).await
    }

    pub(crate) fn shared(self) -> Arc<Self> {
        let inner = Arc::new(self);
        // Nobody else can have set it: it was not shared before.
        let _ = inner.me.set(Arc::downgrade(&inner));
        inner
    }

    pub(crate) fn me(&self) -> Result<Arc<Inner>, Refused> {
        let me = self.me.get().and_then(Weak::upgrade);
        me.ok_or_else(|| Refused::failure("the interface", &"it is closed"))
    }

    pub(crate) fn seconds(&self) -> u64 {
        crate::time::seconds((self.now)())
    }
}
