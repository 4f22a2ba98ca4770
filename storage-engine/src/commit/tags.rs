//! Tags of changes: the part of outer identifiers that nobody can guess.

use std::fmt;

use crate::ids::Sequence;

/// Derives a tag from a sequence under the store's own secret: unpredictable from outside, the
/// same again after a crash, and no source of randomness on the committer's path.
#[derive(Clone)]
pub(crate) struct Tags([u8; 32]);

impl Tags {
    pub(crate) fn new(store_secret: &[u8; 32]) -> Self {
        Tags(blake3::derive_key(
            "Cairn storage-engine, tags of versions and uploads, version 1",
            store_secret,
        ))
    }

    pub(crate) fn of(&self, sequence: Sequence) -> u64 {
        let hash = blake3::keyed_hash(&self.0, &sequence.0.to_le_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        u64::from_le_bytes(first)
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tags(..)")
    }
}
