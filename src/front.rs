//! One request: routed, answered, observed.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use admin::{Admin, Elsewhere};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use s3_api::{Change, Client, ResponseBody, S3};
use storage_engine::Engine;
use tokio::sync::watch;

use crate::observe::{AnswerBody, Observation, Observed, Outcome};
use crate::pages;
use crate::proxies::TrustedProxies;
use crate::route::{Route, route};
use crate::serve::{Arrival, RequestBody};
use crate::telemetry::metrics::{Interface, Metrics};
use crate::telemetry::usage::Usage;

pub(crate) struct Front {
    s3: Arc<S3>,
    /// Keeps the audit log.
    admin: Admin,
    proxies: watch::Receiver<TrustedProxies>,
    /// Listeners that serve nothing but websites.
    websites: Vec<SocketAddr>,
    engine: Arc<Engine>,
    metrics: Arc<Metrics>,
    usage: Arc<Usage>,
    stopping: watch::Receiver<bool>,
}

/// What is known of the ways in.
pub(crate) struct Doors {
    pub(crate) proxies: watch::Receiver<TrustedProxies>,
    /// Addresses that serve nothing but websites.
    pub(crate) websites: Vec<SocketAddr>,
}

impl Front {
    pub(crate) fn new(
        (s3, admin): (Arc<S3>, Admin),
        doors: Doors,
        engine: Arc<Engine>,
        (metrics, usage): (Arc<Metrics>, Arc<Usage>),
        stopping: watch::Receiver<bool>,
    ) -> Front {
        Front {
            s3,
            admin,
            proxies: doors.proxies,
            websites: doors.websites,
            engine,
            metrics,
            usage,
            stopping,
        }
    }

    /// Dropping the future abandons the request; what had been committed stays.
    pub(crate) async fn answer(
        &self,
        mut request: Request<RequestBody>,
    ) -> Response<Observed<ResponseBody>> {
        let id = self.s3.next_request_id();
        let observation = Observation::begin(&self.metrics, Interface::S3, id, &mut request);
        // On the heap, once: a connection without a request holds no room for one, and what is put
        // around the answer moves a pointer instead of all that answering needs.
        let answering = Box::pin(self.answer_unobserved(request));
        observation.of(answering).await
    }

    pub(crate) fn s3(&self) -> &S3 {
        &self.s3
    }

    /// What is said of a request that nobody could read.
    pub(crate) fn refuse(&self, status: StatusCode) -> Response<Bytes> {
        self.s3.refuse_unreadable(status)
    }

    async fn answer_unobserved(
        &self,
        request: Request<RequestBody>,
    ) -> (Response<AnswerBody<ResponseBody>>, Outcome) {
        let (mut head, body) = request.into_parts();
        // Few are left at a time, so that the map of them stays in its first room.
        let arrival = head.extensions.remove::<Arrival>();
        if let Some(arrival) = arrival {
            let proxies = self.proxies.borrow();
            proxies.apply(arrival.peer.ip(), arrival.scheme, &mut head);
        }
        let is_website = arrival.is_some_and(|at| self.websites.contains(&at.listener))
            || self.s3.is_website(&head);
        if is_website {
            return seen(self.s3.visit(Request::from_parts(head, body)).await);
        }
        // The paths of the server's own pages are keys where the host names a bucket.
        let route = match self.s3.is_bucket(&head) {
            true => Route::S3,
            false => route(&head),
        };
        let (operation, page) = match route {
            Route::S3 => {
                let from = head.extensions.get::<Client>().map(|it| it.address);
                let mut answer = self.s3.handle(Request::from_parts(head, body)).await;
                return match change_of(&mut answer) {
                    Some(change) => Box::pin(self.noted(answer, change, from)).await,
                    None => seen(answer),
                };
            }
            Route::Live => ("HealthLive", pages::live()),
            Route::Ready => ("HealthReady", pages::ready(self.obstacle())),
            Route::Metrics => {
                let store = self.engine.stats().await;
                let usage = self.usage.render().await;
                ("Metrics", pages::metrics(&self.metrics, store, &usage))
            }
        };
        let outcome = Outcome {
            operation,
            error: "",
        };
        (page.map(|text| AnswerBody::Page(Full::new(text))), outcome)
    }

    /// The change is in the audit log before anybody hears of it.
    async fn noted(
        &self,
        answer: Response<ResponseBody>,
        change: Change,
        from: Option<IpAddr>,
    ) -> (Response<AnswerBody<ResponseBody>>, Outcome) {
        let (answer, outcome) = seen(answer);
        let id = answer.headers().get("x-amz-request-id").cloned();
        let change = Elsewhere {
            who: change.who,
            access_key: change.access_key,
            from,
            action: outcome.operation,
            target: change.target,
            status: answer.status(),
            error: outcome.error,
            request_id: id
                .as_ref()
                .and_then(|id| id.to_str().ok())
                .unwrap_or_default(),
        };
        self.admin.note(change).await;
        (answer, outcome)
    }

    fn obstacle(&self) -> Option<&'static str> {
        if *self.stopping.borrow() {
            Some("stopping")
        } else if self.engine.failure().check().is_err() {
            Some("the store has stopped")
        } else {
            None
        }
    }
}

/// What is to be noted of an answer. Strangers who are refused could fill the log with nothing else.
fn change_of(answer: &mut Response<ResponseBody>) -> Option<Change> {
    let change = answer.extensions_mut().remove::<Change>();
    change.filter(|it| !it.who.is_empty() || answer.status().is_success())
}

/// What the log and the metrics say of an answer of the protocol.
fn seen(answer: Response<ResponseBody>) -> (Response<AnswerBody<ResponseBody>>, Outcome) {
    let seen = answer.extensions().get::<s3_api::Observation>();
    let outcome = Outcome {
        operation: seen.and_then(|seen| seen.operation).unwrap_or("unknown"),
        error: seen.and_then(|seen| seen.error).unwrap_or_default(),
    };
    (answer.map(AnswerBody::Streamed), outcome)
}
