//! Beginning an upload, and looking one up.

use super::super::Engine;
use super::super::put::{check_key, check_object};
use super::super::requests::{CreateUpload, UploadInfo, UploadTarget};
use super::super::versions::bucket_of;
use super::{named, upload_info};
use crate::chunk::new_key_check;
use crate::error::{Error, Result};
use crate::hash::Algorithm;
use crate::ids::{UploadId, UploadName};
use crate::key::Key;
use crate::meta::{Batch, UsageDelta};
use crate::row::{ChecksumKind, UploadRow};

impl Engine {
    pub async fn create_upload(&self, request: CreateUpload) -> Result<UploadName> {
        check_key(&request.key)?;
        check_object(&request.object)?;
        check_checksum(request.checksum)?;
        let key_check = request.encryption.as_ref().map(new_key_check).transpose()?;
        self.meta
            .commit(None, move |view, stamp| {
                let bucket = bucket_of(view, &request.bucket)?;
                let object = &request.object;
                let upload = UploadRow {
                    id: UploadId(stamp.sequence.0),
                    tag: stamp.tag,
                    started: stamp.now,
                    touched: stamp.sequence,
                    parts_bytes: 0,
                    label: object.label.clone(),
                    owner: object.owner.clone(),
                    attributes: object.attributes.clone(),
                    tags: object.tags.clone(),
                    lock: object.lock.clone(),
                    key_check: key_check.clone(),
                    checksum: request.checksum,
                };
                let mut batch = Batch::default();
                batch.put(Key::upload(bucket.id, &request.key, upload.id), &upload);
                batch.count(
                    bucket.id,
                    UsageDelta {
                        uploads: 1,
                        ..UsageDelta::default()
                    },
                );
                Ok((
                    batch,
                    UploadName {
                        id: upload.id,
                        tag: upload.tag,
                    },
                ))
            })
            .await
    }

    pub async fn upload(&self, target: &UploadTarget) -> Result<UploadInfo> {
        let bucket = self.bucket(&target.bucket).await?;
        let key = Key::upload(bucket.id, &target.key, target.upload.id);
        let row = named(self.meta.get(key).await?, target)?;
        Ok(upload_info(target.key.clone(), &row))
    }
}

/// Only checksums that can be joined describe a whole object made of parts.
fn check_checksum(checksum: Option<(Algorithm, ChecksumKind)>) -> Result<()> {
    match checksum {
        Some((algorithm, ChecksumKind::FullObject)) if !algorithm.combines() => {
            Err(Error::Invalid {
                what: "checksum",
                detail: format!("{algorithm:?} of parts cannot be joined to that of an object"),
            })
        }
        _ => Ok(()),
    }
}
