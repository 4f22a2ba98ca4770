//! The straight line of a request.

use crate::auth::Verifier;
use crate::body::payload::Payload;
use crate::body::wire::{ConnectionFate, WireBody};
use crate::config::{S3Config, Settings};
use crate::error::S3Error;
use crate::observe::Observation;
use crate::ops;
use crate::request::{Authenticated, Gate, Parsed};
use crate::response::{Answer, ResponseBody, document_bytes, empty};
use bytes::Bytes;
use http::header::{CONNECTION, SERVER};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body::Body;
use ids::RequestIds;
use std::error::Error;
use std::sync::Arc;
use storage_engine::Engine;

mod ids;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const HOST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");

/// The S3 protocol over one engine.
#[derive(Debug)]
pub struct S3 {
    verifier: Verifier,
    gate: Gate,
    settings: Settings,
    ids: RequestIds,
    host_id: String,
}

impl S3 {
    pub fn new(engine: Arc<Engine>, config: S3Config) -> Self {
        let S3Config {
            region,
            credentials,
            account_id,
            host_id,
            now,
        } = config;
        Self {
            verifier: Verifier::new(credentials, region.clone(), now),
            gate: Gate::new(engine),
            settings: Settings { region, account_id },
            ids: RequestIds::new(),
            host_id,
        }
    }

    /// Answers one request; every refusal is an answer too.
    ///
    /// The answer's extensions hold an [`Observation`] and a [`ConnectionFate`], which the server
    /// has to heed. Dropping the future at any time leaves nothing half done: what was not
    /// committed disappears, what was committed stays although nobody was told.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<ResponseBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        let mut body = WireBody::new(body, &parts.headers);
        let parsed = Parsed::parse(&parts);
        let operation = parsed.as_ref().ok().map(|parsed| parsed.operation.name);
        let outcome = match parsed {
            Ok(parsed) => self.answer(parsed, &mut body).await,
            Err(error) => Err(error),
        };
        let fate = body.settle().await;
        let error = outcome.as_ref().err().map(S3Error::code);
        let mut answer = self.render(&parts, outcome);
        let (bytes_in, bytes_out) = (body.read_bytes(), answer.body().remaining_bytes());
        answer.extensions_mut().insert(Observation {
            operation,
            error,
            bytes_in,
            bytes_out,
        });
        if fate == ConnectionFate::LingerThenClose {
            answer
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        answer.extensions_mut().insert(fate);
        answer
    }

    async fn answer(&self, parsed: Parsed<'_>, body: &mut WireBody) -> Result<Answer, S3Error> {
        let headers = &parsed.parts.headers;
        let authenticated = Authenticated::check(parsed, &self.verifier)?;
        let (permitted, claim) = self.gate.permit(authenticated, &self.settings).await?;
        let payload = Payload::new(body, claim, headers)?;
        ops::run(&permitted, payload).await
    }

    /// Makes an answer of whatever came out, and signs it with our name.
    fn render(&self, parts: &Parts, outcome: Result<Answer, S3Error>) -> Answer {
        let request_id = self.ids.next();
        let mut answer = outcome.unwrap_or_else(|error| self.refuse(parts, error, &request_id));
        let headers = answer.headers_mut();
        headers.insert(SERVER, HeaderValue::from_static("Cairn"));
        for (name, value) in [(REQUEST_ID, &request_id), (HOST_ID, &self.host_id)] {
            crate::response::set(headers, name, value);
        }
        answer
    }

    fn refuse(&self, parts: &Parts, mut error: S3Error, request_id: &str) -> Answer {
        let status = error.code().status();
        let headers = error.take_headers();
        let has_body = parts.method != Method::HEAD && status != StatusCode::NOT_MODIFIED;
        let mut answer = if has_body {
            let document = error.document(parts.uri.path(), request_id, &self.host_id);
            document_bytes(status, document)
        } else {
            empty(status)
        };
        answer.headers_mut().extend(headers.unwrap_or_default());
        answer
    }
}
