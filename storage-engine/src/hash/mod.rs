//! Checksums and digests of bodies.

mod combine;
pub mod crc64;
pub mod md5;

pub use crc64::{Crc64, crc64, crc64_combine};
pub use md5::{LaneHasher, Md5, Md5Stream, md5_inline};
