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

/// A request, from its head to the end of its answer. On the heap, so that what is handed from layer
/// to layer is a pointer.
pub(crate) struct Observation(Box<Record>);

/// What is known of a request, and then of its answer.
struct Record {
    metrics: Arc<Metrics>,
    id: RequestId,
    interface: Interface,
    method: Method,
    uri: Uri,
    clock: Clock,
    _in_flight: Raised,
    answer: Option<Answer>,
}

/// An answer, as far as it has got.
struct Answer {
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
        Observation(Box::new(Record {
            _in_flight: metrics.request_begun(),
            metrics: Arc::clone(metrics),
            id,
            interface,
            method: request.method().clone(),
            uri: request.uri().clone(),
            clock: Clock::start(inflow.cloned().unwrap_or_default()),
            answer: None,
        }))
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
        let Observation(mut record) = self;
        let caught = AssertUnwindSafe(request::within(record.id.clone(), answering))
            .catch_unwind()
            .await;
        let (mut answer, outcome) = match caught {
            Ok(answered) => answered,
            Err(_) => {
                // The panic hook has logged where it was.
                record.metrics.panics.inc();
                let outcome = Outcome {
                    operation: "unknown",
                    error: "Panic",
                };
                (internal_error(&record.id).map(AnswerBody::Page), outcome)
            }
        };
        record.clock.turn();
        let expected = answer.body().size_hint().exact();
        record.answer = Some(Answer {
            bodiless: record.method == Method::HEAD || expected == Some(0),
            status: answer.status(),
            outcome,
            expected,
            sent: 0,
            ended: false,
            failure: None,
            entry: answer.extensions_mut().remove::<AccessEntry>(),
        });
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
    record: Box<Record>,
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
        let Record { clock, answer, .. } = &mut *this.record;
        match polled.is_ready() {
            true => clock.has(),
            false => clock.lacks(),
        }
        let frame = ready!(polled);
        let Some(answer) = answer else {
            return Poll::Ready(frame);
        };
        match &frame {
            Some(Ok(frame)) => {
                answer.sent += frame.data_ref().map_or(0, Bytes::len) as u64;
                answer.ended = this.body.is_end_stream();
            }
            Some(Err(e)) => answer.failure = Some(e.to_string()),
            None => answer.ended = true,
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

impl Answer {
    /// hyper lets go of a body of known length without asking for its end.
    fn is_complete(&self) -> bool {
        self.ended || self.bodiless || self.expected == Some(self.sent)
    }
}

impl Record {
    /// What was asked for, without what signs it.
    fn target(&self) -> String {
        let target = self.uri.path_and_query();
        let target = target.map_or("/", |target| target.as_str());
        ShownTarget(target).to_string()
    }
}

impl Drop for Record {
    /// Of a request that was given up before it was answered, nothing is recorded.
    fn drop(&mut self) {
        let Some(mut answer) = self.answer.take() else {
            return;
        };
        let Record { metrics, clock, .. } = &*self;
        if answer.failure.is_some() {
            metrics.broken_answers.inc();
        }
        let spent = clock.spent();
        metrics.request_ended(
            self.interface,
            Ended {
                operation: answer.outcome.operation,
                status: answer.status,
                error: answer.outcome.error,
                took: spent.total,
                received: clock.received_bytes(),
                sent: answer.sent,
            },
        );
        if let Some(entry) = answer.entry.take() {
            entry.finish(answer.sent, clock.turn_around(), spent.total);
        }
        let own = match self.interface {
            Interface::S3 => spent.working + spent.reading,
            // What is watched there comes when something happens.
            Interface::Admin => spent.working,
        };
        if metrics.slow.is(own) {
            line::slow(self, &answer, &spent);
        }
        match &answer.failure {
            Some(failure) => {
                let ending = format!("answer cut short: {failure}");
                line::ended(self, &answer, &spent, &ending);
            }
            None if answer.is_complete() => line::ended(self, &answer, &spent, "answered"),
            None => line::ended(self, &answer, &spent, "answer abandoned by the client"),
        }
    }
}
