//! How far the committer has come, for everybody who watches it: what is durable in the index,
//! how full the segments are, and how much work that was.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ids::SegmentId;
use crate::row::{AppliedRow, SegmentRow};

#[derive(Debug, Default)]
pub(crate) struct Progress {
    accounts: Mutex<HashMap<SegmentId, SegmentRow>>,
    applied: Mutex<AppliedRow>,
    /// The log from this segment on is needed to bring the index up to date.
    durable_segment: AtomicU64,
    groups: AtomicU64,
    changes: AtomicU64,
    log_bytes: AtomicU64,
    /// The index has no room to follow the log.
    is_behind: AtomicBool,
}

/// Totals since the store was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CommitStats {
    /// Groups written, which is the number of syncs of the log.
    pub groups: u64,
    /// Changes answered, refused ones included.
    pub changes: u64,
    pub log_bytes: u64,
}

impl Progress {
    pub(crate) fn new(applied: AppliedRow, accounts: HashMap<SegmentId, SegmentRow>) -> Self {
        Progress {
            accounts: Mutex::new(accounts),
            applied: Mutex::new(applied),
            durable_segment: AtomicU64::new(applied.segment.0),
            ..Progress::default()
        }
    }

    pub(crate) fn accounts(&self) -> MutexGuard<'_, HashMap<SegmentId, SegmentRow>> {
        // Nothing panics while it holds one of these locks: they guard plain assignments.
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn applied(&self) -> AppliedRow {
        *self.applied.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn committed(
        &self,
        next: AppliedRow,
        segments: HashMap<SegmentId, SegmentRow>,
        changes: usize,
        log_bytes: u64,
    ) {
        self.accounts().extend(segments);
        *self.applied.lock().unwrap_or_else(PoisonError::into_inner) = next;
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.changes.fetch_add(changes as u64, Ordering::Relaxed);
        self.log_bytes.fetch_add(log_bytes, Ordering::Relaxed);
    }

    pub(crate) fn forget(&self, segment: SegmentId) {
        self.accounts().remove(&segment);
    }

    /// Everything applied up to here is durable in the index.
    pub(crate) fn set_durable(&self, applied: AppliedRow) {
        self.durable_segment
            .fetch_max(applied.segment.0, Ordering::SeqCst);
    }

    /// Log segments before this one are no longer needed to recover.
    pub(crate) fn durable_segment(&self) -> SegmentId {
        SegmentId(self.durable_segment.load(Ordering::SeqCst))
    }

    pub(super) fn falls_behind(&self) {
        self.is_behind.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_caught_up(&self) {
        self.is_behind.store(false, Ordering::Relaxed);
    }

    /// Changes are refused until the index has room to catch up with the log.
    pub(crate) fn is_behind(&self) -> bool {
        self.is_behind.load(Ordering::Relaxed)
    }

    pub(crate) fn stats(&self) -> CommitStats {
        CommitStats {
            groups: self.groups.load(Ordering::Relaxed),
            changes: self.changes.load(Ordering::Relaxed),
            log_bytes: self.log_bytes.load(Ordering::Relaxed),
        }
    }
}
