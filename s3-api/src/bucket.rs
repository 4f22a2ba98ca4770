//! Buckets as requests see them: the settings of each in the form they are used in, kept until
//! some bucket's settings change.
//!
//! Settings are read by every request and changed by few, so one count of all changes decides
//! whether what was kept still holds.

pub(crate) mod document;
pub(crate) mod lifecycle;

use crate::limits::BUCKETS_KEPT_MAX;
use bytes::Bytes;
use document::Document;
use pipeline::lifecycle::Configuration;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use storage_engine::row::BucketRow;
use storage_engine::{BucketSettings, Engine, Error};

/// A bucket and what it is set to.
pub(crate) struct Bucket {
    pub(crate) row: BucketRow,
    documents: HashMap<String, Bytes>,
    /// Looked at by every read of an object.
    lifecycle: OnceLock<Option<Configuration>>,
}

impl Bucket {
    fn new(settings: BucketSettings) -> Self {
        let BucketSettings { row, documents } = settings;
        Self {
            row,
            documents: documents.into_iter().collect(),
            lifecycle: OnceLock::new(),
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
