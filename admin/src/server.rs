//! The server itself: what it is, what it counts, and what happens right now.

pub(crate) mod history;

use crate::answer::{Answer, with_type};
use crate::body::AdminBody;
use crate::call::Call;
use crate::facts::{Counted, Counters, Setting};
use crate::inner::Inner;
use crate::limits::{LIVE_STREAMS_MAX, LOCAL_STREAM_SECONDS_MAX, TOTALS_SECONDS};
use crate::page::{Page, PageQuery};
use crate::refused::Refused;
use crate::session::bearer::Bearer;
use crate::time::of_system;
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http::request::Parts;
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use storage_engine::Engine;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

/// What it takes to watch live figures.
const WATCHING: &str = "cairn:GetServerInfo";

/// What is running.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ServerView {
    version: &'static str,
    region: String,
    started: String,
    /// The data folder.
    data: String,
    /// Where S3 is listened for.
    s3_listeners: Vec<String>,
    /// What a client of S3 is to be told, seen from whoever asks.
    s3_endpoint: String,
    drives: Vec<Drive>,
    /// The store has stopped taking changes.
    stopped: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Drive {
    /// The folder on it.
    path: String,
    total_bytes: u64,
    free_bytes: u64,
    /// Kept free for deletes and compaction: with less than that, uploads are refused.
    reserve_bytes: u64,
    /// Given up and about to be used anew.
    idle_bytes: u64,
}

/// All counters, since the start.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Stats {
    answers: Answers,
    received_bytes: u64,
    sent_bytes: u64,
    requests_in_flight: u64,
    connections: u64,
    totals: Totals,
}

/// Answers by the class of their status.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "AnswersByClass")]
pub(crate) struct Answers {
    success: f64,
    redirect: f64,
    client_error: f64,
    server_error: f64,
}

impl Answers {
    fn by_class(&self) -> [f64; 4] {
        [
            self.success,
            self.redirect,
            self.client_error,
            self.server_error,
        ]
    }
}

/// All buckets together.
#[derive(Debug, Clone, Copy, Default, Serialize, JsonSchema)]
pub(crate) struct Totals {
    buckets: u64,
    objects: u64,
    versions: u64,
    bytes: u64,
}

/// Means of some time.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Rates {
    /// The end of it.
    time: String,
    requests_per_second: Answers,
    received_bytes_per_second: f64,
    sent_bytes_per_second: f64,
    errors_per_second: f64,
    /// Those that are the server's own fault: no refusals for load (503) or want of room (507), and
    /// nothing that it does not do (501).
    failures_per_second: f64,
    /// Null where nothing was answered.
    p50_seconds: Option<f64>,
    p99_seconds: Option<f64>,
    requests_in_flight: u64,
    connections: u64,
}

/// The last second.
#[derive(Debug, Serialize)]
struct Second {
    #[serde(flatten)]
    rates: Rates,
    totals: Totals,
}

pub(crate) async fn describe(call: &Call<'_>) -> Result<ServerView, Refused> {
    call.permit("cairn:GetServerInfo")?;
    let facts = &call.admin.facts;
    let stats = call.admin.engine.stats().await?;
    let data = facts.data.display().to_string();
    Ok(ServerView {
        version: facts.version,
        region: facts.region.clone(),
        started: of_system(facts.started),
        s3_listeners: facts.s3.iter().map(ToString::to_string).collect(),
        s3_endpoint: crate::links::endpoint(call),
        drives: vec![Drive {
            path: data.clone(),
            total_bytes: stats.total_bytes,
            free_bytes: stats.free_bytes,
            reserve_bytes: stats.reserve_bytes,
            idle_bytes: stats.idle_bytes,
        }],
        data,
        stopped: stats.stopped,
    })
}

pub(crate) async fn stats(call: &Call<'_>) -> Result<Stats, Refused> {
    call.permit("cairn:GetServerInfo")?;
    let counted = call.admin.counters.counted();
    Ok(Stats {
        answers: answers(counted.answers.map(|count| count as f64)),
        received_bytes: counted.received_bytes,
        sent_bytes: counted.sent_bytes,
        requests_in_flight: counted.in_flight,
        connections: counted.connections,
        totals: call.admin.live.totals().await?,
    })
}

pub(crate) async fn settings(call: &Call<'_>, query: PageQuery) -> Result<Page<Setting>, Refused> {
    call.permit("cairn:GetServerInfo")?;
    let settings = call.admin.settings.borrow().clone();
    Page::part(settings.to_vec(), &query)
}

fn answers([success, redirect, client_error, server_error]: [f64; 4]) -> Answers {
    Answers {
        success,
        redirect,
        client_error,
        server_error,
    }
}

/// A stream that ends with the access token it was asked for with, with the session or the
/// permission, and with the server.
pub(crate) async fn live(call: &Call<'_>) -> Result<Answer, Refused> {
    call.permit(WATCHING)?;
    let (slot, seconds) = call.admin.live.watch().await?;
    let now = call.admin.seconds();
    let left = call.bearer.as_ref();
    let left = left.map_or(LOCAL_STREAM_SECONDS_MAX, |bearer| {
        bearer.expires.saturating_sub(now)
    });
    let end = Instant::now() + Duration::from_secs(left);
    let watcher = Watcher {
        admin: call.admin.me()?,
        parts: call.parts.clone(),
        bearer: call.bearer.clone(),
    };
    let state = (slot, seconds, call.admin.stopping.clone(), watcher);
    let pieces = stream::unfold(state, move |state| async move {
        let (slot, mut seconds, mut stopping, watcher) = state;
        tokio::select! {
            changed = seconds.changed() => changed.ok()?,
            _ = stopping.wait_for(|stopping| *stopping) => return None,
            () = sleep_until(end) => return None,
        }
        let event = watcher
            .may_go_on()
            .then(|| seconds.borrow_and_update().clone())?;
        Some((event, (slot, seconds, stopping, watcher)))
    });
    let mut answer = with_type(Bytes::new(), "text/event-stream");
    *answer.body_mut() = AdminBody::pieces(Box::pin(pieces));
    Ok(answer)
}

/// Who watches, asked anew every second: he may have been shut out meanwhile.
struct Watcher {
    admin: Arc<Inner>,
    parts: Parts,
    /// None of the server's own account on this machine.
    bearer: Option<Bearer>,
}

impl Watcher {
    fn may_go_on(&self) -> bool {
        let Some(bearer) = &self.bearer else {
            return true;
        };
        let caller = self.admin.caller_now(bearer);
        let caller = caller.filter(|_| self.admin.lets_in(bearer));
        caller.is_some_and(|caller| {
            let call = Call::new(&self.admin, &self.parts, caller, None, Vec::new());
            call.permit(WATCHING).is_ok()
        })
    }
}

/// Makes an event every second while somebody watches.
pub(crate) struct Live {
    engine: Arc<Engine>,
    counters: Arc<dyn Counters>,
    slots: Arc<Semaphore>,
    events: watch::Sender<Bytes>,
    /// Somebody makes events. Changed under the lock of the totals.
    is_running: AtomicBool,
    totals: Mutex<Option<(Instant, Totals)>>,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Live(..)")
    }
}

impl Live {
    pub(crate) fn new(engine: Arc<Engine>, counters: Arc<dyn Counters>) -> Self {
        Self {
            engine,
            counters,
            slots: Arc::new(Semaphore::new(LIVE_STREAMS_MAX)),
            events: watch::Sender::new(Bytes::new()),
            is_running: AtomicBool::new(false),
            totals: Mutex::new(None),
        }
    }

    async fn watch(
        self: &Arc<Self>,
    ) -> Result<(OwnedSemaphorePermit, watch::Receiver<Bytes>), Refused> {
        let slot = Arc::clone(&self.slots).try_acquire_owned();
        let slot = slot.map_err(|_| Refused {
            retry_after_seconds: Some(60),
            ..Refused::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "TooManyStreams",
                "Too many people watch at once.",
            )
        })?;
        // Under the lock that the one who makes events looks at before it stops.
        let held = self.totals.lock().await;
        let seconds = self.events.subscribe();
        let is_first = !self.is_running.swap(true, Ordering::Relaxed);
        drop(held);
        if is_first {
            tokio::spawn(Arc::clone(self).run());
        }
        Ok((slot, seconds))
    }

    async fn run(self: Arc<Self>) {
        let mut ticks = interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        let mut before = (Instant::now(), self.counters.counted());
        loop {
            ticks.tick().await;
            // What cannot be asked for now is shown as it was.
            let totals = match self.totals().await {
                Ok(totals) => totals,
                Err(_) => self
                    .totals
                    .lock()
                    .await
                    .map_or_else(Totals::default, |it| it.1),
            };
            let now = (Instant::now(), self.counters.counted());
            let second = Second {
                rates: rates(&before, &now),
                totals,
            };
            before = now;
            let text = serde_json::to_string(&second).unwrap_or_default();
            self.events.send_replace(format!("data: {text}\n\n").into());
            let _held = self.totals.lock().await;
            if self.events.receiver_count() == 0 {
                self.is_running.store(false, Ordering::Relaxed);
                return;
            }
        }
    }

    /// All buckets together, not older than it has to be.
    pub(crate) async fn totals(&self) -> Result<Totals, Refused> {
        let mut known = self.totals.lock().await;
        if let Some((at, totals)) = *known
            && at.elapsed() < Duration::from_secs(TOTALS_SECONDS)
        {
            return Ok(totals);
        }
        let mut totals = Totals::default();
        let counting = self.engine.each_usage(|_, usage| {
            totals.buckets += 1;
            totals.objects += usage.objects;
            totals.versions += usage.versions;
            totals.bytes += usage.bytes;
        });
        counting.await?;
        *known = Some((Instant::now(), totals));
        Ok(totals)
    }
}

fn rates(before: &(Instant, Counted), now: &(Instant, Counted)) -> Rates {
    let seconds = (now.0 - before.0).as_secs_f64().max(0.001);
    let (before, now) = (&before.1, &now.1);
    let rate = |before: u64, now: u64| now.saturating_sub(before) as f64 / seconds;
    let mut answered = [0.0; 4];
    for (at, value) in answered.iter_mut().enumerate() {
        *value = rate(before.answers[at], now.answers[at]);
    }
    Rates {
        time: of_system(std::time::SystemTime::now()),
        errors_per_second: answered[2] + answered[3],
        failures_per_second: rate(before.failures, now.failures),
        requests_per_second: answers(answered),
        received_bytes_per_second: rate(before.received_bytes, now.received_bytes),
        sent_bytes_per_second: rate(before.sent_bytes, now.sent_bytes),
        p50_seconds: quantile(before, now, 0.5),
        p99_seconds: quantile(before, now, 0.99),
        requests_in_flight: now.in_flight,
        connections: now.connections,
    }
}

/// Where in the bucket of the histogram the answer lies is guessed: evenly.
fn quantile(before: &Counted, now: &Counted, share: f64) -> Option<f64> {
    let timed = now.timed.saturating_sub(before.timed);
    if timed == 0 {
        return None;
    }
    let wanted = share * timed as f64;
    let (mut lower, mut below) = (0.0, 0.0);
    for (at, (bound, count)) in now.latency.iter().enumerate() {
        let old = before.latency.get(at).map_or(0, |it| it.1);
        let reached = count.saturating_sub(old) as f64;
        if reached >= wanted {
            let inside = (wanted - below) / (reached - below).max(1.0);
            return Some(lower + (bound - lower) * inside);
        }
        (lower, below) = (*bound, reached);
    }
    // Beyond the last bound nothing is known but that.
    Some(lower)
}

#[cfg(test)]
mod tests;
