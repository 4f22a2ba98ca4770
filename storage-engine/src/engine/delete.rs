//! Deleting objects and versions.

use futures_util::future::join_all;

use super::Engine;
use super::guard;
use super::put::check_key;
use super::requests::{DeleteObject, DeleteOutcome};
use super::versions::{KeyChange, bucket_of};
use crate::error::{Error, Result};
use crate::ids::VersionId;
use crate::row::{BucketRow, Happened, Lock, VersionRow, Versioning};

const HIDDEN: Error = Error::Condition {
    condition: "object is not deleted",
};

impl Engine {
    /// Deletes a named version, or the key as the bucket's versioning has it: for good, or by
    /// putting a delete marker in front. Deleting what is not there succeeds.
    pub async fn delete_object(&self, request: DeleteObject) -> Result<DeleteOutcome> {
        check_key(&request.target.key)?;
        let telling = request.notes.clone();
        self.commit_telling(&telling, None, move |view, stamp| {
            let bucket = bucket_of(view, &request.target.bucket)?;
            let mut change = KeyChange::new(view, stamp, &bucket, &request.target.key);
            let outcome = match request.target.version {
                None => delete_current(&mut change, &request)?,
                Some(version) => delete_version(&mut change, &request, version)?,
            };
            Ok((change.finish()?, outcome))
        })
        .await
    }

    /// Deletes many keys at once: they share one synced append, or few.
    pub async fn delete_objects(&self, requests: Vec<DeleteObject>) -> Vec<Result<DeleteOutcome>> {
        join_all(
            requests
                .into_iter()
                .map(|request| self.delete_object(request)),
        )
        .await
    }
}

pub(super) fn delete_current(
    change: &mut KeyChange<'_>,
    request: &DeleteObject,
) -> Result<DeleteOutcome> {
    let current = change.current()?;
    let summary = current.as_ref().map(|row| &row.summary);
    match guard::conditions(&request.conditions, summary) {
        // There is a marker: the key is not what the condition says, and not gone either.
        Err(Error::NoSuchKey { .. }) if change.is_hidden()? => return Err(HIDDEN),
        held => held?,
    }
    if change.bucket.versioning == Versioning::Off {
        if let Some(current) = &current {
            unlocked(change, current, request)?;
            change.remove_current(current);
            change.tell(&request.notes, Happened::Deleted, &current.summary);
        }
        return Ok(DeleteOutcome {
            marker: false,
            version: None,
        });
    }
    if let Some(current) = current.as_ref().filter(|row| loses(change.bucket, row)) {
        unlocked(change, current, request)?;
    }
    let version = change.install_marker(current, &request.owner)?;
    let marker = change.marker_summary(&request.owner);
    change.tell(&request.notes, Happened::Hidden, &marker);
    Ok(DeleteOutcome {
        marker: true,
        version: Some(version),
    })
}

/// Whether a delete marker takes the place of this version instead of hiding it.
fn loses(bucket: &BucketRow, current: &VersionRow) -> bool {
    bucket.versioning == Versioning::Suspended && current.summary.null
}

fn delete_version(
    change: &mut KeyChange<'_>,
    request: &DeleteObject,
    version: VersionId,
) -> Result<DeleteOutcome> {
    let found = change.find(version)?;
    let summary = found.as_ref().map(|found| &found.row.summary);
    guard::conditions(&request.conditions, summary)?;
    let marker = summary.is_some_and(|summary| summary.marker);
    if let Some(found) = found {
        unlocked(change, &found.row, request)?;
        change.remove(&found)?;
        change.tell(&request.notes, Happened::Deleted, &found.row.summary);
    }
    Ok(DeleteOutcome {
        marker,
        version: Some(version),
    })
}

fn unlocked(change: &KeyChange<'_>, row: &VersionRow, request: &DeleteObject) -> Result<()> {
    let lock = row.detail.as_ref().map(|detail| &detail.lock);
    guard::unlocked(
        lock.unwrap_or(&Lock::default()),
        change.stamp.now,
        request.bypass_governance,
    )
}
