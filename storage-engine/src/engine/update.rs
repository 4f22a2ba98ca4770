//! Changing what lies beside a body: label, tags, attributes, locks. No byte of the body moves.

#[cfg(test)]
mod tests;

use super::Engine;
use super::expire::as_seen;
use super::guard;
use super::put::{check_key, check_tags, within};
use super::requests::{ObjectInfo, Target, UpdateObject};
use super::versions::{Found, KeyChange, bucket_of};
use crate::error::{Error, Result};
use crate::ids::{Timestamp, VersionId};
use crate::key::Key;
use crate::limits;
use crate::row::{Attribute, BucketRow, Detail, Happened, Retention, RetentionMode, VersionRow};

impl Engine {
    /// Applies a change to one version; absent fields stay as they are.
    pub async fn update_object(&self, target: Target, change: UpdateObject) -> Result<ObjectInfo> {
        check_key(&target.key)?;
        check_tags(change.tags.as_deref().unwrap_or_default())?;
        let label = change.label.as_deref().unwrap_or_default();
        within("label", label.len(), limits::LABEL_BYTES_MAX)?;
        let telling = change.notes.clone();
        self.commit_telling(&telling, None, move |view, stamp| {
            let bucket = bucket_of(view, &target.bucket)?;
            let mut key_change = KeyChange::new(view, stamp, &bucket, &target.key);
            let (mut row, current) = find(&key_change, target.version)?;
            if let Some(seen) = &change.seen {
                let found = Found { row, current };
                as_seen(&key_change, &found, seen)?;
                row = found.row;
            }
            guard::conditions(&change.conditions, Some(&row.summary))?;
            let row = updated(row, &change, &bucket, stamp.now)?;
            let key = match current {
                true => Key::current(bucket.id, &target.key),
                false => Key::version(bucket.id, &target.key, row.summary.sequence),
            };
            key_change.batch.put(key, &row);
            key_change.tell(&change.notes, Happened::Changed, &row.summary);
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
    let VersionRow {
        mut summary,
        detail,
    } = row;
    let version = summary.version_id();
    let mut detail: Detail = detail.ok_or(Error::IsMarker { version })?;
    if let Some(label) = &change.label {
        summary.label.clone_from(label);
    }
    if let Some(tags) = &change.tags {
        detail.tags.clone_from(tags);
    }
    if let Some(attributes) = &change.attributes {
        detail.attributes.clone_from(attributes);
    }
    for (name, value) in &change.single_attributes {
        set(&mut detail.attributes, name, value.as_deref());
    }
    let bytes = detail.attributes.iter();
    let bytes = bytes.map(|a| a.name.len() + a.value.len()).sum();
    within("attributes", bytes, limits::ATTRIBUTES_BYTES_MAX)?;
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

/// Replaces, adds or removes one attribute.
fn set(attributes: &mut Vec<Attribute>, name: &str, value: Option<&[u8]>) {
    attributes.retain(|attribute| attribute.name != name);
    attributes.extend(value.map(|value| Attribute {
        name: name.to_owned(),
        value: value.to_vec(),
    }));
}

/// A retention that still runs may always be extended in its mode; anything else needs the bypass,
/// and a compliance retention gives way to nothing.
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
    match old.mode {
        _ if extends => Ok(()),
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
