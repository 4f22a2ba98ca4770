//! Renaming: the new key names the body and the old one lets go of it, in one change.

#[cfg(test)]
mod tests;

use super::Engine;
use super::delete::delete_current;
use super::guard;
use super::put::{check_key, lock_for, outcome};
use super::requests::{DeleteObject, PutOutcome, RenameObject, Target};
use super::versions::{KeyChange, bucket_of};
use crate::error::{Error, Result};
use crate::meta::Stamp;
use crate::row::{BucketRow, Detail, Happened, Summary, VersionRow, Versioning};

impl Engine {
    /// Makes the current version of one key that of another. Nobody sees both, and nobody sees
    /// neither. Where versions are kept, the old key is hidden by a delete marker and the object
    /// stays below it; what the new key held becomes an older version.
    pub async fn rename_object(&self, request: RenameObject) -> Result<PutOutcome> {
        check_key(&request.source)?;
        check_key(&request.key)?;
        if request.source == request.key {
            return Err(Error::Invalid {
                what: "key",
                detail: "an object cannot be renamed to itself".into(),
            });
        }
        let gone = DeleteObject {
            target: Target {
                bucket: request.bucket.clone(),
                key: request.source.clone(),
                version: None,
            },
            owner: request.owner.clone(),
            conditions: request.source_conditions.clone(),
            bypass_governance: false,
            notes: request.source_notes.clone(),
        };
        let telling = request.notes.with(&request.source_notes);
        self.commit_telling(&telling, None, move |view, stamp| {
            let bucket = bucket_of(view, &request.bucket)?;
            let mut change = KeyChange::new(view, stamp, &bucket, &request.source);
            let source = change.current()?;
            let source = source.ok_or(Error::NoSuchKey { marker: None })?;
            let renamed = renamed(source, &bucket, stamp)?;
            change.key = &request.key;
            let replaced = change.current()?;
            let old = replaced.as_ref().map(|row| &row.summary);
            guard::conditions(&request.conditions, old)?;
            if let Some(detail) = &renamed.detail {
                change.retain(&detail.body);
            }
            change.install(replaced, &renamed)?;
            change.tell(&request.notes, Happened::Created, &renamed.summary);
            change.key = &request.source;
            delete_current(&mut change, &gone)?;
            guard::quota(view, &bucket, change.delta)?;
            Ok((change.finish()?, outcome(&bucket, renamed.summary)))
        })
        .await
    }
}

/// The version as the new key has it: everything as it was but its place in the order of changes.
fn renamed(source: VersionRow, bucket: &BucketRow, stamp: &Stamp) -> Result<VersionRow> {
    let VersionRow { summary, detail } = source;
    let version = summary.version_id();
    let detail = detail.ok_or(Error::IsMarker { version })?;
    Ok(VersionRow {
        summary: Summary {
            sequence: stamp.sequence,
            tag: stamp.tag,
            null: bucket.versioning != Versioning::Enabled,
            modified: stamp.now,
            ..summary
        },
        detail: Some(Detail {
            lock: lock_for(&detail.lock, bucket, stamp.now),
            ..detail
        }),
    })
}
