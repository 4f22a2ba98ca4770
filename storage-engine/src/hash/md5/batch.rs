//! Several messages advanced together.

#[cfg(test)]
mod tests;

use super::kernel::{Block, Kernels, LANES_MAX, Lane};
use super::state::Md5;
use bytes::Bytes;

/// Appends to each message its pieces, in order, all messages side by side.
///
/// Lanes run as far as the shortest current piece; whoever has used up a piece goes on with its
/// next, whoever has used up all drops out, and the kernel narrows accordingly.
pub(super) fn update_all<'a>(messages: impl Iterator<Item = (&'a mut Md5, &'a [Bytes])>) {
    let mut cursors: Vec<Cursor<'a>> = messages
        .map(|(md5, pieces)| Cursor {
            md5,
            pieces,
            blocks: &[],
            tail: &[],
        })
        .collect();
    for group in cursors.chunks_mut(LANES_MAX) {
        while advance(group) {}
    }
}

struct Cursor<'a> {
    md5: &'a mut Md5,
    pieces: &'a [Bytes],
    /// Whole blocks of the current piece still to do, and the bytes that follow them.
    blocks: &'a [Block],
    tail: &'a [u8],
}

/// Runs once over all messages that have blocks; false when none has.
fn advance(cursors: &mut [Cursor<'_>]) -> bool {
    for cursor in cursors.iter_mut() {
        cursor.refill();
    }
    let shortest = cursors
        .iter()
        .map(|cursor| cursor.blocks.len())
        .filter(|&count| count > 0)
        .min();
    let Some(count) = shortest else { return false };
    let mut lanes: Vec<Lane<'_>> = cursors
        .iter_mut()
        .filter(|cursor| !cursor.blocks.is_empty())
        .map(|cursor| cursor.md5.lane(&cursor.blocks[..count]))
        .collect();
    Kernels::best().compress(&mut lanes);
    for cursor in cursors
        .iter_mut()
        .filter(|cursor| !cursor.blocks.is_empty())
    {
        cursor.pass(count);
    }
    true
}

impl Cursor<'_> {
    /// Goes on to the next piece that holds a whole block, if the current one is used up.
    fn refill(&mut self) {
        while self.blocks.is_empty() {
            let Some((piece, rest)) = self.pieces.split_first() else {
                return;
            };
            self.pieces = rest;
            (self.blocks, self.tail) = self.md5.enter(piece);
            if self.blocks.is_empty() {
                self.md5.leave(0, self.tail);
            }
        }
    }

    fn pass(&mut self, count: usize) {
        self.blocks = &self.blocks[count..];
        let tail = if self.blocks.is_empty() {
            self.tail
        } else {
            &[]
        };
        self.md5.leave(count, tail);
    }
}
