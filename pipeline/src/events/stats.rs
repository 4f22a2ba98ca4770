//! Totals since the start, for metrics.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use storage_engine::ids::Timestamp;

/// What delivery has done since the start, all targets together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EventStats {
    pub told: u64,
    /// Messages that did not get through, each try counted.
    pub failed: u64,
    /// Events given up.
    pub buried: u64,
    /// Dead letters thrown away because there were too many.
    pub dropped: u64,
    /// Age of the oldest event that is still to be told.
    pub oldest_seconds: u64,
}

#[derive(Debug, Default)]
pub(super) struct Totals {
    told: AtomicU64,
    failed: AtomicU64,
    buried: AtomicU64,
    dropped: AtomicU64,
    oldest: Mutex<BTreeMap<String, Timestamp>>,
}

impl Totals {
    pub(super) fn told(&self, events: usize) {
        self.told.fetch_add(events as u64, Ordering::Relaxed);
    }

    pub(super) fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn buried(&self) {
        self.buried.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// When the first event in a target's queue happened, if there is one.
    pub(super) fn set_oldest(&self, target: &str, at: Option<Timestamp>) {
        let mut oldest = self.oldest.lock().unwrap_or_else(PoisonError::into_inner);
        match at {
            Some(at) => oldest.insert(target.to_owned(), at),
            None => oldest.remove(target),
        };
    }

    pub(super) fn stats(&self, now: Timestamp) -> EventStats {
        let read = |total: &AtomicU64| total.load(Ordering::Relaxed);
        let oldest = self.oldest.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = oldest.values().min();
        EventStats {
            told: read(&self.told),
            failed: read(&self.failed),
            buried: read(&self.buried),
            dropped: read(&self.dropped),
            oldest_seconds: oldest.map_or(0, |at| now.0.saturating_sub(at.0) / 1000),
        }
    }
}
