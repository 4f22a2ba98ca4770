//! The stages of a request as types: [`Parsed`], [`Authenticated`], [`Permitted`].
//!
//! Each is made from the one before by the one function that does the step. Only a [`Permitted`]
//! request gives access to the engine, so an operation that skips a step does not compile.

use crate::auth::{PayloadClaim, Principal, Verifier};
use crate::bucket::{Bucket, Buckets};
use crate::config::Settings;
use crate::domains::Domains;
use crate::error::{Code, S3Error, Subject, from_engine};
use crate::op::{Disposition, Level, Operation, Served, route};
use crate::query::Query;
use crate::target::{Style, Target, check_bucket_name};
use bytes::Bytes;
use http::request::Parts;
use std::sync::Arc;
use storage_engine::Engine;

/// It is known which operation on what is asked for, but not by whom.
#[derive(Debug)]
pub(crate) struct Parsed<'a> {
    pub(crate) parts: &'a Parts,
    pub(crate) target: Target,
    pub(crate) query: Query,
    pub(crate) operation: &'static Operation,
}

/// It is known who asks.
#[derive(Debug)]
pub(crate) struct Authenticated<'a> {
    parsed: Parsed<'a>,
    principal: Option<Principal>,
    payload: PayloadClaim,
}

/// It may be done.
pub(crate) struct Permitted<'a> {
    parsed: Parsed<'a>,
    principal: Principal,
    /// None where the request is about no bucket, or about one that is yet to be made.
    bucket: Option<Arc<Bucket>>,
    engine: &'a Arc<Engine>,
    settings: &'a Settings,
}

impl<'a> Parsed<'a> {
    /// Pure: looks at nothing but the head.
    pub(crate) fn parse(parts: &'a Parts, domains: &Domains) -> Result<Self, S3Error> {
        let target = Target::of(parts, domains)?;
        let query = Query::parse(parts.uri.query())?;
        let operation = route(&parts.method, target.level(), &query, &parts.headers)?;
        let is_answered_at_once = operation.disposition == Disposition::NotImplemented;
        if !target.bucket.is_empty() && !is_answered_at_once {
            check_bucket_name(&target.bucket)?;
        }
        Ok(Self {
            parts,
            target,
            query,
            operation,
        })
    }

    /// The first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        self.parts
            .headers
            .get(name)
            .map(http::HeaderValue::as_bytes)
    }

    /// The first value of a header, which must be text.
    pub(crate) fn header_text(&self, name: &'static str) -> Result<Option<&str>, S3Error> {
        let Some(value) = self.header(name) else {
            return Ok(None);
        };
        std::str::from_utf8(value)
            .map(Some)
            .map_err(|_| S3Error::invalid_argument(name, String::from_utf8_lossy(value)))
    }
}

impl Parsed<'_> {
    /// Converts the engine's refusal, with what this request was about.
    fn refusal(&self, error: storage_engine::Error) -> S3Error {
        let upload = self.query.get("uploadId").unwrap_or_default();
        from_engine(
            error,
            Subject {
                bucket: &self.target.bucket,
                key: &self.target.key,
                upload: std::str::from_utf8(upload).unwrap_or_default(),
            },
        )
    }
}

impl<'a> Authenticated<'a> {
    /// A form as the put it stands for; the form's own fields sign it.
    pub(crate) fn form(parsed: Parsed<'a>, principal: Option<Principal>) -> Self {
        Self {
            parsed,
            principal,
            payload: PayloadClaim::Unsigned,
        }
    }

    /// A read for a visitor of a website, who is nobody.
    pub(crate) fn visitor(parsed: Parsed<'a>) -> Self {
        Self {
            parsed,
            principal: None,
            payload: PayloadClaim::Unsigned,
        }
    }

    pub(crate) fn check(parsed: Parsed<'a>, verifier: &Verifier) -> Result<Self, S3Error> {
        let verified = verifier.verify(&parsed)?;
        Ok(Self {
            parsed,
            principal: verified.principal,
            payload: verified.payload,
        })
    }
}

/// Decides, and holds what only a permitted request may reach.
#[derive(Debug)]
pub(crate) struct Gate {
    engine: Arc<Engine>,
    buckets: Buckets,
}

impl Gate {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        Self {
            engine,
            buckets: Buckets::default(),
        }
    }

    /// Lets a request through, and hands out what its signature says of the body.
    pub(crate) async fn permit<'a>(
        &'a self,
        request: Authenticated<'a>,
        settings: &'a Settings,
    ) -> Result<(Permitted<'a>, PayloadClaim), S3Error> {
        let Authenticated {
            parsed,
            principal,
            payload,
        } = request;
        let bucket = self.bucket(&parsed).await?;
        let principal = decide(&parsed, principal, settings)?;
        Ok((
            Permitted {
                parsed,
                principal,
                bucket,
                engine: &self.engine,
                settings,
            },
            payload,
        ))
    }
}

impl Gate {
    /// A bucket as it is set, for what needs no permission: rules of cross-origin requests, and
    /// where a website redirects to. None where there is no such bucket.
    pub(crate) async fn public_settings(&self, bucket: &str) -> Option<Arc<Bucket>> {
        self.buckets.get(&self.engine, bucket).await.ok()
    }

    /// The bucket the request is about, which must exist unless it is to be made.
    async fn bucket(&self, request: &Parsed<'_>) -> Result<Option<Arc<Bucket>>, S3Error> {
        let is_bucket_needed = request.target.level() != Level::Service
            && request.operation.disposition != Disposition::Served(Served::CreateBucket);
        if !is_bucket_needed {
            return Ok(None);
        }
        let found = self.buckets.get(&self.engine, &request.target.bucket).await;
        found.map(Some).map_err(|error| request.refusal(error))
    }
}

/// Everything belongs to one account, whose credential may do everything; nobody else may do
/// anything. Policies extend this function.
fn decide(
    request: &Parsed<'_>,
    principal: Option<Principal>,
    settings: &Settings,
) -> Result<Principal, S3Error> {
    let principal = principal.ok_or_else(|| S3Error::new(Code::AccessDenied))?;
    for name in [
        "x-amz-expected-bucket-owner",
        "x-amz-source-expected-bucket-owner",
    ] {
        let expected = request.header(name);
        if expected.is_some_and(|expected| expected != settings.account_id.as_bytes()) {
            return Err(S3Error::new(Code::AccessDenied));
        }
    }
    Ok(principal)
}

impl<'a> Permitted<'a> {
    pub(crate) fn engine(&self) -> &'a Arc<Engine> {
        self.engine
    }

    pub(crate) fn settings(&self) -> &'a Settings {
        self.settings
    }

    pub(crate) fn principal(&self) -> &Principal {
        &self.principal
    }

    pub(crate) fn owner(&self) -> String {
        self.principal.id.as_ref().to_owned()
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.parsed.operation
    }

    pub(crate) fn query(&self) -> &Query {
        &self.parsed.query
    }

    pub(crate) fn parts(&self) -> &Parts {
        self.parsed.parts
    }

    pub(crate) fn headers(&self) -> &http::HeaderMap {
        &self.parsed.parts.headers
    }

    /// What came along with the request without being part of it.
    pub(crate) fn extension<T: Clone + Send + Sync + 'static>(&self) -> Option<&T> {
        self.parsed.parts.extensions.get()
    }

    /// Where the request names its bucket.
    pub(crate) fn style(&self) -> Style {
        self.parsed.target.style
    }

    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        self.parsed.header(name)
    }

    pub(crate) fn header_text(&self, name: &'static str) -> Result<Option<&str>, S3Error> {
        self.parsed.header_text(name)
    }

    pub(crate) fn bucket(&self) -> &str {
        &self.parsed.target.bucket
    }

    /// Cheap: keys are shared.
    pub(crate) fn key(&self) -> Bytes {
        self.parsed.target.key.clone()
    }

    /// The bucket as it is set.
    pub(crate) fn settings_of_bucket(&self) -> Result<&Arc<Bucket>, S3Error> {
        // Operations on buckets and objects have one; asking elsewhere is a mistake of ours.
        let bucket = self.bucket.as_ref();
        bucket.ok_or_else(|| S3Error::new(Code::InternalError))
    }

    /// Converts the engine's refusal, with what this request was about.
    pub(crate) fn refusal(&self, error: storage_engine::Error) -> S3Error {
        self.parsed.refusal(error)
    }
}
