use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::chunk::Chunk;
use crate::hash::crc64;
use crate::ids::{ExtentId, Sequence};
use crate::index::RowChange;
use crate::key::Key;
use crate::limits::{CHUNK_BYTES, FRAME_BYTES};

const NONCE: [u8; 16] = *b"0123456789abcdef";

fn key() -> RecordKey {
    RecordKey::derive(&NONCE)
}

/// A chunk as it would be sealed, without the sealing: any codec, any nonce.
fn chunk(stored: Vec<u8>, codec: Codec, nonce: Option<[u8; 12]>) -> Chunk {
    let smaller = u32::from(codec != Codec::None);
    let frames = stored.chunks(FRAME_BYTES).enumerate();
    let head = ChunkHead {
        logical_bytes: stored.len() as u32 + smaller,
        stored_bytes: stored.len() as u32,
        codec,
        nonce,
        blake3: *blake3::hash(&stored).as_bytes(),
        frames: frames
            .map(|(number, frame)| Frame {
                crc: crc64(frame),
                tag: [if nonce.is_some() { number as u8 + 1 } else { 0 }; 16],
            })
            .collect(),
    };
    Chunk::from_parts(head, Bytes::from(stored))
}

fn rows() -> Vec<RowChange> {
    vec![
        (
            Key::from_bytes(b"one".to_vec()),
            Some(Bytes::from_static(b"value")),
        ),
        (Key::from_bytes(b"gone".to_vec()), None),
        (
            Key::from_bytes(vec![7; 200]),
            Some(Bytes::from(vec![9; 300])),
        ),
    ]
}

fn commit_record(at: u64) -> Vec<u8> {
    let mut out = Vec::new();
    encode_commit(&mut out, &key(), at, Sequence(41), 3, 512, &rows());
    out
}

fn chunk_record(at: u64, chunk: &Chunk, padding: Padding) -> Vec<u8> {
    let mut out = Vec::new();
    encode_chunk(&mut out, &key(), at, ExtentId(77), chunk, padding);
    out
}

#[test]
fn a_commit_comes_back() {
    let bytes = commit_record(8192);
    let (header, record) = parse_record(&key(), 8192, &bytes).unwrap();
    assert_eq!(header.end(), 8192 + bytes.len() as u64);
    assert_eq!(bytes.len() % 8, 0);
    let expected = Record::Commit {
        first: Sequence(41),
        sequences: 3,
        group_bytes: 512,
        rows: rows(),
    };
    assert_eq!(record, expected);
}

#[test]
fn records_follow_each_other_in_one_buffer() {
    let body = chunk(vec![5; 1000], Codec::None, None);
    let mut group = Vec::new();
    encode_chunk(&mut group, &key(), 4096, ExtentId(1), &body, Padding::Tight);
    assert_eq!(
        group.len() as u32,
        chunk_record_bytes(&body, Padding::Tight)
    );
    let second = group.len();
    let at = 4096 + second as u64;
    encode_commit(
        &mut group,
        &key(),
        at,
        Sequence(1),
        1,
        second as u32,
        &rows(),
    );
    let first = parse_header(&key(), 4096, &group).unwrap();
    assert_eq!(first.end(), at);
    let (_, record) = parse_record(&key(), at, &group[second..]).unwrap();
    assert!(matches!(record, Record::Commit { group_bytes, .. } if group_bytes as usize == second));
}

/// The format is a promise to every later version: these bytes never change.
#[test]
fn golden_bytes() {
    let mut out = Vec::new();
    let rows = [
        (
            Key::from_bytes(vec![0x20, 0xff]),
            Some(Bytes::from_static(b"v")),
        ),
        (Key::from_bytes(vec![0x21]), None),
    ];
    encode_commit(&mut out, &key(), 4096, Sequence(0x0102), 2, 0x40, &rows);
    assert_eq!(hex(&out), GOLDEN_COMMIT);

    let nonce = Some(*b"twelve bytes");
    let sealed = chunk(b"stored".to_vec(), Codec::None, nonce);
    assert_eq!(
        hex(&chunk_record(8192, &sealed, Padding::Tight)),
        GOLDEN_CHUNK
    );
}

const GOLDEN_COMMIT: &str = concat!(
    "63726563010040000900000050000000020100000000000000100000000000000200000040000000",
    "ae39485d05f3e8ac00000000000000008d5b7499335a0017020220ff027601210000000000000000",
);
const GOLDEN_CHUNK: &str = concat!(
    "637265630280880006000000900000004d0000000000000000200000000000000600000000000000",
    "00000000000000000000000000000000a9dad0b29cf76e4c990de2612355032bba337ef794b13619",
    "ea618fb8d48fd2d448322fbd8c00d7067477656c7665206279746573c30c549e4558cd2401010101",
    "0101010101010101010101010000000073746f7265640000",
);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_documented_layout_is_the_layout() {
    let bytes = chunk_record(
        8192,
        &chunk(vec![3; 70_000], Codec::Zstd, None),
        Padding::Aligned,
    );
    let number = |range: std::ops::Range<usize>| {
        let mut wide = [0; 8];
        wide[..range.len()].copy_from_slice(&bytes[range]);
        u64::from_le_bytes(wide)
    };
    assert_eq!(&bytes[0..4], b"crec");
    assert_eq!((number(4..5), number(5..6)), (2, 2), "kind, flags");
    assert_eq!((number(6..8), number(8..12)), (512, 70_000), "payload");
    assert_eq!(number(12..16), 73_728, "record bytes");
    assert_eq!((number(16..24), number(24..32)), (77, 8192), "id, offset");
    assert_eq!(number(32..36), 70_001, "logical bytes");
    assert!(bytes[36..56].iter().all(|byte| *byte == 0), "unused");
    assert_eq!(&bytes[64..96], blake3::hash(&[3; 70_000]).as_bytes());
    assert_eq!(number(96..104), crc64(&[3; FRAME_BYTES]));
    assert_eq!(number(104..112), crc64(&[3; 70_000 - FRAME_BYTES]));
    assert!(bytes[112..512].iter().all(|byte| *byte == 0));
    assert_eq!(bytes.len(), 73_728);
}

/// Every single flipped bit of these records must be noticed, wherever it is.
#[test]
fn every_flipped_bit_is_noticed() {
    let records = [
        commit_record(4096),
        chunk_record(
            4096,
            &chunk(vec![1; 100], Codec::None, None),
            Padding::Tight,
        ),
        chunk_record(4096, &chunk(vec![2; 99], Codec::Lz4, None), Padding::Tight),
        chunk_record(
            4096,
            &chunk(vec![3; 50], Codec::None, Some([4; 12])),
            Padding::Tight,
        ),
        chunk_record(
            4096,
            &chunk(vec![5; 700], Codec::None, None),
            Padding::Aligned,
        ),
        chunk_record(
            4096,
            &chunk(vec![6; 700], Codec::None, Some([6; 12])),
            Padding::Aligned,
        ),
        chunk_record(4096, &chunk(Vec::new(), Codec::None, None), Padding::Tight),
    ];
    for (which, whole) in records.into_iter().enumerate() {
        parse_record(&key(), 4096, &whole).unwrap();
        let mut flipped = whole.clone();
        for bit in 0..whole.len() * 8 {
            flipped[bit / 8] ^= 1 << (bit % 8);
            let outcome = parse_record(&key(), 4096, &flipped);
            assert!(outcome.is_err(), "record {which}, bit {bit}");
            flipped[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn a_record_counts_only_in_its_segment_and_at_its_offset() {
    let bytes = commit_record(4096);
    assert_eq!(
        parse_header(&key(), 8192, &bytes),
        Err(BadRecord::Misplaced)
    );
    let other = RecordKey::derive(b"another segment!");
    assert_eq!(parse_header(&other, 4096, &bytes), Err(BadRecord::Check));
}

#[test]
fn a_record_cut_short_is_none() {
    for whole in [
        commit_record(0),
        chunk_record(0, &chunk(vec![1; 100], Codec::None, None), Padding::Tight),
    ] {
        for len in 0..whole.len() {
            let outcome = parse_record(&key(), 0, &whole[..len]);
            assert_eq!(outcome, Err(BadRecord::Short), "{len} bytes");
        }
    }
}

#[test]
fn the_longest_chunk_fits_in_front_of_its_payload() {
    let longest = chunk(vec![0; CHUNK_BYTES], Codec::None, Some([1; 12]));
    let tight = chunk_record(8, &longest, Padding::Tight);
    let header = parse_header(&key(), 8, &tight[..PAYLOAD_AT_MAX]).unwrap();
    assert!(usize::from(header.payload_at) <= PAYLOAD_AT_MAX);
    let aligned = chunk_record(4096, &longest, Padding::Aligned);
    parse_record(&key(), 4096, &aligned).unwrap();
    assert_eq!(aligned.len(), CHUNK_BYTES + 4096);
}

fn some_rows() -> impl Strategy<Value = Vec<RowChange>> {
    let value = proptest::option::of(vec(any::<u8>(), 0..600).prop_map(Bytes::from));
    vec(
        (vec(any::<u8>(), 0..300).prop_map(Key::from_bytes), value),
        0..40,
    )
}

fn some_chunk() -> impl Strategy<Value = Chunk> {
    let len = prop_oneof![0..200usize, 65_000..66_000usize, Just(3 * FRAME_BYTES)];
    let codec = prop_oneof![Just(Codec::None), Just(Codec::Lz4), Just(Codec::Zstd)];
    (
        len,
        codec,
        any::<u8>(),
        proptest::option::of(any::<[u8; 12]>()),
    )
        .prop_map(|(len, codec, byte, nonce)| {
            let nonce = nonce.filter(|_| codec == Codec::None);
            chunk(vec![byte; len], codec, nonce)
        })
}

proptest! {
    #[test]
    fn commits_come_back(rows in some_rows(), at in any::<u64>(), first in any::<u64>()) {
        let mut out = Vec::new();
        encode_commit(&mut out, &key(), at, Sequence(first), 1, 0, &rows);
        let (_, record) = parse_record(&key(), at, &out).unwrap();
        let expected = Record::Commit { first: Sequence(first), sequences: 1, group_bytes: 0, rows };
        prop_assert_eq!(record, expected);
    }

    #[test]
    fn chunks_come_back(chunk in some_chunk(), page in 0..1u64 << 40, aligned in any::<bool>()) {
        let padding = if aligned { Padding::Aligned } else { Padding::Tight };
        let at = page * padding.step();
        let bytes = chunk_record(at, &chunk, padding);
        prop_assert_eq!(bytes.len() as u32, chunk_record_bytes(&chunk, padding));
        prop_assert_eq!(bytes.len() as u64 % padding.step(), 0);
        let (_, record) = parse_record(&key(), at, &bytes).unwrap();
        let expected = Record::Chunk {
            extent: ExtentId(77),
            head: chunk.head().clone(),
            stored: chunk.stored(),
        };
        prop_assert_eq!(record, expected);
    }

    #[test]
    fn arbitrary_bytes_are_no_record(bytes in vec(any::<u8>(), 0..2000), magic in any::<bool>()) {
        let mut bytes = bytes;
        if magic && bytes.len() >= 8 {
            bytes[..4].copy_from_slice(b"crec");
            bytes[7] = 0;
        }
        prop_assert!(parse_record(&key(), 0, &bytes).is_err());
    }

    #[test]
    fn arbitrary_rows_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        let _ = decode_rows(&bytes);
    }

    /// Headers whose check is right but whose fields are anything: what a broken writer, or a
    /// later version, would leave behind.
    #[test]
    fn checked_headers_with_any_fields_never_panic(
        mut bytes in vec(any::<u8>(), 600..1200),
        kind in 0..4u8,
        payload_at in 64..=512usize,
    ) {
        bytes[..4].copy_from_slice(b"crec");
        bytes[4] = kind;
        bytes[6..8].copy_from_slice(&(payload_at as u16).to_le_bytes());
        bytes[10..12].fill(0);
        bytes[24..32].fill(0);
        bytes[48..56].fill(0);
        let check = key().check(&bytes[..56], &bytes[64..payload_at]);
        bytes[56..64].copy_from_slice(&check.to_le_bytes());
        let outcome = parse_record(&key(), 0, &bytes);
        prop_assert!(outcome.is_err());
    }
}
