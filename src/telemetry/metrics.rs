//! The metrics of the process, in one registry that `/metrics` renders.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use admin::{Admin, CertificateEnd, Counted};
use pipeline::events::Delivery;
use pipeline::lifecycle::Lifecycle;
use prometheus::core::Collector;
use prometheus::process_collector::ProcessCollector;
use prometheus::proto::{Metric, MetricFamily};
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};
use s3_api::{AccessLogStats, Load};
use storage_engine::EngineStats;

use super::rows::{Asked, Gauges};
use super::{access_log, events, jobs, lifecycle, load, store, tls};
use crate::front::Front;
use crate::tls::Certificates;

/// From a cached small read to a large transfer, in seconds.
const SECONDS: [f64; 13] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    s3: Answers,
    admin: Answers,
    pub(crate) slow: Slow,
    in_flight: IntGauge,
    connections: IntGauge,
    connections_accepted: IntCounter,
    pub(crate) bytes_received: IntCounter,
    pub(crate) bytes_sent: IntCounter,
    pub(crate) broken_answers: IntCounter,
    pub(crate) panics: IntCounter,
    store: Gauges<EngineStats>,
    /// Where there is TLS.
    certificates: Arc<OnceLock<Arc<Certificates>>>,
}

/// Whose request it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interface {
    S3,
    Admin,
}

/// A request that has been answered. `operation` and `error` come from fixed tables, never from a
/// client: each is a time series.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) operation: &'static str,
    pub(crate) status: http::StatusCode,
    pub(crate) error: &'static str,
    pub(crate) took: Duration,
    /// Of the bodies of request and answer, in bytes.
    pub(crate) received: u64,
    pub(crate) sent: u64,
}

/// What is counted of one interface.
#[derive(Debug)]
struct Answers {
    requests: IntCounterVec,
    seconds: HistogramVec,
    received: IntCounterVec,
    sent: IntCounterVec,
    known: RwLock<HashMap<Kind, Arc<Series>>>,
}

/// Operation, status and error. Names are told apart by where they lie, which costs less than reading
/// them; one that lies in two places is counted by two handles of the same series.
type Kind = (Place, u16, Place);

/// Address and length.
type Place = (usize, usize);

/// What answers of a kind are counted by. Finding them by their labels costs more than counting.
#[derive(Debug)]
struct Series {
    requests: IntCounter,
    seconds: Histogram,
    received: IntCounter,
    sent: IntCounter,
}

impl Answers {
    /// `begin` is what the names begin with.
    fn new(registry: &Registry, begin: &str, whose: &str) -> Result<Answers, prometheus::Error> {
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let name = format!("{begin}_{name}");
            add(registry, IntCounterVec::new(Opts::new(name, help), labels)?)
        };
        let help = format!("From the head of a request{whose} to the end of its answer");
        let seconds = HistogramOpts::new(format!("{begin}_request_seconds"), help);
        let seconds = seconds.buckets(SECONDS.to_vec());
        Ok(Answers {
            requests: counter(
                "requests_total",
                &format!("Requests{whose} answered, by operation, status and error code"),
                &["operation", "status", "error"],
            )?,
            seconds: add(registry, HistogramVec::new(seconds, &["operation"])?)?,
            received: counter(
                "request_body_bytes_total",
                &format!("Bytes of the bodies of requests{whose}"),
                &["operation"],
            )?,
            sent: counter(
                "answer_body_bytes_total",
                &format!("Bytes of the bodies of answers{whose}"),
                &["operation"],
            )?,
            known: RwLock::default(),
        })
    }

    fn ended(&self, ended: Ended) {
        let series = self.series(&ended);
        series.requests.inc();
        series.seconds.observe(ended.took.as_secs_f64());
        series.received.inc_by(ended.received);
        series.sent.inc_by(ended.sent);
    }

    fn series(&self, ended: &Ended) -> Arc<Series> {
        let Ended {
            operation,
            status,
            error,
            ..
        } = *ended;
        let place = |name: &'static str| (name.as_ptr().addr(), name.len());
        let kind = (place(operation), status.as_u16(), place(error));
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.get(&kind) {
            return Arc::clone(series);
        }
        drop(known);
        let labels = [operation, status.as_str(), error];
        let series = Arc::new(Series {
            requests: self.requests.with_label_values(&labels),
            seconds: self.seconds.with_label_values(&[operation]),
            received: self.received.with_label_values(&[operation]),
            sent: self.sent.with_label_values(&[operation]),
        });
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(kind, Arc::clone(&series));
        series
    }
}

/// From which time on a request is slow; it can change at any time.
#[derive(Debug, Default)]
pub(crate) struct Slow {
    /// None is, where this is nothing.
    milliseconds: AtomicU64,
}

impl Slow {
    pub(crate) fn set(&self, from: Duration) {
        let milliseconds = u64::try_from(from.as_millis()).unwrap_or(u64::MAX);
        self.milliseconds.store(milliseconds, Ordering::Relaxed);
    }

    pub(crate) fn is(&self, took: Duration) -> bool {
        let from = self.milliseconds.load(Ordering::Relaxed);
        from > 0 && took >= Duration::from_millis(from)
    }
}

/// Lowers a gauge again when it is dropped, however that comes about.
pub(crate) struct Raised(IntGauge);

impl Raised {
    fn new(gauge: &IntGauge) -> Raised {
        gauge.inc();
        Raised(gauge.clone())
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    pub(crate) fn new() -> Result<Arc<Metrics>, prometheus::Error> {
        let registry = Registry::new();
        registry.register(Box::new(ProcessCollector::for_self()))?;
        let counter = |name: &str, help: &str| add(&registry, IntCounter::new(name, help)?);
        let gauge = |name: &str, help: &str| add(&registry, IntGauge::new(name, help)?);

        let build = Opts::new("cairn_build_info", "1, with the version that runs");
        let build = add(&registry, IntGaugeVec::new(build, &["version"])?)?;
        let version = env!("CARGO_PKG_VERSION");
        build.with_label_values(&[version]).set(1);
        let certificates: Arc<OnceLock<Arc<Certificates>>> = Arc::default();
        let ends = Arc::clone(&certificates);
        let ends = Asked::new(tls::ROWS, move || ends_of(&ends))?;
        registry.register(Box::new(ends))?;

        Ok(Arc::new(Metrics {
            certificates,
            s3: Answers::new(&registry, "cairn", "")?,
            admin: Answers::new(&registry, "cairn_admin", " to the admin interface")?,
            slow: Slow::default(),
            in_flight: gauge("cairn_requests_in_flight", "Requests not yet answered")?,
            connections: gauge("cairn_connections", "Open connections")?,
            connections_accepted: counter("cairn_connections_total", "Connections accepted")?,
            bytes_received: counter("cairn_received_bytes_total", "Bytes read from clients")?,
            bytes_sent: counter("cairn_sent_bytes_total", "Bytes written to clients")?,
            broken_answers: counter(
                "cairn_broken_answers_total",
                "Answers cut short by an error of the server, after their head was sent",
            )?,
            panics: counter(
                "cairn_panics_total",
                "Requests ended by a bug in the server",
            )?,
            store: add(&registry, Gauges::new(store::ROWS)?)?,
            registry,
        }))
    }

    /// Shows what lifecycle does, from now on.
    pub(crate) fn watch_lifecycle(
        &self,
        lifecycle: &Arc<Lifecycle>,
    ) -> Result<(), prometheus::Error> {
        let lifecycle = Arc::clone(lifecycle);
        let gauges = Asked::new(lifecycle::ROWS, move || lifecycle.stats())?;
        self.registry.register(Box::new(gauges))
    }

    /// Likewise what the telling of events does.
    pub(crate) fn watch_events(&self, delivery: &Arc<Delivery>) -> Result<(), prometheus::Error> {
        let delivery = Arc::clone(delivery);
        let gauges = Asked::new(events::ROWS, move || delivery.stats())?;
        self.registry.register(Box::new(gauges))
    }

    /// Likewise what is not taken on.
    pub(crate) fn watch_load(&self, load: &Arc<Load>) -> Result<(), prometheus::Error> {
        let load = Arc::clone(load);
        let gauges = Asked::new(load::ROWS, move || load.stats())?;
        self.registry.register(Box::new(gauges))
    }

    /// Likewise what jobs there are and were.
    pub(crate) fn watch_jobs(&self, admin: &Admin) -> Result<(), prometheus::Error> {
        let (of_all, of_last) = (admin.clone(), admin.clone());
        let gauges = Asked::new(jobs::ROWS, move || of_all.job_stats())?;
        self.registry.register(Box::new(gauges))?;
        let last = jobs::Last::new(move || of_last.job_stats())?;
        self.registry.register(Box::new(last))
    }

    /// Likewise until when these are good.
    pub(crate) fn watch_certificates(&self, certificates: &Arc<Certificates>) {
        // There is one of them in a server.
        let _ = self.certificates.set(Arc::clone(certificates));
    }

    pub(crate) fn certificate_ends(&self) -> Vec<CertificateEnd> {
        ends_of(&self.certificates)
    }

    /// Likewise what becomes of the access logs of buckets.
    pub(crate) fn watch_access_log(&self, front: &Arc<Front>) -> Result<(), prometheus::Error> {
        // The front holds these metrics.
        let front = Arc::downgrade(front);
        let gauges = Asked::new(access_log::ROWS, move || {
            let front = front.upgrade();
            front.map_or_else(AccessLogStats::default, |front| {
                front.s3().access_log_stats()
            })
        })?;
        self.registry.register(Box::new(gauges))
    }

    pub(crate) fn connection_opened(&self) -> Raised {
        self.connections_accepted.inc();
        Raised::new(&self.connections)
    }

    pub(crate) fn request_begun(&self) -> Raised {
        Raised::new(&self.in_flight)
    }

    pub(crate) fn request_ended(&self, interface: Interface, ended: Ended) {
        let answers = match interface {
            Interface::S3 => &self.s3,
            Interface::Admin => &self.admin,
        };
        answers.ended(ended);
    }

    /// What the admin interface shows: sums over all operations but its own.
    pub(crate) fn totals(&self) -> Counted {
        let mut counted = Counted {
            received_bytes: self.bytes_received.get(),
            sent_bytes: self.bytes_sent.get(),
            in_flight: whole(self.in_flight.get()),
            connections: whole(self.connections.get()),
            ..Counted::default()
        };
        // Objects that go through the console are requests of S3 as well.
        let (s3, admin) = (self.s3.requests.collect(), self.admin.requests.collect());
        for metric in of_s3(&s3, &admin) {
            let status = metric.get_label().iter().find(|it| it.name() == "status");
            let status = status.map_or("", |it| it.value());
            let class = match status.chars().next() {
                Some('2') => 0,
                Some('3') => 1,
                Some('4') => 2,
                _ => 3,
            };
            // Counted in whole numbers, far below where these end.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let count = metric.get_counter().get_value() as u64;
            counted.answers[class] += count;
            // The same as alerts of Prometheus, which monitoring/alerts.yaml has.
            if class == 3 && !["501", "503", "507"].contains(&status) {
                counted.failures += count;
            }
        }
        counted.latency = SECONDS.map(|bound| (bound, 0)).to_vec();
        let (s3, admin) = (self.s3.seconds.collect(), self.admin.seconds.collect());
        for metric in of_s3(&s3, &admin) {
            let histogram = metric.get_histogram();
            counted.timed += histogram.get_sample_count();
            for (sum, bucket) in counted.latency.iter_mut().zip(histogram.get_bucket()) {
                sum.1 += bucket.cumulative_count();
            }
        }
        counted
    }

    /// Everything at this moment, in Prometheus' text form.
    pub(crate) fn render(&self, store: &EngineStats) -> Result<String, prometheus::Error> {
        self.store.set(store);
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

fn ends_of(certificates: &OnceLock<Arc<Certificates>>) -> Vec<CertificateEnd> {
    let certificates = certificates.get();
    certificates.map_or_else(Vec::new, |certificates| certificates.ends())
}

/// A gauge that only counts is never below nothing.
fn whole(gauge: i64) -> u64 {
    u64::try_from(gauge).unwrap_or_default()
}

fn add<M: Collector + Clone + 'static>(
    registry: &Registry,
    metric: M,
) -> Result<M, prometheus::Error> {
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

/// What is counted of the protocol of S3, through whichever door it came.
fn of_s3<'a>(
    s3: &'a [MetricFamily],
    admin: &'a [MetricFamily],
) -> impl Iterator<Item = &'a Metric> {
    let is_transfer = |metric: &&Metric| {
        let mut labels = metric.get_label().iter();
        labels.any(|it| it.name() == "operation" && it.value() == admin::TRANSFER)
    };
    let admin = admin.iter().flat_map(|it| it.get_metric());
    let s3 = s3.iter().flat_map(|it| it.get_metric());
    s3.chain(admin.filter(is_transfer))
}
