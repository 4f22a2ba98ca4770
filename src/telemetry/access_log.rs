//! What becomes of the access logs of buckets, as metrics: one row each.

use std::sync::{Arc, Weak};

use prometheus::IntGauge;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use s3_api::AccessLogStats;

use crate::front::Front;

/// Name, help, and where the value stands. Totals are gauges too: they are read, not counted here.
type Row = (&'static str, &'static str, fn(&AccessLogStats) -> u64);

const ROWS: &[Row] = &[
    (
        "cairn_access_log_lines",
        "Requests to buckets with an access log since the start",
        |s| s.lines,
    ),
    (
        "cairn_access_log_objects",
        "Access logs written since the start",
        |s| s.objects,
    ),
    (
        "cairn_access_log_dropped",
        "Lines for which there was no room, or which could not be written",
        |s| s.dropped,
    ),
];

/// The rows' gauges, in the same order, set whenever somebody asks.
pub(crate) struct AccessLogGauges {
    /// It holds the metrics itself.
    front: Weak<Front>,
    gauges: Vec<IntGauge>,
}

impl AccessLogGauges {
    pub(crate) fn new(front: &Arc<Front>) -> Result<AccessLogGauges, prometheus::Error> {
        let gauges = ROWS
            .iter()
            .map(|(name, help, _)| IntGauge::new(*name, *help));
        Ok(AccessLogGauges {
            gauges: gauges.collect::<Result<_, _>>()?,
            front: Arc::downgrade(front),
        })
    }
}

impl Collector for AccessLogGauges {
    fn desc(&self) -> Vec<&Desc> {
        self.gauges.iter().flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let front = self.front.upgrade();
        let stats = front.map(|front| front.s3().access_log_stats());
        let stats = stats.unwrap_or_default();
        for (gauge, (_, _, value)) in self.gauges.iter().zip(ROWS) {
            gauge.set(i64::try_from(value(&stats)).unwrap_or(i64::MAX));
        }
        self.gauges.iter().flat_map(Collector::collect).collect()
    }
}
