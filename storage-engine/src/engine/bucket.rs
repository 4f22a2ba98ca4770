//! Buckets: their life, their settings, and what they hold.

use bytes::Bytes;

use super::Engine;
use super::document::check_document;
use super::put::{check_tags_within, within};
use super::requests::{BucketPage, CreateBucket, ListBuckets, UpdateBucket};
use super::versions::bucket_of;
use crate::error::{Error, Result};
use crate::ids::BucketId;
use crate::index::Step;
use crate::key::{self, Key};
use crate::limits;
use crate::meta::{Batch, View};
use crate::row::{self, BucketRow, Compression, Quota, UsageRow, Versioning};

impl Engine {
    pub async fn create_bucket(&self, request: CreateBucket) -> Result<BucketRow> {
        check_name(&request.name)?;
        check_tags_within(&request.tags, limits::BUCKET_TAGS_BYTES_MAX)?;
        check_documents(&request.documents)?;
        self.commit_settings(move |view, stamp| {
            if let Some(bytes) = view.get(&Key::bucket(&request.name))? {
                let BucketRow { name, owner, .. } = row::decode(&bytes)?;
                return Err(Error::BucketExists { name, owner });
            }
            let bucket = BucketRow {
                id: BucketId(stamp.sequence.0),
                name: request.name.clone(),
                owner: request.owner.clone(),
                created: stamp.now,
                versioning: match request.lockable {
                    true => Versioning::Enabled,
                    false => Versioning::Off,
                },
                lockable: request.lockable,
                default_retention: None,
                quota: Quota::default(),
                compression: Compression::None,
                deduplicate: false,
                tags: request.tags.clone(),
            };
            let mut batch = Batch::default();
            batch.put(Key::bucket(&bucket.name), &bucket);
            put_documents(&request.documents, &bucket, &mut batch);
            Ok((batch, bucket))
        })
        .await
    }

    pub async fn update_bucket(&self, name: &str, change: UpdateBucket) -> Result<BucketRow> {
        let tags = change.tags.as_deref().unwrap_or_default();
        check_tags_within(tags, limits::BUCKET_TAGS_BYTES_MAX)?;
        check_documents(&change.documents)?;
        let name = name.to_owned();
        self.commit_settings(move |view, _| {
            let bucket = updated(bucket_of(view, &name)?, &change)?;
            let mut batch = Batch::default();
            batch.put(Key::bucket(&name), &bucket);
            put_documents(&change.documents, &bucket, &mut batch);
            Ok((batch, bucket))
        })
        .await
    }

    /// Deletes a bucket that holds nothing: no version, no marker, no unfinished upload.
    pub async fn delete_bucket(&self, name: &str) -> Result<()> {
        let name = name.to_owned();
        let deleted = self
            .commit_settings(move |view, _| {
                let bucket = bucket_of(view, &name)?;
                let usage = view.usage(bucket.id)?;
                if usage.versions > 0 || usage.uploads > 0 {
                    return Err(Error::BucketNotEmpty { name: name.clone() });
                }
                let mut batch = Batch::default();
                batch.delete(Key::bucket(&name));
                batch.delete(Key::usage(bucket.id));
                delete_documents(view, &bucket, &mut batch)?;
                Ok((batch, bucket.id))
            })
            .await;
        deleted.map(|_| ())
    }

    pub async fn list_buckets(&self, request: ListBuckets) -> Result<BucketPage> {
        let limit = request.limit.min(limits::LIST_BUCKETS_MAX);
        self.meta
            .blocking(move |store| {
                let mut range = Key::bucket(&request.prefix).prefixed();
                if let Some(after) = &request.after {
                    range.start = range.start.max(Key::bucket(after).after());
                }
                let mut page = BucketPage {
                    buckets: Vec::new(),
                    next: None,
                };
                let mut failed = None;
                let wanted = |bucket: &BucketRow| {
                    request
                        .owner
                        .as_ref()
                        .is_none_or(|owner| *owner == bucket.owner)
                };
                store.walk(
                    &range,
                    &mut |_, value| match row::decode::<BucketRow>(value) {
                        Ok(bucket) if !wanted(&bucket) => Step::Next,
                        Ok(_) if page.buckets.len() >= limit => {
                            page.next = page.buckets.last().map(|last| last.name.clone());
                            Step::Stop
                        }
                        Ok(bucket) => {
                            page.buckets.push(bucket);
                            Step::Next
                        }
                        Err(damage) => {
                            failed = Some(damage);
                            Step::Stop
                        }
                    },
                )?;
                failed.map_or(Ok(page), |damage| Err(damage.into()))
            })
            .await
    }

    /// What the bucket holds at this moment, exactly.
    pub async fn usage(&self, bucket: &str) -> Result<UsageRow> {
        let bucket = self.bucket(bucket).await?;
        Ok(self
            .meta
            .row(Key::usage(bucket.id))
            .await?
            .unwrap_or_default())
    }

    /// Every bucket with what it holds, by name. What is made or deleted meanwhile may be among them
    /// or not.
    pub async fn each_usage(&self, mut each: impl FnMut(BucketRow, UsageRow)) -> Result<()> {
        let mut after = None;
        loop {
            let page = ListBuckets {
                after,
                limit: limits::LIST_MAX,
                ..ListBuckets::default()
            };
            let page = self.list_buckets(page).await?;
            for bucket in page.buckets {
                let usage = self.meta.row(Key::usage(bucket.id)).await?;
                each(bucket, usage.unwrap_or_default());
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

/// The engine's own bounds; protocols have narrower rules.
fn check_name(name: &str) -> Result<()> {
    within("bucket name", name.len(), limits::BUCKET_NAME_BYTES_MAX)?;
    match name.is_empty() || name.contains(['\0', '/']) {
        true => Err(Error::Invalid {
            what: "bucket name",
            detail: format!("{name:?}"),
        }),
        false => Ok(()),
    }
}

fn updated(bucket: BucketRow, change: &UpdateBucket) -> Result<BucketRow> {
    let (old, was_lockable) = (bucket.versioning, bucket.lockable);
    let bucket = BucketRow {
        versioning: change.versioning.unwrap_or(bucket.versioning),
        lockable: change.lockable.unwrap_or(bucket.lockable),
        default_retention: change.default_retention.unwrap_or(bucket.default_retention),
        quota: change.quota.unwrap_or(bucket.quota),
        compression: change.compression.unwrap_or(bucket.compression),
        deduplicate: change.deduplicate.unwrap_or(bucket.deduplicate),
        tags: change.tags.clone().unwrap_or(bucket.tags),
        ..bucket
    };
    if bucket.lockable && bucket.versioning != Versioning::Enabled {
        return Err(Error::VersioningRequired);
    }
    if old != Versioning::Off && bucket.versioning == Versioning::Off {
        return Err(Error::Invalid {
            what: "versioning",
            detail: "it can be suspended, but not forgotten".into(),
        });
    }
    if was_lockable && !bucket.lockable {
        return Err(Error::Invalid {
            what: "lock",
            detail: "a lockable bucket stays lockable".into(),
        });
    }
    if bucket.default_retention.is_some() && !bucket.lockable {
        return Err(Error::NotLockable);
    }
    Ok(bucket)
}

fn check_documents(documents: &[(String, Bytes)]) -> Result<()> {
    documents
        .iter()
        .try_for_each(|(_, document)| check_document(document))
}

fn put_documents(documents: &[(String, Bytes)], bucket: &BucketRow, batch: &mut Batch) {
    for (kind, document) in documents {
        batch.put_bytes(Key::document(bucket.id, kind), document.clone());
    }
}

/// There are as many as there are kinds: a few dozen at most.
fn delete_documents(view: &dyn View, bucket: &BucketRow, batch: &mut Batch) -> Result<()> {
    let mut range = key::documents(bucket.id);
    while let Some((key, _)) = view.first(&range)? {
        range.start = key.after();
        batch.delete(key);
    }
    Ok(())
}
