//! Finishing an upload: a list of its parts becomes the body of a new version.
//!
//! The parts are read and checked first, outside of the commit, however many there are. The commit
//! only has to find that no part has changed since; if one has, everything is read again.
//!
//! A client that did not hear the answer asks again. The upload leaves its name behind in the
//! manifest, so that the same request gets the same answer for as long as the object exists.

use std::collections::HashSet;

use super::super::Engine;
use super::super::guard;
use super::super::put::{Draft, check_key, outcome};
use super::super::requests::{
    CompletePart, CompleteUpload, NewObject, PutOutcome, UploadTarget, full_object,
};
use super::super::versions::{KeyChange, bucket_of, signed};
use super::list_parts::part_rows;
use super::upload_of;
use crate::error::{Error, Result};
use crate::hash::{self, Algorithm, Checksum, ETag};
use crate::key::Key;
use crate::limits;
use crate::meta::MetaStore;
use crate::row::{
    Body, ChecksumKind, Happened, ManifestPage, ObjectChecksum, PageEntry, PartRow, TrashRow,
    UploadRow, VersionRow,
};

/// How often the parts are read again because somebody keeps changing them.
const ATTEMPTS_MAX: usize = 16;

/// An upload as it was read, checked against what the caller lists.
#[derive(Debug)]
struct Plan {
    upload: UploadRow,
    draft: Draft,
    pages: Vec<ManifestPage>,
    /// Parts that were uploaded and are not listed.
    unused: Vec<u16>,
}

impl Engine {
    pub async fn complete_upload(&self, request: CompleteUpload) -> Result<PutOutcome> {
        check_key(&request.target.key)?;
        check_list(&request.parts)?;
        for _ in 0..ATTEMPTS_MAX {
            let upload = match self.upload_row(&request.target).await {
                Ok(upload) => upload,
                Err(Error::NoSuchUpload) => return self.completed_before(&request).await,
                Err(error) => return Err(error),
            };
            let plan = self.plan(upload, &request).await?;
            match self.commit_plan(plan, &request).await {
                Err(Error::Conflict) => {}
                Err(Error::NoSuchUpload) => return self.completed_before(&request).await,
                other => {
                    self.sweeper.wake();
                    return other;
                }
            }
        }
        Err(Error::Conflict)
    }

    async fn plan(&self, upload: UploadRow, request: &CompleteUpload) -> Result<Plan> {
        let wanted = request.clone();
        self.meta
            .blocking(move |store| {
                let parts = all_parts(store, &upload)?;
                plan(upload, parts, &wanted)
            })
            .await
    }

    async fn commit_plan(&self, plan: Plan, request: &CompleteUpload) -> Result<PutOutcome> {
        let (target, conditions) = (request.target.clone(), request.conditions.clone());
        let notes = request.notes.clone();
        self.commit_telling(&request.notes, None, move |view, stamp| {
            let bucket = bucket_of(view, &target.bucket)?;
            let upload = upload_of(view, bucket.id, &target)?;
            if upload.touched != plan.upload.touched {
                return Err(Error::Conflict);
            }
            let mut change = KeyChange::new(view, stamp, &bucket, &target.key);
            let current = change.current()?;
            guard::conditions(&conditions, current.as_ref().map(|row| &row.summary))?;
            let version = plan.draft.version(&bucket, stamp);
            change.install(current, &version)?;
            change.delta.uploads -= 1;
            change.delta.upload_bytes -= signed(upload.parts_bytes);
            guard::quota(view, &bucket, change.delta)?;
            change
                .batch
                .delete(Key::upload(bucket.id, &target.key, upload.id));
            change.write_manifest(upload.id, &plan.pages);
            if !plan.unused.is_empty() {
                let (home, numbers) = (upload.id, plan.unused.clone());
                change.discard(&TrashRow::Parts { home, numbers });
            }
            change.tell(&notes, Happened::Created, &version.summary);
            Ok((change.finish()?, outcome(&bucket, version.summary)))
        })
        .await
    }

    /// The answer to a request whose upload is finished already, if the object is still there.
    async fn completed_before(&self, request: &CompleteUpload) -> Result<PutOutcome> {
        let UploadTarget {
            bucket,
            key,
            upload,
        } = &request.target;
        let bucket = self.bucket(bucket).await?;
        let current: Option<VersionRow> = self.meta.row(Key::current(bucket.id, key)).await?;
        let Some(VersionRow {
            summary,
            detail: Some(detail),
        }) = current
        else {
            return Err(Error::NoSuchUpload);
        };
        match detail.body {
            Body::Parts { home, tag, .. } if home == upload.id && tag == upload.tag => {
                Ok(outcome(&bucket, summary))
            }
            _ => Err(Error::NoSuchUpload),
        }
    }
}

fn check_list(parts: &[CompletePart]) -> Result<()> {
    if parts.is_empty() {
        return Err(Error::Invalid {
            what: "list of parts",
            detail: "it is empty".into(),
        });
    }
    match parts.windows(2).all(|pair| pair[0].number < pair[1].number) {
        true => Ok(()),
        false => Err(Error::PartOrder),
    }
}

fn all_parts(store: &dyn MetaStore, upload: &UploadRow) -> Result<Vec<PartRow>> {
    let (rows, _) = part_rows(store, upload.id, 0, usize::from(limits::PARTS_MAX))?;
    Ok(rows)
}

/// Matches the caller's list with the parts there are. Pure.
fn plan(upload: UploadRow, mut parts: Vec<PartRow>, request: &CompleteUpload) -> Result<Plan> {
    let listed: HashSet<u16> = request.parts.iter().map(|part| part.number).collect();
    let mut unused: Vec<u16> = parts.iter().map(|part| part.number).collect();
    unused.retain(|number| !listed.contains(number));
    parts.retain(|part| listed.contains(&part.number));
    match_parts(&parts, &request.parts)?;
    check_sizes(&parts, request.part_bytes_min)?;
    let size = parts.iter().map(|part| part.size).sum();
    let limit = request.size_max.unwrap_or(limits::OBJECT_BYTES_MAX);
    let limit = limit.min(limits::OBJECT_BYTES_MAX);
    if size > limit {
        let what = "object";
        return Err(Error::TooLarge { what, size, limit });
    }
    if request.size.is_some_and(|expected| expected != size) {
        return Err(Error::DigestMismatch);
    }
    let checksum = upload
        .checksum
        .map(|(algorithm, kind)| join(algorithm, kind, &parts));
    let checksum = checksum.transpose()?;
    let expected = request.checksum;
    if expected.is_some_and(|expected| checksum.as_ref().map(|c| c.checksum) != Some(expected)) {
        return Err(Error::DigestMismatch);
    }
    let etag = ETag::multipart(parts.iter().map(|part| part.etag)).ok_or(Error::PartOrder)?;
    let pages = pages(&parts);
    let body = Body::Parts {
        home: upload.id,
        tag: upload.tag,
        parts: u16::try_from(parts.len()).unwrap_or(limits::PARTS_MAX),
        pages: ManifestPage::starts(&pages),
    };
    let object = NewObject {
        owner: upload.owner.clone(),
        label: upload.label.clone(),
        attributes: upload.attributes.clone(),
        tags: upload.tags.clone(),
        lock: upload.lock.clone(),
    };
    let key_check = upload.key_check.clone();
    let draft = Draft {
        object,
        size,
        etag,
        checksum,
        body,
        key_check,
    };
    Ok(Plan {
        upload,
        draft,
        pages,
        unused,
    })
}

fn match_parts(parts: &[PartRow], listed: &[CompletePart]) -> Result<()> {
    let mut parts = parts.iter();
    for wanted in listed {
        let number = wanted.number;
        let part = parts.next().filter(|part| part.number == number);
        let part = part.ok_or(Error::InvalidPart { number })?;
        let same_etag = wanted.etag.as_ref().is_none_or(|etag| *etag == part.etag);
        let same_checksum = wanted.checksum.is_none_or(|sum| part.checksum == Some(sum));
        if !same_etag || !same_checksum {
            return Err(Error::InvalidPart { number });
        }
    }
    Ok(())
}

fn check_sizes(parts: &[PartRow], min: u64) -> Result<()> {
    let all_but_last = &parts[..parts.len().saturating_sub(1)];
    match all_but_last.iter().find(|part| part.size < min) {
        Some(part) => {
            let (number, size) = (part.number, part.size);
            Err(Error::PartTooSmall { number, size, min })
        }
        None => Ok(()),
    }
}

/// The checksum of the object from those of its parts.
fn join(algorithm: Algorithm, kind: ChecksumKind, parts: &[PartRow]) -> Result<ObjectChecksum> {
    let mut sums: Vec<(Checksum, u64)> = Vec::with_capacity(parts.len());
    for part in parts {
        let own = part.checksum.filter(|sum| sum.algorithm() == algorithm);
        let own = own.ok_or(Error::InvalidPart {
            number: part.number,
        })?;
        sums.push((own, part.size));
    }
    let joined = match kind {
        ChecksumKind::FullObject => hash::full_object_combine(algorithm, sums),
        ChecksumKind::Composite => hash::composite(algorithm, sums.into_iter().map(|(s, _)| s)),
    };
    let invalid = |error: hash::ChecksumError| Error::Invalid {
        what: "checksum",
        detail: error.to_string(),
    };
    Ok(ObjectChecksum {
        kind,
        ..full_object(joined.map_err(invalid)?)
    })
}

fn pages(parts: &[PartRow]) -> Vec<ManifestPage> {
    let entry = |part: &PartRow| PageEntry {
        number: part.number,
        size: part.size,
        checksum: part.checksum,
    };
    ManifestPage::all(parts.iter().map(entry).collect())
}
