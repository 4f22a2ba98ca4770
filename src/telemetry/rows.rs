//! What a part of the program counts for itself, as metrics: a table with one row each.

use std::fmt;

use prometheus::IntGauge;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

/// Name, help, and where the value stands. Totals are gauges too: they are read, not counted here.
pub(super) type Row<S> = (&'static str, &'static str, fn(&S) -> u64);

/// The gauges of a table, in its order.
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
        self.gauges.iter().flat_map(Collector::collect).collect()
    }
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
