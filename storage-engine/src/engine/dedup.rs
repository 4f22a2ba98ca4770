//! Sharing chunks by their content, in buckets that want it and among buckets of one owner.
//!
//! A *hint* says where a chunk of known content lies. It is written in the same step as the chunk's
//! first name, and only for chunks of bulk segments that are not encrypted. A body that comes in is
//! cut where every body is cut; a piece that a hint is found for is named once more instead of
//! written ([`crate::stage`]). The client always sends its bytes: nothing is had by knowing a
//! digest.
//!
//! **A hint is never wrong, only late.** The number of a committed chunk is never given to another
//! one, so a chunk that is still there is the one that the hint was written for, wherever it has
//! been moved to. If it is gone, the hint leads nowhere, and the piece is written like any other;
//! its own hint takes the place of the old one. Hints of content that never comes again are
//! removed by [`Hints::prune`]: what is left over are those of chunks freed within one [`INTERVAL`],
//! some 60 bytes for each MiB.
//!
//! **What was found is not freed before it is named.** A hint that is followed holds its chunk
//! ([`Holds`]); the sweeper leaves held chunks alone whose last name it would take. In buckets that
//! deduplicate all chunks with hints go through the trash, so the sweeper is the only one to free
//! them. Where the option was switched off in the meantime, or a copy lies in a bucket without it,
//! a chunk can still go at once: then the change that wants to name it is refused with
//! [`crate::Error::Conflict`], and nothing is lost but the upload.
//!
//! **Nothing is shared on half a match.** The key of a hint holds 8 bytes for the owner and 16 of
//! the digest, its row as many again. The owner's 16 are a hash under the store's own secret:
//! whoever may choose his name cannot look for one that meets another's. The digest is all of
//! BLAKE3's 32 bytes, for which nobody can make two contents.
//!
//! A chunk that is found is not read again: it is trusted like every other chunk that rows name,
//! and its damage found by the same means. Bodies that come at the same time do not find each
//! other, since neither is committed.

mod holds;
mod prune;
#[cfg(test)]
mod tests;

pub(super) use holds::Holds;

use std::time::Duration;

use crate::error::Result;
use crate::ids::ExtentId;
use crate::index::RowChange;
use crate::key::Key;
use crate::meta::Meta;
use crate::row::{self, DedupRow, ExtentRow};
use crate::stage::{Dedup, DedupFuture, Known};

/// How often hints are looked through for those that lead nowhere.
const INTERVAL: Duration = Duration::from_secs(3600);

/// Names of one chunk. A count of half the range refuses nobody who has found the chunk before it
/// was reached: bodies under way are far fewer.
const NAMES_MAX: u32 = u32::MAX / 2;

const SCOPE_CONTEXT: &str = "Cairn storage-engine, scopes of deduplication, version 1";

/// Where chunks of known content lie. Clones are the same.
#[derive(Clone)]
pub(super) struct Hints {
    meta: Meta,
    holds: Holds,
    /// Under which owners are hashed.
    secret: [u8; 32],
}

/// A content of an owner: the key of its hint, and what the row must say besides.
struct Name {
    key: Key,
    scope: [u8; 8],
    digest: [u8; 16],
}

impl Hints {
    pub(super) fn new(meta: Meta, store_secret: &[u8; 32]) -> Self {
        Hints {
            meta,
            holds: Holds::default(),
            secret: blake3::derive_key(SCOPE_CONTEXT, store_secret),
        }
    }

    /// What must not be freed at the moment.
    pub(super) fn holds(&self) -> &Holds {
        &self.holds
    }

    async fn find(&self, owner: &str, digest: &[u8; 32]) -> Result<Option<Known>> {
        let name = self.name(owner, digest);
        let Some(bytes) = self.meta.get(name.key.clone()).await? else {
            return Ok(None);
        };
        // One that does not decode is as good as none: the next chunk writes it anew.
        let hint = row::decode::<DedupRow>(&bytes).ok();
        let Some(hint) = hint.filter(|hint| name.is_of(hint)) else {
            return Ok(None);
        };
        // Held before it is looked for: what is there then will stay.
        let Some(hold) = self.holds.hold(hint.extent) else {
            return Ok(None);
        };
        let row: Option<ExtentRow> = self.meta.row(Key::extent(hint.extent)).await?;
        let usable = row.is_some_and(|row| row.refs < NAMES_MAX);
        Ok(usable.then(|| Known {
            extent: hint.extent,
            pin: Box::new(hold),
        }))
    }

    fn name(&self, owner: &str, digest: &[u8; 32]) -> Name {
        let scope = blake3::keyed_hash(&self.secret, owner.as_bytes());
        let (mut front, mut back) = ([0; 8], [0; 8]);
        front.copy_from_slice(&scope.as_bytes()[..8]);
        back.copy_from_slice(&scope.as_bytes()[8..16]);
        let mut rest = [0; 16];
        rest.copy_from_slice(&digest[16..]);
        Name {
            key: Key::dedup(u64::from_be_bytes(front), digest),
            scope: back,
            digest: rest,
        }
    }
}

impl Name {
    fn is_of(&self, hint: &DedupRow) -> bool {
        hint.scope == self.scope && hint.digest == self.digest
    }
}

impl Dedup for Hints {
    fn lookup<'a>(&'a self, owner: &'a str, digest: &'a [u8; 32]) -> DedupFuture<'a> {
        Box::pin(self.find(owner, digest))
    }

    fn hint(&self, owner: &str, digest: &[u8; 32], extent: ExtentId) -> RowChange {
        let Name { key, scope, digest } = self.name(owner, digest);
        let row = DedupRow {
            extent,
            scope,
            digest,
        };
        (key, Some(row::encode(&row).into()))
    }
}

impl std::fmt::Debug for Hints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hints")
            .field("holds", &self.holds)
            .finish_non_exhaustive()
    }
}
