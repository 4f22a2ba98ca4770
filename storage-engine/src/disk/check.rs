//! What every implementation of the seam refuses, in the same words.

use std::io::{self, IoSlice};

use super::DIRECT_ALIGN_BYTES;

/// The longest name that common file systems take.
const NAME_BYTES_MAX: usize = 255;

/// A plain file name. A leading dot is for the adapter's own files.
pub(super) fn name(name: &str) -> io::Result<()> {
    let plain = !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && !name.starts_with('.')
        && !name.contains(['/', '\0']);
    refuse_unless(plain, || format!("{name:?} is not a plain file name"))
}

/// A span that a file can have at all.
pub(super) fn span(offset: u64, len: usize) -> io::Result<()> {
    let end = offset.checked_add(len as u64);
    let inside = end.is_some_and(|end| i64::try_from(end).is_ok());
    refuse_unless(inside, || {
        format!("{len} bytes at {offset} lie beyond the end of any file")
    })
}

/// A part of a block.
pub(super) fn part(start: usize, end: usize, block_bytes: usize) -> io::Result<()> {
    refuse_unless(start <= end && end <= block_bytes, || {
        format!("{start}..{end} is no part of a block of {block_bytes} bytes")
    })
}

/// What direct access asks of a write.
pub(super) fn aligned(pieces: &[IoSlice<'_>], offset: u64) -> io::Result<()> {
    let whole = |number: usize| number.is_multiple_of(DIRECT_ALIGN_BYTES);
    let pieces_fit = pieces
        .iter()
        .all(|piece| whole(piece.len()) && (piece.is_empty() || whole(piece.as_ptr().addr())));
    let fits = pieces_fit && offset.is_multiple_of(DIRECT_ALIGN_BYTES as u64);
    refuse_unless(fits, || {
        format!("a direct write at {offset} is not aligned to {DIRECT_ALIGN_BYTES} bytes")
    })
}

fn refuse_unless(fine: bool, text: impl FnOnce() -> String) -> io::Result<()> {
    match fine {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, text())),
    }
}
