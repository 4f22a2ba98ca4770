//! Two drives seldom damage the same chunk: what is damaged in a copy may be sound in the store, or
//! in the backup before.
//!
//! A record is the same bytes at the same place in all of them, under a key that no other use of the
//! file has. So whatever verifies there is the chunk, wherever it was read.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::target::Target;
use crate::engine::check::{DamagedRecord, Mend, PROBLEMS_MAX};
use crate::error::{Damage, Error, Result};
use crate::ids::ExtentId;

/// Mends the copy while it is looked at.
pub(super) struct Mender {
    copy: PathBuf,
    store: PathBuf,
    earlier: PathBuf,
    written: BTreeSet<PathBuf>,
    mended: Mended,
}

/// What the copy has sound that was damaged.
#[derive(Debug, Default)]
pub(super) struct Mended {
    /// Damaged in the store, and taken from the backup before: the first ones.
    pub(super) saved: Vec<(ExtentId, Damage)>,
    pub(super) saved_total: u64,
    /// Damaged in what an earlier backup had brought, and taken from the store.
    pub(super) mended_total: u64,
}

impl Mender {
    pub(super) fn new(target: &Target) -> Self {
        Mender {
            copy: target.next_segments(),
            store: target.source_segments(),
            earlier: target.earlier_segments(),
            written: BTreeSet::new(),
            mended: Mended::default(),
        }
    }

    /// Makes durable what was written.
    pub(super) fn finish(self) -> Result<Mended> {
        for path in &self.written {
            let synced = File::open(path).and_then(|file| file.sync_all());
            synced.map_err(Error::io("mend a backup"))?;
        }
        Ok(self.mended)
    }
}

impl Mend for Mender {
    fn mend(&mut self, record: DamagedRecord<'_>) -> Result<bool> {
        let name = record.segment.file_name();
        let of_store = sound(&self.store.join(&name), &record);
        let is_in_store = of_store.is_some();
        let found = of_store.or_else(|| sound(&self.earlier.join(&name), &record));
        let Some(bytes) = found else {
            return Ok(false);
        };
        // The file may be the earlier backup's as well, which is as damaged: only for the better.
        let copy = self.copy.join(&name);
        let written = write(&copy, &record, &bytes);
        self.written.insert(copy.clone());
        // A drive that cannot hold it is told of as what it is: damage that stays.
        if written.is_err() || sound(&copy, &record).is_none() {
            return Ok(false);
        }
        match is_in_store {
            true => self.mended.mended_total += 1,
            false => {
                self.mended.saved_total += 1;
                if self.mended.saved.len() < PROBLEMS_MAX {
                    self.mended.saved.push((record.extent, record.damage));
                }
            }
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

fn write(path: &Path, record: &DamagedRecord<'_>, bytes: &[u8]) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    file.write_all_at(bytes, record.place.offset)
}
