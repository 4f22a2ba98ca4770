//! The rows of the index as plain structs, and their encoding.
//!
//! A row is one byte that names its layout followed by the struct in postcard form: fields in
//! order, integers as varints, sequences with their length first. A layout that has been released
//! is never changed; a new one gets the next number and the decoder keeps the old ones.

#[cfg(test)]
mod tests;

mod body;
mod bucket;
mod event;
mod object;
mod space;
mod upload;

pub use body::{Body, IdList, PageStart, Run};
pub use bucket::{BucketRow, Compression, DefaultRetention, Quota, UsageRow, Versioning};
pub use event::{EventRow, Happened};
pub use object::{
    Attribute, ChecksumKind, Detail, KeyCheck, Lock, ObjectChecksum, Retention, RetentionMode,
    Summary, Tag, VersionRow,
};
pub use space::{AppliedRow, DedupRow, ExtentRow, SegmentKind, SegmentRow, TrashRow};
pub use upload::{ManifestPage, ManifestRow, PageEntry, PartRow, UploadRow};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The only layout there is so far.
const LAYOUT: u8 = 1;

/// A row that cannot be read: written by a newer version, or damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    #[error("row of layout {0}, this version knows layouts up to {LAYOUT}")]
    Layout(u8),
    #[error("row does not decode: {0}")]
    Damaged(String),
}

/// The bytes of a row.
pub fn encode<R: Serialize>(row: &R) -> Vec<u8> {
    let start = Vec::from([LAYOUT]);
    postcard::to_extend(row, start).expect("rows hold nothing that postcard refuses")
}

/// A whole row from its bytes.
pub fn decode<R: DeserializeOwned>(bytes: &[u8]) -> Result<R, RowError> {
    let (row, rest) = split(bytes)?;
    match rest.is_empty() {
        true => Ok(row),
        false => Err(RowError::Damaged(format!("{} bytes too many", rest.len()))),
    }
}

/// The leading part of a row: listings read summaries and skip the rest.
pub fn decode_leading<R: DeserializeOwned>(bytes: &[u8]) -> Result<R, RowError> {
    split(bytes).map(|(row, _)| row)
}

fn split<R: DeserializeOwned>(bytes: &[u8]) -> Result<(R, &[u8]), RowError> {
    match bytes.split_first() {
        Some((&LAYOUT, fields)) => {
            postcard::take_from_bytes(fields).map_err(|e| RowError::Damaged(e.to_string()))
        }
        Some((&layout, _)) => Err(RowError::Layout(layout)),
        None => Err(RowError::Damaged("empty".into())),
    }
}
