//! Configurations as they are stored: packed and compressed, because rules written out are far
//! more than a document of a bucket may have.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use storage_engine::limits::DOCUMENT_BYTES_MAX;

use crate::limits::RULES_BYTES_MAX;

/// First byte of the stored form.
pub(crate) const FORMAT: u8 = 1;
/// Rules repeat themselves; more effort hardly shortens them.
const COMPRESSION_LEVEL: i32 = 9;

/// The rules do not fit into the document they would be stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the rules take {bytes} bytes, at most {limit} can be stored")]
pub struct TooLong {
    pub bytes: usize,
    pub limit: usize,
}

pub(crate) fn pack<T: Serialize>(configuration: &T) -> Result<Bytes, TooLong> {
    let limit = DOCUMENT_BYTES_MAX;
    // Plain structures in memory always encode and compress.
    let packed = postcard::to_stdvec(configuration).unwrap_or_default();
    if packed.len() > RULES_BYTES_MAX {
        let bytes = packed.len();
        return Err(TooLong { bytes, limit });
    }
    let compressed = zstd::bulk::compress(&packed, COMPRESSION_LEVEL).unwrap_or_default();
    let mut stored = Vec::with_capacity(compressed.len() + 1);
    stored.push(FORMAT);
    stored.extend_from_slice(&compressed);
    match stored.len() {
        bytes if bytes > limit => Err(TooLong { bytes, limit }),
        _ => Ok(stored.into()),
    }
}

/// None for what [`pack`] has not made.
pub(crate) fn unpack<T: DeserializeOwned>(stored: &[u8]) -> Option<T> {
    let [FORMAT, compressed @ ..] = stored else {
        return None;
    };
    let packed = zstd::bulk::decompress(compressed, RULES_BYTES_MAX).ok()?;
    postcard::from_bytes(&packed).ok()
}
