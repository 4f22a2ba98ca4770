//! What can be wrong with a store.

use crate::error::Damage;
use crate::ids::{ExtentId, SegmentId, UploadId};
use crate::row::{SegmentRow, UsageRow};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    #[error("{row}: {detail}")]
    Row { row: String, detail: String },
    #[error("bucket {bucket}: usage says {recorded:?}, its rows amount to {counted:?}")]
    Usage {
        bucket: String,
        recorded: UsageRow,
        counted: UsageRow,
    },
    #[error("{row} belongs to {owner}, which does not exist")]
    Orphan { row: String, owner: String },
    #[error("{row} names extent {extent}, which does not exist")]
    MissingExtent { row: String, extent: ExtentId },
    #[error("extent {extent} counts {recorded} names, there are {counted}")]
    References {
        extent: ExtentId,
        recorded: u32,
        counted: u32,
    },
    #[error("extent {extent} is named by nothing: {bytes} bytes of segment {segment} are lost")]
    Leak {
        extent: ExtentId,
        segment: SegmentId,
        bytes: u32,
    },
    #[error("completed upload {home} counts {recorded} names, there are {counted}")]
    Shares {
        home: UploadId,
        recorded: u64,
        counted: u64,
    },
    #[error("completed upload {home}: {detail}")]
    Manifest { home: UploadId, detail: String },
    #[error("{0}")]
    Damage(Damage),
    #[error("segment {segment}: account says {recorded:?}, its chunks amount to {counted:?}")]
    Account {
        segment: SegmentId,
        recorded: Option<SegmentRow>,
        counted: SegmentRow,
    },
    #[error("segment {segment}: {detail}")]
    Segment { segment: SegmentId, detail: String },
}

impl Problem {
    /// Whether it is a body that is damaged, and nothing that rows say.
    pub(super) fn is_damaged_chunk(&self) -> bool {
        matches!(self, Problem::Damage(Damage::Extent { .. }))
    }
}
