//! Checksums and digests of bodies.

pub mod checksum;
mod combine;
pub mod crc64;
pub mod etag;
pub mod md5;

pub use checksum::{Algorithm, Checksum, ChecksumError, Hasher, composite, full_object_combine};
pub use crc64::{Crc64, crc64, crc64_combine};
pub use etag::{ETag, ParseETagError};
pub use md5::{LaneHasher, Md5, Md5Stream, md5_inline};
