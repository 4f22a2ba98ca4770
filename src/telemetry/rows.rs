//! What a part of the program counts for itself, as metrics: a table with one row each.

use std::fmt;

use prometheus::IntGauge;
use prometheus::core::{Collector, Desc};
use prometheus::proto::{Counter, MetricFamily, MetricType};

/// Name, help, and where the value stands. What is called a total is a counter: it begins at nothing
/// with the server, and never falls.
pub(super) type Row<S> = (&'static str, &'static str, fn(&S) -> u64);

/// What the names of counters end in.
const TOTAL: &str = "_total";

/// The metrics of a table, in its order. Counters are read, not counted here, so that all are kept
/// as gauges and shown as what they are.
pub(super) struct Gauges<S: 'static> {
    rows: &'static [Row<S>],
    gauges: Vec<IntGauge>,
}

impl<S> Gauges<S> {
    pub(super) fn new(rows: &'static [Row<S>]) -> Result<Gauges<S>, prometheus::Error> {
        let gauges = rows
            .iter()
            .map(|(name, help, _)| IntGauge::new(*name, *help));
        Ok(Gauges {
            gauges: gauges.collect::<Result<_, _>>()?,
            rows,
        })
    }

    pub(super) fn set(&self, counted: &S) {
        for (gauge, (_, _, value)) in self.gauges.iter().zip(self.rows) {
            gauge.set(i64::try_from(value(counted)).unwrap_or(i64::MAX));
        }
    }
}

/// Clones show the same values.
impl<S> Clone for Gauges<S> {
    fn clone(&self) -> Self {
        Gauges {
            rows: self.rows,
            gauges: self.gauges.clone(),
        }
    }
}

impl<S> Collector for Gauges<S> {
    fn desc(&self) -> Vec<&Desc> {
        self.gauges.iter().flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let families = self.gauges.iter().flat_map(Collector::collect);
        families.map(as_named).collect()
    }
}

fn as_named(mut family: MetricFamily) -> MetricFamily {
    if family.name().ends_with(TOTAL) {
        family.set_field_type(MetricType::COUNTER);
        for metric in family.mut_metric() {
            let mut counter = Counter::default();
            counter.set_value(metric.get_gauge().get_value());
            metric.set_counter(counter);
        }
    }
    family
}

/// A table whose values are asked for whenever somebody wants to see them.
pub(super) struct Asked<S: 'static, F> {
    gauges: Gauges<S>,
    ask: F,
}

impl<S, F: Fn() -> S> Asked<S, F> {
    pub(super) fn new(rows: &'static [Row<S>], ask: F) -> Result<Self, prometheus::Error> {
        let gauges = Gauges::new(rows)?;
        Ok(Asked { gauges, ask })
    }
}

impl<S, F: Fn() -> S + Send + Sync> Collector for Asked<S, F> {
    fn desc(&self) -> Vec<&Desc> {
        self.gauges.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.gauges.set(&(self.ask)());
        self.gauges.collect()
    }
}

impl<S> fmt::Debug for Gauges<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.rows.iter().map(|(name, _, _)| name);
        f.debug_list().entries(names).finish()
    }
}
