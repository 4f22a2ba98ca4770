//! How fast a walk may go: bounded, and slower while others change things.

use std::time::{Duration, Instant};

use storage_engine::Engine;

use crate::limits::{CHANGES_PER_SECOND_MAX, LOOKED_AT_PER_SECOND_MAX, PAUSE_FOR_OTHERS};

#[derive(Debug)]
pub(super) struct Pace {
    began: Instant,
    /// Changes of the whole store, up to the last step.
    changes: u64,
}

impl Pace {
    pub(super) fn new(engine: &Engine) -> Pace {
        Pace {
            began: Instant::now(),
            changes: engine.changes(),
        }
    }

    /// Waits until the next step may begin after one that looked at and changed so much.
    pub(super) async fn rest(&mut self, engine: &Engine, looked_at: u64, changes: u64) {
        let others = engine.changes().saturating_sub(self.changes) > changes;
        let rest = pause(looked_at, changes, self.began.elapsed(), others);
        tokio::time::sleep(rest).await;
        *self = Pace::new(engine);
    }
}

/// How long to wait. Pure.
pub(super) fn pause(looked_at: u64, changes: u64, took: Duration, others: bool) -> Duration {
    let seconds = looked_at as f64 / f64::from(LOOKED_AT_PER_SECOND_MAX)
        + changes as f64 / f64::from(CHANGES_PER_SECOND_MAX);
    let due = Duration::from_secs_f64(seconds).saturating_sub(took);
    if others {
        due.max(PAUSE_FOR_OTHERS)
    } else {
        due
    }
}
