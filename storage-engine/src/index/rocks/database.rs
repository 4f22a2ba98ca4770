//! The database behind an index: shared by those who use it, let go and opened anew.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use rocksdb::DB;

use crate::disk::FolderLock;
use crate::error::{Error, Result};

/// How often one who waits for others looks again.
const POLL: Duration = Duration::from_millis(1);
/// How long a read waits for a database that is being opened anew. Far longer than that takes, so
/// whoever waits in vain is what the opening waits for: a read within a walk.
const RENEWAL_MAX: Duration = Duration::from_secs(10);

pub(super) struct Open {
    pub(super) database: DB,
    /// Let go last, after RocksDB has closed its files.
    pub(super) _lock: FolderLock,
}

pub(super) struct Database {
    state: RwLock<State>,
    /// Ends walks, so that letting go waits for no long one.
    leaving: AtomicBool,
}

enum State {
    /// Whoever uses it holds a share for as long as that takes.
    Open(Arc<Open>),
    /// Let go, and soon there again.
    Renewing,
    /// What everybody is told.
    Gone(Error),
}

/// What there is without waiting.
pub(super) enum Seen {
    Open(Arc<Open>),
    Renewing,
}

impl Database {
    pub(super) fn new(open: Open) -> Self {
        Database {
            state: RwLock::new(State::Open(Arc::new(open))),
            leaving: AtomicBool::new(false),
        }
    }

    /// A share of the database, for as long as a call takes. Waits while it is opened anew.
    pub(super) fn held(&self) -> Result<Arc<Open>> {
        let begun = Instant::now();
        loop {
            match self.seen()? {
                Seen::Open(open) => return Ok(open),
                Seen::Renewing if begun.elapsed() > RENEWAL_MAX => return Err(Error::Interrupted),
                Seen::Renewing => thread::sleep(POLL),
            }
        }
    }

    pub(super) fn seen(&self) -> Result<Seen> {
        match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Open(open) => Ok(Seen::Open(Arc::clone(open))),
            State::Renewing => Ok(Seen::Renewing),
            State::Gone(why) => Err(why.clone()),
        }
    }

    /// Whether a walk may go on.
    pub(super) fn check_walk(&self) -> Result<()> {
        if !self.leaving.load(Ordering::Relaxed) {
            return Ok(());
        }
        match self.seen() {
            Err(gone) => Err(gone),
            Ok(_) => Err(Error::Interrupted),
        }
    }

    /// Lets go of the database and takes the one that `open` opens. After an error there is none,
    /// and another attempt may follow.
    pub(super) fn renew(&self, open: impl FnOnce() -> Result<Open>) -> Result<()> {
        if let Err(closed @ Error::Stopped { .. }) = self.seen() {
            return Err(closed);
        }
        self.leave(State::Renewing);
        match open() {
            Ok(open) => {
                self.leaving.store(false, Ordering::Relaxed);
                self.replace(State::Open(Arc::new(open)));
                Ok(())
            }
            Err(error) => {
                self.replace(State::Gone(error.clone()));
                Err(error)
            }
        }
    }

    /// Lets go of the database for good.
    pub(super) fn close(&self) {
        self.leave(State::Gone(closed()));
    }

    /// The database of an index that nobody else has seen.
    pub(super) fn into_open(self) -> Result<Open> {
        let state = self.state.into_inner();
        match state.unwrap_or_else(PoisonError::into_inner) {
            State::Open(open) => Arc::try_unwrap(open).map_err(|_| closed()),
            State::Renewing | State::Gone(_) => Err(closed()),
        }
    }

    /// Waits until nobody is reading any more.
    fn leave(&self, next: State) {
        self.leaving.store(true, Ordering::Relaxed);
        let State::Open(mut last) = self.replace(next) else {
            return;
        };
        while let Err(open) = Arc::try_unwrap(last) {
            last = open;
            thread::sleep(POLL);
        }
    }

    fn replace(&self, next: State) -> State {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *state, next)
    }
}

fn closed() -> Error {
    Error::Stopped {
        reason: "the index has been closed".into(),
    }
}
