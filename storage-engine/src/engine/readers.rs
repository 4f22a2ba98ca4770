//! Who is reading, and since when: what was let go is kept until nobody can still be reading it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::ids::Sequence;

/// All readers of bodies.
#[derive(Debug, Clone, Default)]
pub(super) struct Readers(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    reading: Mutex<BTreeMap<Sequence, usize>>,
    begun: AtomicU64,
}

/// One reader; gone when it is dropped.
#[derive(Debug)]
pub(super) struct Reading {
    readers: Readers,
    since: Sequence,
}

impl Readers {
    /// Begins to read at `now`, taken before the row is looked up: whatever is let go by a change
    /// with this sequence or a later one stays until the reader is done.
    pub(super) fn begin(&self, now: Sequence) -> Reading {
        self.0.begun.fetch_add(1, Ordering::Relaxed);
        *self.lock().entry(now).or_default() += 1;
        Reading {
            readers: self.clone(),
            since: now,
        }
    }

    /// The sequence since when the oldest reader has been reading.
    pub(super) fn oldest(&self) -> Option<Sequence> {
        self.lock().keys().next().copied()
    }

    /// How many there are at the moment.
    pub(super) fn count(&self) -> usize {
        self.lock().values().sum()
    }

    /// How many there ever were.
    pub(super) fn begun(&self) -> u64 {
        self.0.begun.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Sequence, usize>> {
        self.0
            .reading
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let mut readers = self.readers.lock();
        if let Some(count) = readers.get_mut(&self.since) {
            *count -= 1;
            if *count == 0 {
                readers.remove(&self.since);
            }
        }
    }
}
