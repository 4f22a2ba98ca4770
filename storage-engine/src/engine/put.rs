//! Storing an object: the body is staged first, then one change makes it the current version.

use std::collections::HashSet;

use super::Engine;
use super::guard;
use super::homes::note_of;
use super::requests::{NewObject, PutObject, PutOutcome, full_object};
use super::versions::{KeyChange, bucket_of};
use crate::error::{Error, Result};
use crate::hash::ETag;
use crate::ids::Timestamp;
use crate::limits;
use crate::meta::Stamp;
use crate::row::{
    Body, BucketRow, Detail, Happened, KeyCheck, Lock, ObjectChecksum, Retention, Summary, Tag,
    VersionRow, Versioning,
};
use crate::stage::{Staged, StagedParts};

/// A version that is complete but for what the commit gives it: its place in the order of changes.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) object: NewObject,
    pub(super) size: u64,
    pub(super) etag: ETag,
    pub(super) checksum: Option<ObjectChecksum>,
    pub(super) body: Body,
    pub(super) key_check: Option<KeyCheck>,
}

impl Engine {
    /// Stores an object under a key. When this returns, body and row are durable.
    ///
    /// Dropped before it returns, the object is stored whole or not at all.
    pub async fn put_object(&self, request: PutObject, staged: Staged) -> Result<PutOutcome> {
        check_key(&request.key)?;
        check_object(&request.object)?;
        let PutObject {
            bucket,
            key,
            object,
            conditions,
            notes,
        } = request;
        let StagedParts {
            digests,
            body,
            extents,
            hints,
            pages,
            log_body,
            etag,
            key_check,
            pins,
        } = staged.into_parts();
        let draft = Draft {
            object,
            size: digests.size,
            etag,
            checksum: digests.checksums.first().copied().map(full_object),
            body,
            key_check,
        };
        let telling = notes.clone();
        self.commit_telling(&telling, log_body, move |view, stamp| {
            // Held until the change is done, even if nobody waits for it any more.
            let pins = &pins;
            let bucket = bucket_of(view, &bucket)?;
            let mut change = KeyChange::new(view, stamp, &bucket, &key);
            let current = change.current()?;
            guard::conditions(&conditions, current.as_ref().map(|row| &row.summary))?;
            change.batch.extents.extend(extents.iter().cloned());
            change.let_be_found(&hints);
            if let Some(home) = pins.home() {
                // From now on a version names the parts: they no longer wait to be freed.
                change.write_manifest(home.id, &pages);
                change.batch.delete(note_of(home.id));
            }
            let version = draft.version(&bucket, stamp);
            change.install(current, &version)?;
            guard::quota(view, &bucket, change.delta)?;
            change.tell(&notes, Happened::Created, &version.summary);
            Ok((change.finish()?, outcome(&bucket, version.summary)))
        })
        .await
    }
}

impl Draft {
    /// The row as it is at the moment of its commit.
    pub(super) fn version(&self, bucket: &BucketRow, stamp: &Stamp) -> VersionRow {
        let summary = Summary {
            sequence: stamp.sequence,
            tag: stamp.tag,
            null: bucket.versioning != Versioning::Enabled,
            marker: false,
            modified: stamp.now,
            size: self.size,
            etag: Some(self.etag),
            label: self.object.label.clone(),
            owner: self.object.owner.clone(),
            checksum: self.checksum.clone(),
        };
        let detail = Detail {
            body: self.body.clone(),
            attributes: self.object.attributes.clone(),
            tags: self.object.tags.clone(),
            lock: lock_for(&self.object.lock, bucket, stamp.now),
            key_check: self.key_check.clone(),
        };
        VersionRow {
            summary,
            detail: Some(detail),
        }
    }
}

pub(super) fn outcome(bucket: &BucketRow, summary: Summary) -> PutOutcome {
    let versioned = bucket.versioning != Versioning::Off;
    PutOutcome {
        version: versioned.then(|| summary.version_id()),
        summary,
    }
}

/// The lock a version starts with: its own, else what the bucket prescribes.
pub(super) fn lock_for(own: &Lock, bucket: &BucketRow, now: Timestamp) -> Lock {
    let prescribed = bucket.default_retention.map(|default| Retention {
        mode: default.mode,
        until: Timestamp(now.0.saturating_add(default.milliseconds)),
    });
    Lock {
        retention: own.retention.or(prescribed),
        legal_hold: own.legal_hold,
    }
}

pub(super) fn check_key(key: &[u8]) -> Result<()> {
    match key.len() {
        0 => Err(Error::Invalid {
            what: "key",
            detail: "it is empty".into(),
        }),
        size => within("key", size, limits::KEY_BYTES_MAX),
    }
}

pub(super) fn check_object(object: &NewObject) -> Result<()> {
    let attributes = object
        .attributes
        .iter()
        .map(|a| a.name.len() + a.value.len())
        .sum();
    within("attributes", attributes, limits::ATTRIBUTES_BYTES_MAX)?;
    check_tags(&object.tags)
}

pub(super) fn check_tags(tags: &[Tag]) -> Result<()> {
    check_tags_within(tags, limits::TAGS_BYTES_MAX)
}

/// Objects and buckets have different bounds.
pub(super) fn check_tags_within(tags: &[Tag], bytes_max: usize) -> Result<()> {
    let bytes = tags.iter().map(|tag| tag.key.len() + tag.value.len()).sum();
    within("tags", bytes, bytes_max)?;
    let mut seen = HashSet::new();
    match tags.iter().find(|tag| !seen.insert(tag.key.as_str())) {
        Some(twice) => Err(Error::Invalid {
            what: "tags",
            detail: format!("{:?} is given twice", twice.key),
        }),
        None => Ok(()),
    }
}

pub(super) fn within(what: &'static str, size: usize, limit: usize) -> Result<()> {
    let (size, limit) = (size as u64, limit as u64);
    match size > limit {
        true => Err(Error::TooLarge { what, size, limit }),
        false => Ok(()),
    }
}
