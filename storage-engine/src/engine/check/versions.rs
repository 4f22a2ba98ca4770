//! Versions of objects: how those of one key stand to each other, and what their rows contain.

use super::{Check, Problem};
use crate::error::Result;
use crate::ids::{BucketId, Sequence};
use crate::index::Step;
use crate::key::{self, Key, Table};
use crate::limits::CHUNK_BYTES;
use crate::row::{self, Body, Run, Summary, VersionRow, Versioning};

impl Check<'_> {
    pub(super) fn currents(&mut self) -> Result<()> {
        self.each(
            "objects",
            &key::table(Table::Current),
            |check, key, row: VersionRow| {
                let Some(bucket) = check.version(key, &row)? else {
                    return Ok(());
                };
                check.usage.entry(bucket).or_default().counted.objects += 1;
                if row.summary.marker {
                    check.bad_row(key, "a delete marker is the current version");
                }
                check.current_among_others(bucket, key, &row.summary)
            },
        )
    }

    /// The current version is newer than all others, and not the null version besides another.
    fn current_among_others(
        &mut self,
        bucket: BucketId,
        key: &[u8],
        current: &Summary,
    ) -> Result<()> {
        let versioned = self.buckets.get(&bucket).map(|bucket| bucket.versioning);
        let Some(object) = key::object_key_of_current(key) else {
            return Ok(());
        };
        let object = object.to_vec();
        if current.null && self.rows.get(&Key::null(bucket, &object))?.is_some() {
            self.bad_row(key, "there are two null versions");
        }
        let newest = match versioned {
            Some(Versioning::Off) => None,
            _ => self.newest_old(bucket, &object)?,
        };
        if let Some(newest) = newest.filter(|newest| *newest >= current.sequence) {
            self.bad_row(
                key,
                format!("version {newest} is newer than the current one"),
            );
        }
        Ok(())
    }

    fn newest_old(&self, bucket: BucketId, object: &[u8]) -> Result<Option<Sequence>> {
        let mut newest = None;
        self.rows
            .walk(&key::versions_of(bucket, object), &mut |key, _| {
                newest = key::object_key_and_number(key).map(|(_, number)| Sequence(number));
                Step::Stop
            })?;
        Ok(newest)
    }

    pub(super) fn olds(&mut self) -> Result<()> {
        let mut last: Option<(BucketId, Vec<u8>)> = None;
        self.each(
            "versions",
            &key::table(Table::Version),
            |check, key, row: VersionRow| {
                let Some(bucket) = check.version(key, &row)? else {
                    return Ok(());
                };
                let Some((object, number)) = key::object_key_and_number(key) else {
                    check.bad_row(key, "its key is malformed");
                    return Ok(());
                };
                if row.summary.sequence != Sequence(number) {
                    check.bad_row(
                        key,
                        format!("it is version {} inside", row.summary.sequence),
                    );
                }
                if row.summary.null {
                    check.pointed_to(bucket, &object, key, Sequence(number))?;
                }
                let this = Some((bucket, object));
                if let (true, Some((_, object))) = (last != this, &this) {
                    check.newest_of_key(bucket, object, key, &row.summary)?;
                }
                last = this;
                Ok(())
            },
        )?;
        self.each(
            "versions",
            &key::table(Table::Null),
            |check, key, sequence: Sequence| {
                let (bucket, object) = (check.bucket_of(key), key::object_key_of_current(key));
                let (Some(bucket), Some(object)) = (bucket, object) else {
                    return Ok(());
                };
                let old = check.rows.get(&Key::version(bucket, object, sequence))?;
                let old = old.map(|bytes| row::decode_leading::<Summary>(&bytes));
                if !matches!(old, Some(Ok(Summary { null: true, .. }))) {
                    check.bad_row(key, format!("version {sequence} is not there, or not null"));
                }
                Ok(())
            },
        )
    }

    fn pointed_to(
        &mut self,
        bucket: BucketId,
        object: &[u8],
        key: &[u8],
        own: Sequence,
    ) -> Result<()> {
        let pointer = self.rows.get(&Key::null(bucket, object))?;
        let pointer = pointer.and_then(|bytes| row::decode::<Sequence>(&bytes).ok());
        if pointer != Some(own) {
            self.bad_row(key, format!("the null version is said to be {pointer:?}"));
        }
        Ok(())
    }

    /// Where a key has no current version, its newest one is what hides it.
    fn newest_of_key(
        &mut self,
        bucket: BucketId,
        object: &[u8],
        key: &[u8],
        newest: &Summary,
    ) -> Result<()> {
        if !newest.marker && self.rows.get(&Key::current(bucket, object))?.is_none() {
            self.bad_row(key, "nothing hides it, but it is not the current version");
        }
        Ok(())
    }

    /// What holds of every version. Returns its bucket, if that exists.
    fn version(&mut self, key: &[u8], row: &VersionRow) -> Result<Option<BucketId>> {
        let summary = &row.summary;
        self.past(key, summary.sequence);
        if summary.marker == row.detail.is_some() {
            self.bad_row(key, "it is half a delete marker");
        }
        if let Some(detail) = &row.detail {
            self.version_body(key, &detail.body, summary.size)?;
        }
        let Some(bucket) = self.bucket_of(key) else {
            return Ok(None);
        };
        let counted = &mut self.usage.entry(bucket).or_default().counted;
        counted.versions += 1;
        counted.bytes += summary.size;
        Ok(Some(bucket))
    }

    fn version_body(&mut self, key: &[u8], body: &Body, size: u64) -> Result<()> {
        match body {
            Body::Parts {
                home, parts, pages, ..
            } => self.listed(key, *home, *parts, pages, size),
            Body::Inline(_) | Body::Runs(_) => {
                self.body(key, body, size);
                Ok(())
            }
        }
    }

    /// A body of its own must be as long as its row says.
    pub(super) fn body(&mut self, key: &[u8], body: &Body, size: u64) {
        let len = match body {
            Body::Inline(bytes) => bytes.len() as u64,
            Body::Runs(runs) => {
                if let Some(run) = runs.iter().find(|run| !is_whole(run)) {
                    let (skip, len, chunks) = (run.skip, run.len, run.ids.len());
                    let detail = format!("run of {len} bytes after {skip} has {chunks} chunks");
                    self.bad_row(key, detail);
                }
                runs.iter()
                    .fold(0, |len: u64, run| len.saturating_add(run.len))
            }
            Body::Parts { .. } => {
                self.bad_row(key, "parts are nested");
                return;
            }
        };
        if len != size {
            self.bad_row(
                key,
                format!("its body has {len} bytes, {size} are expected"),
            );
        }
    }

    pub(super) fn missing(&mut self, key: &[u8], owner: String) {
        self.problem(Problem::Orphan {
            row: super::rows::name(key),
            owner,
        });
    }
}

/// Chunks are of equal length, so their number follows from the run's.
fn is_whole(run: &Run) -> bool {
    const CHUNK: u64 = CHUNK_BYTES as u64;
    let end = run.len.checked_add(u64::from(run.skip));
    let chunks = end.map(|end| end.div_ceil(CHUNK));
    u64::from(run.skip) < CHUNK && run.len > 0 && chunks == Some(run.ids.len() as u64)
}
