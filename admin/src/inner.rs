//! What all requests share.

use crate::audit::AuditLog;
use crate::console::Console;
use crate::facts::{Counters, Facts};
use crate::guesses::Guesses;
use crate::passwords::Passwords;
use crate::server::Live;
use crate::session::Sessions;
use identity::Identity;
use s3_api::S3;
use std::sync::Arc;
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
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) s3: Arc<S3>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) identity: Identity,
    pub(crate) facts: Facts,
    pub(crate) counters: Arc<dyn Counters>,
    pub(crate) sessions: Sessions,
    pub(crate) passwords: Passwords,
    pub(crate) guesses: Guesses,
    pub(crate) audit: Arc<AuditLog>,
    pub(crate) live: Arc<Live>,
    pub(crate) console: Console,
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) now: fn() -> SystemTime,
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
            stopping,
            now,
        } = config;
        Ok(Self {
            sessions: Sessions::open(Arc::clone(&engine), &master).await?,
            passwords: Passwords::new(Arc::clone(&engine)),
            guesses: Guesses::default(),
            audit: Arc::new(AuditLog::new(Arc::clone(&engine))),
            live: Arc::new(Live::new(Arc::clone(&engine), Arc::clone(&counters))),
            console: Console::embedded(),
            s3,
            engine,
            identity,
            facts,
            counters,
            stopping,
            now,
        })
    }

    pub(crate) fn seconds(&self) -> u64 {
        crate::time::seconds((self.now)())
    }
}
