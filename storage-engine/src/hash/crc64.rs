//! CRC-64/NVME, the check of every stored frame and S3's `CRC64NVME`.

#[cfg(test)]
mod tests;

use super::combine::Combine;
use crc_fast::CrcAlgorithm::Crc64Nvme;

/// The CRC of `data`.
#[must_use]
pub fn crc64(data: &[u8]) -> u64 {
    crc_fast::checksum(Crc64Nvme, data)
}

/// A CRC computed piece by piece.
#[derive(Clone, Debug)]
pub struct Crc64 {
    digest: crc_fast::Digest,
}

impl Default for Crc64 {
    fn default() -> Self {
        Self::new()
    }
}

impl Crc64 {
    /// Starts with no data.
    #[must_use]
    pub fn new() -> Self {
        Self {
            digest: crc_fast::Digest::new(Crc64Nvme),
        }
    }

    /// Appends `data`.
    pub fn update(&mut self, data: &[u8]) {
        self.digest.update(data);
    }

    /// The CRC of all that was appended.
    #[must_use]
    pub fn finish(&self) -> u64 {
        self.digest.finalize()
    }
}

/// The CRC of `a` followed by `b`, from both CRCs and the length of `b`.
#[must_use]
pub fn crc64_combine(a: u64, b: u64, len_b: u64) -> u64 {
    COMBINE.combine(a, b, len_b)
}

static COMBINE: Combine = Combine::new(0xad93_d235_94c9_3659, 64);
