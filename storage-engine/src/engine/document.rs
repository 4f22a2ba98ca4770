//! Configuration documents of buckets: stored and returned as they are, known by their kind.

use bytes::Bytes;

use super::Engine;
use super::put::within;
use super::versions::bucket_of;
use crate::error::{Error, Result};
use crate::key::Key;
use crate::limits;
use crate::meta::Batch;

impl Engine {
    pub async fn document(&self, bucket: &str, kind: &str) -> Result<Bytes> {
        let bucket = self.bucket(bucket).await?;
        let document = self.meta.get(Key::document(bucket.id, kind)).await?;
        document.ok_or(Error::NoSuchDocument)
    }

    pub async fn put_document(&self, bucket: &str, kind: &str, document: Bytes) -> Result<()> {
        check_document(&document)?;
        let (bucket, kind) = (bucket.to_owned(), kind.to_owned());
        self.commit_settings(move |view, _| {
            let bucket = bucket_of(view, &bucket)?;
            let mut batch = Batch::default();
            batch.put_bytes(Key::document(bucket.id, &kind), document.clone());
            Ok((batch, ()))
        })
        .await
    }

    /// Deleting what is not there succeeds.
    pub async fn delete_document(&self, bucket: &str, kind: &str) -> Result<()> {
        let (bucket, kind) = (bucket.to_owned(), kind.to_owned());
        self.commit_settings(move |view, _| {
            let bucket = bucket_of(view, &bucket)?;
            let mut batch = Batch::default();
            batch.delete(Key::document(bucket.id, &kind));
            Ok((batch, ()))
        })
        .await
    }
}

pub(super) fn check_document(document: &[u8]) -> Result<()> {
    match document.is_empty() {
        true => Err(Error::Invalid {
            what: "document",
            detail: "it is empty".into(),
        }),
        false => within("document", document.len(), limits::DOCUMENT_BYTES_MAX),
    }
}
