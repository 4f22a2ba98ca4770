//! Memory for bodies: handed out by size, given back by itself.

use crate::limits::{MEMORY_MILLISECONDS_MAX, MEMORY_UNIT_BYTES};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time;

#[derive(Debug)]
pub(super) struct Bodies {
    free: Arc<Semaphore>,
    /// How many units there are, free and taken; none is no bound.
    all: Mutex<u32>,
}

/// Held for a body until it is dropped.
#[derive(Debug)]
pub struct Memory {
    _held: Option<OwnedSemaphorePermit>,
}

impl Default for Bodies {
    fn default() -> Self {
        Self {
            free: Arc::new(Semaphore::new(0)),
            all: Mutex::new(0),
        }
    }
}

impl Bodies {
    /// More is there at once. Less is there when enough of what is too much has been given back.
    pub(super) fn resize(&self, bytes: u64) {
        let wanted = units(bytes);
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let (more, fewer) = (wanted.saturating_sub(*all), all.saturating_sub(wanted));
        *all = wanted;
        self.free.add_permits(more as usize);
        if fewer > 0 {
            let free = Arc::clone(&self.free);
            tokio::spawn(async move {
                if let Ok(too_much) = free.acquire_many_owned(fewer).await {
                    too_much.forget();
                }
            });
        }
    }

    /// None if there was nothing for that long. What is larger than all there is takes all.
    pub(super) async fn take(&self, bytes: u64) -> Option<Memory> {
        let all = *self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = units(bytes).min(all);
        if wanted == 0 {
            return Some(Memory { _held: None });
        }
        let free = Arc::clone(&self.free);
        let held = match Arc::clone(&free).try_acquire_many_owned(wanted) {
            Ok(held) => held,
            Err(_) => {
                let patience = Duration::from_millis(MEMORY_MILLISECONDS_MAX);
                let waiting = time::timeout(patience, free.acquire_many_owned(wanted));
                waiting.await.ok()?.ok()?
            }
        };
        Some(Memory { _held: Some(held) })
    }

    pub(super) fn held_bytes(&self) -> u64 {
        let all = *self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let held = u64::from(all).saturating_sub(self.free.available_permits() as u64);
        held * MEMORY_UNIT_BYTES
    }
}

fn units(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(MEMORY_UNIT_BYTES)).unwrap_or(u32::MAX)
}
