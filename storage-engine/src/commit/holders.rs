//! What the buckets of one holder hold together, and how much they may.
//!
//! A bucket may have a holder: whoever it counts for, named by its document of the kind [`HOLDER`].
//! Sums over the buckets of each holder are kept in memory. They are made of the usage rows when
//! the store is opened, and change with each group that is committed; while a group is decided, it
//! counts what it has decided itself ([`super::Group`]). So a bound on the sum holds exactly,
//! whatever is written to how many buckets at the same time, and nothing is reserved or swept.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, PoisonError, RwLock};

use crate::error::Result;
use crate::ids::BucketId;
use crate::index::{Index, Step};
use crate::key::{self, Key, Table};
use crate::row::{self, Quota, UsageRow};

/// The kind of the document that names who a bucket counts for.
pub const HOLDER: &str = "holder";

/// Says how much a holder may hold. Asked at every commit of a holder's bucket that grows it, by
/// the thread that commits: it must answer at once.
pub trait Allowances: Debug + Send + Sync {
    fn of(&self, holder: &str) -> Quota;
}

/// What all buckets of a holder hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holding {
    pub buckets: u64,
    /// Keys whose current version is an object.
    pub objects: u64,
    /// Body bytes of all versions and of parts of unfinished uploads.
    pub bytes: u64,
}

/// A bucket that counts for somebody else from now on, or for nobody, as it was then.
#[derive(Debug, Clone)]
pub(crate) struct Handed {
    pub(crate) bucket: BucketId,
    pub(crate) to: Option<Arc<str>>,
    pub(crate) usage: UsageRow,
}

/// What a committed group does to it.
#[derive(Debug, Default)]
pub(crate) struct Movements {
    pub(crate) handed: Vec<Handed>,
    /// Buckets that count for somebody, as they are now.
    pub(crate) usage: Vec<(BucketId, UsageRow)>,
}

#[derive(Debug, Default)]
pub(crate) struct Holders {
    known: RwLock<Known>,
    allowances: RwLock<Option<Arc<dyn Allowances>>>,
}

#[derive(Debug, Default)]
struct Known {
    buckets: HashMap<BucketId, Held>,
    /// Of those who have a bucket.
    totals: HashMap<Arc<str>, Holding>,
}

#[derive(Debug)]
struct Held {
    holder: Arc<str>,
    objects: u64,
    bytes: u64,
}

impl Holders {
    /// As the rows have it.
    pub(crate) fn load(index: &dyn Index) -> Result<Self> {
        let mut found = Vec::new();
        index.walk(&key::table(Table::Document), &mut |key, value| {
            let bucket = key::number_of(key).map(BucketId);
            if let Some(bucket) = bucket.filter(|id| Key::document(*id, HOLDER).as_bytes() == key) {
                found.push((bucket, holder(value)));
            }
            Step::Next
        })?;
        let mut movements = Movements::default();
        for (bucket, holder) in found {
            let usage = match index.get(&Key::usage(bucket))? {
                Some(bytes) => row::decode(&bytes)?,
                None => UsageRow::default(),
            };
            movements.handed.push(Handed {
                bucket,
                to: holder,
                usage,
            });
        }
        let holders = Holders::default();
        holders.apply(movements);
        Ok(holders)
    }

    pub(crate) fn set_allowances(&self, allowances: Arc<dyn Allowances>) {
        let place = self.allowances.write();
        *place.unwrap_or_else(PoisonError::into_inner) = Some(allowances);
    }

    pub(crate) fn of(&self, bucket: BucketId) -> Option<Arc<str>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let held = known.buckets.get(&bucket)?;
        Some(Arc::clone(&held.holder))
    }

    pub(crate) fn holding(&self, holder: &str) -> Holding {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.totals.get(holder).copied().unwrap_or_default()
    }

    /// What a holder may hold; nothing where nobody says.
    pub(crate) fn allowance(&self, holder: &str) -> Option<Quota> {
        let allowances = self.allowances.read();
        let allowances = allowances.unwrap_or_else(PoisonError::into_inner).clone();
        let quota = allowances?.of(holder);
        (quota != Quota::default()).then_some(quota)
    }

    /// Takes over what has become visible.
    pub(crate) fn apply(&self, movements: Movements) {
        if movements.handed.is_empty() && movements.usage.is_empty() {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for Handed { bucket, to, usage } in movements.handed {
            known.hand(bucket, to, &usage);
        }
        for (bucket, usage) in &movements.usage {
            known.count(*bucket, usage);
        }
    }
}

impl Known {
    fn hand(&mut self, bucket: BucketId, to: Option<Arc<str>>, usage: &UsageRow) {
        if let Some(held) = self.buckets.remove(&bucket)
            && let Some(total) = self.totals.get_mut(&held.holder)
        {
            total.buckets -= 1;
            total.objects -= held.objects;
            total.bytes -= held.bytes;
            if total.buckets == 0 {
                self.totals.remove(&held.holder);
            }
        }
        let Some(holder) = to else {
            return;
        };
        let (objects, bytes) = counted(usage);
        let total = self.totals.entry(Arc::clone(&holder)).or_default();
        total.buckets += 1;
        total.objects += objects;
        total.bytes += bytes;
        let held = Held {
            holder,
            objects,
            bytes,
        };
        self.buckets.insert(bucket, held);
    }

    fn count(&mut self, bucket: BucketId, usage: &UsageRow) {
        let Some(held) = self.buckets.get_mut(&bucket) else {
            return;
        };
        let (objects, bytes) = counted(usage);
        if let Some(total) = self.totals.get_mut(&held.holder) {
            total.objects = total.objects - held.objects + objects;
            total.bytes = total.bytes - held.bytes + bytes;
        }
        (held.objects, held.bytes) = (objects, bytes);
    }
}

/// Objects and bytes, as bounds count them.
pub(crate) fn counted(usage: &UsageRow) -> (u64, u64) {
    let bytes = usage.bytes.saturating_add(usage.upload_bytes);
    (usage.objects, bytes)
}

/// Whom a document names.
pub(crate) fn holder(document: &[u8]) -> Option<Arc<str>> {
    std::str::from_utf8(document).ok().map(Arc::from)
}
