//! What lifecycle tells of itself, as metrics: one row each.

use std::sync::Arc;

use pipeline::lifecycle::{Lifecycle, LifecycleStats};
use prometheus::IntGauge;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

/// Name, help, and where the value stands. Totals are gauges too: they are read, not counted here.
type Row = (&'static str, &'static str, fn(&LifecycleStats) -> u64);

const ROWS: &[Row] = &[
    (
        "cairn_lifecycle_runs",
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
        "cairn_lifecycle_looked_at",
        "Versions and unfinished uploads looked at",
        |s| s.counts.looked_at,
    ),
    (
        "cairn_lifecycle_expired",
        "Versions and delete markers deleted for good",
        |s| s.counts.expired,
    ),
    (
        "cairn_lifecycle_marked",
        "Objects hidden behind a new delete marker",
        |s| s.counts.marked,
    ),
    (
        "cairn_lifecycle_transitioned",
        "Versions whose storage class was changed",
        |s| s.counts.transitioned,
    ),
    ("cairn_lifecycle_aborted", "Unfinished uploads ended", |s| {
        s.counts.aborted
    }),
    (
        "cairn_lifecycle_locked",
        "Versions due but locked, counted in every run",
        |s| s.counts.locked,
    ),
    (
        "cairn_lifecycle_left_alone",
        "Versions and uploads that changed before their turn came",
        |s| s.counts.left_alone,
    ),
    (
        "cairn_lifecycle_errors",
        "What could not be done; the log says why",
        |s| s.counts.errors,
    ),
];

/// The rows' gauges, in the same order, set whenever somebody asks.
pub(crate) struct LifecycleGauges {
    lifecycle: Arc<Lifecycle>,
    gauges: Vec<IntGauge>,
}

impl LifecycleGauges {
    pub(crate) fn new(lifecycle: Arc<Lifecycle>) -> Result<LifecycleGauges, prometheus::Error> {
        let gauges = ROWS
            .iter()
            .map(|(name, help, _)| IntGauge::new(*name, *help));
        Ok(LifecycleGauges {
            gauges: gauges.collect::<Result<_, _>>()?,
            lifecycle,
        })
    }
}

impl Collector for LifecycleGauges {
    fn desc(&self) -> Vec<&Desc> {
        self.gauges.iter().flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let stats = self.lifecycle.stats();
        for (gauge, (_, _, value)) in self.gauges.iter().zip(ROWS) {
            gauge.set(i64::try_from(value(&stats)).unwrap_or(i64::MAX));
        }
        self.gauges.iter().flat_map(Collector::collect).collect()
    }
}
