//! Names for requests, so that a client's complaint finds its log line.

use http::request::Parts;
use ring::rand::{SecureRandom, SystemRandom};
use std::sync::atomic::{AtomicU64, Ordering};

/// What a request is called, kept in its extensions from the start: what it leaves behind may tell.
#[derive(Clone, Debug, Default)]
pub struct RequestId(pub(crate) String);

impl RequestId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Empty for a request that we have made ourselves.
    pub(crate) fn of(parts: &Parts) -> &str {
        let id = parts.extensions.get::<RequestId>();
        id.map_or("", |id| id.0.as_str())
    }
}

/// Gives 16 hexadecimal digits that no other request of this process gets, and that do not tell
/// how many came before.
#[derive(Debug)]
pub(crate) struct RequestIds {
    offset: u64,
    count: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new() -> Self {
        let mut bytes = [0; 8];
        // Without random bytes the ids are still unique within this process.
        let _ = SystemRandom::new().fill(&mut bytes);
        Self {
            offset: u64::from_le_bytes(bytes),
            count: AtomicU64::new(0),
        }
    }

    pub(crate) fn next(&self) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        format!("{:016X}", scatter(self.offset.wrapping_add(count)))
    }
}

/// The finaliser of SplitMix64: a bijection, so that different numbers stay different.
fn scatter(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
