//! How fast the background may go.

use std::time::Duration;

/// Lets so many bytes a second through, after at most one second's worth at once. Pure: time is
/// what the caller says it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TokenBucket {
    bytes_per_second: u64,
    /// Bytes that may go at once; negative while a debt is paid off.
    level: i64,
    filled: Duration,
}

impl TokenBucket {
    /// Full at the start. Zero bytes a second means: as fast as it goes.
    pub(crate) fn new(bytes_per_second: u64) -> Self {
        let level = i64::try_from(bytes_per_second).unwrap_or(i64::MAX);
        TokenBucket {
            bytes_per_second,
            level,
            filled: Duration::ZERO,
        }
    }

    /// Takes `bytes` at time `now`, counted from any fixed moment, and tells how long to wait
    /// before the next ones.
    pub(crate) fn take(&mut self, bytes: u64, now: Duration) -> Duration {
        if self.bytes_per_second == 0 {
            return Duration::ZERO;
        }
        let passed = now.saturating_sub(self.filled);
        self.filled = self.filled.max(now);
        let gained = passed.as_secs_f64() * self.bytes_per_second as f64;
        let full = i64::try_from(self.bytes_per_second).unwrap_or(i64::MAX);
        let level = self.level.saturating_add(whole(gained)).min(full);
        self.level = level.saturating_sub(i64::try_from(bytes).unwrap_or(i64::MAX));
        match self.level {
            debt if debt < 0 => {
                let seconds = debt.unsigned_abs() as f64 / self.bytes_per_second as f64;
                Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
            }
            _ => Duration::ZERO,
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float saturates when it becomes an integer"
)]
fn whole(bytes: f64) -> i64 {
    bytes as i64
}
