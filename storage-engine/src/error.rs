//! The one error of the engine. Each variant names a condition and carries what a caller needs to
//! tell a person about it; the protocol above converts it once.

use std::io;
use std::sync::Arc;

use crate::ids::{ExtentId, SegmentId, VersionId};
use crate::row::RowError;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("no bucket named {name:?}")]
    NoSuchBucket { name: String },
    #[error("bucket {name:?} exists and belongs to {owner:?}")]
    BucketExists { name: String, owner: String },
    #[error("bucket {name:?} is not empty")]
    BucketNotEmpty { name: String },
    /// `marker` is the delete marker that hides the object, if one does.
    #[error("no such object")]
    NoSuchKey { marker: Option<VersionId> },
    #[error("no version {version} of this object")]
    NoSuchVersion { version: VersionId },
    #[error("version {version} is a delete marker")]
    IsMarker { version: VersionId },
    #[error("no such upload")]
    NoSuchUpload,
    #[error("no configuration document of this kind")]
    NoSuchDocument,

    #[error("part {number} is missing, or is not the one that was uploaded")]
    InvalidPart { number: u16 },
    #[error("parts are not listed in ascending order")]
    PartOrder,
    #[error("part {number} has {size} bytes, all but the last need {min}")]
    PartTooSmall { number: u16, size: u64, min: u64 },
    #[error("condition not met: {condition}")]
    Condition { condition: &'static str },
    /// The key a body was written with is not the one presented, or one is presented for none.
    #[error("the presented key does not open this object")]
    WrongKey,
    #[error("digest of the object does not match the one presented")]
    DigestMismatch,
    #[error("version is locked: {reason}")]
    Locked { reason: &'static str },
    #[error("versioning cannot be suspended on a lockable bucket")]
    VersioningRequired,
    #[error("bucket is not lockable")]
    NotLockable,
    #[error("quota of {limit} {unit} would be exceeded")]
    Quota { limit: u64, unit: &'static str },
    /// Of all buckets that count for whoever this one counts for.
    #[error("allowance of {limit} {unit} would be exceeded")]
    Allowance { limit: u64, unit: &'static str },
    #[error("{what} has {size}, at most {limit} are allowed")]
    TooLarge {
        what: &'static str,
        size: u64,
        limit: u64,
    },
    #[error("invalid {what}: {detail}")]
    Invalid { what: &'static str, detail: String },
    /// Another change of the same thing came in between, several times.
    #[error("changed by somebody else at the same time")]
    Conflict,

    /// What remains is kept for deletes and compaction.
    #[error("no space left: {free} bytes free, {reserve} are kept in reserve")]
    NoSpace { free: u64, reserve: u64 },
    /// Somebody asked for it; a long piece of work can go on another time.
    #[error("interrupted")]
    Interrupted,
    /// Verification failed. Never served, never guessed at.
    #[error("stored data is damaged: {what}")]
    Damaged { what: Damage },
    /// The store has stopped taking changes; the first failure says why.
    #[error("store has stopped: {reason}")]
    Stopped { reason: String },
    #[error("{context}: {source}")]
    Io {
        context: &'static str,
        source: Arc<io::Error>,
    },
    #[error("index: {0}")]
    Index(String),
    #[error("data folder: {0}")]
    Folder(String),
}

/// What exactly failed to verify.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    #[error("extent {extent} in segment {segment} at {offset}: {detail}")]
    Extent {
        extent: ExtentId,
        segment: SegmentId,
        offset: u64,
        detail: &'static str,
    },
    #[error("extent {0} is named by a row but unknown")]
    MissingExtent(ExtentId),
    #[error("segment {0} is missing")]
    MissingSegment(SegmentId),
    #[error("{0}")]
    Row(RowError),
    #[error("{0}")]
    Other(String),
}

impl Error {
    pub fn io(context: &'static str) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io {
            context,
            source: Arc::new(source),
        }
    }

    pub fn damaged(what: Damage) -> Error {
        Error::Damaged { what }
    }
}

impl From<RowError> for Error {
    fn from(error: RowError) -> Self {
        Error::damaged(Damage::Row(error))
    }
}

impl From<rocksdb::Error> for Error {
    fn from(error: rocksdb::Error) -> Self {
        Error::Index(error.into_string())
    }
}
