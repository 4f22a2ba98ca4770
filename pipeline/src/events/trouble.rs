//! What stands between a target and the events that wait for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use storage_engine::ids::Timestamp;

/// Why messages to a target do not get through. It ends when one does, and none that was refused
/// is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub reason: String,
    pub at: Timestamp,
    /// When it, or the event that was refused, is tried again at the earliest.
    pub again: Timestamp,
}

/// The troubles of all targets. Gone with the process: after a start all are tried at once.
#[derive(Debug, Default)]
pub(super) struct Troubles(Mutex<BTreeMap<String, Trouble>>);

impl Troubles {
    pub(super) fn met(&self, target: &str, reason: &str, at: Timestamp, pause: Duration) {
        let pause = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        let trouble = Trouble {
            reason: reason.to_owned(),
            at,
            again: Timestamp(at.0.saturating_add(pause)),
        };
        self.lock().insert(target.to_owned(), trouble);
    }

    pub(super) fn over(&self, target: &str) {
        self.lock().remove(target);
    }

    pub(super) fn all(&self) -> BTreeMap<String, Trouble> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Trouble>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
