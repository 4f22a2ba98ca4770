//! Where the bytes of a version are.

use serde::{Deserialize, Serialize};

use crate::ids::{ExtentId, UploadId};

/// The bytes of a body, or the way to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// In the row itself.
    Inline(Vec<u8>),
    /// Chunks named by this row.
    Runs(Vec<Run>),
    /// Parts of a completed upload, or of a body that came in one piece and is too long for one
    /// row, listed by manifest pages. Which of the two it is, the ETag tells: only that of an
    /// upload has a number of parts.
    Parts {
        /// The upload; for a long body the sequence of the change that stored its first part.
        home: UploadId,
        /// The other half of the upload's name: a client may ask for the same completion again.
        tag: u64,
        parts: u16,
        pages: Vec<PageStart>,
    },
}

/// A stretch of a body cut into chunks of equal length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Bytes of the first chunk that do not belong to the body: a copied range may start inside.
    pub skip: u32,
    pub len: u64,
    pub ids: IdList,
}

/// Extent ids as differences to their predecessors: neighbours differ little.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdList(Vec<i64>);

impl IdList {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = ExtentId> + '_ {
        self.0.iter().scan(0i64, |last, difference| {
            *last = last.wrapping_add(*difference);
            Some(ExtentId(last.cast_unsigned()))
        })
    }
}

impl FromIterator<ExtentId> for IdList {
    fn from_iter<I: IntoIterator<Item = ExtentId>>(ids: I) -> Self {
        let mut last = 0i64;
        let difference = |id: ExtentId| {
            let this = id.0.cast_signed();
            let difference = this.wrapping_sub(last);
            last = this;
            difference
        };
        IdList(ids.into_iter().map(difference).collect())
    }
}

/// Where in the body a manifest page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageStart {
    pub offset: u64,
}
