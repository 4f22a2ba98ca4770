//! A pattern as a machine whose states are bits, so that one step of it moves 64 of them.
//!
//! Trying a pattern at one place after the other is quick on what people write, and takes the
//! product of both lengths where somebody means harm: patterns come from who owns a bucket, texts
//! from whoever sends a request. Here it is the product through 64, and as much of it as there is
//! work left for.

use super::{Case, Piece, one};
use crate::policy::work::Work;
use std::borrow::Cow;

/// The longest character in bytes, and where the machine stands.
const PLACES: usize = 5;
/// How many there are of them.
const BYTES: usize = 256;
/// What a byte of the text takes beside the words it moves.
const BYTE_STEPS: usize = 4;

/// State `n` is: the first `n` units have been met. The last is met when there are no more.
struct Machine {
    words: usize,
    units: usize,
    /// By byte: states that it leads on from.
    bytes: Vec<u64>,
    /// States that any character leads on from.
    ones: Vec<u64>,
    /// States that anything leaves as they are.
    stars: Vec<u64>,
}

/// Of a pattern that is no longer than the text, which bounds what is allocated.
pub(super) fn matches(
    pieces: &[Piece],
    values: &[Cow<'_, str>],
    text: &[u8],
    case: Case,
    work: &Work,
) -> bool {
    let units = units(pieces, values);
    // Its rows are filled with zeros, and each byte of the text moves all of its words.
    let words = units / 64 + 1;
    let steps = text.len().saturating_mul(words + BYTE_STEPS) + words * BYTES / 8;
    units <= text.len() && work.spend(steps) && Machine::of(pieces, values, case).describes(text)
}

/// How many bytes and characters it takes at least.
fn units(pieces: &[Piece], values: &[Cow<'_, str>]) -> usize {
    let lengths = pieces.iter().map(|piece| length(piece, values));
    lengths.fold(0, usize::saturating_add)
}

fn length(piece: &Piece, values: &[Cow<'_, str>]) -> usize {
    match piece {
        Piece::Literal(literal) => literal.len(),
        Piece::Variable(variable) => values.get(variable.number).map_or(0, |it| it.len()),
        Piece::One => 1,
        Piece::Many => 0,
    }
}

impl Machine {
    fn of(pieces: &[Piece], values: &[Cow<'_, str>], case: Case) -> Self {
        let units = units(pieces, values);
        let words = units / 64 + 1;
        let mut machine = Self {
            words,
            units,
            bytes: vec![0; BYTES * words],
            ones: vec![0; words],
            stars: vec![0; words],
        };
        let mut at = 0;
        for piece in pieces {
            match piece {
                Piece::Many => set(&mut machine.stars, at),
                Piece::One => set(&mut machine.ones, at),
                Piece::Literal(literal) => machine.literal(at, literal, case),
                Piece::Variable(variable) => {
                    let value = values.get(variable.number).map_or("", |it| it.as_ref());
                    machine.literal(at, value.as_bytes(), case);
                }
            }
            at += length(piece, values);
        }
        machine
    }

    fn literal(&mut self, from: usize, literal: &[u8], case: Case) {
        for (at, byte) in literal.iter().enumerate() {
            let both = match case {
                Case::Matters => [*byte; 2],
                Case::Ignored => [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()],
            };
            for byte in both {
                let row = usize::from(byte) * self.words;
                set(&mut self.bytes[row..row + self.words], from + at);
            }
        }
    }

    fn describes(&self, text: &[u8]) -> bool {
        // Where it stands, and where characters of several bytes lead to.
        let mut ahead: [Vec<u64>; PLACES] = std::array::from_fn(|_| vec![0; self.words]);
        set(&mut ahead[0], 0);
        for (at, byte) in text.iter().enumerate() {
            let mut now = std::mem::take(&mut ahead[at % PLACES]);
            let row = usize::from(*byte) * self.words;
            let bytes = &self.bytes[row..row + self.words];
            let character = one(&text[at..]).unwrap_or(1);
            lead_on(&now, bytes, &mut ahead[(at + 1) % PLACES]);
            lead_on(&now, &self.ones, &mut ahead[(at + character) % PLACES]);
            let next = &mut ahead[(at + 1) % PLACES];
            for (next, (now, star)) in next.iter_mut().zip(now.iter().zip(&self.stars)) {
                *next |= now & star;
            }
            now.fill(0);
            ahead[at % PLACES] = now;
        }
        let end = &ahead[text.len() % PLACES];
        end[self.units / 64] >> (self.units % 64) & 1 == 1
    }
}

/// The states after those that are both.
fn lead_on(now: &[u64], from: &[u64], to: &mut [u64]) {
    let mut carried = 0;
    for ((now, from), to) in now.iter().zip(from).zip(to) {
        let both = now & from;
        *to |= both << 1 | carried;
        carried = both >> 63;
    }
}

fn set(bits: &mut [u64], at: usize) {
    bits[at / 64] |= 1 << (at % 64);
}
