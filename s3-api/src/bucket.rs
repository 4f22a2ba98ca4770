//! Buckets as requests see them: the settings of each in the form they are used in, kept until
//! some bucket's settings change.
//!
//! Settings are read by every request and changed by few, so one count of all changes decides
//! whether what was kept still holds.

pub(crate) mod check;
pub(crate) mod cors;
pub(crate) mod document;
pub(crate) mod encryption;
pub(crate) mod lifecycle;
pub(crate) mod logging;
pub(crate) mod notification;
pub(crate) mod object_lock;
pub(crate) mod ownership;
pub(crate) mod public_access;
pub(crate) mod request_payment;
pub(crate) mod website;

use crate::acl::{self, Acl};
use crate::limits::BUCKETS_KEPT_MAX;
use bytes::Bytes;
use cors::Cors;
use document::Document;
use encryption::BucketEncryption;
use identity::policy::{Kind, Policy};
use logging::{LogTarget, Logging};
use ownership::Ownership;
use pipeline::events::Configuration as Notifications;
use pipeline::lifecycle::Configuration;
use public_access::PublicAccessBlock;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use storage_engine::row::{BucketRow, Summary};
use storage_engine::{BucketSettings, Engine, Error};

/// The kind of the document that holds a bucket's policy, as it was given.
pub(crate) const POLICY: &str = "policy";

/// A bucket and what it is set to.
pub(crate) struct Bucket {
    pub(crate) row: BucketRow,
    pub(crate) acl: Acl,
    pub(crate) public_access: PublicAccessBlock,
    pub(crate) encryption: Option<BucketEncryption>,
    pub(crate) policy: Option<Policy>,
    /// The policy lets in anyone at all.
    pub(crate) is_policy_public: bool,
    ownership: Ownership,
    /// What pages of other origins may do, if they may anything.
    pub(crate) cors: Option<Cors>,
    /// Where the log of requests goes, if there is to be one.
    pub(crate) logging: Option<LogTarget>,
    /// Who wants to be told of changes, if anybody does.
    pub(crate) notifications: Option<Notifications>,
    documents: HashMap<String, Bytes>,
    /// Looked at by every read of an object.
    lifecycle: OnceLock<Option<Configuration>>,
}

impl Bucket {
    fn new(settings: BucketSettings) -> Self {
        let BucketSettings { row, documents } = settings;
        let documents: HashMap<_, _> = documents.into_iter().collect();
        let policy = documents
            .get(POLICY)
            .and_then(|stored| policy(&row.name, stored));
        let acl = documents.get(acl::KIND).map(AsRef::as_ref);
        let mut bucket = Self {
            acl: Acl::stored_or_private(acl, &row.owner),
            public_access: PublicAccessBlock::default(),
            encryption: None,
            is_policy_public: policy.as_ref().is_some_and(Policy::is_public),
            policy,
            // Where nothing is said lists count, as they did before it could be said.
            ownership: Ownership::ObjectWriter,
            cors: None,
            logging: None,
            notifications: None,
            row,
            documents,
            lifecycle: OnceLock::new(),
        };
        bucket.cors = bucket.document();
        bucket.notifications = bucket
            .document()
            .filter(|asked: &Notifications| !asked.rules.is_empty());
        bucket.logging = bucket
            .document()
            .and_then(|logging: Logging| logging.target);
        bucket.public_access = bucket.document().unwrap_or_default();
        bucket.encryption = bucket.document();
        bucket.ownership = bucket.document().unwrap_or(bucket.ownership);
        bucket
    }

    pub(crate) fn ownership(&self) -> Ownership {
        self.ownership
    }

    /// Whether access control lists have a say.
    pub(crate) fn lists_count(&self) -> bool {
        self.ownership != Ownership::BucketOwnerEnforced
    }

    /// Whether strangers get in, by the policy or the list, as far as the public access block lets
    /// either count.
    pub(crate) fn is_public(&self) -> bool {
        let by_policy = self.is_policy_public && !self.public_access.restrict;
        let by_list = self.acl.is_public() && !self.public_access.ignore_acls;
        by_policy || (by_list && self.lists_count())
    }

    /// Whose an object in it is.
    pub(crate) fn owner_of<'a>(&'a self, object: &'a Summary) -> &'a str {
        match self.lists_count() {
            true => &object.owner,
            false => &self.row.owner,
        }
    }

    /// A document as it is stored.
    pub(crate) fn stored(&self, kind: &str) -> Option<&Bytes> {
        self.documents.get(kind)
    }

    /// A document that is looked at too rarely to be kept in another form.
    pub(crate) fn document<D: Document>(&self) -> Option<D> {
        let stored = self.stored(D::KIND)?;
        let document = D::from_stored(stored);
        if document.is_none() {
            tracing::error!(
                bucket = self.row.name,
                kind = D::KIND,
                "a stored document cannot be read"
            );
        }
        document
    }

    /// The lifecycle rules, if there are any.
    pub(crate) fn lifecycle(&self) -> Option<&Configuration> {
        self.lifecycle.get_or_init(|| self.document()).as_ref()
    }
}

/// A policy that can no longer be read lets nobody in.
fn policy(bucket: &str, stored: &[u8]) -> Option<Policy> {
    let text = std::str::from_utf8(stored).unwrap_or_default();
    let policy = Policy::parse(Kind::Bucket, text);
    if let Err(error) = &policy {
        tracing::error!(bucket, %error, "a stored policy cannot be read");
    }
    policy.ok()
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bucket").field(&self.row.name).finish()
    }
}

/// The buckets that were asked for lately.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    generation: u64,
    buckets: HashMap<String, Arc<Bucket>>,
}

impl Buckets {
    pub(crate) async fn get(&self, engine: &Engine, name: &str) -> Result<Arc<Bucket>, Error> {
        // Read before the settings: what is kept may be older than it says, never newer.
        let generation = engine.settings_generation();
        if let Some(bucket) = self.find(generation, name) {
            return Ok(bucket);
        }
        let bucket = Arc::new(Bucket::new(engine.bucket_settings(name).await?));
        self.keep(generation, name, &bucket);
        Ok(bucket)
    }

    fn find(&self, generation: u64, name: &str) -> Option<Arc<Bucket>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let bucket = kept.buckets.get(name)?;
        (kept.generation == generation).then(|| Arc::clone(bucket))
    }

    fn keep(&self, generation: u64, name: &str, bucket: &Arc<Bucket>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.generation > generation {
            return;
        }
        if kept.generation < generation || kept.buckets.len() >= BUCKETS_KEPT_MAX {
            kept.buckets.clear();
            kept.generation = generation;
        }
        kept.buckets.insert(name.to_owned(), Arc::clone(bucket));
    }
}

#[cfg(test)]
mod tests;
