//! How fast a check may go: it gives way to those who want the drive and a processor now.

use std::thread;
use std::time::Instant;

use super::super::compact::TokenBucket;

/// What a row is counted as: reading one costs about as much as so many bytes of a chunk.
const ROW_BYTES: u64 = 256;

#[derive(Debug)]
pub(super) struct Pace {
    bucket: TokenBucket,
    started: Instant,
}

impl Pace {
    pub(super) fn new(bytes_per_second: u64) -> Self {
        Pace {
            bucket: TokenBucket::new(bytes_per_second),
            started: Instant::now(),
        }
    }

    /// Blocks.
    pub(super) fn rest_after_rows(&mut self, rows: u64) {
        self.rest_after(rows.saturating_mul(ROW_BYTES));
    }

    /// Blocks.
    pub(super) fn rest_after(&mut self, bytes: u64) {
        let wait = self.bucket.take(bytes, self.started.elapsed());
        if !wait.is_zero() {
            thread::sleep(wait);
        }
    }
}
