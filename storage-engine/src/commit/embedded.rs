//! The metadata store of one machine: an index kept up to date by a committer.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use crossbeam::channel::{self, RecvTimeoutError, Sender, TrySendError};

use super::committer::{Committer, Full};
use super::holders::Holders;
use super::log::Log;
use super::progress::Progress;
use super::replay::{self, Replayed};
use super::tags::Tags;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::failure::Failure;
use crate::ids::{SegmentId, Sequence};
use crate::index::{Index, Ready, Step};
use crate::key::{self, Key, KeyRange};
use crate::limits;
use crate::meta::{Change, MetaStore};
use crate::row::{self, SegmentRow};
use crate::segment::Segments;

/// How often the index is made durable, so that a restart replays little and log segments can go.
const FLUSH_INTERVAL: Duration = Duration::from_secs(1);

/// What an embedded store is put together from.
#[derive(Debug)]
pub(crate) struct EmbeddedOptions {
    pub(crate) index: Arc<dyn Index>,
    pub(crate) segments: Arc<Segments>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tags: Tags,
    pub(crate) failure: Failure,
    /// Bytes of bodies and rows at which a group stops gathering.
    pub(crate) group_bytes_max: usize,
}

#[derive(Debug)]
pub(crate) struct Embedded {
    index: Arc<dyn Index>,
    progress: Arc<Progress>,
    holders: Arc<Holders>,
    /// Gone once the store is closed.
    queue: Mutex<Option<Sender<Box<dyn Change>>>>,
    failure: Failure,
    threads: Mutex<Threads>,
}

#[derive(Debug, Default)]
struct Threads {
    committer: Option<JoinHandle<()>>,
    flusher: Option<JoinHandle<()>>,
    stop_flusher: Option<Sender<()>>,
}

impl Embedded {
    /// Recovers what the log has and the index lacks, then takes changes. Blocks.
    pub(crate) fn open(options: EmbeddedOptions) -> Result<(Self, Replayed)> {
        let EmbeddedOptions {
            index,
            segments,
            clock,
            tags,
            failure,
            group_bytes_max,
        } = options;
        let replayed = replay::replay(index.as_ref(), &segments)?;
        let accounts = accounts(index.as_ref())?;
        // Files may be gone whose ids rows and log still remember.
        let remembered = accounts
            .keys()
            .copied()
            .max()
            .max(Some(replayed.applied.segment));
        segments.skip_ids_below(SegmentId(remembered.map_or(0, |id| id.0.saturating_add(1))));
        let holders = Arc::new(Holders::load(index.as_ref())?);
        let progress = Arc::new(Progress::new(replayed.applied, accounts));
        let log = Log::start(Arc::clone(&segments), failure.clone())?;
        let (sender, queue) = channel::bounded(limits::QUEUE_CHANGES_MAX);
        let committer = Committer {
            queue,
            index: Arc::clone(&index),
            segments,
            log,
            next: replayed.applied,
            progress: Arc::clone(&progress),
            holders: Arc::clone(&holders),
            clock,
            tags,
            failure: failure.clone(),
            group_bytes_max,
            refusing: false,
            full: Full::default(),
        };
        let threads = start_threads(committer, &index, &progress, &failure)?;
        let embedded = Embedded {
            index,
            progress,
            holders,
            queue: Mutex::new(Some(sender)),
            failure,
            threads: Mutex::new(threads),
        };
        Ok((embedded, replayed))
    }

    pub(crate) fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    pub(crate) fn holders(&self) -> &Arc<Holders> {
        &self.holders
    }

    pub(crate) fn index(&self) -> &Arc<dyn Index> {
        &self.index
    }

    /// Answers what has been submitted, makes the index durable and ends the threads. Blocks.
    pub(crate) fn close(&self) -> Result<()> {
        let queue = self
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if queue.is_none() {
            return self.failure.check();
        }
        drop(queue);
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let threads = std::mem::take(&mut *threads);
        drop(threads.stop_flusher);
        for thread in [threads.committer, threads.flusher].into_iter().flatten() {
            if thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
        self.failure.check()?;
        match self.index.flush() {
            // The log has what the index lacks, and the next start sees to it.
            Err(refused @ Error::NoSpace { .. }) => {
                tracing::warn!(%refused, "the drive has no room for the index");
                Ok(())
            }
            flushed => flushed,
        }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::debug!(%error, "store closed after a failure");
        }
    }
}

impl MetaStore for Embedded {
    fn get(&self, key: &Key) -> Result<Option<Bytes>> {
        self.index.get(key)
    }

    fn get_ready(&self, key: &Key) -> Result<Ready> {
        self.index.get_ready(key)
    }

    fn walk(&self, range: &KeyRange, visit: &mut dyn FnMut(&[u8], &[u8]) -> Step) -> Result<()> {
        self.index.walk(range, visit)
    }

    fn next_sequence(&self) -> Sequence {
        self.progress.applied().next_sequence
    }

    fn submit(&self, change: Box<dyn Change>) {
        let queue = self
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Some(queue) = queue else {
            return change.done(Err(closed()));
        };
        match queue.try_send(change) {
            Ok(()) => {}
            // Admissions bound what is under way to what the queue holds.
            Err(TrySendError::Full(change) | TrySendError::Disconnected(change)) => {
                change.done(Err(closed()));
            }
        }
    }
}

fn closed() -> Error {
    Error::Stopped {
        reason: "shutting down".into(),
    }
}

fn start_threads(
    committer: Committer,
    index: &Arc<dyn Index>,
    progress: &Arc<Progress>,
    failure: &Failure,
) -> Result<Threads> {
    let (stop_flusher, stopped) = channel::bounded::<()>(0);
    let flusher = {
        let (index, progress, failure) = (Arc::clone(index), Arc::clone(progress), failure.clone());
        move || {
            while stopped.recv_timeout(FLUSH_INTERVAL) == Err(RecvTimeoutError::Timeout) {
                flush(index.as_ref(), &progress, &failure);
            }
        }
    };
    let guarded = {
        let failure = failure.clone();
        move || {
            // A committer that panics must not leave callers waiting for ever.
            let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| committer.run()));
            if end.is_err() {
                failure.set(&Error::Stopped {
                    reason: "the committer panicked".into(),
                });
            }
        }
    };
    let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
        let thread = std::thread::Builder::new().name(name.into());
        thread.spawn(work).map_err(Error::io("thread"))
    };
    Ok(Threads {
        committer: Some(spawn("committer", Box::new(guarded))?),
        flusher: Some(spawn("index-flush", Box::new(flusher))?),
        stop_flusher: Some(stop_flusher),
    })
}

/// Makes durable what has been applied so far; from then on the log before that is not needed.
fn flush(index: &dyn Index, progress: &Progress, failure: &Failure) {
    let applied = progress.applied();
    if failure.check().is_err() {
        return;
    }
    match index.flush() {
        Ok(()) => progress.set_durable(applied),
        // The committer sees to it before its next group.
        Err(Error::NoSpace { .. }) => {}
        Err(error) => {
            failure.set(&error);
        }
    }
}

/// How full every segment is, by its row.
pub(crate) fn accounts(index: &dyn Index) -> Result<HashMap<SegmentId, SegmentRow>> {
    let mut accounts = HashMap::new();
    let mut failed = None;
    index.walk(&key::table(key::Table::Segment), &mut |key, value| match (
        key::number_of(key),
        row::decode(value),
    ) {
        (Some(id), Ok(account)) => {
            accounts.insert(SegmentId(id), account);
            Step::Next
        }
        (None, _) => Step::Next,
        (_, Err(damage)) => {
            failed = Some(damage);
            Step::Stop
        }
    })?;
    failed.map_or(Ok(accounts), |damage| Err(damage.into()))
}
