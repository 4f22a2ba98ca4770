//! Making writes of one segment durable, many of them with one sync.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

use crate::disk::DiskFile;
use crate::error::{Error, Result};
use crate::failure::Failure;

/// Shares syncs among all who wait for one. A sync counts only for writes that had finished before
/// it began.
#[derive(Debug, Clone, Default)]
pub(super) struct Flush(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Writes that have finished so far; the last one's number.
    finished: AtomicU64,
    progress: watch::Sender<Progress>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    /// Writes up to this number are durable.
    synced: u64,
    /// A sync is under way.
    running: bool,
}

impl Default for Shared {
    fn default() -> Self {
        Shared {
            finished: AtomicU64::new(0),
            progress: watch::Sender::new(Progress::default()),
        }
    }
}

impl Flush {
    /// Notes that a write has finished, and gives it its number.
    pub(super) fn finished(&self) -> u64 {
        self.0.finished.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// Waits until write `number` is durable; starts a sync if none will do it.
    ///
    /// Cancel-safe: a sync that has begun goes on without the one who began it. After a failed
    /// sync `failure` is set, and everybody gets that.
    pub(super) async fn settle(
        &self,
        number: u64,
        file: &Arc<dyn DiskFile>,
        failure: &Failure,
    ) -> Result<()> {
        let mut progress = self.0.progress.subscribe();
        loop {
            failure.check()?;
            let mut synced = false;
            let begin = self.0.progress.send_if_modified(|progress| {
                synced = progress.synced >= number;
                let begin = !synced && !progress.running;
                progress.running |= begin;
                begin
            });
            if synced {
                return Ok(());
            }
            if begin {
                self.begin(file, failure);
            }
            let over = |now: &Progress| now.synced >= number || !now.running;
            // The sender lives in `self`: the channel cannot close under us.
            let _ = progress.wait_for(over).await;
        }
    }

    fn begin(&self, file: &Arc<dyn DiskFile>, failure: &Failure) {
        let turn = Turn {
            shared: Arc::clone(&self.0),
            upto: self.0.finished.load(Ordering::Acquire),
            failure: failure.clone(),
            outcome: Err(std::io::Error::other("a sync was given up")),
        };
        let file = Arc::clone(file);
        tokio::spawn(async move {
            let mut turn = turn;
            turn.outcome = file.sync_later().await;
            drop(turn);
        });
    }
}

/// One sync under way. However it ends, those who wait are told when this is dropped; one that did
/// not come to its end may have failed, which no later sync would report again.
struct Turn {
    shared: Arc<Shared>,
    upto: u64,
    failure: Failure,
    outcome: std::io::Result<()>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let outcome = std::mem::replace(&mut self.outcome, Ok(()));
        let synced = match outcome {
            Ok(()) => self.upto,
            Err(error) => {
                self.failure.set(&Error::io("sync a segment")(error));
                0
            }
        };
        self.shared.progress.send_modify(|progress| {
            progress.synced = progress.synced.max(synced);
            progress.running = false;
        });
    }
}
