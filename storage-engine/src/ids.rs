//! Newtypes for everything that is otherwise a bare integer. Swapped `u64`s are the cheapest bug.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A bucket's life. A bucket that is deleted and created again gets a new one.
    BucketId
);
id!(
    /// One stored chunk of a body, wherever it lies at the moment.
    ExtentId
);
id!(
    /// One segment file. Never reused, not even when the file is recycled.
    SegmentId
);
id!(
    /// Position of a change in the one order of all changes of this store.
    Sequence
);
id!(
    /// A multipart upload; also the home of the parts of a completed one.
    UploadId
);

/// Milliseconds since 1970, UTC.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Whole seconds, as protocols with a coarser clock print and compare them.
    pub fn seconds(self) -> u64 {
        self.0 / 1000
    }
}

/// Names one version of an object to the outside.
///
/// The `tag` makes identifiers unguessable; the row holds it and both must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum VersionId {
    /// The version written while versioning was off or suspended.
    Null,
    Numbered {
        sequence: Sequence,
        tag: u64,
    },
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VersionId::Null => f.write_str("null"),
            VersionId::Numbered { sequence, tag } => write!(f, "{:016x}{:016x}", sequence.0, tag),
        }
    }
}

/// Names an event of a queue: the change that left it, and which of that change's events it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventId {
    pub sequence: Sequence,
    pub number: u16,
}

/// Why a text is no identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of this store")]
pub struct BadId;

impl FromStr for VersionId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        if text == "null" {
            return Ok(VersionId::Null);
        }
        let (sequence, tag) = hex_pair(text)?;
        Ok(VersionId::Numbered {
            sequence: Sequence(sequence),
            tag,
        })
    }
}

/// Names an upload to the outside; the `tag` makes it unguessable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UploadName {
    pub id: UploadId,
    pub tag: u64,
}

impl fmt::Display for UploadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.id.0, self.tag)
    }
}

impl FromStr for UploadName {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let (id, tag) = hex_pair(text)?;
        Ok(UploadName {
            id: UploadId(id),
            tag,
        })
    }
}

/// Exactly 32 lower-case hexadecimal digits as two numbers; one spelling per identifier.
fn hex_pair(text: &str) -> Result<(u64, u64), BadId> {
    let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if text.len() != 32 || !text.bytes().all(digit) {
        return Err(BadId);
    }
    let number = |part: &str| u64::from_str_radix(part, 16).map_err(|_| BadId);
    Ok((number(&text[..16])?, number(&text[16..])?))
}
