//! Two drives seldom damage the same chunk: what is damaged in a copy may be sound in the store, or
//! in the backup before.
//!
//! A record is the same bytes at the same place in all of them, under a key that no other use of the
//! file has. So whatever verifies there is the chunk, wherever it was read.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::target::{Target, has_header};
use crate::disk::forget_cached;
use crate::engine::check::{DamagedRecord, Mend, PROBLEMS_MAX};
use crate::error::{Damage, Error, Result};
use crate::ids::{ExtentId, SegmentId};

/// Mends the copy while it is looked at.
pub(super) struct Mender {
    target: Arc<Target>,
    /// Segments of which the store could not read something when they were copied.
    suspect: BTreeSet<SegmentId>,
    mended: Mended,
}

/// What the copy has sound that was damaged.
#[derive(Debug, Default)]
pub(super) struct Mended {
    /// Damaged in the store: the first ones.
    pub(super) saved: Vec<(ExtentId, Damage)>,
    pub(super) saved_total: u64,
    /// Segments they lie in.
    pub(super) saved_in: BTreeSet<SegmentId>,
    /// Damaged in what an earlier backup had brought, and taken from the store.
    pub(super) mended_total: u64,
}

impl Mender {
    pub(super) fn new(target: &Arc<Target>, suspect: BTreeSet<SegmentId>) -> Self {
        Mender {
            target: Arc::clone(target),
            suspect,
            mended: Mended::default(),
        }
    }

    pub(super) fn into_mended(self) -> Mended {
        self.mended
    }

    /// Writes over a record of the copy, and has it on the drive.
    fn put(&self, name: &str, record: &DamagedRecord<'_>, bytes: &[u8]) -> Result<()> {
        let path = self.target.next_segments().join(name);
        let put = || -> io::Result<()> {
            let mut options = OpenOptions::new();
            let file = options.read(true).write(true).open(&path)?;
            file.write_all_at(bytes, record.place.offset)?;
            file.sync_all()?;
            forget_cached(&file);
            let mut again = vec![0; bytes.len()];
            file.read_exact_at(&mut again, record.place.offset)?;
            match again == bytes {
                true => Ok(()),
                false => Err(io::Error::other("what was written is not what is read")),
            }
        };
        put().map_err(|error| {
            // Another place on the drive may hold it.
            let distrusted = self.target.distrust(name);
            distrusted
                .err()
                .unwrap_or_else(|| Error::io("mend a chunk of the backup")(error))
        })
    }
}

impl Mend for Mender {
    fn mend(&mut self, record: DamagedRecord<'_>) -> Result<bool> {
        let (id, name) = (record.segment.id(), record.segment.file_name());
        let in_store = self.target.source_segments().join(&name);
        let of_store = sound(&in_store, &record);
        let is_in_store = of_store.is_some() && !self.suspect.contains(&id);
        let earlier = self.target.earlier_segments().join(&name);
        let Some(bytes) = of_store.or_else(|| sound(&earlier, &record)) else {
            // What was given up since lies somewhere else by now, maybe sound.
            return match has_header(&in_store, &record.segment.header())
                || self.suspect.contains(&id)
            {
                true => Ok(false),
                false => Err(Error::damaged(Damage::Other(format!(
                    "{}; the store has given that segment up meanwhile: back up once more",
                    record.damage
                )))),
            };
        };
        // The file may be the earlier backup's as well, which is as damaged: only for the better.
        self.put(&name, &record, &bytes)?;
        if is_in_store {
            self.mended.mended_total += 1;
            return Ok(true);
        }
        self.mended.saved_total += 1;
        self.mended.saved_in.insert(id);
        if self.mended.saved.len() < PROBLEMS_MAX {
            self.mended.saved.push((record.extent, record.damage));
        }
        Ok(true)
    }
}

/// The record, if it is sound in that file.
fn sound(path: &Path, record: &DamagedRecord<'_>) -> Option<Vec<u8>> {
    let mut bytes = vec![0; record.place.record_bytes as usize];
    let file = File::open(path).ok()?;
    file.read_exact_at(&mut bytes, record.place.offset).ok()?;
    (record.is_sound)(&bytes).then_some(bytes)
}
