//! Days as rules count them.

#[cfg(test)]
mod tests;

use storage_engine::ids::Timestamp;

use crate::limits::DAY_MILLISECONDS_MIN;

/// How long a day is. All days begin at multiples of it since 1970: a real one at midnight UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    milliseconds: u64,
}

impl Day {
    pub const REAL: Day = Day {
        milliseconds: 24 * 3600 * 1000,
    };

    /// None for a day too short to do anything in, or longer than a real one.
    pub fn of_milliseconds(milliseconds: u64) -> Option<Day> {
        let usable = (DAY_MILLISECONDS_MIN..=Day::REAL.milliseconds).contains(&milliseconds);
        usable.then_some(Day { milliseconds })
    }

    /// The midnight at or before a moment.
    pub fn midnight(self, at: Timestamp) -> Timestamp {
        Timestamp(at.0 - at.0 % self.milliseconds)
    }

    /// The midnight after a moment.
    pub fn next_midnight(self, at: Timestamp) -> Timestamp {
        Timestamp(self.midnight(at).0.saturating_add(self.milliseconds))
    }

    /// When something is due that happens `days` after `since`: at the next midnight after that,
    /// as Amazon rounds.
    pub fn due(self, since: Timestamp, days: u32) -> Timestamp {
        let passed = u64::from(days).saturating_mul(self.milliseconds);
        self.next_midnight(Timestamp(since.0.saturating_add(passed)))
    }
}
