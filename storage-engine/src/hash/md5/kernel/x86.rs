//! MD5 lanes on x86-64 vectors. The word order of a vector is the lane order.
//!
//! Message words must change from "16 words of one lane" to "one word of every lane". Whole
//! 16-byte rows are loaded from the lanes into the vector's quarters, where loading and placing
//! are one operation, and only the 4 x 4 words inside each quarter are shuffled: half the
//! shuffles of a full transposition, and far cheaper than gathers.

use super::rounds::{SINES, define_compress, round, step};
use super::{Block, State};
use core::arch::x86_64::*;

/// Reads words `4 * row .. 4 * row + 4` of a block.
#[inline]
fn load_row(block: &Block, row: usize) -> __m128i {
    let bytes: &[u8; 16] = &block.as_chunks::<16>().0[row];
    // SAFETY: `bytes` is 16 readable bytes, the load has no alignment rule, SSE2 is baseline.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// Defines what does not depend on the operations: state and message transposition.
macro_rules! define_lanes {
    ($features:literal, $vector:ty, $width:literal, $unpack_lo32:ident $unpack_hi32:ident $unpack_lo64:ident $unpack_hi64:ident) => {
        type Vector = $vector;
        const WIDTH: usize = $width;

        #[inline]
        #[target_feature(enable = $features)]
        fn load_state(states: &[State], first: usize, word: usize) -> Vector {
            let words: [u32; WIDTH] = core::array::from_fn(|lane| states[first + lane][word]);
            // SAFETY: both are plain bits of the same size.
            unsafe { core::mem::transmute::<[u32; WIDTH], Vector>(words) }
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn store_state(states: &mut [State], first: usize, words: [Vector; 4]) {
            for (index, vector) in words.into_iter().enumerate() {
                // SAFETY: both are plain bits of the same size.
                let lanes = unsafe { core::mem::transmute::<Vector, [u32; WIDTH]>(vector) };
                for (lane, value) in lanes.into_iter().enumerate() {
                    states[first + lane][index] = value;
                }
            }
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn load_words(data: &[&[Block]], first: usize, block: usize) -> [Vector; 16] {
            let blocks: [&Block; WIDTH] = core::array::from_fn(|lane| &data[first + lane][block]);
            let mut words = [splat(0); 16];
            for row in 0..4 {
                let [r0, r1, r2, r3] =
                    core::array::from_fn(|lane| load_quarters(&blocks, lane, row));
                let (lo01, hi01) = ($unpack_lo32(r0, r1), $unpack_hi32(r0, r1));
                let (lo23, hi23) = ($unpack_lo32(r2, r3), $unpack_hi32(r2, r3));
                words[4 * row] = $unpack_lo64(lo01, lo23);
                words[4 * row + 1] = $unpack_hi64(lo01, lo23);
                words[4 * row + 2] = $unpack_lo64(hi01, hi23);
                words[4 * row + 3] = $unpack_hi64(hi01, hi23);
            }
            words
        }
    };
}

/// Defines the word operations where rotation and three-input logic are one instruction each.
macro_rules! define_avx512_words {
    ($features:literal, $splat:ident $add:ident $rotate:ident $logic:ident) => {
        #[inline]
        #[target_feature(enable = $features)]
        fn splat(value: u32) -> Vector {
            $splat(value.cast_signed())
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn add(x: Vector, y: Vector) -> Vector {
            $add(x, y)
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn rotate_left<const LEFT: i32, const RIGHT: i32>(x: Vector) -> Vector {
            $rotate::<LEFT>(x)
        }

        // The immediates are the truth tables of the round functions: bit `4b + 2c + d`.

        #[inline]
        #[target_feature(enable = $features)]
        fn f(sum: Vector, b: Vector, c: Vector, d: Vector) -> Vector {
            $add(sum, $logic::<0xca>(b, c, d))
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn g(sum: Vector, b: Vector, c: Vector, d: Vector) -> Vector {
            $add(sum, $logic::<0xe4>(b, c, d))
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn h(sum: Vector, b: Vector, c: Vector, d: Vector) -> Vector {
            $add(sum, $logic::<0x96>(b, c, d))
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn i(sum: Vector, b: Vector, c: Vector, d: Vector) -> Vector {
            $add(sum, $logic::<0x39>(b, c, d))
        }
    };
}

/// Defines the word operations from two-input logic and shifts.
macro_rules! define_plain_words {
    ($features:literal, $splat:ident $add:ident $shift_left:ident $shift_right:ident $and:ident $and_not:ident $or:ident $xor:ident) => {
        #[inline]
        #[target_feature(enable = $features)]
        fn splat(value: u32) -> Vector {
            $splat(value.cast_signed())
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn add(x: Vector, y: Vector) -> Vector {
            $add(x, y)
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn rotate_left<const LEFT: i32, const RIGHT: i32>(x: Vector) -> Vector {
            $or($shift_left::<LEFT>(x), $shift_right::<RIGHT>(x))
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn f(sum: Vector, b: Vector, c: Vector, d: Vector) -> Vector {
            $add(sum, $xor(d, $and(b, $xor(c, d))))
        }

        /// The halves share no set bit; added in turn, the one without `b` is off the path.
        #[inline]
        #[target_feature(enable = $features)]
        fn g(sum: Vector, b: Vector, c: Vector, d: Vector) -> Vector {
            $add($add(sum, $and_not(d, c)), $and(b, d))
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn h(sum: Vector, b: Vector, c: Vector, d: Vector) -> Vector {
            $add(sum, $xor(b, $xor(c, d)))
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn i(sum: Vector, b: Vector, c: Vector, d: Vector) -> Vector {
            $add(sum, $xor(c, $or(b, $xor(d, splat(u32::MAX)))))
        }
    };
}

/// One lane in the low word of a vector: shorter dependent steps than general registers have.
pub(super) mod avx512_x1 {
    use super::*;

    type Vector = __m128i;
    const WIDTH: usize = 1;

    define_avx512_words!("avx512f,avx512vl", _mm_set1_epi32 _mm_add_epi32 _mm_rol_epi32 _mm_ternarylogic_epi32);

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    fn load_state(states: &[State], first: usize, word: usize) -> Vector {
        splat(states[first][word])
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    fn store_state(states: &mut [State], first: usize, words: [Vector; 4]) {
        states[first] = words.map(|word| _mm_cvtsi128_si32(word).cast_unsigned());
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    fn load_words(data: &[&[Block]], first: usize, block: usize) -> [Vector; 16] {
        let (words, _) = data[first][block].as_chunks::<4>();
        core::array::from_fn(|word| splat(u32::from_le_bytes(words[word])))
    }

    define_compress!(#[target_feature(enable = "avx512f,avx512vl")]);
}

pub(super) mod avx512_x4 {
    use super::*;

    define_lanes!("avx512f,avx512vl", __m128i, 4,
        _mm_unpacklo_epi32 _mm_unpackhi_epi32 _mm_unpacklo_epi64 _mm_unpackhi_epi64);
    define_avx512_words!("avx512f,avx512vl", _mm_set1_epi32 _mm_add_epi32 _mm_rol_epi32 _mm_ternarylogic_epi32);

    #[inline]
    fn load_quarters(blocks: &[&Block; 4], lane: usize, row: usize) -> Vector {
        load_row(blocks[lane], row)
    }

    define_compress!(#[target_feature(enable = "avx512f,avx512vl")]);
}

pub(super) mod avx512_x8 {
    use super::*;

    define_lanes!("avx512f,avx512vl", __m256i, 8,
        _mm256_unpacklo_epi32 _mm256_unpackhi_epi32 _mm256_unpacklo_epi64 _mm256_unpackhi_epi64);
    define_avx512_words!("avx512f,avx512vl", _mm256_set1_epi32 _mm256_add_epi32 _mm256_rol_epi32 _mm256_ternarylogic_epi32);

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    fn load_quarters(blocks: &[&Block; 8], lane: usize, row: usize) -> Vector {
        let low = _mm256_castsi128_si256(load_row(blocks[lane], row));
        _mm256_inserti128_si256::<1>(low, load_row(blocks[lane + 4], row))
    }

    define_compress!(#[target_feature(enable = "avx512f,avx512vl")]);
}

pub(super) mod avx512_x16 {
    use super::*;

    define_lanes!("avx512f", __m512i, 16,
        _mm512_unpacklo_epi32 _mm512_unpackhi_epi32 _mm512_unpacklo_epi64 _mm512_unpackhi_epi64);
    define_avx512_words!("avx512f", _mm512_set1_epi32 _mm512_add_epi32 _mm512_rol_epi32 _mm512_ternarylogic_epi32);

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn load_quarters(blocks: &[&Block; 16], lane: usize, row: usize) -> Vector {
        let quarters = _mm512_castsi128_si512(load_row(blocks[lane], row));
        let quarters = _mm512_inserti32x4::<1>(quarters, load_row(blocks[lane + 4], row));
        let quarters = _mm512_inserti32x4::<2>(quarters, load_row(blocks[lane + 8], row));
        _mm512_inserti32x4::<3>(quarters, load_row(blocks[lane + 12], row))
    }

    define_compress!(#[target_feature(enable = "avx512f")]);
}

pub(super) mod avx2_x8 {
    use super::*;

    define_lanes!("avx2", __m256i, 8,
        _mm256_unpacklo_epi32 _mm256_unpackhi_epi32 _mm256_unpacklo_epi64 _mm256_unpackhi_epi64);
    define_plain_words!("avx2", _mm256_set1_epi32 _mm256_add_epi32 _mm256_slli_epi32 _mm256_srli_epi32
        _mm256_and_si256 _mm256_andnot_si256 _mm256_or_si256 _mm256_xor_si256);

    #[inline]
    #[target_feature(enable = "avx2")]
    fn load_quarters(blocks: &[&Block; 8], lane: usize, row: usize) -> Vector {
        let low = _mm256_castsi128_si256(load_row(blocks[lane], row));
        _mm256_inserti128_si256::<1>(low, load_row(blocks[lane + 4], row))
    }

    define_compress!(#[target_feature(enable = "avx2")]);
}

/// Four lanes with the three-operand forms of AVX, which spare the register copies of SSE2.
pub(super) mod avx2_x4 {
    use super::*;

    define_lanes!("avx2", __m128i, 4,
        _mm_unpacklo_epi32 _mm_unpackhi_epi32 _mm_unpacklo_epi64 _mm_unpackhi_epi64);
    define_plain_words!("avx2", _mm_set1_epi32 _mm_add_epi32 _mm_slli_epi32 _mm_srli_epi32
        _mm_and_si128 _mm_andnot_si128 _mm_or_si128 _mm_xor_si128);

    #[inline]
    fn load_quarters(blocks: &[&Block; 4], lane: usize, row: usize) -> Vector {
        load_row(blocks[lane], row)
    }

    define_compress!(#[target_feature(enable = "avx2")]);
}

pub(super) mod sse2_x4 {
    use super::*;

    define_lanes!("sse2", __m128i, 4,
        _mm_unpacklo_epi32 _mm_unpackhi_epi32 _mm_unpacklo_epi64 _mm_unpackhi_epi64);
    define_plain_words!("sse2", _mm_set1_epi32 _mm_add_epi32 _mm_slli_epi32 _mm_srli_epi32
        _mm_and_si128 _mm_andnot_si128 _mm_or_si128 _mm_xor_si128);

    #[inline]
    fn load_quarters(blocks: &[&Block; 4], lane: usize, row: usize) -> Vector {
        load_row(blocks[lane], row)
    }

    define_compress!(#[target_feature(enable = "sse2")]);
}
