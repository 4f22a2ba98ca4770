//! What work on the running store tells of itself, as metrics: one row each, and what the last job of
//! each kind said.

use admin::{JobStats, LastJob};
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{IntGaugeVec, Opts};

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

/// What the last ones said, asked for whenever somebody wants to see it.
pub(super) struct Last<F> {
    problems: IntGaugeVec,
    failed: IntGaugeVec,
    ask: F,
}

impl<F: Fn() -> JobStats> Last<F> {
    pub(super) fn new(ask: F) -> Result<Last<F>, prometheus::Error> {
        let gauge = |name: &str, help: &str| IntGaugeVec::new(Opts::new(name, help), &["kind"]);
        Ok(Last {
            problems: gauge(
                "cairn_job_problems",
                "What the last job of a kind found wrong, or could not do",
            )?,
            failed: gauge("cairn_job_failed", "1 if the last job of a kind failed")?,
            ask,
        })
    }
}

impl<F: Fn() -> JobStats + Send + Sync> Collector for Last<F> {
    fn desc(&self) -> Vec<&Desc> {
        let mut all = self.problems.desc();
        all.extend(self.failed.desc());
        all
    }

    fn collect(&self) -> Vec<MetricFamily> {
        for LastJob {
            kind,
            has_failed,
            problems,
        } in (self.ask)().last
        {
            let problems = i64::try_from(problems).unwrap_or(i64::MAX);
            self.problems.with_label_values(&[kind]).set(problems);
            let failed = self.failed.with_label_values(&[kind]);
            failed.set(i64::from(has_failed));
        }
        let mut families = self.problems.collect();
        families.extend(self.failed.collect());
        families
    }
}
