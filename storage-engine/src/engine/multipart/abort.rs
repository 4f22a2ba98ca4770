//! Giving an upload up.

use super::super::Engine;
use super::super::requests::UploadTarget;
use super::super::versions::{KeyChange, bucket_of, signed};
use super::upload_of;
use crate::error::Result;
use crate::key::Key;
use crate::meta::UsageDelta;
use crate::row::TrashRow;

impl Engine {
    /// Ends an upload; its parts are freed in the background. The step that ends it also decides
    /// the race against completing it.
    pub async fn abort_upload(&self, target: &UploadTarget) -> Result<()> {
        let target = target.clone();
        self.meta
            .commit(None, move |view, stamp| {
                let bucket = bucket_of(view, &target.bucket)?;
                let upload = upload_of(view, bucket.id, &target)?;
                let mut change = KeyChange::new(view, stamp, &bucket, &target.key);
                change
                    .batch
                    .delete(Key::upload(bucket.id, &target.key, upload.id));
                change.discard(&TrashRow::Upload {
                    home: upload.id,
                    bucket: bucket.id,
                });
                change.delta = UsageDelta {
                    uploads: -1,
                    upload_bytes: -signed(upload.parts_bytes),
                    ..UsageDelta::default()
                };
                Ok((change.finish()?, ()))
            })
            .await?;
        self.sweeper.wake();
        Ok(())
    }
}
