//! One request: routed, answered, observed.

use std::sync::Arc;

use http::{HeaderName, Request, Response};
use http_body_util::Full;
use s3_api::{ResponseBody, S3};
use storage_engine::Engine;
use tokio::sync::watch;

use crate::observe::{AnswerBody, Observation, Observed, Outcome};
use crate::pages;
use crate::route::{Route, route};
use crate::serve::RequestBody;
use crate::telemetry::metrics::Metrics;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");

pub(crate) struct Front {
    s3: S3,
    engine: Arc<Engine>,
    metrics: Arc<Metrics>,
    stopping: watch::Receiver<bool>,
}

impl Front {
    pub(crate) fn new(
        s3: S3,
        engine: Arc<Engine>,
        metrics: Arc<Metrics>,
        stopping: watch::Receiver<bool>,
    ) -> Front {
        Front {
            s3,
            engine,
            metrics,
            stopping,
        }
    }

    /// Dropping the future abandons the request; what had been committed stays.
    pub(crate) async fn answer(
        &self,
        request: Request<RequestBody>,
    ) -> Response<Observed<ResponseBody>> {
        let observation = Observation::begin(&self.metrics, request.method(), request.uri());
        observation.of(self.answer_unobserved(request)).await
    }

    async fn answer_unobserved(
        &self,
        request: Request<RequestBody>,
    ) -> (Response<AnswerBody<ResponseBody>>, Outcome) {
        let (head, body) = request.into_parts();
        let (operation, page) = match route(&head) {
            Route::S3 => return self.answer_s3(Request::from_parts(head, body)).await,
            Route::Live => ("HealthLive", pages::live()),
            Route::Ready => ("HealthReady", pages::ready(self.obstacle())),
            Route::Metrics => {
                let store = self.engine.stats().await;
                ("Metrics", pages::metrics(&self.metrics, store))
            }
        };
        let outcome = Outcome {
            operation,
            error: "",
            request_id: None,
        };
        (page.map(|text| AnswerBody::Page(Full::new(text))), outcome)
    }

    async fn answer_s3(
        &self,
        request: Request<RequestBody>,
    ) -> (Response<AnswerBody<ResponseBody>>, Outcome) {
        // One allocation for each request, instead of room for the largest operation in every
        // idle connection, and copies of it on the way there.
        let answer = self.s3.handle(request).await;
        let seen = answer.extensions().get::<s3_api::Observation>();
        let outcome = Outcome {
            operation: seen.and_then(|seen| seen.operation).unwrap_or("unknown"),
            error: seen
                .and_then(|seen| seen.error)
                .map_or("", |code| code.name()),
            request_id: answer.headers().get(REQUEST_ID).cloned(),
        };
        (answer.map(AnswerBody::Streamed), outcome)
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
