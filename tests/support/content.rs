//! Bodies that are told by a number instead of being kept.

/// A body, or one of its pieces: always the same bytes for the same seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) seed: u64,
    pub(crate) bytes: usize,
}

/// What an object holds: one piece, or the parts of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content(pub(crate) Vec<Piece>);

impl Piece {
    pub(crate) fn make(&self) -> Vec<u8> {
        let mut dice = Dice(self.seed);
        let mut body = Vec::with_capacity(self.bytes + 8);
        while body.len() < self.bytes {
            body.extend_from_slice(&dice.next().to_le_bytes());
        }
        body.truncate(self.bytes);
        body
    }
}

impl Content {
    pub(crate) fn bytes(&self) -> usize {
        self.0.iter().map(|piece| piece.bytes).sum()
    }

    pub(crate) fn is(&self, body: &[u8]) -> bool {
        let mut rest = body;
        self.bytes() == body.len()
            && self.0.iter().all(|piece| {
                let (front, back) = rest.split_at(piece.bytes);
                rest = back;
                front == piece.make()
            })
    }
}

/// Numbers that look random and are the same in every run (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Evenly from nothing up to, but not including, `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[usize::try_from(self.below(things.len() as u64)).unwrap()]
    }
}
