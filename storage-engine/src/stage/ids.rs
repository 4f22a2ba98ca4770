//! Numbers for new extents.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::ids::ExtentId;

/// Gives every extent of this process another number.
#[derive(Debug)]
pub struct ExtentIds(AtomicU64);

impl ExtentIds {
    /// `first` must be greater than every extent that was ever committed.
    pub fn starting_at(first: ExtentId) -> Self {
        ExtentIds(AtomicU64::new(first.0))
    }

    pub fn next(&self) -> ExtentId {
        ExtentId(self.0.fetch_add(1, Ordering::Relaxed))
    }
}
