//! Names of files in a drive's folder.

use std::fmt;

use crate::ids::SegmentId;
use crate::row::SegmentKind;

/// A file this module has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileName {
    Segment(SegmentId, SegmentKind),
    /// Was this segment and waits to become another.
    Free(SegmentId),
}

impl FileName {
    /// `None` for files that others have put there: exactly one spelling per name is ours.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (stem, kind) = text.rsplit_once('.')?;
        let name = match (stem.strip_prefix("free-"), kind) {
            (Some(id), "seg") => FileName::Free(number(id)?),
            (None, "log") => FileName::Segment(number(stem)?, SegmentKind::Log),
            (None, "bulk") => FileName::Segment(number(stem)?, SegmentKind::Bulk),
            (None, "packed") => FileName::Segment(number(stem)?, SegmentKind::Packed),
            _ => return None,
        };
        (name.to_string() == text).then_some(name)
    }

    pub(super) fn id(self) -> SegmentId {
        match self {
            FileName::Segment(id, _) | FileName::Free(id) => id,
        }
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileName::Segment(id, SegmentKind::Log) => write!(f, "{:016x}.log", id.0),
            FileName::Segment(id, SegmentKind::Bulk) => write!(f, "{:016x}.bulk", id.0),
            FileName::Segment(id, SegmentKind::Packed) => write!(f, "{:016x}.packed", id.0),
            FileName::Free(id) => write!(f, "free-{:016x}.seg", id.0),
        }
    }
}

fn number(text: &str) -> Option<SegmentId> {
    u64::from_str_radix(text, 16).ok().map(SegmentId)
}
