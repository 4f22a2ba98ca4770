//! Bodies of test objects: bytes that a few numbers describe.

use std::cell::RefCell;
use std::collections::HashMap;

use bytes::Bytes;
use md5::{Digest, Md5};
use storage_engine::hash::Algorithm;
use storage_engine::hash::{Checksum, ETag};

/// Lengths around every threshold of the engine.
pub const LENGTHS: [usize; 16] = [
    0, 1, 100, 512, 513, 5_000, 65_536, 65_537, 100_000, 131_072, 131_073, 300_000, 1_048_576,
    1_048_577, 2_500_000, 4_200_001,
];

/// The bytes of a body. Bodies of the same flavour begin alike; every third flavour repeats itself
/// so that it can be compressed.
pub fn bytes(len: usize, flavour: u8) -> Bytes {
    let mut state = u64::from(flavour).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let period = if flavour.is_multiple_of(3) {
        64
    } else {
        usize::MAX
    };
    let mut body = Vec::with_capacity(len + 8);
    while body.len() < len.min(period) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        body.extend_from_slice(&state.to_le_bytes());
    }
    while body.len() < len {
        let missing = (len - body.len()).min(body.len());
        body.extend_from_within(..missing);
    }
    body.truncate(len);
    body.into()
}

thread_local! {
    /// Digests known already, by a hash that costs a tenth: the same bodies are hashed at each
    /// crash of a history, which was a third of all the work.
    static DIGESTS: RefCell<HashMap<blake3::Hash, [u8; 16]>> = RefCell::default();
}

pub fn md5(body: &[u8]) -> [u8; 16] {
    let digest = |digests: &RefCell<HashMap<_, _>>| {
        let mut digests = digests.borrow_mut();
        let digest = || Md5::digest(body).into();
        *digests.entry(blake3::hash(body)).or_insert_with(digest)
    };
    DIGESTS.with(digest)
}

pub fn etag(body: &[u8]) -> ETag {
    ETag::md5(md5(body))
}

/// The text S3 shows for an object of these parts, and what it says, by way of the text: this is
/// not the engine's own arithmetic.
pub fn etag_of_parts(parts: &[ETag]) -> ETag {
    let mut digests = Vec::new();
    for part in parts {
        digests.extend_from_slice(&part.value());
    }
    let hex: String = md5(&digests)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{hex}-{}", parts.len())
        .parse()
        .expect("32 digits and a number make a tag")
}

/// A checksum computed by other means than the engine's.
pub fn checksum(algorithm: Algorithm, body: &[u8]) -> Checksum {
    use crc_fast::{CrcAlgorithm, checksum as crc};
    let value = match algorithm {
        Algorithm::Crc32 => crc(CrcAlgorithm::Crc32IsoHdlc, body).to_be_bytes()[4..].to_vec(),
        Algorithm::Crc32c => crc(CrcAlgorithm::Crc32Iscsi, body).to_be_bytes()[4..].to_vec(),
        Algorithm::Crc64Nvme => crc(CrcAlgorithm::Crc64Nvme, body).to_be_bytes().to_vec(),
        Algorithm::Sha256 => ring::digest::digest(&ring::digest::SHA256, body)
            .as_ref()
            .to_vec(),
        other => panic!("the oracle does not compute {other:?}"),
    };
    Checksum::new(algorithm, &value).expect("the value has the algorithm's length")
}
