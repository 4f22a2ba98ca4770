//! What the fuzzer needs beside the public items of this crate.

use crate::record::RecordKey;
use crate::segment::SEGMENT_HEADER_BYTES;

/// Makes the checks of something like a record fit: no fuzzer would ever guess them.
pub fn seal_record(key: &RecordKey, bytes: &mut [u8]) {
    crate::record::fuzz_seal(key, bytes);
}

/// Reads a segment's header after making its checksum fit, and writes it anew; nothing where it
/// is none.
pub fn segment_header(bytes: &mut [u8; SEGMENT_HEADER_BYTES]) -> Option<Box<[u8]>> {
    crate::segment::fuzz_header(bytes)
}
