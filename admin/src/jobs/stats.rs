//! Jobs in figures, for metrics: kept in memory, because those are read without waiting.

use super::record::{Job, Kind, State};

/// What jobs there are and were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobStats {
    pub running: u64,
    /// That failed since the start.
    pub failed: u64,
    /// When the last backup was made, and the last scrub came to its end, in seconds since 1970; 0
    /// where none is remembered.
    pub last_backup_seconds: u64,
    pub last_scrub_seconds: u64,
    /// The last one that came to an end of its own, of each kind that is watched.
    pub last: [LastJob; Kind::WATCHED.len()],
}

/// What the last job of a kind said; nothing where none is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastJob {
    /// As the interface calls it.
    pub kind: &'static str,
    pub has_failed: bool,
    /// What it found wrong, or could not do.
    pub problems: u64,
}

impl Default for JobStats {
    fn default() -> Self {
        Self {
            running: 0,
            failed: 0,
            last_backup_seconds: 0,
            last_scrub_seconds: 0,
            last: Kind::WATCHED.map(|kind| LastJob {
                kind: kind.name(),
                has_failed: false,
                problems: 0,
            }),
        }
    }
}

impl JobStats {
    /// Of all that are kept, the oldest first.
    pub(super) fn of(jobs: &[Job]) -> Self {
        let mut stats = Self::default();
        jobs.iter().for_each(|job| stats.remember(job));
        stats
    }

    /// Of one that ended, now or before the start.
    pub(super) fn remember(&mut self, job: &Job) {
        let of_kind = self.last.iter_mut().find(|it| it.kind == job.kind.name());
        if let Some(last) = of_kind.filter(|_| job.has_said()) {
            last.has_failed = job.state == State::Failed;
            last.problems = job.problems;
        }
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
