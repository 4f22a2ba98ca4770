//! Long bodies under way: the parts they have so far, which no version names yet.
//!
//! The change that stores the first part also leaves a note in the trash, as if the body had been
//! given up already. What is still coming is *held*: the sweeper passes it over. The change that
//! makes the body a version takes the note away. So whatever ends a body early (its client, a
//! refusal, a crash), its parts are freed like those of an upload that was aborted, and nothing
//! has to be done for it.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::readers::Readers;
use super::versions::bucket_of;
use crate::error::Result;
use crate::hash::ETag;
use crate::ids::{Sequence, UploadId};
use crate::key::Key;
use crate::meta::{Batch, Meta, Stamp};
use crate::row::{BucketRow, PartRow, TrashRow};
use crate::stage::{Front, Home, Spill, SpillFuture};

/// Homes that must not be swept at the moment. Clones are the same. Bounded by the bodies that are
/// being received.
#[derive(Debug, Clone, Default)]
pub(super) struct Homes(Arc<Mutex<HashSet<UploadId>>>);

/// Keeps the parts of one body until it is dropped.
#[derive(Debug)]
struct Held {
    homes: Homes,
    id: UploadId,
}

impl Homes {
    /// What is held. Whoever reads notes does it after this: a body whose note is still there then
    /// and which is not among these will never be a version.
    pub(super) fn held(&self) -> HashSet<UploadId> {
        self.table().clone()
    }

    fn hold(&self, id: UploadId) -> Held {
        self.table().insert(id);
        let homes = self.clone();
        Held { homes, id }
    }

    fn table(&self) -> MutexGuard<'_, HashSet<UploadId>> {
        // Nothing panics while it holds this lock: it guards plain assignments.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.homes.table().remove(&self.id);
    }
}

/// The note that frees a body under way once nobody holds it.
pub(super) fn note_of(home: UploadId) -> Key {
    Key::trash(Sequence(home.0), 0)
}

/// Stores the parts of long bodies.
#[derive(Debug)]
pub(super) struct Fronts {
    meta: Meta,
    readers: Readers,
    homes: Homes,
}

impl Fronts {
    pub(super) fn new(meta: Meta, readers: Readers, homes: Homes) -> Self {
        Fronts {
            meta,
            readers,
            homes,
        }
    }

    async fn first(&self, bucket: &BucketRow, front: Front) -> Result<Home> {
        // Between the commit and the moment its home is held the note is nothing to be worked off:
        // notes are not while somebody is registered who began before them.
        let now = self.meta.store().next_sequence();
        let reading = Arc::new(self.readers.begin(now));
        let registered = Arc::clone(&reading);
        let name = bucket.name.clone();
        let stored = self.meta.commit(None, move |view, stamp| {
            let _registered = &registered;
            let bucket = bucket_of(view, &name)?;
            let home = UploadId(stamp.sequence.0);
            let mut batch = front_batch(&bucket, home, &front, stamp);
            let bucket = bucket.id;
            batch.put(note_of(home), &TrashRow::Upload { home, bucket });
            Ok((batch, (home, stamp.tag)))
        });
        let (id, tag) = stored.await?;
        let pin = Arc::new(self.homes.hold(id));
        drop(reading);
        Ok(Home { id, tag, pin })
    }

    async fn next(&self, bucket: &BucketRow, home: Home, front: Front) -> Result<Home> {
        let (name, held) = (bucket.name.clone(), home.clone());
        let stored = self.meta.commit(None, move |view, stamp| {
            // Named whole, so that the change owns its pin.
            let held = &held;
            let bucket = bucket_of(view, &name)?;
            Ok((front_batch(&bucket, held.id, &front, stamp), ()))
        });
        stored.await?;
        Ok(home)
    }
}

impl Spill for Fronts {
    fn spill<'a>(
        &'a self,
        bucket: &'a BucketRow,
        home: Option<&'a Home>,
        front: Front,
    ) -> SpillFuture<'a> {
        match home.cloned() {
            None => Box::pin(self.first(bucket, front)),
            Some(home) => Box::pin(self.next(bucket, home, front)),
        }
    }
}

/// Called with `front` by reference: its pins stay with the change until that is done.
fn front_batch(bucket: &BucketRow, home: UploadId, front: &Front, stamp: &Stamp) -> Batch {
    let mut batch = Batch::default();
    batch.extents.extend(front.extents.iter().cloned());
    if bucket.deduplicate {
        batch.rows.extend(front.hints.iter().cloned());
    }
    let part = PartRow {
        number: front.number,
        size: front.size,
        etag: ETag::md5([0; 16]),
        checksum: None,
        modified: stamp.now,
        sequence: stamp.sequence,
        body: front.body.clone(),
        key_check: front.key_check.clone(),
    };
    batch.put(Key::part(home, front.number), &part);
    batch
}
