//! Copying: the new row names the same bytes. Nothing is read or written but rows, unless the
//! caller asks for a digest the source does not have, or for other encryption.

#[cfg(test)]
mod tests;

use std::ops::Range;

use futures_util::StreamExt;

use super::Engine;
use super::get::{BodyStream, ObjectReader, parts_in, slice_runs};
use super::guard;
use super::multipart::PartDraft;
use super::put::{Draft, check_key, check_object, outcome};
use super::requests::{
    CopyEncryption, CopyObject, CopyPart, Encryption, NewObject, PartOutcome, PutObject,
    PutOutcome, StageOptions, full_object,
};
use super::versions::{KeyChange, bucket_of};
use crate::error::{Error, Result};
use crate::hash::{Algorithm, ETag};
use crate::key::Key;
use crate::limits;
use crate::meta::ExtentChange;
use crate::row::{Body, ChecksumKind, Happened, ObjectChecksum, PartRow};
use crate::stage::{Pins, Staged};

/// How often a copy starts again because its source changed under it.
const ATTEMPTS_MAX: usize = 16;

impl Engine {
    pub async fn copy_object(&self, request: CopyObject) -> Result<PutOutcome> {
        check_key(&request.key)?;
        for _ in 0..ATTEMPTS_MAX {
            let source = self
                .open(request.source.clone(), request.source_key.as_ref())
                .await?;
            guard::conditions(&request.source_conditions, Some(&source.info().row.summary))?;
            let object = new_object(&request, &source);
            check_object(&object)?;
            let copied = match &request.encryption {
                CopyEncryption::Anew(encryption)
                    if encryption.is_some() || request.source_key.is_some() =>
                {
                    // The state of a whole upload: on the heap, for few copies need it.
                    let encryption = encryption.clone();
                    Box::pin(self.copy_bytes(&request, source, object, encryption)).await
                }
                _ => self.copy_reference(&request, source, object).await,
            };
            match copied {
                Err(Error::Conflict) => {}
                other => return other,
            }
        }
        Err(Error::Conflict)
    }

    async fn copy_reference(
        &self,
        request: &CopyObject,
        source: ObjectReader,
        object: NewObject,
    ) -> Result<PutOutcome> {
        let summary = source.info().row.summary.clone();
        let body = source.body().clone();
        let detail = source.info().row.detail.as_ref();
        let key_check = detail.and_then(|detail| detail.key_check.clone());
        let checksum = match request.checksum {
            Some(algorithm) if !has(summary.checksum.as_ref(), algorithm) => {
                let digests = self
                    .digest(source.stream(0..summary.size), &[algorithm])
                    .await?;
                digests.checksums.first().copied().map(full_object)
            }
            _ => summary.checksum,
        };
        let draft = Draft {
            object,
            size: summary.size,
            etag: summary.etag.unwrap_or(ETag::md5([0; 16])),
            checksum,
            body,
            key_check,
        };
        let (bucket, key) = (request.bucket.clone(), request.key.clone());
        let conditions = request.conditions.clone();
        let notes = request.notes.clone();
        self.commit_telling(&request.notes, None, move |view, stamp| {
            let bucket = bucket_of(view, &bucket)?;
            let mut change = KeyChange::new(view, stamp, &bucket, &key);
            let current = change.current()?;
            guard::conditions(&conditions, current.as_ref().map(|row| &row.summary))?;
            change.retain(&draft.body);
            let version = draft.version(&bucket, stamp);
            change.install(current, &version)?;
            guard::quota(view, &bucket, change.delta)?;
            change.tell(&notes, Happened::Created, &version.summary);
            Ok((change.finish()?, outcome(&bucket, version.summary)))
        })
        .await
    }

    /// The bytes take the way of a new object: decrypted, encrypted anew, or both.
    async fn copy_bytes(
        &self,
        request: &CopyObject,
        source: ObjectReader,
        object: NewObject,
        encryption: Option<Encryption>,
    ) -> Result<PutOutcome> {
        let size = source.size();
        let kept = source
            .info()
            .row
            .summary
            .checksum
            .as_ref()
            .map(|c| c.checksum.algorithm());
        let options = StageOptions {
            bucket: request.bucket.clone(),
            length: Some(size),
            checksums: request.checksum.or(kept).into_iter().collect(),
            encryption,
        };
        let staged = self.stage_stream(options, source.stream(0..size)).await?;
        let put = PutObject {
            bucket: request.bucket.clone(),
            key: request.key.clone(),
            object,
            conditions: request.conditions.clone(),
            notes: request.notes.clone(),
        };
        self.put_object(put, staged).await
    }

    pub async fn copy_part(&self, request: CopyPart) -> Result<PartOutcome> {
        for _ in 0..ATTEMPTS_MAX {
            let upload = self.upload_row(&request.target).await?;
            let source = self
                .open(request.source.clone(), request.source_key.as_ref())
                .await?;
            guard::conditions(&request.source_conditions, Some(&source.info().row.summary))?;
            let range = range_of(request.range.clone(), source.size())?;
            let algorithm = upload.checksum.map(|(algorithm, _)| algorithm);
            let recrypts = request.source_key.is_some() || upload.key_check.is_some();
            let copied = match recrypts {
                true => {
                    let copy = self.copy_part_bytes(&request, source, range, algorithm);
                    Box::pin(copy).await
                }
                false => {
                    self.copy_part_reference(&request, source, range, algorithm)
                        .await
                }
            };
            match copied {
                Err(Error::Conflict) => {}
                other => return other,
            }
        }
        Err(Error::Conflict)
    }

    /// The part names the source's chunks. Its bytes are read once for the digest that becomes
    /// its ETag, unless it is a whole object that has one.
    async fn copy_part_reference(
        &self,
        request: &CopyPart,
        source: ObjectReader,
        range: Range<u64>,
        algorithm: Option<Algorithm>,
    ) -> Result<PartOutcome> {
        let size = range.end - range.start;
        let summary = source.info().row.summary.clone();
        let whole = size == summary.size;
        let known = summary
            .etag
            .filter(|etag| whole && etag.parts().is_none() && algorithm.is_none());
        let Some(body) = self.slice(source.body(), range.clone()).await? else {
            let copy = self.copy_part_bytes(request, source, range, algorithm);
            return Box::pin(copy).await;
        };
        let (etag, checksum) = match known {
            Some(etag) => (etag, None),
            None => {
                let algorithms: Vec<Algorithm> = algorithm.into_iter().collect();
                let digests = self.digest(source.stream(range), &algorithms).await?;
                (ETag::md5(digests.md5), digests.checksums.first().copied())
            }
        };
        let extents = retained(&body);
        let draft = PartDraft {
            size,
            etag,
            checksum,
            body,
            key_check: None,
            extents,
            hints: Vec::new(),
            log_body: None,
            pins: Pins::default(),
        };
        self.commit_part(request.target.clone(), request.number, draft)
            .await
    }

    async fn copy_part_bytes(
        &self,
        request: &CopyPart,
        source: ObjectReader,
        range: Range<u64>,
        algorithm: Option<Algorithm>,
    ) -> Result<PartOutcome> {
        let options = StageOptions {
            bucket: request.target.bucket.clone(),
            length: Some(range.end - range.start),
            checksums: algorithm.into_iter().collect(),
            encryption: request.encryption.clone(),
        };
        let staged = self.stage_stream(options, source.stream(range)).await?;
        self.upload_part(request.target.clone(), request.number, staged)
            .await
    }

    async fn stage_stream(&self, options: StageOptions, mut bytes: BodyStream) -> Result<Staged> {
        let mut staging = self.stage(options).await?;
        while let Some(piece) = bytes.next().await {
            staging.write(piece?).await?;
        }
        staging.seal().await
    }

    /// The chunks that make up a range of a body, as a body of their own. `None` where some of the
    /// bytes lie in a row and can only be copied.
    async fn slice(&self, body: &Body, range: Range<u64>) -> Result<Option<Body>> {
        let runs = match body {
            Body::Inline(_) => return Ok(None),
            Body::Runs(runs) => slice_runs(runs, range),
            Body::Parts { home, pages, .. } => {
                let parts = parts_in(self.meta.clone(), *home, pages.clone(), range).await?;
                let mut runs = Vec::new();
                for (number, range) in parts {
                    let part: Option<PartRow> = self.meta.row(Key::part(*home, number)).await?;
                    match part.ok_or(Error::Conflict)?.body {
                        Body::Runs(own) => runs.extend(slice_runs(&own, range)),
                        Body::Inline(_) | Body::Parts { .. } => return Ok(None),
                    }
                }
                runs
            }
        };
        let chunks = runs.iter().map(|run| run.ids.len()).sum::<usize>();
        super::put::within("chunks of a part", chunks, limits::ROW_CHUNKS_MAX)?;
        Ok(Some(Body::Runs(runs)))
    }
}

fn new_object(request: &CopyObject, source: &ObjectReader) -> NewObject {
    let summary = &source.info().row.summary;
    let detail = source.info().row.detail.as_ref();
    let kept = || {
        (
            summary.label.clone(),
            detail.map(|d| d.attributes.clone()).unwrap_or_default(),
        )
    };
    let (label, attributes) = request.attributes.clone().unwrap_or_else(kept);
    let tags = request.tags.clone();
    NewObject {
        owner: request.owner.clone(),
        label,
        attributes,
        tags: tags
            .or_else(|| detail.map(|d| d.tags.clone()))
            .unwrap_or_default(),
        lock: request.lock.clone(),
    }
}

fn has(checksum: Option<&ObjectChecksum>, algorithm: Algorithm) -> bool {
    checksum.is_some_and(|own| {
        own.checksum.algorithm() == algorithm && own.kind == ChecksumKind::FullObject
    })
}

fn range_of(range: Option<Range<u64>>, size: u64) -> Result<Range<u64>> {
    let range = range.unwrap_or(0..size);
    match range.start <= range.end && range.end <= size {
        true => Ok(range),
        false => Err(Error::Invalid {
            what: "range",
            detail: format!("{}..{} of {size} bytes", range.start, range.end),
        }),
    }
}

fn retained(body: &Body) -> Vec<ExtentChange> {
    match body {
        Body::Runs(runs) => {
            let ids = runs.iter().flat_map(|run| run.ids.iter());
            ids.map(ExtentChange::Retain).collect()
        }
        Body::Inline(_) | Body::Parts { .. } => Vec::new(),
    }
}
