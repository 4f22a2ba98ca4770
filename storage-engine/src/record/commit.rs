//! Commits: the rows one group of changes writes.
//!
//! The payload is the number of rows, then for each the length of its key, the key, the length of
//! its value plus one (or zero where the row is removed) and the value; numbers are varints.

use bytes::Bytes;

use super::chunk::Padding;
use super::header::{Fields, HEADER_BYTES, KIND_COMMIT, MAGIC};
use super::{BadRecord, RecordKey};
use crate::hash::crc64;
use crate::ids::Sequence;
use crate::index::RowChange;
use crate::key::Key;
use crate::limits::{BATCH_BYTES_MAX, GROUP_CHANGES_MAX};

/// Room for lengths and the rows the store itself adds, on top of what changes may write.
const OVERHEAD_FACTOR: usize = 2;
const _: () = assert!(GROUP_CHANGES_MAX * BATCH_BYTES_MAX * OVERHEAD_FACTOR < u32::MAX as usize);

/// The longest varint of 64 bits.
const VARINT_BYTES_MAX: usize = 10;

/// Appends the record that will stand at `at` of its segment.
///
/// `group_bytes` is the distance from the start of the group, whose chunks stand in front.
pub fn encode_commit(
    out: &mut Vec<u8>,
    key: &RecordKey,
    at: u64,
    first: Sequence,
    sequences: u32,
    group_bytes: u32,
    rows: &[RowChange],
) {
    let start = out.len();
    let payload_start = start + HEADER_BYTES;
    out.resize(payload_start, 0);
    push_varint(out, rows.len());
    for (row, value) in rows {
        push_varint(out, row.as_bytes().len());
        out.extend_from_slice(row.as_bytes());
        match value {
            Some(value) => {
                push_varint(out, value.len() + 1);
                out.extend_from_slice(value);
            }
            None => push_varint(out, 0),
        }
    }
    let payload_crc = crc64(&out[payload_start..]);
    let payload_bytes = out.len() - payload_start;
    let record_bytes = Padding::Tight.record_end((out.len() - start) as u64);
    let narrow = |bytes: u64| {
        u32::try_from(bytes).expect("a group's rows are bounded far below 4 GiB, asserted above")
    };
    let fields = Fields {
        magic: MAGIC,
        kind: KIND_COMMIT,
        payload_at: u16::try_from(HEADER_BYTES).expect("it is 64"),
        payload_bytes: narrow(payload_bytes as u64),
        record_bytes: narrow(record_bytes),
        id: first.0,
        offset: at,
        amount: sequences,
        group_bytes,
        payload_crc,
        ..Fields::default()
    };
    fields.write(key, &mut out[start..payload_start]);
    out.resize(start + fields.record_bytes as usize, 0);
}

/// The rows of a commit from its payload.
pub fn decode_rows(payload: &[u8]) -> Result<Vec<RowChange>, BadRecord> {
    let (count, mut rest) = take_varint(payload)?;
    // A row takes two bytes at least, so that a wrong count cannot ask for more memory than that.
    if count > payload.len() / 2 {
        return Err(BadRecord::Rows);
    }
    let mut rows = Vec::with_capacity(count);
    for _ in 0..count {
        let (len, after) = take_varint(rest)?;
        let (key, after) = after.split_at_checked(len).ok_or(BadRecord::Rows)?;
        let (len, after) = take_varint(after)?;
        let (value, after) = match len.checked_sub(1) {
            Some(len) => {
                let (value, after) = after.split_at_checked(len).ok_or(BadRecord::Rows)?;
                (Some(Bytes::copy_from_slice(value)), after)
            }
            None => (None, after),
        };
        rows.push((Key::from_bytes(key.to_vec()), value));
        rest = after;
    }
    match rest.is_empty() {
        true => Ok(rows),
        false => Err(BadRecord::Rows),
    }
}

fn push_varint(out: &mut Vec<u8>, number: usize) {
    let mut room = [0; VARINT_BYTES_MAX];
    let varint = postcard::to_slice(&(number as u64), &mut room)
        .expect("the longest varint of 64 bits fits into the room for it");
    out.extend_from_slice(varint);
}

fn take_varint(bytes: &[u8]) -> Result<(usize, &[u8]), BadRecord> {
    let (number, rest) = postcard::take_from_bytes::<u64>(bytes).map_err(|_| BadRecord::Rows)?;
    let number = usize::try_from(number).map_err(|_| BadRecord::Rows)?;
    Ok((number, rest))
}
