//! HTTP/2, where a client has chosen it within TLS: for the console, whose pages ask for many small
//! things at once.
//!
//! S3 does not offer it: none of its SDKs asks for it, and a large body would pass windows of two
//! levels and be cut into frames for nothing.

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::uri::PathAndQuery;
use http::{Request, Response, Uri};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::sync::watch;
use tokio::time;
use tracing::debug;

use super::refusal::{Answers, Refuse};
use super::request_body::{Inflow, RequestBody};
use super::socket::{Reading, Socket};
use super::stream::Stream;
use super::{Arrival, ServeLimits, stopped};
use crate::limits;
use crate::telemetry::metrics::Metrics;

pub(super) async fn connection<S, F, B>(
    stream: Stream,
    arrival: Arrival,
    service: S,
    refuse: Refuse,
    limits: ServeLimits,
    metrics: Arc<Metrics>,
    mut stop: watch::Receiver<bool>,
) where
    S: Fn(Request<RequestBody>) -> F,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    // Nothing that is written here is an answer of hyper's own in words.
    let answers = Arc::new(Answers::default());
    answers.begin();
    let reading = Arc::new(Reading::default());
    let socket = Socket::new(stream, reading, &limits, metrics, answers, refuse);
    let activity = Arc::new(Activity::new());
    let wait = limits.progress_wait_max;
    let service = service_fn(|request: Request<Incoming>| {
        let request = like_http1(request, arrival, wait);
        let running = Running::begin(&activity);
        let answer = service(request);
        async move {
            let under_way = running.answering(answer).await;
            Ok::<_, Infallible>(under_way)
        }
    });
    let serving = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits::HTTP2_STREAMS_MAX)
        .max_header_list_size(limits::HTTP2_HEAD_BYTES_MAX)
        .max_send_buf_size(limits::HTTP2_SEND_BYTES_MAX)
        .keep_alive_interval(limits::HTTP2_PING)
        .keep_alive_timeout(limits::HTTP2_PING)
        .serve_connection(TokioIo::new(socket), service);
    tokio::pin!(serving);

    let mut is_ending = false;
    let ended = loop {
        tokio::select! {
            biased;
            ended = &mut serving => break ended,
            () = stopped(&mut stop), if !is_ending => {
                serving.as_mut().graceful_shutdown();
                is_ending = true;
            }
            () = time::sleep(limits::HTTP2_LOOK) => match activity.state(&limits) {
                State::Alive => {}
                State::Idle if !is_ending => {
                    serving.as_mut().graceful_shutdown();
                    is_ending = true;
                }
                State::Idle | State::Stalled => {
                    debug!(peer = %arrival.peer, "connection ended: its client does nothing");
                    return;
                }
            }
        }
    };
    if let Err(e) = ended {
        debug!(error = %e, cause = e.source().map(tracing::field::display), "connection ended");
    }
}

/// Names its host in a header and a path alone, as everything behind the listeners knows requests.
fn like_http1(
    request: Request<Incoming>,
    arrival: Arrival,
    wait: Duration,
) -> Request<RequestBody> {
    let (mut head, body) = request.into_parts();
    if let Some(authority) = head.uri.authority() {
        if let Ok(host) = HeaderValue::from_str(authority.as_str()) {
            head.headers.insert(HOST, host);
        }
        let path = head.uri.path_and_query().cloned();
        head.uri = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    }
    let inflow = Arc::new(Inflow::default());
    head.extensions.insert(arrival);
    head.extensions.insert(Arc::clone(&inflow));
    // What of a request is still to come concerns nobody else on the connection.
    let reading = Arc::new(Reading::default());
    Request::from_parts(head, RequestBody::new(body, reading, inflow, wait))
}

/// What goes on on a connection: pings keep it open as long as its client lives, whatever it does.
#[derive(Debug)]
struct Activity {
    began: Instant,
    /// Requests without an answer: it is for the server to go on.
    running: AtomicUsize,
    /// Answers that are not out yet: it is for the client to take them.
    answers: AtomicUsize,
    /// When something happened last, in milliseconds from the beginning.
    last: AtomicU64,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Alive,
    /// Nothing is asked.
    Idle,
    /// Nothing is taken of what was asked for.
    Stalled,
}

impl Activity {
    fn new() -> Activity {
        Activity {
            began: Instant::now(),
            running: AtomicUsize::new(0),
            answers: AtomicUsize::new(0),
            last: AtomicU64::new(0),
        }
    }

    fn note(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::Relaxed);
    }

    fn state(&self, limits: &ServeLimits) -> State {
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        let still = self.began.elapsed().saturating_sub(last);
        let answers = self.answers.load(Ordering::Relaxed);
        match self.running.load(Ordering::Relaxed) {
            0 if answers > 0 && still > limits.progress_wait_max => State::Stalled,
            0 if answers == 0 && still > limits.head_wait_max => State::Idle,
            _ => State::Alive,
        }
    }
}

/// A request without an answer.
struct Running(Arc<Activity>);

impl Running {
    fn begin(activity: &Arc<Activity>) -> Running {
        activity.running.fetch_add(1, Ordering::Relaxed);
        activity.note();
        Running(Arc::clone(activity))
    }

    /// Waits for the answer; its body notes how it gets on.
    async fn answering<B>(
        self,
        answer: impl Future<Output = Response<B>>,
    ) -> Response<impl Body<Data = Bytes, Error = Box<dyn StdError + Send + Sync>>>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let answer = Box::pin(answer).await;
        let going_out = GoingOut::begin(&self.0);
        answer.map(|body| {
            body.map_err(Into::into).map_frame(move |frame| {
                going_out.0.note();
                frame
            })
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
        self.0.note();
    }
}

/// An answer that is not out yet; held by its body.
struct GoingOut(Arc<Activity>);

impl GoingOut {
    fn begin(activity: &Arc<Activity>) -> GoingOut {
        activity.answers.fetch_add(1, Ordering::Relaxed);
        GoingOut(Arc::clone(activity))
    }
}

impl Drop for GoingOut {
    fn drop(&mut self) {
        self.0.answers.fetch_sub(1, Ordering::Relaxed);
        self.0.note();
    }
}
