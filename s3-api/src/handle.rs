//! The straight line of a request.

use crate::access_log::{Collector, Draft};
use crate::auth::{self, Verifier};
use crate::body::payload::Payload;
use crate::body::wire::{ConnectionFate, WireBody};
use crate::bucket::Bucket;
use crate::config::{S3Config, Settings};
use crate::cors;
use crate::domains::{self, Domains};
use crate::error::{Code, S3Error};
use crate::form::Form;
use crate::iam;
use crate::limits::{INTAKE_BYTES_MAX, OUTLET_BYTES_MAX, OWN_DOCUMENT_BYTES_MAX};
use crate::load::{Busy, Load, Memory};
use crate::observe::{Change, Observation};
use crate::op::{Disposition, Served};
use crate::ops;
use crate::ops::post_object::Wish;
use crate::query::Query;
use crate::request::{Authenticated, Gate, Named, Parsed};
use crate::response::{Answer, ResponseBody, document_bytes, empty};
use crate::target::{Target, check_key};
use bytes::Bytes;
use http::header::{CONNECTION, ORIGIN, SERVER};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body::Body;
use identity::sts::KeySource;
use identity::{Caller, Identity};
pub use ids::RequestId;
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
    domains: Domains,
    website_domains: Domains,
    web_keys: Arc<dyn KeySource>,
    collector: Arc<Collector>,
    load: Arc<Load>,
    ids: RequestIds,
    host_id: String,
}

impl S3 {
    pub fn new(engine: Arc<Engine>, config: S3Config) -> Self {
        let S3Config {
            region,
            identity,
            ownership,
            kms,
            courier,
            customer_keys,
            host_id,
            now,
            domains,
            website_domains,
            web_keys,
            sigv2,
            silence,
            load,
        } = config;
        let collector: Arc<Collector> = Arc::default();
        Self {
            verifier: Verifier::new(identity.clone(), region.clone(), now).with_sigv2(sigv2),
            gate: Gate::new(engine, identity),
            settings: Settings {
                region,
                ownership,
                kms,
                courier,
                customer_keys,
                host_id: host_id.clone(),
                silence,
                collector: Arc::clone(&collector),
                load: Arc::clone(&load),
            },
            domains,
            website_domains,
            web_keys,
            collector,
            load,
            ids: RequestIds::new(),
            host_id,
        }
    }

    /// Answers one request; every refusal is an answer too.
    ///
    /// The answer's extensions hold an [`Observation`] and a [`ConnectionFate`], which the server
    /// has to heed. Dropping the future at any time leaves nothing half done: what was not
    /// committed disappears, what was committed stays although nobody was told.
    ///
    /// A request keeps the [`RequestId`] that is in its extensions.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<ResponseBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (mut parts, body) = request.into_parts();
        self.name(&mut parts);
        let body = WireBody::new(body, &parts.headers);
        let slot = match self.load.arrive(&parts) {
            Ok(slot) => slot,
            Err(busy) => return self.refuse_at_once(&parts, body, busy.refusal()).await,
        };
        let mut answer = if iam::is_call(&parts, &self.domains) {
            Box::pin(self.handle_call(&parts, body)).await
        } else {
            auth::take_from_query(&mut parts);
            self.serve(&parts, body, Sender::Signature).await
        };
        answer.body_mut().keep(slot);
        answer
    }

    /// The answer to a request that is not looked at.
    pub(crate) async fn refuse_at_once(
        &self,
        parts: &Parts,
        mut body: WireBody,
        error: S3Error,
    ) -> Answer {
        let name = error.code().name();
        let id = match RequestId::of(parts) {
            "" => self.ids.next(),
            known => known.to_owned(),
        };
        let answer = self.sign_as(&id, |id, _| self.refuse(parts, error, id));
        let fate = body.settle().await;
        self.observed(answer, &body, fate, None, Some(name))
    }

    /// The same for a request whose sender is known already, by other means than a signature. Its
    /// path names its bucket, its body is what is meant, and whatever it may carry of a signature
    /// counts for nothing. Everything else happens to it that happens to every request.
    pub async fn handle_for<B>(
        &self,
        caller: Arc<Caller>,
        request: Request<B>,
    ) -> Response<ResponseBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (mut parts, body) = request.into_parts();
        self.name(&mut parts);
        let body = WireBody::new(body, &parts.headers);
        self.serve(&parts, body, Sender::Known(caller)).await
    }

    /// Whoever made the request for us may have named it already.
    pub(crate) fn name(&self, parts: &mut Parts) {
        if parts.extensions.get::<RequestId>().is_none() {
            parts.extensions.insert(self.next_request_id());
        }
    }

    /// What the next request will be called.
    pub fn next_request_id(&self) -> RequestId {
        RequestId(self.ids.next())
    }

    async fn serve(&self, parts: &Parts, mut body: WireBody, sender: Sender) -> Answer {
        let parsed = match &sender {
            Sender::Signature => Parsed::parse(parts, &self.domains),
            Sender::Known(_) => Parsed::parse(parts, &Domains::default()),
        };
        let operation = parsed.as_ref().ok().map(|parsed| parsed.operation.name);
        let (mut shared, mut logs) = (None, Logs::default());
        let outcome = match parsed {
            Ok(parsed) => {
                // Looked up before the request is served, which may end the bucket.
                let bucket = self.gate.named_by(&parsed).await;
                logs.change = changed_by(&parsed);
                if let Some(bucket) = bucket.public() {
                    shared = shared_with_origin(&parsed, bucket);
                    logs.draft = Draft::begin(&parsed, bucket);
                }
                let logs = &mut logs;
                self.answer(parsed, sender, bucket, &mut body, logs).await
            }
            Err(error) => Err(error),
        };
        let fate = body.settle().await;
        let error = outcome.as_ref().err().map(|error| error.code().name());
        let mut answer = self.render(parts, outcome);
        if let Some(draft) = logs.draft {
            let ids = (RequestId::of(parts), self.host_id.as_str());
            let entry = draft.answered(&answer, error, ids, &self.collector);
            answer.extensions_mut().insert(entry);
        }
        if let Some(change) = logs.change {
            answer.extensions_mut().insert(change);
        }
        answer.headers_mut().extend(shared.unwrap_or_default());
        self.observed(answer, &body, fate, operation, error)
    }

    async fn handle_call(&self, parts: &Parts, mut body: WireBody) -> Answer {
        let answered = self.answer_call(parts, &mut body).await;
        let fate = body.settle().await;
        let (action, error) = (answered.action, answered.error);
        let mut answer = answered.answer;
        if let Some(change) = answered.change {
            answer.extensions_mut().insert(change);
        }
        self.observed(answer, &body, fate, action, error)
    }

    /// An answer with what the server has to know of it.
    pub(crate) fn observed(
        &self,
        mut answer: Answer,
        body: &WireBody,
        fate: ConnectionFate,
        operation: Option<&'static str>,
        error: Option<&'static str>,
    ) -> Answer {
        let (bytes_in, bytes_out) = (body.read_bytes(), answer.body().remaining_bytes());
        answer.extensions_mut().insert(Observation {
            operation,
            error,
            bytes_in,
            bytes_out,
        });
        if fate == ConnectionFate::LingerThenClose {
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(CONNECTION, close);
        }
        answer.extensions_mut().insert(fate);
        answer
    }

    /// The whole answer to what could not be read as a request, which the server has found to
    /// deserve this status.
    pub fn refuse_unreadable(&self, status: StatusCode) -> Response<Bytes> {
        let error = match status {
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
                S3Error::new(Code::RequestHeaderSectionTooLarge)
            }
            _ => S3Error::new(Code::BadRequest)
                .message("An error occurred when parsing the HTTP request."),
        };
        let mut document = Bytes::new();
        let answer = self.sign(|request_id, host_id| {
            document = error.document("", request_id, host_id);
            document_bytes(status, document.clone())
        });
        answer.map(|_| document)
    }

    /// Whether the host a request names is a bucket, so that its path is a key whatever it looks
    /// like.
    pub fn is_bucket(&self, parts: &Parts) -> bool {
        self.domains.bucket_of(parts).is_some()
    }

    /// A host that names no bucket, and no website: where this one does, the domain it lies beneath.
    pub fn host_of_none(&self, host: &str) -> String {
        let mut host = domains::spelled(host);
        while let Some(name) = [&self.domains, &self.website_domains]
            .into_iter()
            .find_map(|domains| domains.name_in(&host))
        {
            host = host[name.len() + 1..].to_owned();
        }
        host
    }

    pub(crate) fn domains(&self) -> &Domains {
        &self.domains
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(crate) fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    pub(crate) fn identity(&self) -> &Identity {
        self.gate.identity()
    }

    pub(crate) fn web_keys(&self) -> &dyn KeySource {
        &*self.web_keys
    }

    /// What requests are taken on.
    pub fn load(&self) -> &Load {
        &self.load
    }

    /// Memory for this much of a body.
    async fn hold(&self, bytes: u64) -> Result<Memory, S3Error> {
        self.load.hold(bytes).await.map_err(Busy::refusal)
    }

    /// An answer with the memory that its body needs on its way.
    pub(crate) async fn let_out(&self, mut answer: Answer) -> Result<Answer, S3Error> {
        let going = answer.body().streamed_bytes().min(OUTLET_BYTES_MAX);
        if going > 0 {
            let held = self.hold(going).await?;
            answer.body_mut().occupy(held);
        }
        Ok(answer)
    }

    pub(crate) fn collector(&self) -> &Collector {
        &self.collector
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn website_domains(&self) -> &Domains {
        &self.website_domains
    }

    async fn answer(
        &self,
        parsed: Parsed<'_>,
        sender: Sender,
        bucket: Named,
        body: &mut WireBody,
        logs: &mut Logs,
    ) -> Result<Answer, S3Error> {
        match parsed.operation.disposition {
            Disposition::Served(Served::Preflight) => {
                return cors::preflight(&parsed, bucket.public());
            }
            Disposition::Served(Served::PostObject) => {
                return Box::pin(self.answer_form(parsed, body, logs)).await;
            }
            _ => {}
        }
        let headers = &parsed.parts.headers;
        // Whoever let somebody known in has counted them.
        let (authenticated, counted) = match sender {
            Sender::Signature => (Authenticated::check(parsed, &self.verifier)?, true),
            Sender::Known(caller) => (Authenticated::known(parsed, caller), false),
        };
        logs.asked_by(authenticated.caller());
        let mut unheld = OWN_DOCUMENT_BYTES_MAX;
        if counted {
            let admitted = self.load.admit(authenticated.caller());
            admitted.map_err(Busy::refusal)?;
            unheld = 0;
        }
        let permitted = self.gate.permit(authenticated, bucket, &self.settings);
        let (permitted, claim) = permitted.await?;
        let coming = body.length().unwrap_or(u64::MAX);
        let _held = match coming > unheld {
            true => Some(self.hold(coming.min(INTAKE_BYTES_MAX)).await?),
            false => None,
        };
        let payload = Payload::new(body, claim, headers)?;
        let outcome = ops::run(&permitted, payload).await;
        match outcome {
            Ok(answer) => self.let_out(answer).await,
            Err(error) => Err(permitted.hide_absence(error).await),
        }
    }

    /// A form is the put that its fields and its file stand for.
    async fn answer_form(
        &self,
        form: Parsed<'_>,
        body: &mut WireBody,
        logs: &mut Logs,
    ) -> Result<Answer, S3Error> {
        let Form { fields, file } = Form::open(&form.parts.headers, body).await?;
        let key = fields.key()?;
        check_key(key.as_bytes())?;
        let verified = self.verifier.verify_form(&fields, &form.target.bucket)?;
        self.load.admit(&verified.caller).map_err(Busy::refusal)?;
        let mut head = fields.head(form.parts)?;
        head.extensions.insert(Wish::of(&fields));
        let put = Parsed {
            parts: &head,
            target: Target {
                key: key.into(),
                ..form.target
            },
            query: Query::default(),
            operation: form.operation,
        };
        logs.asked_by(&verified.caller);
        // Once more: its fields may have been long in coming.
        let bucket = self.gate.named_by(&put).await;
        let authenticated = Authenticated::form(put, verified.caller);
        let permitted = self.gate.permit(authenticated, bucket, &self.settings);
        let (permitted, _) = permitted.await?;
        let _held = self.hold(INTAKE_BYTES_MAX).await?;
        ops::run(&permitted, Payload::of_form(file, verified.length)).await
    }

    /// Makes an answer of whatever came out.
    fn render(&self, parts: &Parts, outcome: Result<Answer, S3Error>) -> Answer {
        let id = RequestId::of(parts);
        self.sign_as(id, |request_id, _| {
            outcome.unwrap_or_else(|error| self.refuse(parts, error, request_id))
        })
    }

    /// Puts our name on an answer, which may say who we are and what the request is called.
    pub(crate) fn sign(&self, make: impl FnOnce(&str, &str) -> Answer) -> Answer {
        self.sign_as(&self.ids.next(), make)
    }

    /// The same under a name that is known.
    pub(crate) fn sign_as(
        &self,
        request_id: &str,
        make: impl FnOnce(&str, &str) -> Answer,
    ) -> Answer {
        let mut answer = make(request_id, &self.host_id);
        let headers = answer.headers_mut();
        headers.insert(SERVER, HeaderValue::from_static("Cairn"));
        for (name, value) in [(REQUEST_ID, request_id), (HOST_ID, self.host_id.as_str())] {
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

/// How it is known who sends a request.
enum Sender {
    Signature,
    Known(Arc<Caller>),
}

/// What is told of a request beside its answer.
#[derive(Default)]
struct Logs {
    /// For the log of the bucket's owner.
    draft: Option<Draft>,
    /// For the audit log.
    change: Option<Change>,
}

impl Logs {
    /// It is known who asks.
    fn asked_by(&mut self, caller: &Caller) {
        if let Some(draft) = &mut self.draft {
            draft.asked_by(caller);
        }
        if let Some(change) = &mut self.change {
            change.asked_by(caller);
        }
    }
}

fn changed_by(request: &Parsed<'_>) -> Option<Change> {
    let Target { bucket, key, .. } = &request.target;
    request.operation.is_change().then(|| Change {
        who: String::new(),
        access_key: String::new(),
        target: match key.is_empty() {
            true => bucket.to_string(),
            false => format!("{bucket}/{}", String::from_utf8_lossy(key)),
        },
    })
}

/// What a page of another origin may see of the answer.
fn shared_with_origin(request: &Parsed<'_>, bucket: &Bucket) -> Option<HeaderMap> {
    let is_asked = request.parts.headers.contains_key(ORIGIN);
    let is_preflight = request.parts.method == Method::OPTIONS;
    match is_asked && !is_preflight {
        true => cors::headers_for(request.parts, bucket),
        false => None,
    }
}
