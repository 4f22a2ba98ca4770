//! Unfinished uploads, their parts, and the manifest of a finished one.

use serde::{Deserialize, Serialize};

use super::{Attribute, Body, ChecksumKind, KeyCheck, Lock, PageStart, Tag};
use crate::hash::{Algorithm, Checksum, ETag};
use crate::ids::{BucketId, Sequence, Timestamp, UploadId};
use crate::limits::PAGE_PARTS_MAX;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadRow {
    pub id: UploadId,
    pub tag: u64,
    pub started: Timestamp,
    /// Sequence of the last change of any part: completing checks that nothing moved meanwhile.
    pub touched: Sequence,
    pub parts_bytes: u64,
    pub label: String,
    pub owner: String,
    pub attributes: Vec<Attribute>,
    pub tags: Vec<Tag>,
    pub lock: Lock,
    pub key_check: Option<KeyCheck>,
    pub checksum: Option<(Algorithm, ChecksumKind)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRow {
    pub number: u16,
    pub size: u64,
    /// Zeros for a stretch of a body that came in one piece: nobody asks for it.
    pub etag: ETag,
    pub checksum: Option<Checksum>,
    pub modified: Timestamp,
    pub sequence: Sequence,
    pub body: Body,
    /// Parts of an encrypted upload are each encrypted under a salt of their own.
    pub key_check: Option<KeyCheck>,
}

/// Owns the parts of a finished upload, or of a body too long for one row. Copies of the object
/// share it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestRow {
    pub home: UploadId,
    pub bucket: BucketId,
    pub refs: u64,
    pub parts: u16,
}

/// Up to [`crate::limits::PAGE_PARTS_MAX`] parts in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestPage {
    pub entries: Vec<PageEntry>,
}

impl ManifestPage {
    /// The pages that list these parts.
    pub fn all(entries: Vec<PageEntry>) -> Vec<ManifestPage> {
        let page = |entries: &[PageEntry]| ManifestPage {
            entries: entries.to_vec(),
        };
        entries.chunks(PAGE_PARTS_MAX).map(page).collect()
    }

    /// Where in the body each of these pages begins.
    pub fn starts(pages: &[ManifestPage]) -> Vec<PageStart> {
        let mut offset = 0;
        let mut starts = Vec::with_capacity(pages.len());
        for page in pages {
            starts.push(PageStart { offset });
            offset += page.entries.iter().map(|entry| entry.size).sum::<u64>();
        }
        starts
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageEntry {
    pub number: u16,
    pub size: u64,
    pub checksum: Option<Checksum>,
}
