//! Around every request, whoever answers it: a panic becomes a 500, the answer is counted when its
//! last byte is handed over or it is abandoned, and one line goes to the log.

mod clock;
mod line;
#[cfg(test)]
mod tests;

use std::error::Error as StdError;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode, Uri};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use s3_api::{AccessEntry, RequestId, ShownTarget};

use crate::serve::Inflow;
use crate::telemetry::metrics::{Ended, Interface, Metrics, Raised};
use crate::telemetry::request;
use clock::Clock;

type BoxError = Box<dyn StdError + Send + Sync>;

/// What the log and the metrics say of an answer, besides its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) operation: &'static str,
    /// Empty where there is none.
    pub(crate) error: &'static str,
}

/// A request, as far as its log line names it. Made when its head has arrived.
pub(crate) struct Observation {
    metrics: Arc<Metrics>,
    id: RequestId,
    interface: Interface,
    method: Method,
    uri: Uri,
    clock: Clock,
    _in_flight: Raised,
}

impl Observation {
    /// Gives the request its name.
    pub(crate) fn begin<B>(
        metrics: &Arc<Metrics>,
        interface: Interface,
        id: RequestId,
        request: &mut Request<B>,
    ) -> Observation {
        request.extensions_mut().insert(id.clone());
        let inflow = request.extensions().get::<Arc<Inflow>>();
        Observation {
            _in_flight: metrics.request_begun(),
            metrics: Arc::clone(metrics),
            id,
            interface,
            method: request.method().clone(),
            uri: request.uri().clone(),
            clock: Clock::start(inflow.cloned().unwrap_or_default()),
        }
    }

    /// Waits for the answer. Dropping this future abandons the request: nothing is recorded then.
    pub(crate) async fn of<B>(
        mut self,
        answering: impl Future<Output = (Response<AnswerBody<B>>, Outcome)>,
    ) -> Response<Observed<B>>
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<BoxError>,
    {
        let id = self.id.clone();
        let caught = AssertUnwindSafe(request::within(id, answering))
            .catch_unwind()
            .await;
        let (mut answer, outcome) = match caught {
            Ok(answered) => answered,
            Err(_) => {
                // The panic hook has logged where it was.
                self.metrics.panics.inc();
                let outcome = Outcome {
                    operation: "unknown",
                    error: "Panic",
                };
                (internal_error(&self.id).map(AnswerBody::Page), outcome)
            }
        };
        self.clock.turn();
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
        };
        answer.map(|body| Observed { body, record })
    }
}

fn internal_error(id: &RequestId) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from("internal error\n"));
    *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, plain);
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        answer.headers_mut().insert("x-amz-request-id", id);
    }
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
        let polled = this.body.poll_frame(cx);
        let clock = &mut this.record.observation.clock;
        match polled.is_ready() {
            true => clock.has(),
            false => clock.lacks(),
        }
        let frame = ready!(polled);
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
}

impl Record {
    /// hyper lets go of a body of known length without asking for its end.
    fn is_complete(&self) -> bool {
        self.ended || self.bodiless || self.expected == Some(self.sent)
    }

    fn id(&self) -> &str {
        self.observation.id.as_str()
    }

    /// What was asked for, without what signs it.
    fn target(&self) -> String {
        let target = self.observation.uri.path_and_query();
        let target = target.map_or("/", |target| target.as_str());
        ShownTarget(target).to_string()
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let Observation {
            metrics,
            interface,
            clock,
            ..
        } = &self.observation;
        if self.failure.is_some() {
            metrics.broken_answers.inc();
        }
        let spent = clock.spent();
        metrics.request_ended(
            *interface,
            Ended {
                operation: self.outcome.operation,
                status: self.status,
                error: self.outcome.error,
                took: spent.total,
                received: clock.received_bytes(),
                sent: self.sent,
            },
        );
        if let Some(entry) = self.entry.take() {
            entry.finish(self.sent, clock.turn_around(), spent.total);
        }
        let own = match interface {
            Interface::S3 => spent.working + spent.reading,
            // What is watched there comes when something happens.
            Interface::Admin => spent.working,
        };
        if metrics.slow.is(own) {
            line::slow(self, &spent);
        }
        match &self.failure {
            Some(failure) => line::ended(self, &spent, &format!("answer cut short: {failure}")),
            None if self.is_complete() => line::ended(self, &spent, "answered"),
            None => line::ended(self, &spent, "answer abandoned by the client"),
        }
    }
}
