//! The MD5 compression of several independent messages side by side, chosen for the processor.
//!
//! MD5's steps depend on each other, so one message leaves most of a core idle. Lanes fill it:
//! each lane of a vector belongs to another message. Which widths exist, and from how many
//! messages on they pay, is a table per instruction set.

mod portable;
mod rounds;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::OnceLock;

/// The chaining value of MD5.
pub(super) type State = [u32; 4];

/// The unit MD5 works in.
pub(super) type Block = [u8; BLOCK_BYTES];

/// Bytes in a [`Block`].
pub(super) const BLOCK_BYTES: usize = 64;

/// The chaining value before the first block (RFC 1321, section 3.3).
pub(super) const INITIAL: State = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// The most lanes any kernel has.
pub(super) const LANES_MAX: usize = 16;

type CompressOne = unsafe fn(&mut [State; 1], &[&[Block]; 1]);
type CompressLanes = unsafe fn(&mut [State; LANES_MAX], &[&[Block]; LANES_MAX]);

/// One message's share of a compression.
#[derive(Debug)]
pub(super) struct Lane<'a> {
    pub(super) state: &'a mut State,
    pub(super) blocks: &'a [Block],
}

struct Kernel {
    lanes: usize,
    /// Unsafe only because the processor must have the instruction set it was compiled for.
    compress: CompressLanes,
}

/// The kernels of one instruction set. Values exist only for instruction sets that the processor
/// was seen to have, which is what makes calling them sound.
pub(super) struct Kernels {
    name: &'static str,
    one: CompressOne,
    /// Narrowest first. With fewer messages than lanes, the idle lanes cost nothing extra.
    wide: &'static [Kernel],
}

impl std::fmt::Debug for Kernels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Kernels").field(&self.name).finish()
    }
}

impl Kernels {
    /// The fastest kernels of this processor; detected once.
    pub(super) fn best() -> &'static Kernels {
        static BEST: OnceLock<&'static Kernels> = OnceLock::new();
        BEST.get_or_init(|| available()[0])
    }

    /// Folds `blocks` into one state.
    pub(super) fn compress_one(&self, state: &mut State, blocks: &[Block]) {
        let states = std::array::from_mut(state);
        // SAFETY: `self` exists, so the processor has the instructions (see `Kernels`).
        unsafe { (self.one)(states, &[blocks]) }
    }

    /// Folds each lane's blocks into its state. All lanes must bring equally many blocks.
    pub(super) fn compress(&self, lanes: &mut [Lane<'_>]) {
        let widest = self.wide.last().map_or(1, |kernel| kernel.lanes);
        for group in lanes.chunks_mut(widest) {
            match group {
                [lane] => self.compress_one(lane.state, lane.blocks),
                group => self.compress_group(group),
            }
        }
    }

    fn compress_group(&self, group: &mut [Lane<'_>]) {
        let kernel = self
            .wide
            .iter()
            .find(|kernel| kernel.lanes >= group.len())
            .expect("groups are cut to the widest kernel");
        let blocks = group[0].blocks;
        // Idle lanes read the first lane's blocks; what they compute is dropped.
        let mut states = [INITIAL; LANES_MAX];
        let mut data = [blocks; LANES_MAX];
        for (index, lane) in group.iter().enumerate() {
            assert_eq!(
                lane.blocks.len(),
                blocks.len(),
                "lanes bring equally many blocks"
            );
            states[index] = *lane.state;
            data[index] = lane.blocks;
        }
        // SAFETY: `self` exists, so the processor has the instructions (see `Kernels`).
        unsafe { (kernel.compress)(&mut states, &data) };
        for (lane, state) in group.iter_mut().zip(states) {
            *lane.state = state;
        }
    }
}

/// The instruction sets this processor has, best first; never empty.
fn available() -> Vec<&'static Kernels> {
    let mut sets = Vec::new();
    // Miri interprets the portable kernels only.
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
            sets.push(&AVX512);
        }
        if is_x86_feature_detected!("avx2") {
            sets.push(&AVX2);
        }
        sets.push(&SSE2);
    }
    sets.push(&PORTABLE);
    sets
}

static PORTABLE: Kernels = Kernels {
    name: "portable",
    one: portable::compress::<1, 1>,
    wide: &[Kernel {
        lanes: 2,
        compress: portable::compress::<2, LANES_MAX>,
    }],
};

/// Two interleaved sets always: a single chain of SSE2 is no faster than two plain words.
#[cfg(target_arch = "x86_64")]
static SSE2: Kernels = Kernels {
    name: "sse2",
    one: portable::compress::<1, 1>,
    wide: &[
        Kernel {
            lanes: 2,
            compress: portable::compress::<2, LANES_MAX>,
        },
        Kernel {
            lanes: 8,
            compress: x86::sse2_x4::compress::<2, LANES_MAX>,
        },
    ],
};

/// A vector rotation takes two dependent operations here, so two plain words beat half a vector.
#[cfg(target_arch = "x86_64")]
static AVX2: Kernels = Kernels {
    name: "avx2",
    one: portable::compress::<1, 1>,
    wide: &[
        Kernel {
            lanes: 2,
            compress: portable::compress::<2, LANES_MAX>,
        },
        Kernel {
            lanes: 4,
            compress: x86::avx2_x4::compress::<1, LANES_MAX>,
        },
        Kernel {
            lanes: 8,
            compress: x86::avx2_x8::compress::<1, LANES_MAX>,
        },
        Kernel {
            lanes: 16,
            compress: x86::avx2_x8::compress::<2, LANES_MAX>,
        },
    ],
};

/// With rotation and three-input logic a step is four cycles deep, less than in general registers.
#[cfg(target_arch = "x86_64")]
static AVX512: Kernels = Kernels {
    name: "avx512",
    one: x86::avx512_x1::compress::<1, 1>,
    wide: &[
        Kernel {
            lanes: 4,
            compress: x86::avx512_x4::compress::<1, LANES_MAX>,
        },
        Kernel {
            lanes: 8,
            compress: x86::avx512_x8::compress::<1, LANES_MAX>,
        },
        Kernel {
            lanes: 16,
            compress: x86::avx512_x16::compress::<1, LANES_MAX>,
        },
    ],
};
