//! The threads that wait for a drive where no ring does.
//!
//! Not the runtime's blocking pool: its queue has no bound, it is shared by all drives, so that one
//! slow drive would hold up the others, and it needs a runtime on the thread that asks.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use crossbeam::channel::{Receiver, Sender, bounded};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::IoFuture;

/// Threads of one drive.
pub(super) const WORKER_THREADS_MAX: usize = 16;
/// Operations of one drive that are queued or running; more wait in their futures.
pub(super) const WORKER_OPS_MAX: usize = 256;

type Job = Box<dyn FnOnce() + Send>;

/// A bounded pool of threads. They end when the last clone is dropped and the queue is empty.
#[derive(Debug, Clone)]
pub(super) struct Workers {
    jobs: Sender<Job>,
    permits: Arc<Semaphore>,
}

impl Workers {
    /// Starts the threads; fewer than [`WORKER_THREADS_MAX`] if the system refuses more, an error
    /// if it refuses all.
    pub(super) fn start() -> io::Result<Self> {
        let (sender, receiver) = bounded::<Job>(WORKER_OPS_MAX);
        for started in 0..WORKER_THREADS_MAX {
            let jobs = receiver.clone();
            let thread = thread::Builder::new().name(format!("disk-{started}"));
            match thread.spawn(move || work(&jobs)) {
                Ok(_) => {}
                Err(error) if started == 0 => return Err(error),
                Err(error) => {
                    tracing::warn!(started, %error, "fewer disk threads than wanted");
                    break;
                }
            }
        }
        Ok(Self {
            jobs: sender,
            permits: Arc::new(Semaphore::new(WORKER_OPS_MAX)),
        })
    }

    /// Runs `operation` on one of the threads; see [`submit`] for when it starts.
    pub(super) fn run<T, F>(&self, operation: F) -> IoFuture<T>
    where
        T: Send + 'static,
        F: FnOnce() -> io::Result<T> + Send + 'static,
    {
        let jobs = self.jobs.clone();
        submit(&self.permits, move |permit, reply| {
            let job = Box::new(move || {
                let result = operation();
                drop(permit);
                // Nobody waits any more if the future was dropped.
                let _ = reply.send(result);
            });
            // Never full, for there are as many permits as places. Closed only if every thread is
            // gone; the reply is dropped with the job then, and the future reports that.
            let _ = jobs.try_send(job);
        })
    }
}

fn work(jobs: &Receiver<Job>) {
    for job in jobs {
        // A panic costs its own operation, whose reply is dropped, but not the thread.
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            tracing::error!("a disk operation panicked");
        }
    }
}

/// Starts an operation as soon as there is a permit for it: at once if one is free, else when the
/// future is polled. Dropping the future before the start means that nothing happens; dropping it
/// later gives up the result only.
pub(super) fn submit<T, S>(permits: &Arc<Semaphore>, start: S) -> IoFuture<T>
where
    T: Send + 'static,
    S: FnOnce(OwnedSemaphorePermit, oneshot::Sender<io::Result<T>>) + Send + 'static,
{
    let (reply, result) = oneshot::channel();
    if let Ok(permit) = Arc::clone(permits).try_acquire_owned() {
        start(permit, reply);
        return Box::pin(async move { result.await.unwrap_or_else(|_| Err(lost())) });
    }
    let permits = Arc::clone(permits);
    Box::pin(async move {
        let permit = permits.acquire_owned().await.map_err(|_| lost())?;
        start(permit, reply);
        result.await.unwrap_or_else(|_| Err(lost()))
    })
}

/// Whether the operation took place is unknown, so above this counts as a failure of the drive.
pub(super) fn lost() -> io::Error {
    io::Error::other("the thread of the disk operation ended before it answered")
}

#[cfg(test)]
mod tests;
