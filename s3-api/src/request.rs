//! The stages of a request as types: [`Parsed`], [`Authenticated`], [`Permitted`].
//!
//! Each is made from the one before by the one function that does the step. Only a [`Permitted`]
//! request gives access to the engine, so an operation that skips a step does not compile.

mod gate;

use crate::auth::{Head, PayloadClaim, Verifier};
use crate::bucket::Bucket;
use crate::config::Settings;
use crate::domains::Domains;
use crate::error::{Code, S3Error, Subject, from_engine};
use crate::handle::RequestId;
use crate::op::{Disposition, Operation, route};
use crate::query::Query;
use crate::target::{Style, Target, check_bucket_name};
use bytes::Bytes;
pub(crate) use gate::{Deed, Gate, Named};
use http::request::Parts;
use identity::policy::Work;
use identity::{Caller, Identity};
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
    caller: Arc<Caller>,
    payload: PayloadClaim,
}

/// It may be done.
pub(crate) struct Permitted<'a> {
    parsed: Parsed<'a>,
    caller: Arc<Caller>,
    /// None where the request is about no bucket, or about one that is yet to be made.
    bucket: Option<Arc<Bucket>>,
    gate: &'a Gate,
    settings: &'a Settings,
    /// Of all that is decided of it.
    work: Work,
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

    pub(crate) fn head(&self) -> Head<'_> {
        Head {
            parts: self.parts,
            query: &self.query,
        }
    }

    /// The first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        self.head().header(name)
    }

    /// The first value of a header, which must be text.
    pub(crate) fn header_text(&self, name: &'static str) -> Result<Option<&str>, S3Error> {
        self.head().header_text(name)
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
    pub(crate) fn form(parsed: Parsed<'a>, caller: Arc<Caller>) -> Self {
        Self {
            parsed,
            caller,
            payload: PayloadClaim::Unsigned,
        }
    }

    /// A read for a visitor of a website, who is nobody.
    pub(crate) fn visitor(parsed: Parsed<'a>) -> Self {
        Self {
            parsed,
            caller: Caller::anonymous(),
            payload: PayloadClaim::Unsigned,
        }
    }

    /// Of somebody who has shown who it is by other means than a signature.
    pub(crate) fn known(parsed: Parsed<'a>, caller: Arc<Caller>) -> Self {
        Self {
            parsed,
            caller,
            payload: PayloadClaim::Unsigned,
        }
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    pub(crate) fn check(parsed: Parsed<'a>, verifier: &Verifier) -> Result<Self, S3Error> {
        let verified = verifier.verify(&parsed)?;
        Ok(Self {
            parsed,
            caller: verified.caller,
            payload: verified.payload,
        })
    }
}

/// What an operation may know and use.
impl<'a> Permitted<'a> {
    pub(crate) fn engine(&self) -> &'a Arc<Engine> {
        self.gate.engine()
    }

    pub(crate) fn identity(&self) -> &'a Identity {
        self.gate.identity()
    }

    pub(crate) fn settings(&self) -> &'a Settings {
        self.settings
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The account that what the caller makes belongs to.
    pub(crate) fn owner(&self) -> String {
        self.caller.account().id.clone()
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

    /// What the answer will call the request.
    pub(crate) fn request_id(&self) -> &str {
        RequestId::of(self.parsed.parts)
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

    /// The same for work that goes on after the request has been answered.
    pub(crate) fn later_refusal(
        &self,
    ) -> impl FnOnce(storage_engine::Error) -> S3Error + Send + 'static {
        let (bucket, key) = (self.bucket().to_owned(), self.key());
        let upload = self.query().get("uploadId").unwrap_or_default();
        let upload = String::from_utf8_lossy(upload).into_owned();
        move |error| {
            let subject = Subject {
                bucket: &bucket,
                key: &key,
                upload: &upload,
            };
            from_engine(error, subject)
        }
    }
}
