//! A body that is complete but for its name.

use super::large::Known;
use super::spill::Home;
use crate::chunk::{Written, check_key};
use crate::error::Result;
use crate::hash::ETag;
use crate::index::RowChange;
use crate::meta::{ExtentChange, LogBody};
use crate::row::{Body, KeyCheck, ManifestPage};
use crate::{Digests, SecretKey};

/// A body that is durable, or in memory on its way to the log, and that no row names yet. Dropped,
/// it leaves nothing that anybody could see.
#[derive(Debug)]
pub struct Staged {
    pub(super) parts: StagedParts,
    pub(super) secret: Option<SecretKey>,
}

/// What a change needs to name a body.
#[derive(Debug)]
pub struct StagedParts {
    pub digests: Digests,
    pub body: Body,
    pub extents: Vec<ExtentChange>,
    /// By which new chunks will be found; see [`super::Dedup::hint`].
    pub hints: Vec<RowChange>,
    /// That list the parts of a body too long for one row: to be written with the first row that
    /// names it, see [`super::Spill`].
    pub pages: Vec<ManifestPage>,
    /// To be committed in the same step as the rows.
    pub log_body: Option<LogBody>,
    /// The MD5 of the body, or opaque if it is encrypted and its tag is to tell nothing.
    pub etag: ETag,
    pub key_check: Option<KeyCheck>,
    /// To be held until the commit is over, whoever waits for it.
    pub pins: Pins,
}

/// Keeps what was stored for a body where it is until a row names it.
#[derive(Debug, Default)]
pub struct Pins {
    pub(super) written: Vec<Written>,
    pub(super) known: Vec<Known>,
    pub(super) home: Option<Home>,
}

impl Staged {
    pub fn digests(&self) -> &Digests {
        &self.parts.digests
    }

    /// Refuses a body that was not encrypted with the key that `check` was made from, or was
    /// though it should not be.
    pub fn check_secret(&self, check: Option<&KeyCheck>) -> Result<()> {
        check_key(self.secret.as_ref(), check)
    }

    pub fn into_parts(self) -> StagedParts {
        self.parts
    }
}

impl Pins {
    /// What was written for this body, for those who look at where it lies.
    pub fn written(&self) -> &[Written] {
        &self.written
    }

    /// Of a body too long for one row: where its parts wait to be named.
    pub fn home(&self) -> Option<&Home> {
        self.home.as_ref()
    }
}
