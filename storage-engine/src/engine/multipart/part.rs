//! Storing a part. A part uploaded again takes the place of the one before.

use super::super::Engine;
use super::super::guard;
use super::super::requests::{PartOutcome, UploadTarget};
use super::super::versions::{KeyChange, bucket_of, signed};
use super::upload_of;
use crate::error::{Error, Result};
use crate::hash::{Checksum, ETag};
use crate::index::RowChange;
use crate::key::Key;
use crate::limits;
use crate::meta::{ExtentChange, LogBody};
use crate::row::{self, Body, KeyCheck, PartRow, UploadRow};
use crate::stage::{Pins, Staged, StagedParts};

/// A part that is complete but for its place in the order of changes.
#[derive(Debug)]
pub(in crate::engine) struct PartDraft {
    pub(in crate::engine) size: u64,
    pub(in crate::engine) etag: ETag,
    pub(in crate::engine) checksum: Option<Checksum>,
    pub(in crate::engine) body: Body,
    pub(in crate::engine) key_check: Option<KeyCheck>,
    pub(in crate::engine) extents: Vec<ExtentChange>,
    pub(in crate::engine) hints: Vec<RowChange>,
    pub(in crate::engine) log_body: Option<LogBody>,
    /// Held until the change is done, even if nobody waits for it any more.
    pub(in crate::engine) pins: Pins,
}

impl Engine {
    pub async fn upload_part(
        &self,
        target: UploadTarget,
        number: u16,
        staged: Staged,
    ) -> Result<PartOutcome> {
        let upload = self.upload_row(&target).await?;
        staged.check_secret(upload.key_check.as_ref())?;
        let StagedParts {
            digests,
            body,
            extents,
            hints,
            log_body,
            etag,
            key_check,
            pins,
            ..
        } = staged.into_parts();
        if pins.home().is_some() {
            return Err(Error::TooLarge {
                what: "part",
                size: digests.size,
                limit: limits::PART_BYTES_MAX,
            });
        }
        let draft = PartDraft {
            size: digests.size,
            etag,
            checksum: digests.checksums.first().copied(),
            body,
            key_check,
            extents,
            hints,
            log_body,
            pins,
        };
        self.commit_part(target, number, draft).await
    }

    pub(in crate::engine) async fn commit_part(
        &self,
        target: UploadTarget,
        number: u16,
        mut draft: PartDraft,
    ) -> Result<PartOutcome> {
        if number == 0 || number > limits::PARTS_MAX {
            let detail = format!("{number} is not between 1 and {}", limits::PARTS_MAX);
            return Err(Error::Invalid {
                what: "part number",
                detail,
            });
        }
        let log_body = draft.log_body.take();
        self.meta
            .commit(log_body, move |view, stamp| {
                // Named so that the closure owns them, for as long as the change lasts.
                let _pins = &draft.pins;
                let bucket = bucket_of(view, &target.bucket)?;
                let upload = upload_of(view, bucket.id, &target)?;
                let mut change = KeyChange::new(view, stamp, &bucket, &target.key);
                let key = Key::part(upload.id, number);
                let mut replaced_bytes = 0;
                if let Some(bytes) = view.get(&key)? {
                    let old: PartRow = row::decode(&bytes)?;
                    replaced_bytes = old.size;
                    change.release(&old.body);
                }
                change.batch.extents.extend(draft.extents.iter().cloned());
                change.let_be_found(&draft.hints);
                change.delta.upload_bytes = signed(draft.size) - signed(replaced_bytes);
                guard::quota(view, &bucket, change.delta)?;
                let part = PartRow {
                    number,
                    size: draft.size,
                    etag: draft.etag,
                    checksum: draft.checksum,
                    modified: stamp.now,
                    sequence: stamp.sequence,
                    body: draft.body.clone(),
                    key_check: draft.key_check.clone(),
                };
                change.batch.put(key, &part);
                let upload = UploadRow {
                    touched: stamp.sequence,
                    parts_bytes: upload.parts_bytes - replaced_bytes + draft.size,
                    ..upload
                };
                change
                    .batch
                    .put(Key::upload(bucket.id, &target.key, upload.id), &upload);
                let outcome = PartOutcome {
                    etag: part.etag,
                    size: part.size,
                    modified: part.modified,
                    checksum: part.checksum,
                };
                Ok((change.finish()?, outcome))
            })
            .await
    }

    pub(in crate::engine) async fn upload_row(&self, target: &UploadTarget) -> Result<UploadRow> {
        let bucket = self.bucket(&target.bucket).await?;
        let key = Key::upload(bucket.id, &target.key, target.upload.id);
        super::named(self.meta.get(key).await?, target)
    }
}
