//! What it may take to decide of one request. Patterns come from whoever may write a policy, texts
//! from whoever sends a request. Each has its bound; what both take together has this one.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::limits::{DECISION_STEPS_MAX, REQUEST_STEPS_MAX, STEPS_BETWEEN_PAUSES};

/// Counted in steps of a few nanoseconds: a pattern that is held against a text is one, and so is
/// each piece of it, or 64 of its characters where they are moved at once. Where there are no more,
/// patterns match nothing, and what is being decided is given up, which denies it.
///
/// One is for all decisions of a request. They are made one after the other, so that nothing has to
/// be locked: it is atomic only for a request to keep it while it waits.
#[derive(Debug)]
pub struct Work {
    done: AtomicU64,
    /// How far it may go; 0 once it was to go farther.
    until: AtomicU64,
    /// How much was done when others had their turn.
    paused: AtomicU64,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            done: AtomicU64::new(0),
            until: AtomicU64::new(REQUEST_STEPS_MAX),
            paused: AtomicU64::new(0),
        }
    }
}

impl Work {
    /// Begins a decision, which may take a part only of what there is for the request.
    pub(crate) fn begin(&self) {
        if !self.is_over() {
            let until = self.done() + DECISION_STEPS_MAX;
            self.until.store(until.min(REQUEST_STEPS_MAX), Relaxed);
        }
    }

    /// Ends it.
    pub(crate) fn end(&self) {
        if !self.is_over() {
            self.until.store(REQUEST_STEPS_MAX, Relaxed);
        }
    }

    /// Whether so much may still be done. What may not be done is not counted, and neither may
    /// anything else from then on.
    #[inline]
    pub(crate) fn spend(&self, steps: usize) -> bool {
        let done = self.done().saturating_add(steps as u64);
        if done > self.until.load(Relaxed) {
            self.until.store(0, Relaxed);
            return false;
        }
        self.done.store(done, Relaxed);
        true
    }

    pub(crate) fn done(&self) -> u64 {
        self.done.load(Relaxed)
    }

    /// Whether something was given up, which says nothing of what would have come of it.
    pub fn is_over(&self) -> bool {
        self.until.load(Relaxed) == 0
    }

    /// Whether so much was done since the last time that others should have their turn. To be asked
    /// between two decisions.
    pub fn wants_pause(&self) -> bool {
        let done = self.done();
        let is_long = done - self.paused.load(Relaxed) >= STEPS_BETWEEN_PAUSES;
        if is_long {
            self.paused.store(done, Relaxed);
        }
        is_long
    }
}

#[cfg(test)]
mod tests;
