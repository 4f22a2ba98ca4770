//! The settings of buckets, row and documents, for those who keep them in a form of their own.
//!
//! Requests look at a bucket's settings far more often than anybody changes them. Whoever keeps
//! them reads [`Engine::settings_generation`] first, then the settings, and uses what it has read
//! for as long as the generation stays the same: a change counts it up after it is visible and
//! before it is answered.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;

use super::Engine;
use crate::error::{Error, Result};
use crate::ids::BucketId;
use crate::index::Step;
use crate::key::{self, Key};
use crate::limits;
use crate::meta::{Batch, Stamp, View};
use crate::row::BucketRow;

/// A bucket's row and all documents it has, by their kind.
#[derive(Debug, Clone)]
pub struct BucketSettings {
    pub row: BucketRow,
    pub documents: Vec<(String, Bytes)>,
}

/// Counts changes of the settings of any bucket.
#[derive(Debug, Clone, Default)]
pub(super) struct Generation(Arc<AtomicU64>);

/// Rows of buckets, kept for as long as the generation stays the same: every request looks one up.
#[derive(Debug, Default)]
pub(super) struct KeptRows(RwLock<Kept>);

#[derive(Debug, Default)]
struct Kept {
    generation: u64,
    rows: HashMap<String, BucketRow>,
}

impl KeptRows {
    fn find(&self, generation: u64, name: &str) -> Option<BucketRow> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let row = kept.rows.get(name)?;
        (kept.generation == generation).then(|| row.clone())
    }

    fn keep(&self, generation: u64, row: &BucketRow) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.generation > generation {
            return;
        }
        if kept.generation < generation || kept.rows.len() >= limits::BUCKET_ROWS_KEPT_MAX {
            kept.rows.clear();
            kept.generation = generation;
        }
        kept.rows.insert(row.name.clone(), row.clone());
    }
}

impl Engine {
    pub async fn bucket(&self, name: &str) -> Result<BucketRow> {
        // Read before the row: what is kept may be newer than this says, never older.
        let generation = self.settings_generation();
        if let Some(row) = self.kept_rows.find(generation, name) {
            return Ok(row);
        }
        let row: Option<BucketRow> = self.meta.row(Key::bucket(name)).await?;
        let row = row.ok_or_else(|| Error::NoSuchBucket {
            name: name.to_owned(),
        })?;
        self.kept_rows.keep(generation, &row);
        Ok(row)
    }

    /// Changes whenever the settings of a bucket have changed, or there is one more or less.
    pub fn settings_generation(&self) -> u64 {
        self.generation.0.load(Ordering::Acquire)
    }

    pub async fn bucket_settings(&self, name: &str) -> Result<BucketSettings> {
        let row = self.bucket(name).await?;
        let documents = self.documents(row.id).await?;
        Ok(BucketSettings { row, documents })
    }

    async fn documents(&self, bucket: BucketId) -> Result<Vec<(String, Bytes)>> {
        let front = Key::document(bucket, "").as_bytes().len();
        self.meta
            .blocking(move |store| {
                let mut documents = Vec::new();
                store.walk(&key::documents(bucket), &mut |key, value| {
                    let kind = String::from_utf8_lossy(&key[front..]).into_owned();
                    documents.push((kind, Bytes::copy_from_slice(value)));
                    Step::Next
                })?;
                Ok(documents)
            })
            .await
    }

    /// Commits a change of settings. It is counted also if nobody waits for its answer any more,
    /// for then it may have happened all the same.
    pub(super) async fn commit_settings<T: Send + 'static>(
        &self,
        decide: impl FnMut(&dyn View, &Stamp) -> Result<(Batch, T)> + Send + 'static,
    ) -> Result<T> {
        let (meta, generation) = (self.meta.clone(), self.generation.clone());
        let task = tokio::spawn(async move {
            let outcome = meta.commit(None, decide).await;
            generation.0.fetch_add(1, Ordering::AcqRel);
            outcome
        });
        task.await.unwrap_or_else(|stopped| {
            Err(Error::Stopped {
                reason: stopped.to_string(),
            })
        })
    }
}
