//! How long to wait for a peer that should send, or take, more bytes.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::{Sleep, sleep_until};

/// A token bucket over time, with no clock of its own. Waiting spends patience and bytes restore
/// it, up to where it began: a peer may pause, and may be slow, but one that trickles for ever
/// runs out of it.
#[derive(Debug)]
pub(super) struct Patience {
    left: Duration,
    max: Duration,
    per_byte: Duration,
    waiting_since: Option<Instant>,
}

impl Patience {
    pub(super) fn new(max: Duration, bytes_per_second_min: u32) -> Patience {
        Patience {
            left: max,
            max,
            per_byte: Duration::from_secs(1) / bytes_per_second_min,
            waiting_since: None,
        }
    }

    /// Waiting begins, or goes on; at the returned instant patience ends.
    pub(super) fn wait(&mut self, now: Instant) -> Instant {
        *self.waiting_since.get_or_insert(now) + self.left
    }

    /// Waiting has ended with this many bytes. Time in which nobody waited is not counted.
    pub(super) fn progress(&mut self, now: Instant, bytes: usize) {
        if let Some(since) = self.waiting_since.take() {
            self.left = self.left.saturating_sub(now.duration_since(since));
        }
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let earned = self.per_byte.saturating_mul(bytes);
        self.left = self.left.saturating_add(earned).min(self.max);
    }

    fn is_waiting(&self) -> bool {
        self.waiting_since.is_some()
    }
}

/// Patience with a timer. The timer is made at the first wait: most transfers never wait.
#[derive(Debug)]
pub(super) struct Watchdog {
    patience: Patience,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Watchdog {
    pub(super) fn new(patience: Patience) -> Watchdog {
        Watchdog {
            patience,
            alarm: None,
        }
    }

    /// Call when the peer makes us wait; ready when patience is at its end.
    pub(super) fn poll_wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let deadline = self.patience.wait(Instant::now()).into();
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if alarm.deadline() != deadline {
            alarm.as_mut().reset(deadline);
        }
        alarm.as_mut().poll(cx)
    }

    /// Call when bytes have moved. Costs nothing where nobody waited for them.
    pub(super) fn progress(&mut self, bytes: usize) {
        if self.patience.is_waiting() {
            self.patience.progress(Instant::now(), bytes);
        }
    }
}

#[cfg(test)]
mod tests;
