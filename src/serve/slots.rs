//! Room for connections, which may become more or less while the server runs.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time;

#[derive(Debug)]
pub(crate) struct Slots {
    free: Arc<Semaphore>,
    /// How many there are, free and taken.
    all: Mutex<usize>,
}

impl Slots {
    pub(crate) fn new(all: usize) -> Arc<Slots> {
        Arc::new(Slots {
            free: Arc::new(Semaphore::new(all)),
            all: Mutex::new(all),
        })
    }

    /// Waits for one. It is free again when it is dropped.
    pub(super) async fn take(&self) -> OwnedSemaphorePermit {
        let taken = Arc::clone(&self.free).acquire_owned().await;
        taken.expect("nobody closes the semaphore")
    }

    /// More are there at once. Fewer are there when enough of those that are too many have become
    /// free; until then nobody takes one. Call within a runtime.
    pub(crate) fn resize(&self, wanted: usize) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let (more, fewer) = (wanted.saturating_sub(*all), all.saturating_sub(wanted));
        *all = wanted;
        self.free.add_permits(more);
        if fewer > 0 {
            let free = Arc::clone(&self.free);
            tokio::spawn(async move {
                if let Ok(too_many) = free.acquire_many_owned(permits(fewer)).await {
                    too_many.forget();
                }
            });
        }
    }

    /// Waits until nobody has one. Returns how many are still taken when the wait is over.
    pub(super) async fn all_free(&self, wait: Duration) -> usize {
        let all = *self.all.lock().unwrap_or_else(PoisonError::into_inner);
        match time::timeout(wait, self.free.acquire_many(permits(all))).await {
            Ok(_) => 0,
            Err(_) => all.saturating_sub(self.free.available_permits()),
        }
    }
}

fn permits(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
