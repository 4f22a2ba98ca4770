//! How much room entries of the audit log have, and which of them go. What anybody may send as often
//! as he likes pushes out nothing but its own kind, and of that what he has sent himself.

#[cfg(test)]
mod tests;

use super::{AuditLog, Outcome, STEP, TABLE, key_at};
use crate::limits::{AUDIT_ENTRIES_PER_CLASS_MAX, AUDIT_SECONDS_MAX};
use bytes::Bytes;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashMap;
use storage_engine::TableWrite;

/// What was done to objects, by the table of routes and by S3: a folder of files is as many entries.
const OF_OBJECTS: [&str; 29] = [
    "AbortMultipartUpload",
    "AbortUpload",
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateMultipartUpload",
    "DeleteObject",
    "DeleteObjectAnnotation",
    "DeleteObjectTagging",
    "DeleteObjects",
    "EmptyBucket",
    "MoveObject",
    "PostObject",
    "PrepareDownload",
    "PrepareZip",
    "PutObject",
    "PutObjectAcl",
    "PutObjectAnnotation",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
    "RenameObject",
    "RestoreObject",
    "RestoreVersion",
    "SelectObjectContent",
    "SetObjectLegalHold",
    "SetObjectMetadata",
    "SetObjectRetention",
    "SetObjectTags",
    "UpdateObjectEncryption",
];

/// Entries that share a bound. Those of one class never push out any of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Settings, identities, logins and whatever else was done.
    Changes,
    /// What was done to objects.
    Objects,
    /// What was not done: denied, refused, failed.
    Attempts,
}

const CLASSES: usize = 3;

impl Class {
    fn of(action: &str, outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done if OF_OBJECTS.contains(&action) => Class::Objects,
            Outcome::Done => Class::Changes,
            Outcome::Denied | Outcome::Refused | Outcome::Failed => Class::Attempts,
        }
    }
}

/// What has to be known of a row. One that cannot be read counts as an attempt of nobody.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    who: Cow<'a, str>,
    #[serde(borrow)]
    action: Cow<'a, str>,
    outcome: Outcome,
}

/// How many entries of each class there are of each who.
#[derive(Default)]
struct Counted([HashMap<String, usize>; CLASSES]);

impl Counted {
    /// Counts one, and says which class it is of and the how manieth of its who.
    fn count(&mut self, row: &[u8]) -> (Class, usize) {
        let head: Option<Head<'_>> = serde_json::from_slice(row).ok();
        let (class, who) = match &head {
            Some(head) => (Class::of(&head.action, head.outcome), &*head.who),
            None => (Class::Attempts, ""),
        };
        let counts = &mut self.0[class as usize];
        match counts.get_mut(who) {
            Some(count) => {
                *count += 1;
                (class, *count)
            }
            None => {
                counts.insert(who.to_owned(), 1);
                (class, 1)
            }
        }
    }

    /// How many entries everybody may keep of each class; nothing where all fit.
    fn shares(&self, room: usize) -> Option<[usize; CLASSES]> {
        let counts = |of: &HashMap<String, usize>| of.values().copied().collect();
        let shares = self.0.each_ref().map(|of| share(counts(of), room));
        shares
            .iter()
            .any(|share| *share < usize::MAX)
            .then_some(shares)
    }
}

/// As many each as fit into the room together: whoever has fewer keeps all, and the rest is shared
/// evenly among those who have more.
fn share(mut counts: Vec<usize>, room: usize) -> usize {
    counts.sort_unstable();
    let mut left = room;
    for (at, count) in counts.iter().enumerate() {
        let even = left / (counts.len() - at);
        if *count > even {
            return even;
        }
        left -= count;
    }
    usize::MAX
}

impl AuditLog {
    /// Removes what is too old, and of each class the oldest of whoever has most. One at a time.
    pub(super) async fn prune(&self, now_seconds: u64) -> storage_engine::Result<()> {
        let Ok(_held) = self.pruning.try_lock() else {
            return Ok(());
        };
        let oldest = key_at(now_seconds.saturating_sub(AUDIT_SECONDS_MAX) * 1_000_000);
        let mut all = Counted::default();
        self.remove(|key, row| {
            let is_too_old = *key > oldest[..];
            if !is_too_old {
                all.count(row);
            }
            is_too_old
        })
        .await?;
        let Some(shares) = all.shares(AUDIT_ENTRIES_PER_CLASS_MAX) else {
            return Ok(());
        };
        let mut seen = Counted::default();
        self.remove(|_, row| {
            let (class, place) = seen.count(row);
            place > shares[class as usize]
        })
        .await
    }

    /// Goes through all entries, the newest first, and removes those that are to go.
    async fn remove(
        &self,
        mut is_gone: impl FnMut(&[u8], &[u8]) -> bool,
    ) -> storage_engine::Result<()> {
        let mut after: Option<Bytes> = None;
        loop {
            let page = self.engine.table_scan(TABLE, b"", after.as_deref(), STEP);
            let page = page.await?;
            let rows = page.rows.iter();
            let gone = rows.filter(|(key, row)| is_gone(key, row));
            let gone: Vec<_> = gone
                .map(|(key, _)| TableWrite::Delete(key.clone()))
                .collect();
            after = page.rows.last().map(|(key, _)| key.clone());
            if !gone.is_empty() {
                self.engine.table_commit(TABLE, Vec::new(), gone).await?;
            }
            if !page.more {
                return Ok(());
            }
        }
    }
}
