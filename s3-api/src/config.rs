//! What the protocol layer has to be told.

use crate::access_log::Collector;
use crate::auth::SigV2;
use crate::bucket::ownership::Ownership;
use crate::domains::Domains;
use crate::kms::Kms;
use crate::limits::SILENCE_SECONDS_MAX;
use crate::load::Load;
use identity::Identity;
use identity::sts::{KeySource, NoKeys};
use pipeline::events::{Courier, Nobody};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Everything [`crate::S3::new`] needs beside the engine.
#[derive(Clone)]
pub struct S3Config {
    /// The region signatures must name, and `GetBucketLocation` answers.
    pub region: String,
    pub identity: Identity,
    /// What a new bucket is set to whose maker says nothing. Amazon's own choice is the default.
    pub ownership: Ownership,
    /// Wraps the keys of encrypted objects.
    pub kms: Arc<dyn Kms>,
    /// Carries messages to the targets of events.
    pub courier: Arc<dyn Courier>,
    pub customer_keys: CustomerKeys,
    /// `x-amz-id-2` of every answer: tells which server it came from.
    pub host_id: String,
    /// The clock signatures are judged by.
    pub now: fn() -> SystemTime,
    /// Beneath which names of hosts are buckets.
    pub domains: Domains,
    /// The same for buckets as websites.
    pub website_domains: Domains,
    pub sigv2: SigV2,
    /// Where the keys of providers of web identities come from.
    pub web_keys: Arc<dyn KeySource>,
    /// How long a client hears nothing of a copy that takes long.
    pub silence: Duration,
    /// What requests are taken on.
    pub load: Arc<Load>,
}

/// From whom customers' own keys are taken: they come with the request, for all to see who can
/// listen in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerKeys {
    /// Over TLS, or from this machine. Amazon wants TLS.
    Private,
    /// From everywhere: something before the server sees to it that nobody listens.
    Anywhere,
}

impl S3Config {
    /// The usual settings around what has no default.
    pub fn new(region: impl Into<String>, identity: Identity, kms: Arc<dyn Kms>) -> Self {
        Self {
            region: region.into(),
            identity,
            ownership: Ownership::BucketOwnerEnforced,
            kms,
            courier: Arc::new(Nobody),
            customer_keys: CustomerKeys::Private,
            host_id: "cairn".into(),
            now: SystemTime::now,
            domains: Domains::default(),
            website_domains: Domains::default(),
            sigv2: SigV2::Refused,
            web_keys: Arc::new(NoKeys),
            silence: Duration::from_secs(SILENCE_SECONDS_MAX),
            load: Arc::default(),
        }
    }
}

impl fmt::Debug for S3Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Config")
            .field("region", &self.region)
            .field("ownership", &self.ownership)
            .finish_non_exhaustive()
    }
}

/// The part of it that operations look at.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) region: String,
    pub(crate) ownership: Ownership,
    pub(crate) kms: Arc<dyn Kms>,
    pub(crate) courier: Arc<dyn Courier>,
    pub(crate) host_id: String,
    pub(crate) customer_keys: CustomerKeys,
    pub(crate) silence: Duration,
    /// Of the lines of access logs.
    pub(crate) collector: Arc<Collector>,
    pub(crate) load: Arc<Load>,
}
