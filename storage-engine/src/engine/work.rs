//! What long pieces of work tell while they run.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

use crate::error::{Error, Result};

/// How far a long piece of work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    pub doing: &'static str,
    pub done: u64,
    /// Zero where it is not known yet. May grow while the work goes on.
    pub total: u64,
    pub unit: Unit,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Rows,
    Bytes,
    Chunks,
}

/// Is told often how far the work has come. `Break` ends it at the next point from which it can
/// go on another time.
pub type OnWork<'a> = dyn FnMut(Work) -> ControlFlow<()> + Send + 'a;

/// Watches nothing and never interrupts.
pub fn unwatched(_: Work) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Runs a piece of work that waits for the drive.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|stopped| {
        Err(Error::Stopped {
            reason: stopped.to_string(),
        })
    })
}

/// As [`blocking`], for work that tells how far it has come. Dropped, it ends at its next word.
pub(super) async fn watched<T: Send + 'static>(
    progress: &mut OnWork<'_>,
    work: impl FnOnce(&mut OnWork<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (sender, mut told) = watch::channel(None);
    let stop = Stop(Arc::new(AtomicBool::new(false)));
    let stopped = Arc::clone(&stop.0);
    let task = tokio::task::spawn_blocking(move || {
        work(&mut |work| {
            sender.send_replace(Some(work));
            match stopped.load(Ordering::Relaxed) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        })
    });
    // Ends when the work does: the sender goes with it.
    while told.changed().await.is_ok() {
        let work = *told.borrow_and_update();
        if work.is_some_and(|work| progress(work).is_break()) {
            stop.0.store(true, Ordering::Relaxed);
        }
    }
    task.await.unwrap_or_else(|stopped| {
        Err(Error::Stopped {
            reason: stopped.to_string(),
        })
    })
}

/// Lets work end when nobody waits for it any more.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
