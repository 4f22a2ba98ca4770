//! Around every request, whoever answers it: a panic becomes a 500, the answer is counted when its
//! last byte is handed over or it is abandoned, and one line goes to the log.

#[cfg(test)]
mod tests;

use std::error::Error as StdError;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Response, StatusCode, Uri};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use s3_api::{AccessEntry, ShownTarget};
use tracing::{debug, error};

use crate::telemetry::metrics::{Metrics, Raised};
use crate::telemetry::printable::Printable;

type BoxError = Box<dyn StdError + Send + Sync>;

/// What the log and the metrics say of an answer, besides its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) operation: &'static str,
    /// Empty where there is none.
    pub(crate) error: &'static str,
    pub(crate) request_id: Option<HeaderValue>,
}

/// A request, as far as its log line names it. Made when its head has arrived.
pub(crate) struct Observation {
    metrics: Arc<Metrics>,
    method: Method,
    uri: Uri,
    started: Instant,
    _in_flight: Raised,
}

impl Observation {
    pub(crate) fn begin(metrics: &Arc<Metrics>, method: &Method, uri: &Uri) -> Observation {
        Observation {
            _in_flight: metrics.request_begun(),
            metrics: Arc::clone(metrics),
            method: method.clone(),
            uri: uri.clone(),
            started: Instant::now(),
        }
    }

    /// Waits for the answer. Dropping this future abandons the request: nothing is recorded then.
    pub(crate) async fn of<B>(
        self,
        answering: impl Future<Output = (Response<AnswerBody<B>>, Outcome)>,
    ) -> Response<Observed<B>>
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<BoxError>,
    {
        let caught = AssertUnwindSafe(answering).catch_unwind().await;
        let (mut answer, outcome) = match caught {
            Ok(answered) => answered,
            Err(_) => {
                // The panic hook has logged where it was.
                self.metrics.panics.inc();
                let outcome = Outcome {
                    operation: "unknown",
                    error: "Panic",
                    request_id: None,
                };
                (internal_error().map(AnswerBody::Page), outcome)
            }
        };
        let turn_around = self.started.elapsed();
        let entry = answer.extensions_mut().remove::<AccessEntry>();
        let expected = answer.body().size_hint().exact();
        let record = Record {
            bodiless: self.method == Method::HEAD || expected == Some(0),
            status: answer.status(),
            observation: self,
            outcome,
            expected,
            sent: 0,
            ended: false,
            failure: None,
            entry,
            turn_around,
        };
        answer.map(|body| Observed { body, record })
    }
}

fn internal_error() -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from("internal error\n"));
    *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, plain);
    answer
}

/// What answers a request: the protocol's own body, or a page of the server's.
pub(crate) enum AnswerBody<B> {
    Streamed(B),
    Page(Full<Bytes>),
}

impl<B> AnswerBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self {
            AnswerBody::Streamed(body) => Pin::new(body)
                .poll_frame(cx)
                .map(|frame| frame.map(|frame| frame.map_err(Into::into))),
            AnswerBody::Page(body) => Pin::new(body)
                .poll_frame(cx)
                .map(|frame| frame.map(|frame| frame.map_err(|never| match never {}))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            AnswerBody::Streamed(body) => body.is_end_stream(),
            AnswerBody::Page(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            AnswerBody::Streamed(body) => body.size_hint(),
            AnswerBody::Page(body) => body.size_hint(),
        }
    }
}

/// An answer's body that records how it ended when hyper lets go of it.
pub(crate) struct Observed<B> {
    body: AnswerBody<B>,
    record: Record,
}

impl<B> Body for Observed<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        let frame = ready!(this.body.poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                this.record.sent += frame.data_ref().map_or(0, Bytes::len) as u64;
                this.record.ended = this.body.is_end_stream();
            }
            Some(Err(e)) => this.record.failure = Some(e.to_string()),
            None => this.record.ended = true,
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

struct Record {
    observation: Observation,
    status: StatusCode,
    outcome: Outcome,
    bodiless: bool,
    expected: Option<u64>,
    sent: u64,
    ended: bool,
    failure: Option<String>,
    /// For the log of the bucket's owner, if there is one.
    entry: Option<AccessEntry>,
    /// Until the answer began.
    turn_around: Duration,
}

impl Record {
    /// hyper lets go of a body of known length without asking for its end.
    fn is_complete(&self) -> bool {
        self.ended || self.bodiless || self.expected == Some(self.sent)
    }

    fn log(&self, ending: &str) {
        let Observation {
            method,
            uri,
            started,
            ..
        } = &self.observation;
        let id = self.outcome.request_id.as_ref().map(|id| id.to_str());
        let id = id.and_then(Result::ok).unwrap_or("-");
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let target = ShownTarget(target).to_string();
        // One macro call for each level, because a level is part of a call's static data.
        macro_rules! line {
            ($level:ident) => {
                $level!(
                    id,
                    %method,
                    target = %Printable(&target),
                    operation = self.outcome.operation,
                    status = self.status.as_u16(),
                    error = self.outcome.error,
                    sent = self.sent,
                    micros = started.elapsed().as_micros(),
                    "{ending}"
                )
            };
        }
        match self.status {
            _ if self.failure.is_some() => line!(error),
            // Answers of a healthy server: not built, come back later, and no room on the drive.
            StatusCode::NOT_IMPLEMENTED
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::INSUFFICIENT_STORAGE => line!(debug),
            status if status.is_server_error() => line!(error),
            _ => line!(debug),
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let metrics = &self.observation.metrics;
        if self.failure.is_some() {
            metrics.broken_answers.inc();
        }
        let took = self.observation.started.elapsed();
        let Outcome {
            operation, error, ..
        } = self.outcome;
        metrics.request_ended(operation, self.status, error, took);
        if let Some(entry) = self.entry.take() {
            entry.finish(self.sent, self.turn_around, took);
        }
        match &self.failure {
            Some(failure) => self.log(&format!("answer cut short: {failure}")),
            None if self.is_complete() => self.log("answered"),
            None => self.log("answer abandoned by the client"),
        }
    }
}
