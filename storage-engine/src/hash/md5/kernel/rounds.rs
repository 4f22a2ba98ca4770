//! The 64 steps of MD5 (RFC 1321), written once for every word type.
//!
//! The macro expects these names where it is used: `Vector` (one 32-bit word of each lane),
//! `WIDTH` (lanes in a `Vector`), `splat`, `add`, `rotate_left::<L, 32 - L>`, the four round
//! functions `f g h i` (each returns its accumulator plus the function's value, so that a word
//! type can order the additions for its shortest path), `load_words` and `load_state` /
//! `store_state`. A macro instead of a trait lets each of them carry `#[target_feature]`, which
//! keeps the arithmetic safe code and lets it be inlined.

/// Binary digits of `2^32 * |sin(i + 1)|`, the additive constants of RFC 1321, section 3.4.
#[rustfmt::skip]
pub(super) const SINES: [u32; 64] = [
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
];

/// One step for every set: `a = b + rotl(a + word + sine + round(b, c, d), shift)`.
///
/// `a` is the oldest value, so `a + word + sine` is off the critical path: what waits for the
/// step before is only the round function, one addition, the rotation and the last addition.
macro_rules! step {
    ($round:ident, $a:ident $b:ident $c:ident $d:ident, $words:ident[$word:literal], $sine:expr, $shift:literal) => {
        for set in 0..SETS {
            let off_path = add($a[set], add($words[set][$word], splat(SINES[$sine])));
            let sum = $round(off_path, $b[set], $c[set], $d[set]);
            $a[set] = add($b[set], rotate_left::<$shift, { 32 - $shift }>(sum));
        }
    };
}

/// Sixteen steps with one round function. Every quadruple names its first sine and four words.
macro_rules! round {
    ($round:ident, $words:ident, $a:ident $b:ident $c:ident $d:ident,
     $s0:literal $s1:literal $s2:literal $s3:literal,
     $($sine:literal: $w0:literal $w1:literal $w2:literal $w3:literal),*) => {
        $(
            step!($round, $a $b $c $d, $words[$w0], $sine, $s0);
            step!($round, $d $a $b $c, $words[$w1], $sine + 1, $s1);
            step!($round, $c $d $a $b, $words[$w2], $sine + 2, $s2);
            step!($round, $b $c $d $a, $words[$w3], $sine + 3, $s3);
        )*
    };
}

/// Defines `compress::<SETS, LANES>`, which folds blocks into the states of the first
/// `SETS * WIDTH` lanes; the arrays may be longer. Every slice of `data` used must be as long as
/// the first.
///
/// Several sets are independent chains in one instruction stream: where one chain leaves
/// execution ports idle between its dependent steps, another fills them.
macro_rules! define_compress {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub(crate) fn compress<const SETS: usize, const LANES: usize>(
            states: &mut [State; LANES],
            data: &[&[Block]; LANES],
        ) {
            let [mut a, mut b, mut c, mut d]: [[Vector; SETS]; 4] = core::array::from_fn(|word| {
                core::array::from_fn(|set| load_state(states, set * WIDTH, word))
            });
            for block in 0..data[0].len() {
                let words: [[Vector; 16]; SETS] =
                    core::array::from_fn(|set| load_words(data, set * WIDTH, block));
                let before = [a, b, c, d];
                round!(f, words, a b c d, 7 12 17 22,
                    0: 0 1 2 3, 4: 4 5 6 7, 8: 8 9 10 11, 12: 12 13 14 15);
                round!(g, words, a b c d, 5 9 14 20,
                    16: 1 6 11 0, 20: 5 10 15 4, 24: 9 14 3 8, 28: 13 2 7 12);
                round!(h, words, a b c d, 4 11 16 23,
                    32: 5 8 11 14, 36: 1 4 7 10, 40: 13 0 3 6, 44: 9 12 15 2);
                round!(i, words, a b c d, 6 10 15 21,
                    48: 0 7 14 5, 52: 12 3 10 1, 56: 8 15 6 13, 60: 4 11 2 9);
                for set in 0..SETS {
                    a[set] = add(a[set], before[0][set]);
                    b[set] = add(b[set], before[1][set]);
                    c[set] = add(c[set], before[2][set]);
                    d[set] = add(d[set], before[3][set]);
                }
            }
            for set in 0..SETS {
                store_state(states, set * WIDTH, [a[set], b[set], c[set], d[set]]);
            }
        }
    };
}

pub(super) use {define_compress, round, step};
