//! Jobs in figures, for metrics: kept in memory, because those are read without waiting.

use super::record::{Job, Kind, State};

/// What jobs there are and were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobStats {
    pub running: u64,
    /// That failed since the start.
    pub failed: u64,
    /// When the last backup was made, and the last scrub came to its end, in seconds since 1970; 0
    /// where none is remembered.
    pub last_backup_seconds: u64,
    pub last_scrub_seconds: u64,
}

impl JobStats {
    /// Of one that ended, now or before the start.
    pub(super) fn remember(&mut self, job: &Job) {
        let last = match job.kind {
            Kind::Backup => &mut self.last_backup_seconds,
            Kind::Scrub => &mut self.last_scrub_seconds,
            Kind::Check | Kind::Lifecycle | Kind::Empty => return,
        };
        if job.state == State::Done {
            *last = job.ended.unwrap_or_default() / 1000;
        }
    }
}
