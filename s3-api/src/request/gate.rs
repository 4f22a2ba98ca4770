//! Whether a request may be done.

use super::{Authenticated, Parsed, Permitted};
use crate::access::{self, Question};
use crate::auth::PayloadClaim;
use crate::bucket::{Bucket, Buckets};
use crate::config::Settings;
use crate::error::{Code, S3Error};
use crate::op::{Access, Disposition, Judged, Level, Right, Served};
use crate::ops::shared::version;
use bytes::Bytes;
use identity::policy::Work;
use identity::{Caller, Identity};
use std::sync::Arc;
use storage_engine::ids::VersionId;
use storage_engine::{Engine, Error, ObjectInfo, Target as ObjectTarget};

/// The bucket that a request names, looked up once for all who ask for it: the log and the rules
/// for other origins do so before it is known who sent the request. Whether it is there at all is
/// told to those only who have shown who they are.
#[derive(Debug)]
pub(crate) struct Named(Option<Result<Arc<Bucket>, Error>>);

impl Named {
    pub(crate) fn found(bucket: Arc<Bucket>) -> Self {
        Self(Some(Ok(bucket)))
    }

    /// What needs no permission is taken from it. None where there is no such bucket.
    pub(crate) fn public(&self) -> Option<&Bucket> {
        let found = self.0.as_ref()?;
        found.as_deref().ok()
    }

    /// The bucket the request is about, which must exist unless it is to be made.
    fn needed_by(self, request: &Parsed<'_>) -> Result<Option<Arc<Bucket>>, S3Error> {
        let is_made = request.operation.disposition == Disposition::Served(Served::CreateBucket);
        let found = self.0.filter(|_| !is_made).transpose();
        found.map_err(|error| request.refusal(error))
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
        named: Named,
        settings: &'a Settings,
    ) -> Result<(Permitted<'a>, PayloadClaim), S3Error> {
        let Authenticated {
            parsed,
            caller,
            payload,
        } = request;
        let bucket = named.needed_by(&parsed)?;
        if let Some(bucket) = &bucket {
            self.check_owner(&parsed, "x-amz-expected-bucket-owner", bucket)?;
        }
        let permitted = Permitted {
            parsed,
            caller,
            bucket,
            gate: self,
            settings,
            work: Work::default(),
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
    pub(crate) async fn bucket(&self, name: &str) -> Result<Arc<Bucket>, Error> {
        self.buckets.get(&self.engine, name).await
    }

    /// The object there is, where the decision depends on it.
    pub(crate) async fn object(
        &self,
        caller: &Caller,
        deed: &Deed<'_>,
    ) -> Result<Option<ObjectInfo>, Error> {
        if !deed.is_of_object() || !access::needs_object(caller, deed.bucket) {
            return Ok(None);
        }
        let target = ObjectTarget {
            bucket: deed.bucket.row.name.clone(),
            key: Bytes::copy_from_slice(deed.key),
            version: deed.version,
        };
        match self.engine.head(target).await {
            Ok(info) => Ok(Some(info)),
            Err(Error::NoSuchKey { .. } | Error::NoSuchVersion { .. } | Error::IsMarker { .. }) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Looks up the bucket that a request names.
    pub(crate) async fn named_by(&self, request: &Parsed<'_>) -> Named {
        match request.target.level() {
            Level::Service => Named(None),
            _ => Named(Some(self.bucket(&request.target.bucket).await)),
        }
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
    pub(crate) known: &'a [(&'a str, &'a str)],
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

    /// Whether the caller may do that. Where this is asked of many things, and takes long, others
    /// have their turn in between.
    pub(crate) async fn may(&self, deed: Deed<'_>) -> Result<bool, S3Error> {
        let Access {
            action,
            versioned,
            right,
            ..
        } = deed.access;
        let object = self.object(&deed).await?;
        let named = versioned.filter(|_| deed.version.is_some());
        let may = access::may(&Question {
            bucket: Some(deed.bucket),
            key: deed.key,
            right,
            object: object.as_ref(),
            known: deed.known,
            ..self.question(named.unwrap_or(action), None)
        });
        if self.work.wants_pause() {
            tokio::task::yield_now().await;
        }
        Ok(may)
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
        let found = self.gate.object(&self.caller, deed).await;
        found.map_err(|error| self.refusal(error))
    }

    fn question<'q>(&'q self, action: &'q str, bucket: Option<&'q Bucket>) -> Question<'q> {
        Question {
            request: Some(&self.parsed),
            caller: &self.caller,
            identity: &self.gate.identity,
            bucket,
            key: &[],
            action,
            right: None,
            object: None,
            known: &[],
            work: &self.work,
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
        self.gate.bucket(name).await
    }

    /// Refuses a copy whose source the client takes for somebody else's.
    pub(crate) fn check_source_owner(&self, bucket: &Bucket) -> Result<(), S3Error> {
        let header = "x-amz-source-expected-bucket-owner";
        self.gate.check_owner(&self.parsed, header, bucket)
    }
}
