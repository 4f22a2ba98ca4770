//! Letting versions go because their time has come. That was decided a while ago, by somebody who
//! looked at a listing; here it happens only if the version still is what it was then.

#[cfg(test)]
mod tests;

use super::Engine;
use super::guard;
use super::put::check_key;
use super::requests::{AsSeen, ExpireVersion, Expired};
use super::versions::{Found, KeyChange, bucket_of};
use crate::error::{Error, Result};
use crate::key;
use crate::row::{Happened, Lock, VersionRow, Versioning};

impl Engine {
    /// The newest object goes as the bucket's versioning has it: for good, or behind a delete
    /// marker. An older version goes for good, and so does a delete marker with nothing behind it.
    ///
    /// Refused with [`Error::Condition`] if the version is not what it was, and with
    /// [`Error::Locked`] if it would go for good and is locked; nothing bypasses a lock here.
    pub async fn expire_version(&self, request: ExpireVersion) -> Result<Expired> {
        check_key(&request.key)?;
        let telling = request.notes.clone();
        self.commit_telling(&telling, None, move |view, stamp| {
            let bucket = bucket_of(view, &request.bucket)?;
            let mut change = KeyChange::new(view, stamp, &bucket, &request.key);
            let found = change
                .find(request.seen.version)?
                .ok_or_else(changed_since)?;
            as_seen(&change, &found, &request.seen)?;
            let summary = found.row.summary.clone();
            let outcome = match (found.current, found.row.summary.marker) {
                (true, _) => expire_current(&mut change, found.row, &request.owner)?,
                (false, true) if request.seen.latest => remove_lone_marker(&mut change, &found)?,
                (false, _) => remove(&mut change, &found)?,
            };
            match outcome {
                Expired::Deleted => change.tell(&request.notes, Happened::Deleted, &summary),
                Expired::Hidden => {
                    let marker = change.marker_summary(&request.owner);
                    change.tell(&request.notes, Happened::Hidden, &marker);
                }
            }
            Ok((change.finish()?, outcome))
        })
        .await
    }
}

/// Refuses unless the version found is the one that was seen, in the same place.
pub(super) fn as_seen(change: &KeyChange<'_>, found: &Found, seen: &AsSeen) -> Result<()> {
    let latest = found.current || change.is_newest(found)?;
    let tags = found.row.detail.as_ref().map(|detail| &detail.tags);
    let same_tags = match &seen.tags {
        None => true,
        Some(seen) => tags.map_or(seen.is_empty(), |tags| tags == seen),
    };
    let same = found.row.summary.sequence == seen.sequence
        && found.row.summary.version_id() == seen.version
        && latest == seen.latest
        && same_tags;
    if same { Ok(()) } else { Err(changed_since()) }
}

fn changed_since() -> Error {
    Error::Condition {
        condition: "version is as it was seen",
    }
}

fn expire_current(change: &mut KeyChange<'_>, row: VersionRow, owner: &str) -> Result<Expired> {
    let stays_behind_the_marker = match change.bucket.versioning {
        Versioning::Off => false,
        Versioning::Enabled => true,
        Versioning::Suspended => !row.summary.null,
    };
    if !stays_behind_the_marker {
        unlocked(change, &row)?;
    }
    if change.bucket.versioning == Versioning::Off {
        change.remove_current(&row);
        return Ok(Expired::Deleted);
    }
    change.install_marker(Some(row), owner)?;
    Ok(Expired::Hidden)
}

fn remove(change: &mut KeyChange<'_>, found: &Found) -> Result<Expired> {
    unlocked(change, &found.row)?;
    change.remove(found)?;
    Ok(Expired::Deleted)
}

/// A marker that hides something is not to be removed: the object behind it would come back.
fn remove_lone_marker(change: &mut KeyChange<'_>, found: &Found) -> Result<Expired> {
    let versions = key::versions_of(change.bucket.id, change.key);
    let own = key::Key::version(change.bucket.id, change.key, found.row.summary.sequence);
    let behind = own.after()..versions.end;
    match change.view.first(&behind)? {
        None => remove(change, found),
        Some(_) => Err(changed_since()),
    }
}

fn unlocked(change: &KeyChange<'_>, row: &VersionRow) -> Result<()> {
    let lock = row.detail.as_ref().map(|detail| &detail.lock);
    guard::unlocked(lock.unwrap_or(&Lock::default()), change.stamp.now, false)
}
