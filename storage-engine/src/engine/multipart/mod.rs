//! Multipart uploads. Parts are stored like small objects of their own; completing an upload
//! writes a list of them and moves no bytes.

mod abort;
mod complete;
mod create;
mod list_parts;
mod part;

pub(super) use list_parts::part_rows;
pub(super) use part::PartDraft;

use bytes::Bytes;

use super::requests::{SecretKey, UploadInfo, UploadTarget};
use crate::chunk::check_key;
use crate::error::{Error, Result};
use crate::ids::{BucketId, UploadName};
use crate::key::Key;
use crate::meta::View;
use crate::row::{self, UploadRow};

impl UploadInfo {
    /// Refuses any key but that of the upload, also none if it has one.
    pub fn check_key(&self, key: Option<&SecretKey>) -> Result<()> {
        check_key(key, self.key_check.as_ref())
    }
}

/// What is known of an unfinished upload.
pub(super) fn upload_info(key: Bytes, row: &UploadRow) -> UploadInfo {
    UploadInfo {
        key,
        name: UploadName {
            id: row.id,
            tag: row.tag,
        },
        started: row.started,
        bytes: row.parts_bytes,
        label: row.label.clone(),
        owner: row.owner.clone(),
        checksum: row.checksum,
        attributes: row.attributes.clone(),
        key_check: row.key_check.clone(),
    }
}

/// The upload a change is about, as it stands at the moment of the commit.
fn upload_of(view: &dyn View, bucket: BucketId, target: &UploadTarget) -> Result<UploadRow> {
    let bytes = view.get(&Key::upload(bucket, &target.key, target.upload.id))?;
    named(bytes, target)
}

/// An upload answers to its whole name only.
fn named(bytes: Option<Bytes>, target: &UploadTarget) -> Result<UploadRow> {
    let row: UploadRow = row::decode(&bytes.ok_or(Error::NoSuchUpload)?)?;
    match row.tag == target.upload.tag {
        true => Ok(row),
        false => Err(Error::NoSuchUpload),
    }
}
