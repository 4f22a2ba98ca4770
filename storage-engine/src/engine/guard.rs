//! What may stand in the way of a change: conditions, locks and quotas. Pure.

#[cfg(test)]
mod held_tests;
#[cfg(test)]
mod tests;

use super::requests::Condition;
use crate::error::{Error, Result};
use crate::ids::Timestamp;
use crate::meta::{UsageDelta, View};
use crate::row::{BucketRow, Lock, RetentionMode, Summary, UsageRow};

/// Checks conditions against the current object; a delete marker counts as none.
pub(super) fn conditions(conditions: &[Condition], current: Option<&Summary>) -> Result<()> {
    for condition in conditions {
        match (condition, current) {
            (Condition::Absent, None) => {}
            (Condition::NotEtag(_), None) => {}
            (Condition::Absent, Some(_)) => return refused("object is absent"),
            (_, None) => return Err(Error::NoSuchKey { marker: None }),
            (condition, Some(current)) => condition_on(condition, current)?,
        }
    }
    Ok(())
}

fn condition_on(condition: &Condition, current: &Summary) -> Result<()> {
    let (met, name) = match condition {
        Condition::Absent => (false, "object is absent"),
        Condition::Present => (true, "object is present"),
        Condition::Etag(etag) => (current.etag.as_ref() == Some(etag), "etag matches"),
        Condition::NotEtag(etag) => (current.etag.as_ref() != Some(etag), "etag does not match"),
        Condition::Version(version) => (current.version_id() == *version, "version matches"),
        Condition::ModifiedSecond(second) => (
            current.modified.seconds() == *second,
            "modification time matches",
        ),
        Condition::Size(size) => (current.size == *size, "size matches"),
    };
    if met { Ok(()) } else { refused(name) }
}

fn refused(condition: &'static str) -> Result<()> {
    Err(Error::Condition { condition })
}

/// Refuses to let go of a version that is locked at `now`.
pub(super) fn unlocked(lock: &Lock, now: Timestamp, bypass_governance: bool) -> Result<()> {
    if lock.legal_hold {
        return Err(Error::Locked {
            reason: "legal hold",
        });
    }
    match lock.retention {
        Some(retention) if retention.until > now => match retention.mode {
            RetentionMode::Compliance => Err(Error::Locked {
                reason: "compliance retention",
            }),
            RetentionMode::Governance if !bypass_governance => Err(Error::Locked {
                reason: "governance retention",
            }),
            RetentionMode::Governance => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Refuses a change that would take the bucket over its quota. What does not grow always passes,
/// so that a bucket over a quota set later can still be emptied.
/// The same for all buckets of whoever holds this one.
pub(super) fn quota(view: &dyn View, bucket: &BucketRow, delta: UsageDelta) -> Result<()> {
    let quota = bucket.quota;
    let growth = delta.bytes.saturating_add(delta.upload_bytes);
    if let Some((quota, held)) = view.allowance(bucket.id) {
        let beyond = |limit, unit| Error::Allowance { limit, unit };
        within(quota.bytes_max, held.bytes, growth).map_err(|limit| beyond(limit, "bytes"))?;
        within(quota.objects_max, held.objects, delta.objects)
            .map_err(|limit| beyond(limit, "objects"))?;
    }
    if quota.bytes_max.is_none() && quota.objects_max.is_none() {
        return Ok(());
    }
    let UsageRow {
        objects,
        bytes,
        upload_bytes,
        ..
    } = view.usage(bucket.id)?;
    let beyond = |limit, unit| Error::Quota { limit, unit };
    let used = bytes.saturating_add(upload_bytes);
    within(quota.bytes_max, used, growth).map_err(|limit| beyond(limit, "bytes"))?;
    within(quota.objects_max, objects, delta.objects).map_err(|limit| beyond(limit, "objects"))
}

/// Tells the limit that is in the way.
pub(super) fn within(limit: Option<u64>, used: u64, growth: i64) -> std::result::Result<(), u64> {
    match limit {
        Some(limit) if growth > 0 && used.saturating_add_signed(growth) > limit => Err(limit),
        _ => Ok(()),
    }
}
