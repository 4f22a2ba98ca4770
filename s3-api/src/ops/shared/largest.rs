//! How large an object may be that somebody writes: its policies may say so.

use crate::error::{Code, S3Error};
use crate::request::Permitted;

/// Of whoever asks.
pub(crate) fn bytes_max(request: &Permitted<'_>) -> Option<u64> {
    request.caller().limits().largest_object
}

/// Refuses what has more bytes, or will have.
pub(crate) fn check(request: &Permitted<'_>, bytes: u64) -> Result<(), S3Error> {
    match bytes_max(request) {
        Some(max) if bytes > max => Err(S3Error::new(Code::EntityTooLarge)
            .message("Your proposed upload exceeds the largest object that you may write.")
            .extra("ProposedSize", bytes.to_string())
            .extra("MaxSizeAllowed", max.to_string())),
        _ => Ok(()),
    }
}
