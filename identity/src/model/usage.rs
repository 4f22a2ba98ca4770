//! When and for what a key was last used: kept in memory, and now and then in a row.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::Seconds;
use crate::limits;

/// The last use of a key, to the minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUse {
    pub at: Seconds,
    /// `s3`, `iam` or `sts`.
    pub service: String,
    /// As the request was signed for.
    pub region: String,
}

/// Of one key. Requests within a minute after one that was noted cost a comparison.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    noted: AtomicU64,
    /// Of what stands in the row.
    written: AtomicU64,
    last: Mutex<Option<LastUse>>,
}

impl Usage {
    /// Whether that was news.
    pub(crate) fn note(&self, now: Seconds, service: &str, region: &str) -> bool {
        let noted = self.noted.load(Ordering::Relaxed);
        if now < noted.saturating_add(limits::KEY_USE_SECONDS_MIN) {
            return false;
        }
        self.set(LastUse {
            at: now,
            service: service.to_owned(),
            region: region.to_owned(),
        });
        true
    }

    /// What a row says.
    pub(crate) fn restore(&self, last: LastUse) {
        self.wrote(last.at);
        self.set(last);
    }

    pub(crate) fn wrote(&self, at: Seconds) {
        self.written.store(at, Ordering::Relaxed);
    }

    pub(crate) fn last(&self) -> Option<LastUse> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }

    /// What no row says yet.
    pub(crate) fn unwritten(&self) -> Option<LastUse> {
        let written = self.written.load(Ordering::Relaxed);
        self.last().filter(|last| last.at != written)
    }

    fn set(&self, last: LastUse) {
        self.noted.store(last.at, Ordering::Relaxed);
        let mut place = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *place = Some(last);
    }
}
