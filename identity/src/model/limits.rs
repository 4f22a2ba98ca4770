//! How much somebody may have.

use serde::{Deserialize, Serialize};

/// What a managed policy sets beside what it allows, and what comes of it for somebody. What is
/// absent is not limited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes in all buckets that count for the user.
    #[serde(default)]
    pub storage: Option<u64>,
    /// Objects in them.
    #[serde(default)]
    pub objects: Option<u64>,
    #[serde(default)]
    pub requests_per_second: Option<u32>,
    /// Bytes of one object that the user writes, anywhere.
    #[serde(default)]
    pub largest_object: Option<u64>,
}

/// The limits that a managed policy has been given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyLimits {
    /// Its full name.
    pub policy: String,
    pub limits: Limits,
}

impl Limits {
    /// Of each limit the higher one; what only one of the two sets counts.
    #[must_use]
    pub fn or_higher(self, other: Limits) -> Limits {
        Limits {
            storage: self.storage.max(other.storage),
            objects: self.objects.max(other.objects),
            requests_per_second: self.requests_per_second.max(other.requests_per_second),
            largest_object: self.largest_object.max(other.largest_object),
        }
    }
}
