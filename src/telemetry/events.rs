//! What the telling of events tells of itself, as metrics: one row each.

use std::sync::Arc;

use pipeline::events::{Delivery, EventStats};
use prometheus::IntGauge;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

/// Name, help, and where the value stands. Totals are gauges too: they are read, not counted here.
type Row = (&'static str, &'static str, fn(&EventStats) -> u64);

const ROWS: &[Row] = &[
    (
        "cairn_events_told",
        "Events that webhooks have taken since the start",
        |s| s.told,
    ),
    (
        "cairn_events_failed",
        "Messages to webhooks that did not get through, each try counted",
        |s| s.failed,
    ),
    (
        "cairn_events_given_up",
        "Events put among the dead letters since the start",
        |s| s.buried,
    ),
    (
        "cairn_events_dropped",
        "Dead letters thrown away because there were too many",
        |s| s.dropped,
    ),
    (
        "cairn_events_oldest_seconds",
        "Age of the oldest event that is still to be told",
        |s| s.oldest_seconds,
    ),
];

/// The rows' gauges, in the same order, set whenever somebody asks.
pub(crate) struct EventGauges {
    delivery: Arc<Delivery>,
    gauges: Vec<IntGauge>,
}

impl EventGauges {
    pub(crate) fn new(delivery: Arc<Delivery>) -> Result<EventGauges, prometheus::Error> {
        let gauges = ROWS
            .iter()
            .map(|(name, help, _)| IntGauge::new(*name, *help));
        Ok(EventGauges {
            gauges: gauges.collect::<Result<_, _>>()?,
            delivery,
        })
    }
}

impl Collector for EventGauges {
    fn desc(&self) -> Vec<&Desc> {
        self.gauges.iter().flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let stats = self.delivery.stats();
        for (gauge, (_, _, value)) in self.gauges.iter().zip(ROWS) {
            gauge.set(i64::try_from(value(&stats)).unwrap_or(i64::MAX));
        }
        self.gauges.iter().flat_map(Collector::collect).collect()
    }
}
