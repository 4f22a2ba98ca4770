//! The versions of one key: how a new one takes its place and how one is removed. Pure.
//!
//! The current object has its own table; everything older, and every delete marker, lies in the
//! version table, newest first. So a plain listing never meets markers or old versions. The null
//! version, where it is not the current one, is found through a row that points to it.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::ids::{BucketId, Sequence, UploadId, VersionId};
use crate::index::RowChange;
use crate::key::{self, Key};
use crate::limits::{LOG_BODY_BYTES_MAX, PARTS_MAX};
use crate::meta::{Batch, ExtentChange, Stamp, UsageDelta, View};
use crate::row::{
    self, Body, BucketRow, Lock, ManifestPage, ManifestRow, Run, Summary, TrashRow, VersionRow,
    Versioning,
};

/// The change of one key under construction.
pub(super) struct KeyChange<'a> {
    pub(super) view: &'a dyn View,
    pub(super) stamp: &'a Stamp,
    pub(super) bucket: &'a BucketRow,
    pub(super) key: &'a [u8],
    pub(super) batch: Batch,
    pub(super) delta: UsageDelta,
    trash: u16,
    /// Events written so far.
    pub(super) events: u16,
    /// How many more or fewer versions share a manifest. Summed up before it is written: a copy
    /// onto itself takes and gives in the same change.
    shares: BTreeMap<UploadId, i64>,
}

/// A version and where it lies.
pub(super) struct Found {
    pub(super) row: VersionRow,
    pub(super) current: bool,
}

impl<'a> KeyChange<'a> {
    pub(super) fn new(
        view: &'a dyn View,
        stamp: &'a Stamp,
        bucket: &'a BucketRow,
        key: &'a [u8],
    ) -> Self {
        KeyChange {
            view,
            stamp,
            bucket,
            key,
            batch: Batch::default(),
            delta: UsageDelta::default(),
            trash: 0,
            events: 0,
            shares: BTreeMap::new(),
        }
    }

    /// The finished batch, with the usage it changes.
    pub(super) fn finish(mut self) -> Result<Batch> {
        if self.delta != UsageDelta::default() {
            self.batch.count(self.bucket.id, self.delta);
        }
        for (home, delta) in std::mem::take(&mut self.shares) {
            self.share_manifest(home, delta)?;
        }
        Ok(self.batch)
    }

    /// Changes how many versions share the parts of a completed upload; with the last one they
    /// are left to the background.
    fn share_manifest(&mut self, home: UploadId, delta: i64) -> Result<()> {
        let key = Key::manifest(home);
        // Gone since the source of a copy was read: the caller looks at the source again.
        let bytes = self.view.get(&key)?.ok_or(Error::Conflict)?;
        let manifest: ManifestRow = row::decode(&bytes)?;
        match manifest.refs.saturating_add_signed(delta) {
            0 => {
                self.batch.delete(key);
                self.discard(&TrashRow::Upload {
                    home,
                    bucket: manifest.bucket,
                });
            }
            refs => self.batch.put(key, &ManifestRow { refs, ..manifest }),
        }
        Ok(())
    }

    /// Lists the parts that the new version is made of. It is the first to name them.
    pub(super) fn write_manifest(&mut self, home: UploadId, pages: &[ManifestPage]) {
        let parts = pages.iter().map(|page| page.entries.len()).sum::<usize>();
        let manifest = ManifestRow {
            home,
            bucket: self.bucket.id,
            refs: 1,
            parts: u16::try_from(parts).unwrap_or(PARTS_MAX),
        };
        self.batch.put(Key::manifest(home), &manifest);
        for (number, page) in (0u16..).zip(pages) {
            self.batch.put(Key::page(home, number), page);
        }
    }

    /// Names a stored body once more. To be called before anything else lets it go.
    pub(super) fn retain(&mut self, body: &Body) {
        match body {
            Body::Inline(_) => {}
            Body::Runs(runs) => {
                let ids = runs.iter().flat_map(|run| run.ids.iter());
                self.batch.extents.extend(ids.map(ExtentChange::Retain));
            }
            Body::Parts { home, .. } => *self.shares.entry(*home).or_default() += 1,
        }
    }

    /// Lets new chunks be found by their content, if the bucket still wants that.
    pub(super) fn let_be_found(&mut self, hints: &[RowChange]) {
        if self.bucket.deduplicate {
            self.batch.rows.extend(hints.iter().cloned());
        }
    }

    pub(super) fn current(&self) -> Result<Option<VersionRow>> {
        let bytes = self.view.get(&Key::current(self.bucket.id, self.key))?;
        Ok(bytes.map(|bytes| row::decode(&bytes)).transpose()?)
    }

    /// Whether a delete marker is the newest version of the key.
    pub(super) fn is_hidden(&self) -> Result<bool> {
        let versions = key::versions_of(self.bucket.id, self.key);
        let Some((_, bytes)) = self.view.first(&versions)? else {
            return Ok(false);
        };
        let newest: VersionRow = row::decode(&bytes)?;
        Ok(newest.summary.marker && self.current()?.is_none())
    }

    /// Makes `new` the current version. `current` is what [`KeyChange::current`] returned.
    pub(super) fn install(&mut self, current: Option<VersionRow>, new: &VersionRow) -> Result<()> {
        let locks = new
            .detail
            .as_ref()
            .is_some_and(|detail| detail.lock != Lock::default());
        if locks && !self.bucket.lockable {
            return Err(Error::NotLockable);
        }
        self.make_room(current)?;
        self.batch.put(Key::current(self.bucket.id, self.key), new);
        self.delta.objects += 1;
        self.delta.versions += 1;
        self.delta.bytes += signed(new.summary.size);
        Ok(())
    }

    /// Hides the key behind a delete marker.
    pub(super) fn install_marker(
        &mut self,
        current: Option<VersionRow>,
        owner: &str,
    ) -> Result<VersionId> {
        self.make_room(current)?;
        let marker = VersionRow {
            summary: self.marker_summary(owner),
            detail: None,
        };
        let sequence = marker.summary.sequence;
        self.batch
            .put(Key::version(self.bucket.id, self.key, sequence), &marker);
        if marker.summary.null {
            self.point_null_to(sequence);
        }
        self.delta.versions += 1;
        Ok(marker.summary.version_id())
    }

    /// Removes the current object for good, as a bucket without versioning does.
    pub(super) fn remove_current(&mut self, current: &VersionRow) {
        self.batch.delete(Key::current(self.bucket.id, self.key));
        self.delta.objects -= 1;
        self.forget(current);
    }

    /// A version by its name.
    pub(super) fn find(&self, version: VersionId) -> Result<Option<Found>> {
        if let Some(row) = self.current()?
            && row.summary.version_id() == version
        {
            return Ok(Some(Found { row, current: true }));
        }
        let row = noncurrent(self.view, self.bucket.id, self.key, version)?;
        Ok(row.map(|row| Found {
            row,
            current: false,
        }))
    }

    /// Removes one version; if it hid an older object, that one is current again.
    pub(super) fn remove(&mut self, found: &Found) -> Result<()> {
        let was_newest = found.current || self.is_newest(found)?;
        if found.current {
            self.batch.delete(Key::current(self.bucket.id, self.key));
            self.delta.objects -= 1;
        } else {
            self.remove_old(&found.row.summary);
        }
        self.forget(&found.row);
        if was_newest {
            self.promote(found)?;
        }
        Ok(())
    }

    /// Brings the newest remaining version to the front, unless that is a marker.
    fn promote(&mut self, removed: &Found) -> Result<()> {
        let range = key::versions_of(self.bucket.id, self.key);
        let from = match removed.current {
            true => range.start,
            false => Key::version(self.bucket.id, self.key, removed.row.summary.sequence).after(),
        };
        let Some((_, bytes)) = self.view.first(&(from..range.end))? else {
            return Ok(());
        };
        let next: VersionRow = row::decode(&bytes)?;
        if !next.summary.marker {
            self.remove_old(&next.summary);
            self.batch
                .put_bytes(Key::current(self.bucket.id, self.key), bytes);
            self.delta.objects += 1;
        }
        Ok(())
    }

    /// Whether a noncurrent version is the newest of its key: then it is a marker.
    pub(super) fn is_newest(&self, found: &Found) -> Result<bool> {
        if self.current()?.is_some() {
            return Ok(false);
        }
        let newest = self
            .view
            .first(&key::versions_of(self.bucket.id, self.key))?;
        let own = Key::version(self.bucket.id, self.key, found.row.summary.sequence);
        Ok(newest.is_some_and(|(key, _)| key == own))
    }

    /// Lets the current version and, where a null version is written, the older null version make
    /// way for a new one.
    fn make_room(&mut self, current: Option<VersionRow>) -> Result<()> {
        if let Some(current) = current {
            self.delta.objects -= 1;
            if self.replaces(&current.summary) {
                self.forget(&current);
            } else {
                self.batch.put(
                    Key::version(self.bucket.id, self.key, current.summary.sequence),
                    &current,
                );
                if current.summary.null {
                    self.point_null_to(current.summary.sequence);
                }
            }
            self.batch.delete(Key::current(self.bucket.id, self.key));
        }
        if self.bucket.versioning == Versioning::Suspended
            && let Some(old) = noncurrent(self.view, self.bucket.id, self.key, VersionId::Null)?
        {
            self.remove_old(&old.summary);
            self.forget(&old);
        }
        Ok(())
    }

    /// Whether a new version takes the place of this one instead of coming on top.
    fn replaces(&self, current: &Summary) -> bool {
        match self.bucket.versioning {
            Versioning::Off => true,
            Versioning::Suspended => current.null,
            Versioning::Enabled => false,
        }
    }

    fn remove_old(&mut self, old: &Summary) {
        self.batch
            .delete(Key::version(self.bucket.id, self.key, old.sequence));
        if old.null {
            self.batch.delete(Key::null(self.bucket.id, self.key));
        }
    }

    fn point_null_to(&mut self, sequence: Sequence) {
        self.batch
            .put(Key::null(self.bucket.id, self.key), &sequence);
    }

    /// Takes a version out of the counts and lets its body go.
    fn forget(&mut self, version: &VersionRow) {
        self.delta.versions -= 1;
        self.delta.bytes -= signed(version.summary.size);
        if let Some(detail) = &version.detail {
            self.release(&detail.body);
        }
    }

    /// Lets a body go. One chunk is freed in this step: a reader that comes too late finds it gone
    /// and looks the row up again. More are left to the background, which waits for readers, and
    /// so is one that a body under way may have found by its content: the background waits for
    /// those too.
    pub(super) fn release(&mut self, body: &Body) {
        match body {
            Body::Inline(_) => {}
            Body::Runs(runs) => {
                let mut ids = runs.iter().flat_map(|run| run.ids.iter());
                match (ids.next(), ids.next()) {
                    (None, _) => {}
                    (Some(only), None) if self.frees_at_once(runs) => {
                        self.batch.extents.push(ExtentChange::Release(only));
                    }
                    (Some(_), _) => self.discard(&TrashRow::Body(body.clone())),
                }
            }
            Body::Parts { home, .. } => *self.shares.entry(*home).or_default() -= 1,
        }
    }

    /// What is short enough to lie in the log is never found by its content.
    fn frees_at_once(&self, runs: &[Run]) -> bool {
        let in_log = |run: &Run| run.len <= LOG_BODY_BYTES_MAX as u64;
        !self.bucket.deduplicate || runs.iter().all(in_log)
    }

    /// Leaves something to be freed in the background.
    pub(super) fn discard(&mut self, trash: &TrashRow) {
        self.batch
            .put(Key::trash(self.stamp.sequence, self.trash), trash);
        self.trash += 1;
    }

    pub(super) fn marker_summary(&self, owner: &str) -> Summary {
        Summary {
            sequence: self.stamp.sequence,
            tag: self.stamp.tag,
            null: self.bucket.versioning != Versioning::Enabled,
            marker: true,
            modified: self.stamp.now,
            size: 0,
            etag: None,
            label: String::new(),
            owner: owner.to_owned(),
            checksum: None,
        }
    }
}

/// A version that is not the current one, by its name.
pub(super) fn noncurrent(
    view: &dyn View,
    bucket: BucketId,
    key: &[u8],
    version: VersionId,
) -> Result<Option<VersionRow>> {
    let sequence = match version {
        VersionId::Numbered { sequence, .. } => sequence,
        VersionId::Null => match view.get(&Key::null(bucket, key))? {
            Some(bytes) => row::decode(&bytes)?,
            None => return Ok(None),
        },
    };
    let Some(bytes) = view.get(&Key::version(bucket, key, sequence))? else {
        return Ok(None);
    };
    let row: VersionRow = row::decode(&bytes)?;
    Ok((row.summary.version_id() == version).then_some(row))
}

/// The bucket a change is about, as it stands at the moment of the commit.
pub(super) fn bucket_of(view: &dyn View, name: &str) -> Result<BucketRow> {
    match view.get(&Key::bucket(name))? {
        Some(bytes) => Ok(row::decode(&bytes)?),
        None => Err(Error::NoSuchBucket {
            name: name.to_owned(),
        }),
    }
}

/// Sizes are bounded far below the sign bit.
pub(super) fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
