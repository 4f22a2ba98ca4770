//! MD5 with plain 32-bit words: one lane, or two interleaved so that each hides the other's latency.

use super::rounds::{SINES, define_compress, round, step};
use super::{Block, State};

type Vector = u32;
const WIDTH: usize = 1;

fn splat(value: u32) -> Vector {
    value
}

fn add(x: Vector, y: Vector) -> Vector {
    x.wrapping_add(y)
}

fn rotate_left<const LEFT: u32, const RIGHT: u32>(x: Vector) -> Vector {
    x.rotate_left(LEFT)
}

fn f(sum: Vector, b: Vector, c: Vector, d: Vector) -> Vector {
    add(sum, d ^ (b & (c ^ d)))
}

/// The two halves never share a set bit, so they may be added one after the other: the half
/// without `b`, the newest value, leaves the critical path.
fn g(sum: Vector, b: Vector, c: Vector, d: Vector) -> Vector {
    add(add(sum, c & !d), b & d)
}

fn h(sum: Vector, b: Vector, c: Vector, d: Vector) -> Vector {
    add(sum, b ^ (c ^ d))
}

fn i(sum: Vector, b: Vector, c: Vector, d: Vector) -> Vector {
    add(sum, c ^ (b | !d))
}

fn load_state(states: &[State], first: usize, word: usize) -> Vector {
    states[first][word]
}

fn store_state(states: &mut [State], first: usize, words: [Vector; 4]) {
    states[first] = words;
}

fn load_words(data: &[&[Block]], first: usize, block: usize) -> [Vector; 16] {
    let (words, _) = data[first][block].as_chunks::<4>();
    core::array::from_fn(|word| u32::from_le_bytes(words[word]))
}

define_compress!();
