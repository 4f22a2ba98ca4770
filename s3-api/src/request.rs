//! The stages of a request as types: [`Parsed`], [`Authenticated`], [`Permitted`].
//!
//! Each is made from the one before by the one function that does the step. Only a [`Permitted`]
//! request gives access to the engine, so an operation that skips a step does not compile.

use crate::access::{self, Question};
use crate::auth::{Head, PayloadClaim, Verifier};
use crate::bucket::{Bucket, Buckets};
use crate::config::Settings;
use crate::domains::Domains;
use crate::error::{Code, S3Error, Subject, from_engine};
use crate::handle::RequestId;
use crate::op::{Access, Disposition, Judged, Level, Operation, Right, Served, route};
use crate::ops::shared::version;
use crate::query::Query;
use crate::target::{Style, Target, check_bucket_name};
use bytes::Bytes;
use http::request::Parts;
use identity::{Caller, Identity};
use std::sync::Arc;
use storage_engine::ids::VersionId;
use storage_engine::{Engine, Error, ObjectInfo, Target as ObjectTarget};

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

/// Decides, and holds what only a permitted request may reach.
#[derive(Debug)]
pub(crate) struct Gate {
    engine: Arc<Engine>,
    identity: Identity,
    buckets: Buckets,
}

impl Gate {
    pub(crate) fn new(engine: Arc<Engine>, identity: Identity) -> Self {
        Self {
            engine,
            identity,
            buckets: Buckets::default(),
        }
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Lets a request through, and hands out what its signature says of the body.
    ///
    /// Where the operation decides for each key, it is let through for that.
    pub(crate) async fn permit<'a>(
        &'a self,
        request: Authenticated<'a>,
        settings: &'a Settings,
    ) -> Result<(Permitted<'a>, PayloadClaim), S3Error> {
        let Authenticated {
            parsed,
            caller,
            payload,
        } = request;
        let bucket = self.bucket(&parsed).await?;
        if let Some(bucket) = &bucket {
            self.check_owner(&parsed, "x-amz-expected-bucket-owner", bucket)?;
        }
        let permitted = Permitted {
            parsed,
            caller,
            bucket,
            gate: self,
            settings,
        };
        if permitted.operation().access.judged == Judged::Whole {
            permitted.check().await?;
        }
        Ok((permitted, payload))
    }

    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// A bucket for the server's own work.
    pub(crate) async fn bucket_named(&self, name: &str) -> Result<Arc<Bucket>, Error> {
        self.buckets.get(&self.engine, name).await
    }

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

    /// Refuses a request that takes a bucket for somebody else's.
    fn check_owner(
        &self,
        request: &Parsed<'_>,
        header: &'static str,
        bucket: &Bucket,
    ) -> Result<(), S3Error> {
        let Some(expected) = request.header(header) else {
            return Ok(());
        };
        let owner = bucket.row.owner.as_str();
        let number = self.identity.account(owner);
        let is_number = number.is_some_and(|account| account.number.as_bytes() == expected);
        match is_number || owner.as_bytes() == expected {
            true => Ok(()),
            false => Err(S3Error::new(Code::AccessDenied)),
        }
    }
}

/// Something other than the request as a whole that has to be permitted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deed<'a> {
    pub(crate) access: Access,
    pub(crate) bucket: &'a Bucket,
    pub(crate) key: &'a [u8],
    pub(crate) version: Option<VersionId>,
    /// Condition keys beside those of the request.
    pub(crate) known: &'a [(&'static str, &'a str)],
}

impl Deed<'_> {
    /// Whether it is done to an object there is: whoever may write into a bucket may make one.
    fn is_of_object(&self) -> bool {
        !self.key.is_empty() && self.access.right != Some(Right::BucketWrite)
    }
}

/// Deciding.
impl Permitted<'_> {
    async fn check(&self) -> Result<(), S3Error> {
        let version = version::asked_of(&self.parsed.query)?;
        let access = self.operation().access;
        let is_permitted = match &self.bucket {
            Some(bucket) => {
                let deed = Deed {
                    access,
                    bucket,
                    key: &self.parsed.target.key,
                    version,
                    known: &[],
                };
                self.may(deed).await?
            }
            None => access::may(&self.question(access.action, None)),
        };
        match is_permitted {
            true => Ok(()),
            false => Err(self.denial(version).await),
        }
    }

    /// Of an object that is not there nobody has granted anything; who may list it is told so.
    async fn denial(&self, version: Option<VersionId>) -> S3Error {
        let denied = S3Error::new(Code::AccessDenied);
        let (Some(bucket), key) = (&self.bucket, &self.parsed.target.key) else {
            return denied;
        };
        let deed = Deed {
            access: self.operation().access,
            bucket,
            key,
            version,
            known: &[],
        };
        match self.object(&deed).await {
            Ok(None) if bucket.lists_count() && deed.is_of_object() => {
                let absent = S3Error::new(Code::NoSuchKey);
                let absent = absent.extra("Key", String::from_utf8_lossy(key));
                self.hide_absence(absent).await
            }
            _ => denied,
        }
    }

    /// Whether the caller may do that.
    pub(crate) async fn may(&self, deed: Deed<'_>) -> Result<bool, S3Error> {
        let Access {
            action,
            versioned,
            right,
            ..
        } = deed.access;
        let object = self.object(&deed).await?;
        let named = versioned.filter(|_| deed.version.is_some());
        Ok(access::may(&Question {
            bucket: Some(deed.bucket),
            key: deed.key,
            right,
            object: object.as_ref(),
            known: deed.known,
            ..self.question(named.unwrap_or(action), None)
        }))
    }

    /// Refuses unless the caller may also do this to the bucket that is to be made.
    pub(crate) fn require_of_new_bucket(&self, action: &'static str) -> Result<(), S3Error> {
        match access::may(&self.question(action, None)) {
            true => Ok(()),
            false => Err(S3Error::new(Code::AccessDenied)),
        }
    }

    /// Refuses unless the caller may also do this to what the request is about.
    pub(crate) async fn require(&self, action: &'static str) -> Result<(), S3Error> {
        let deed = Deed {
            access: Access::to(action),
            bucket: self.settings_of_bucket()?,
            key: &self.parsed.target.key,
            version: None,
            known: &[],
        };
        match self.may(deed).await? {
            true => Ok(()),
            false => Err(S3Error::new(Code::AccessDenied)),
        }
    }

    /// The object there is, where the decision depends on it. What is not there is nobody's.
    async fn object(&self, deed: &Deed<'_>) -> Result<Option<ObjectInfo>, S3Error> {
        if !deed.is_of_object() || !access::needs_object(&self.caller, deed.bucket) {
            return Ok(None);
        }
        let target = ObjectTarget {
            bucket: deed.bucket.row.name.clone(),
            key: Bytes::copy_from_slice(deed.key),
            version: deed.version,
        };
        match self.gate.engine.head(target).await {
            Ok(info) => Ok(Some(info)),
            Err(Error::NoSuchKey { .. } | Error::NoSuchVersion { .. } | Error::IsMarker { .. }) => {
                Ok(None)
            }
            Err(error) => Err(self.refusal(error)),
        }
    }

    fn question<'q>(&'q self, action: &'q str, bucket: Option<&'q Bucket>) -> Question<'q> {
        Question {
            request: &self.parsed,
            caller: &self.caller,
            identity: &self.gate.identity,
            bucket,
            key: &[],
            action,
            right: None,
            object: None,
            known: &[],
        }
    }

    /// Whether something is there is told to those only who could list it.
    pub(crate) async fn hide_absence(&self, error: S3Error) -> S3Error {
        let is_absent = matches!(error.code(), Code::NoSuchKey | Code::NoSuchVersion);
        let reads = self.operation().access.right != Some(Right::BucketWrite);
        let Some(bucket) = self.bucket.as_ref().filter(|_| is_absent && reads) else {
            return error;
        };
        let key = String::from_utf8_lossy(&self.parsed.target.key);
        let deed = Deed {
            access: Access::to_list(),
            bucket,
            key: &[],
            version: None,
            known: &[("s3:prefix", &key)],
        };
        match self.may(deed).await {
            Ok(true) => error,
            Ok(false) => S3Error::new(Code::AccessDenied),
            Err(failure) => failure,
        }
    }

    /// A bucket beside the one the request is about.
    pub(crate) async fn other_bucket(&self, name: &str) -> Result<Arc<Bucket>, Error> {
        self.gate.buckets.get(&self.gate.engine, name).await
    }

    /// Refuses a copy whose source the client takes for somebody else's.
    pub(crate) fn check_source_owner(&self, bucket: &Bucket) -> Result<(), S3Error> {
        let header = "x-amz-source-expected-bucket-owner";
        self.gate.check_owner(&self.parsed, header, bucket)
    }
}

impl<'a> Permitted<'a> {
    pub(crate) fn engine(&self) -> &'a Arc<Engine> {
        &self.gate.engine
    }

    pub(crate) fn identity(&self) -> &'a Identity {
        &self.gate.identity
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
