//! Whether there is room for a body, asked before it comes: nobody should send gigabytes to be told
//! in the end that they do not fit.
//!
//! A refusal here is that of a commit at this moment. That there is none promises nothing: the
//! commit looks again, exactly.

#[cfg(test)]
mod tests;

use bytes::Bytes;

use super::requests::{Target, UploadTarget};
use super::{Engine, guard};
use crate::error::{Error, Result};
use crate::ids::{Sequence, VersionId};
use crate::key::Key;
use crate::row::{BucketRow, PartRow, UsageRow, Versioning};

/// What a body is going to be.
#[derive(Debug, Clone)]
pub enum Becoming {
    /// The current version of this key.
    Object(Bytes),
    /// A part of an upload, by its number.
    Part(UploadTarget, u16),
}

impl Engine {
    /// Refuses a body of so many bytes if what it would make a bucket, or all buckets of its
    /// holder, hold is too much as things stand.
    pub async fn check_room(&self, bucket: &str, becoming: &Becoming, bytes: u64) -> Result<()> {
        let bucket = self.bucket(bucket).await?;
        let holder = self.holders.of(bucket.id);
        let allowed = holder.and_then(|holder| {
            let bytes_max = self.holders.allowance(&holder)?.bytes_max?;
            Some((holder, bytes_max))
        });
        if allowed.is_none() && bucket.quota.bytes_max.is_none() {
            return Ok(());
        }
        let before = self.replaced_by(&bucket, becoming).await?;
        let replaced = before.map_or(0, |(_, bytes)| bytes);
        let growth = i64::try_from(bytes)
            .unwrap_or(i64::MAX)
            .saturating_sub_unsigned(replaced);
        let refusal = match allowed {
            Some((holder, limit)) => {
                let held = self.holders.holding(&holder).bytes;
                let unit = "bytes";
                let within = guard::within(Some(limit), held, growth);
                within.map_err(|limit| Error::Allowance { limit, unit })
            }
            None => Ok(()),
        };
        let refusal = match refusal {
            Ok(()) => self.within_quota(&bucket, growth).await,
            refused => refused,
        };
        // Counted against what was there when the sums were: else it may be that it fits.
        match refusal.is_err() && self.replaced_by(&bucket, becoming).await? != before {
            true => Ok(()),
            false => refusal,
        }
    }

    async fn within_quota(&self, bucket: &BucketRow, growth: i64) -> Result<()> {
        let usage: Option<UsageRow> = self.meta.row(Key::usage(bucket.id)).await?;
        let used = usage.map_or(0, |usage| usage.bytes.saturating_add(usage.upload_bytes));
        let unit = "bytes";
        guard::within(bucket.quota.bytes_max, used, growth)
            .map_err(|limit| Error::Quota { limit, unit })
    }

    /// What goes when it comes: which one, and how many bytes of it.
    async fn replaced_by(
        &self,
        bucket: &BucketRow,
        becoming: &Becoming,
    ) -> Result<Option<(Sequence, u64)>> {
        match becoming {
            Becoming::Object(_) if bucket.versioning == Versioning::Enabled => Ok(None),
            Becoming::Object(key) => {
                let null = Target {
                    bucket: bucket.name.clone(),
                    key: key.clone(),
                    version: Some(VersionId::Null),
                };
                match self.version_row(bucket, &null).await {
                    Ok(row) => Ok(Some((row.summary.sequence, row.summary.size))),
                    Err(
                        Error::NoSuchKey { .. }
                        | Error::NoSuchVersion { .. }
                        | Error::IsMarker { .. },
                    ) => Ok(None),
                    Err(error) => Err(error),
                }
            }
            Becoming::Part(target, number) => {
                let part: Option<PartRow> =
                    self.meta.row(Key::part(target.upload.id, *number)).await?;
                Ok(part.map(|part| (part.sequence, part.size)))
            }
        }
    }
}
