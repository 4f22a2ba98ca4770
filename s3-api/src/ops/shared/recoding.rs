//! Memory for copies whose bytes the engine reads and writes anew.

use crate::error::S3Error;
use crate::limits::{INTAKE_BYTES_MAX, OUTLET_BYTES_MAX};
use crate::load::{Busy, Memory};
use crate::request::Permitted;

/// What becomes of the bytes of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bytes {
    /// They are shared.
    Shared,
    /// They go out and come in again, as those of a download and of an upload.
    Recoded,
}

/// Held as long as the copying lasts, whoever waits for it.
pub(crate) async fn hold(
    request: &Permitted<'_>,
    bytes: Bytes,
    size: u64,
) -> Result<Option<Memory>, S3Error> {
    if bytes == Bytes::Shared {
        return Ok(None);
    }
    let both = size.min(OUTLET_BYTES_MAX) + size.min(INTAKE_BYTES_MAX);
    let held = request.settings().load.hold(both).await;
    held.map(Some).map_err(Busy::refusal)
}
