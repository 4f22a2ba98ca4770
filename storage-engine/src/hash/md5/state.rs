//! The MD5 of one message.

#[cfg(test)]
mod tests;

use super::kernel::{BLOCK_BYTES, Block, INITIAL, Kernels, Lane, State};

/// An MD5 computation in progress.
#[derive(Clone, Debug)]
pub struct Md5 {
    state: State,
    length_bytes: u64,
    /// The first `length_bytes % 64` bytes are input that does not fill a block yet.
    carry: Block,
}

impl Default for Md5 {
    fn default() -> Self {
        Self::new()
    }
}

impl Md5 {
    /// Starts with the empty message.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: INITIAL,
            length_bytes: 0,
            carry: [0; BLOCK_BYTES],
        }
    }

    /// Appends `data` to the message.
    pub fn update(&mut self, data: &[u8]) {
        let (blocks, tail) = self.enter(data);
        Kernels::best().compress_one(&mut self.state, blocks);
        self.leave(blocks.len(), tail);
    }

    /// The digest of all that was appended.
    #[must_use]
    pub fn finish(mut self) -> [u8; 16] {
        // The length in bits wraps modulo 2^64 by definition (RFC 1321, section 3.2).
        let length_bits = self.length_bytes.wrapping_mul(8);
        let used = self.carried();
        let mut last = [[0; BLOCK_BYTES]; 2];
        let padded = if used < BLOCK_BYTES - 8 { 1 } else { 2 };
        last[0][..used].copy_from_slice(&self.carry[..used]);
        last[0][used] = 0x80;
        last[padded - 1][BLOCK_BYTES - 8..].copy_from_slice(&length_bits.to_le_bytes());
        Kernels::best().compress_one(&mut self.state, &last[..padded]);
        let mut digest = [0; 16];
        for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(self.state) {
            *bytes = word.to_le_bytes();
        }
        digest
    }

    /// Completes the carried block from the front of `data` and returns the rest, as whole blocks
    /// and what is left over. Both must be handed to [`Md5::leave`] once the blocks are in.
    pub(super) fn enter<'a>(&mut self, data: &'a [u8]) -> (&'a [Block], &'a [u8]) {
        let used = self.carried();
        let rest = if used == 0 {
            data
        } else {
            let (front, rest) = data.split_at(data.len().min(BLOCK_BYTES - used));
            self.carry[used..used + front.len()].copy_from_slice(front);
            self.length_bytes += front.len() as u64;
            if used + front.len() == BLOCK_BYTES {
                Kernels::best().compress_one(&mut self.state, &[self.carry]);
            }
            rest
        };
        rest.as_chunks()
    }

    /// Accounts for blocks that were folded into the state, and carries `tail`.
    pub(super) fn leave(&mut self, blocks: usize, tail: &[u8]) {
        self.carry[..tail.len()].copy_from_slice(tail);
        self.length_bytes += (blocks * BLOCK_BYTES + tail.len()) as u64;
    }

    /// This message as a lane of a shared compression.
    pub(super) fn lane<'a>(&'a mut self, blocks: &'a [Block]) -> Lane<'a> {
        Lane {
            state: &mut self.state,
            blocks,
        }
    }

    fn carried(&self) -> usize {
        let [low, ..] = self.length_bytes.to_le_bytes();
        usize::from(low) % BLOCK_BYTES
    }
}

/// The MD5 of a message that is at hand as a whole.
///
/// For small bodies this beats handing them to a [`super::LaneHasher`], whose thread must be
/// woken first; the crossover is [`super::INLINE_BYTES_MAX`].
#[must_use]
pub fn md5_inline(data: &[u8]) -> [u8; 16] {
    let mut md5 = Md5::new();
    md5.update(data);
    md5.finish()
}
