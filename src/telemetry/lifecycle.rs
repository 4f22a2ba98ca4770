//! What lifecycle tells of itself, as metrics: one row each.

use pipeline::lifecycle::LifecycleStats;

use super::rows::Row;

pub(super) const ROWS: &[Row<LifecycleStats>] = &[
    (
        "cairn_lifecycle_runs_total",
        "Runs ended since the start in which some bucket was due",
        |s| s.runs,
    ),
    (
        "cairn_lifecycle_running",
        "1 while a run goes through buckets",
        |s| u64::from(s.running),
    ),
    (
        "cairn_lifecycle_last_run_seconds",
        "When the last run ended, in seconds since 1970",
        |s| s.last_ended_seconds,
    ),
    (
        "cairn_lifecycle_looked_at_total",
        "Versions and unfinished uploads looked at",
        |s| s.counts.looked_at,
    ),
    (
        "cairn_lifecycle_expired_total",
        "Versions and delete markers deleted for good",
        |s| s.counts.expired,
    ),
    (
        "cairn_lifecycle_marked_total",
        "Objects hidden behind a new delete marker",
        |s| s.counts.marked,
    ),
    (
        "cairn_lifecycle_transitioned_total",
        "Versions whose storage class was changed",
        |s| s.counts.transitioned,
    ),
    (
        "cairn_lifecycle_aborted_total",
        "Unfinished uploads ended",
        |s| s.counts.aborted,
    ),
    (
        "cairn_lifecycle_locked_total",
        "Versions due but locked, counted in every run",
        |s| s.counts.locked,
    ),
    (
        "cairn_lifecycle_left_alone_total",
        "Versions and uploads that changed before their turn came",
        |s| s.counts.left_alone,
    ),
    (
        "cairn_lifecycle_errors_total",
        "What could not be done; the log says why",
        |s| s.counts.errors,
    ),
];
