//! From what is stored of a chunk back to bytes of the body.

use std::ops::Range;

use bytes::Bytes;

use super::Blocks;
use super::cipher::Cipher;
use crate::disk::Block;
use crate::limits::FRAME_BYTES;
use crate::record::{BadRecord, ChunkHead, Codec};

/// Why a chunk does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    Damaged(BadRecord),
    /// It is encrypted and no key was given.
    NeedsKey,
    /// A key was given for bytes that nobody encrypted: they are not what was stored.
    NotEncrypted,
}

impl From<BadRecord> for Closed {
    fn from(bad: BadRecord) -> Self {
        Closed::Damaged(bad)
    }
}

/// The part of the payload, in whole frames, that a part of the body needs.
pub(super) fn span(head: &ChunkHead, wanted: &Range<u32>) -> Range<usize> {
    let stored = head.stored_bytes as usize;
    match head.codec {
        Codec::None => {
            let start = wanted.start as usize / FRAME_BYTES * FRAME_BYTES;
            let end = (wanted.end as usize).next_multiple_of(FRAME_BYTES);
            start.min(stored)..end.min(stored)
        }
        Codec::Lz4 | Codec::Zstd => 0..stored,
    }
}

/// Verifies `block[held]`, which is `span` of the payload, and gives the wanted part of the body.
/// Nothing that has not been verified leaves this function.
pub(super) fn open(
    head: &ChunkHead,
    mut block: Block,
    held: Range<usize>,
    wanted: &Range<u32>,
    cipher: Option<&Cipher>,
    blocks: &Blocks,
) -> Result<Bytes, Closed> {
    let span = span(head, wanted);
    if held.len() != span.len() {
        return Err(BadRecord::Short.into());
    }
    let first = span.start / FRAME_BYTES;
    head.verify_frames(first, &block[held.clone()])?;
    match (&head.nonce, cipher) {
        (Some(nonce), Some(cipher)) => {
            cipher.unseal(head, nonce, first, &mut block[held.clone()])?;
        }
        (Some(_), None) => return Err(Closed::NeedsKey),
        (None, Some(_)) => return Err(Closed::NotEncrypted),
        (None, None) => {}
    }
    let (start, end) = (wanted.start as usize, wanted.end as usize);
    if head.codec == Codec::None {
        let skip = held.start + (start - span.start);
        return Ok(block.freeze(skip..skip + (end - start)));
    }
    let plain = decompress(head, &block[held], blocks)?;
    Ok(plain.freeze(start..end))
}

fn decompress(head: &ChunkHead, stored: &[u8], blocks: &Blocks) -> Result<Block, BadRecord> {
    let bytes = head.logical_bytes as usize;
    let mut out = blocks.take(bytes).ok_or(BadRecord::Layout)?;
    let room = &mut out[..bytes];
    let filled = match head.codec {
        Codec::None => return Err(BadRecord::Layout),
        Codec::Lz4 => lz4_flex::block::decompress_into(stored, room).ok(),
        Codec::Zstd => zstd::bulk::decompress_to_buffer(stored, room).ok(),
    };
    match filled == Some(bytes) {
        true => Ok(out),
        false => Err(BadRecord::Content),
    }
}
