//! Where bodies go, by their length.

use crate::limits::{INLINE_BYTES_MAX, LOG_BODY_BYTES_MAX, ROW_CHUNKS_MAX};

/// Bounds that are not a setting: tests make them small, measurements vary them. What is stored
/// under one choice reads the same under every other.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tuning {
    /// Bodies up to here lie in their row.
    pub inline_bytes_max: usize,
    /// Bodies up to here lie in the log. At most [`crate::limits::CHUNK_BYTES`].
    pub log_body_bytes_max: usize,
    /// Chunks that one row names; a longer body becomes parts.
    pub row_chunks_max: usize,
}

impl Default for Tuning {
    fn default() -> Self {
        Tuning {
            inline_bytes_max: INLINE_BYTES_MAX,
            log_body_bytes_max: LOG_BODY_BYTES_MAX,
            row_chunks_max: ROW_CHUNKS_MAX,
        }
    }
}
