//! Where the time of a request goes: to its client, or to the server.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::serve::Inflow;

/// Runs from the head of a request to the end of its answer.
pub(super) struct Clock {
    started: Instant,
    inflow: Arc<Inflow>,
    turn_around: Duration,
    /// Since when the next piece of the answer is waited for.
    reading_since: Option<Instant>,
    reading: Duration,
}

/// All of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spent {
    pub(super) total: Duration,
    /// Waiting for the client to send the request's body.
    pub(super) receiving: Duration,
    /// The rest, until the answer began.
    pub(super) working: Duration,
    /// Waiting for the body of the answer to be made.
    pub(super) reading: Duration,
    /// Waiting for the client to take it.
    pub(super) sending: Duration,
}

impl Clock {
    pub(super) fn start(inflow: Arc<Inflow>) -> Clock {
        Clock {
            started: Instant::now(),
            inflow,
            turn_around: Duration::ZERO,
            reading_since: None,
            reading: Duration::ZERO,
        }
    }

    /// The head of the answer is there.
    pub(super) fn turn(&mut self) {
        self.turn_around = self.started.elapsed();
    }

    pub(super) fn turn_around(&self) -> Duration {
        self.turn_around
    }

    pub(super) fn received_bytes(&self) -> u64 {
        self.inflow.bytes()
    }

    /// The next piece of the answer is not there yet.
    pub(super) fn lacks(&mut self) {
        self.reading_since.get_or_insert_with(Instant::now);
    }

    /// It is there.
    pub(super) fn has(&mut self) {
        if let Some(since) = self.reading_since.take() {
            self.reading += since.elapsed();
        }
    }

    /// Up to now.
    pub(super) fn spent(&self) -> Spent {
        let begun = self.reading_since.map_or(Duration::ZERO, |it| it.elapsed());
        let total = self.started.elapsed();
        split(
            total,
            self.turn_around,
            self.inflow.waited(),
            self.reading + begun,
        )
    }
}

/// A body may still come in while the answer goes out: no more of it counts than there was time.
fn split(total: Duration, turn_around: Duration, waited: Duration, reading: Duration) -> Spent {
    let receiving = waited.min(turn_around);
    let answering = total.saturating_sub(turn_around);
    let reading = reading.min(answering);
    Spent {
        total,
        receiving,
        working: turn_around - receiving,
        reading,
        sending: answering - reading,
    }
}
