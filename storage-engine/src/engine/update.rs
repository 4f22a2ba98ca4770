//! Changing what lies beside a body: tags, attributes, locks. No byte of the body moves.

#[cfg(test)]
mod tests;

use super::Engine;
use super::guard;
use super::put::{check_key, check_tags, within};
use super::requests::{ObjectInfo, Target, UpdateObject};
use super::versions::{KeyChange, bucket_of};
use crate::error::{Error, Result};
use crate::ids::{Timestamp, VersionId};
use crate::key::Key;
use crate::limits;
use crate::row::{BucketRow, Detail, Retention, RetentionMode, VersionRow};

impl Engine {
    /// Applies a change to one version; absent fields stay as they are.
    pub async fn update_object(&self, target: Target, change: UpdateObject) -> Result<ObjectInfo> {
        check_key(&target.key)?;
        check_tags(change.tags.as_deref().unwrap_or_default())?;
        let attributes = change.attributes.iter().flatten();
        let bytes = attributes.map(|a| a.name.len() + a.value.len()).sum();
        within("attributes", bytes, limits::ATTRIBUTES_BYTES_MAX)?;
        self.meta
            .commit(None, move |view, stamp| {
                let bucket = bucket_of(view, &target.bucket)?;
                let mut key_change = KeyChange::new(view, stamp, &bucket, &target.key);
                let (row, current) = find(&key_change, target.version)?;
                guard::conditions(&change.conditions, Some(&row.summary))?;
                let row = updated(row, &change, &bucket, stamp.now)?;
                let key = match current {
                    true => Key::current(bucket.id, &target.key),
                    false => Key::version(bucket.id, &target.key, row.summary.sequence),
                };
                key_change.batch.put(key, &row);
                let info = ObjectInfo {
                    bucket: bucket.id,
                    versioning: bucket.versioning,
                    row,
                };
                Ok((key_change.finish()?, info))
            })
            .await
    }
}

fn find(change: &KeyChange<'_>, version: Option<VersionId>) -> Result<(VersionRow, bool)> {
    let Some(version) = version else {
        let current = change.current()?.ok_or(Error::NoSuchKey { marker: None })?;
        return Ok((current, true));
    };
    let found = change
        .find(version)?
        .ok_or(Error::NoSuchVersion { version })?;
    match found.row.summary.marker {
        true => Err(Error::IsMarker { version }),
        false => Ok((found.row, found.current)),
    }
}

fn updated(
    row: VersionRow,
    change: &UpdateObject,
    bucket: &BucketRow,
    now: Timestamp,
) -> Result<VersionRow> {
    let VersionRow { summary, detail } = row;
    let version = summary.version_id();
    let mut detail: Detail = detail.ok_or(Error::IsMarker { version })?;
    if let Some(tags) = &change.tags {
        detail.tags.clone_from(tags);
    }
    if let Some(attributes) = &change.attributes {
        detail.attributes.clone_from(attributes);
    }
    if (change.retention.is_some() || change.legal_hold.is_some()) && !bucket.lockable {
        return Err(Error::NotLockable);
    }
    if let Some(retention) = change.retention {
        may_retain(
            detail.lock.retention,
            retention,
            now,
            change.bypass_governance,
        )?;
        detail.lock.retention = retention;
    }
    if let Some(hold) = change.legal_hold {
        detail.lock.legal_hold = hold;
    }
    Ok(VersionRow {
        summary,
        detail: Some(detail),
    })
}

/// A retention that still runs may always be extended; anything else needs the bypass, and a
/// compliance retention gives way to nothing.
fn may_retain(
    old: Option<Retention>,
    new: Option<Retention>,
    now: Timestamp,
    bypass_governance: bool,
) -> Result<()> {
    let Some(old) = old.filter(|old| old.until > now) else {
        return Ok(());
    };
    let extends = new.is_some_and(|new| new.until >= old.until && new.mode == old.mode);
    let hardens =
        new.is_some_and(|new| new.until >= old.until && new.mode == RetentionMode::Compliance);
    match old.mode {
        _ if extends || hardens => Ok(()),
        RetentionMode::Compliance => Err(Error::Locked {
            reason: "compliance retention",
        }),
        RetentionMode::Governance => guard::unlocked(
            &crate::row::Lock {
                retention: Some(old),
                legal_hold: false,
            },
            now,
            bypass_governance,
        ),
    }
}
