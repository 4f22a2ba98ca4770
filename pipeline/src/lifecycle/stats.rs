//! Totals since the start, for metrics.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::report::{Counts, RunReport};

/// What lifecycle has done since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LifecycleStats {
    pub runs: u64,
    pub running: bool,
    /// When the last run ended, in seconds since 1970; zero before the first.
    pub last_ended_seconds: u64,
    pub counts: Counts,
}

#[derive(Debug, Default)]
pub(super) struct Totals {
    runs: AtomicU64,
    running: AtomicBool,
    last_ended_seconds: AtomicU64,
    looked_at: AtomicU64,
    expired: AtomicU64,
    marked: AtomicU64,
    transitioned: AtomicU64,
    aborted: AtomicU64,
    locked: AtomicU64,
    left_alone: AtomicU64,
    errors: AtomicU64,
}

/// Notes at its end that nothing runs any more, also of a run that was dropped.
#[derive(Debug)]
pub(super) struct NotRunningAfter<'a>(&'a Totals);

impl Drop for NotRunningAfter<'_> {
    fn drop(&mut self) {
        self.0.running.store(false, Ordering::Relaxed);
    }
}

impl Totals {
    pub(super) fn set_running(&self) {
        self.running.store(true, Ordering::Relaxed);
    }

    pub(super) fn not_running_after(&self) -> NotRunningAfter<'_> {
        NotRunningAfter(self)
    }

    /// Adds what was done between two moments of a run.
    pub(super) fn add(&self, before: &Counts, after: &Counts) {
        for (total, before, after) in [
            (&self.looked_at, before.looked_at, after.looked_at),
            (&self.expired, before.expired, after.expired),
            (&self.marked, before.marked, after.marked),
            (&self.transitioned, before.transitioned, after.transitioned),
            (&self.aborted, before.aborted, after.aborted),
            (&self.locked, before.locked, after.locked),
            (&self.left_alone, before.left_alone, after.left_alone),
            (&self.errors, before.errors, after.errors),
        ] {
            total.fetch_add(after.saturating_sub(before), Ordering::Relaxed);
        }
    }

    pub(super) fn ended(&self, report: &RunReport) {
        self.runs.fetch_add(1, Ordering::Relaxed);
        let seconds = report.ended.seconds();
        self.last_ended_seconds.store(seconds, Ordering::Relaxed);
    }

    pub(super) fn stats(&self) -> LifecycleStats {
        let read = |total: &AtomicU64| total.load(Ordering::Relaxed);
        LifecycleStats {
            runs: read(&self.runs),
            running: self.running.load(Ordering::Relaxed),
            last_ended_seconds: read(&self.last_ended_seconds),
            counts: Counts {
                looked_at: read(&self.looked_at),
                expired: read(&self.expired),
                marked: read(&self.marked),
                transitioned: read(&self.transitioned),
                aborted: read(&self.aborted),
                locked: read(&self.locked),
                left_alone: read(&self.left_alone),
                errors: read(&self.errors),
            },
        }
    }
}
