//! The checksums S3 clients may ask for.

mod hasher;
#[cfg(test)]
mod tests;
mod value;

pub use hasher::Hasher;
pub use value::Checksum;

use super::combine::Combine;
use serde::{Deserialize, Serialize};

/// The ten checksum algorithms of S3. The codes are stored in rows: they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
#[repr(u8)]
pub enum Algorithm {
    Crc32 = 1,
    Crc32c = 2,
    Crc64Nvme = 3,
    Sha1 = 4,
    Sha256 = 5,
    Sha512 = 6,
    Md5 = 7,
    Xxhash64 = 8,
    Xxhash3 = 9,
    Xxhash128 = 10,
}

/// What can be wrong with checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChecksumError {
    #[error("no checksum algorithm has the code {0}")]
    UnknownCode(u8),
    #[error("a {algorithm:?} checksum has {expected} bytes, not {found}")]
    Length {
        algorithm: Algorithm,
        expected: usize,
        found: usize,
    },
    #[error("the {0:?} checksum of a whole cannot be computed from those of its parts")]
    NotCombinable(Algorithm),
    #[error("a part has a {found:?} checksum where {expected:?} was expected")]
    MixedAlgorithms {
        expected: Algorithm,
        found: Algorithm,
    },
}

impl Algorithm {
    /// All algorithms, by code.
    pub const ALL: [Self; 10] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::Md5,
        Self::Xxhash64,
        Self::Xxhash3,
        Self::Xxhash128,
    ];

    /// Bytes in a value of this algorithm, [`VALUE_BYTES_MAX`] at most.
    #[must_use]
    pub const fn value_bytes(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme | Self::Xxhash64 | Self::Xxhash3 => 8,
            Self::Md5 | Self::Xxhash128 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// Whether [`full_object_combine`] can join the checksums of parts.
    #[must_use]
    pub const fn combines(self) -> bool {
        matches!(self, Self::Crc32 | Self::Crc32c | Self::Crc64Nvme)
    }

    /// The code this algorithm is stored under.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

/// Bytes in the longest value.
pub const VALUE_BYTES_MAX: usize = 64;

impl From<Algorithm> for u8 {
    fn from(algorithm: Algorithm) -> Self {
        algorithm.code()
    }
}

impl TryFrom<u8> for Algorithm {
    type Error = ChecksumError;

    fn try_from(code: u8) -> Result<Self, ChecksumError> {
        let known = Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.code() == code);
        known.ok_or(ChecksumError::UnknownCode(code))
    }
}

static CRC32: Combine = Combine::new(0x04c1_1db7, 32);
static CRC32C: Combine = Combine::new(0x1edc_6f41, 32);

/// The checksum of a whole object, from the checksum and length in bytes of each of its parts in
/// order. Only CRCs can be joined this way (S3's checksum type `FULL_OBJECT`).
///
/// # Errors
/// [`ChecksumError::NotCombinable`] or [`ChecksumError::MixedAlgorithms`].
pub fn full_object_combine(
    algorithm: Algorithm,
    parts: impl IntoIterator<Item = (Checksum, u64)>,
) -> Result<Checksum, ChecksumError> {
    let combine: fn(u64, u64, u64) -> u64 = match algorithm {
        Algorithm::Crc32 => |a, b, len_b| CRC32.combine(a, b, len_b),
        Algorithm::Crc32c => |a, b, len_b| CRC32C.combine(a, b, len_b),
        Algorithm::Crc64Nvme => super::crc64_combine,
        other => return Err(ChecksumError::NotCombinable(other)),
    };
    // The CRC of no data is zero.
    let mut whole = 0;
    for (part, length) in parts {
        whole = combine(whole, part.expect(algorithm)?.as_number(), length);
    }
    Ok(Checksum::from_number(algorithm, whole))
}

/// The checksum over the concatenated checksums of the parts, in order (S3's checksum type
/// `COMPOSITE`). The number of parts that S3 writes behind it is up to the caller.
///
/// # Errors
/// [`ChecksumError::MixedAlgorithms`].
pub fn composite(
    algorithm: Algorithm,
    parts: impl IntoIterator<Item = Checksum>,
) -> Result<Checksum, ChecksumError> {
    let mut hasher = Hasher::new(algorithm);
    for part in parts {
        hasher.update(part.expect(algorithm)?.as_bytes());
    }
    Ok(hasher.finish())
}
