//! What work on the running store tells of itself, as metrics: one row each.

use admin::JobStats;

use super::rows::Row;

pub(super) const ROWS: &[Row<JobStats>] = &[
    ("cairn_jobs_running", "Jobs that run", |s| s.running),
    (
        "cairn_jobs_failed_total",
        "Jobs that failed since the start",
        |s| s.failed,
    ),
    (
        "cairn_backup_last_success_seconds",
        "When a job made the last backup, in seconds since 1970; 0 where none is remembered",
        |s| s.last_backup_seconds,
    ),
    (
        "cairn_scrub_last_success_seconds",
        "When the last scrub came to its end, likewise",
        |s| s.last_scrub_seconds,
    ),
];
