//! How far the rules of each bucket have been followed, across restarts: one row a bucket.

use std::collections::HashSet;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use storage_engine::ids::{BucketId, Timestamp};
use storage_engine::{Engine, Error, TableWrite};

use super::walk::Position;

const TABLE: &str = "lifecycle";
const PAGE_ROWS: usize = 1000;

/// What has been done in a bucket. A row that is missing or cannot be read means: nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Of the rules it was done by.
    pub(super) digest: String,
    /// The midnight that was followed up to last, once all of the bucket has been looked at.
    pub(super) done: Option<Timestamp>,
    /// Where a walk goes on that was not finished.
    pub(super) unfinished: Option<Unfinished>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Unfinished {
    pub(super) midnight: Timestamp,
    pub(super) position: Position,
}

impl Unfinished {
    /// Nothing has been looked at yet.
    pub(super) fn begin(midnight: Timestamp) -> Unfinished {
        Unfinished {
            midnight,
            position: Position::default(),
        }
    }
}

impl Progress {
    pub(super) async fn of(engine: &Engine, bucket: BucketId) -> Result<Progress, Error> {
        let row = engine.table_get(TABLE, &key(bucket)).await?;
        let progress = row.and_then(|row| serde_json::from_slice(&row).ok());
        Ok(progress.unwrap_or_default())
    }

    pub(super) async fn store(&self, engine: &Engine, bucket: BucketId) -> Result<(), Error> {
        let row = serde_json::to_vec(self).map_err(|error| Error::Invalid {
            what: "progress of lifecycle",
            detail: error.to_string(),
        })?;
        let writes = vec![TableWrite::Put(key(bucket), row.into())];
        engine.table_commit(TABLE, Vec::new(), writes).await
    }

    /// From where to walk for `midnight` by the rules with this digest, if that is to be done.
    pub(super) fn due(&self, digest: &str, midnight: Timestamp) -> Option<Unfinished> {
        let begin = Unfinished::begin(midnight);
        if self.digest != digest {
            return Some(begin);
        }
        if let Some(unfinished) = &self.unfinished {
            return Some(unfinished.clone());
        }
        self.done
            .is_none_or(|done| done < midnight)
            .then_some(begin)
    }
}

/// Changes when the rules do.
pub(super) fn digest(document: &[u8]) -> String {
    blake3::hash(document).to_hex()[..32].to_owned()
}

/// Forgets buckets that are gone or have no rules any more.
pub(super) async fn forget_others(
    engine: &Engine,
    with_rules: &HashSet<BucketId>,
) -> Result<(), Error> {
    let known: HashSet<Bytes> = with_rules.iter().map(|bucket| key(*bucket)).collect();
    let mut after: Option<Bytes> = None;
    loop {
        let page = engine
            .table_scan(TABLE, b"", after.as_deref(), PAGE_ROWS)
            .await?;
        let keys = page.rows.iter().map(|(key, _)| key);
        let gone = keys.filter(|key| !known.contains(*key));
        let writes: Vec<_> = gone.cloned().map(TableWrite::Delete).collect();
        if !writes.is_empty() {
            engine.table_commit(TABLE, Vec::new(), writes).await?;
        }
        after = page.rows.last().map(|(key, _)| key.clone());
        if !page.more {
            return Ok(());
        }
    }
}

fn key(bucket: BucketId) -> Bytes {
    bucket.0.to_be_bytes().to_vec().into()
}
