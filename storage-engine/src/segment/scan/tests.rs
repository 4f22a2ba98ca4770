use std::io::IoSlice;

use bytes::Bytes;

use super::*;
use crate::chunk::{Blocks, Chunk, Transform};
use crate::disk::sim::{Call, SimDisk, Survival};
use crate::disk::{Access, Disk};
use crate::ids::{ExtentId, SegmentId, Sequence};
use crate::index::RowChange;
use crate::key::Key;
use crate::record::{Record, encode_chunk, encode_commit, parse_record};
use crate::segment::{Segments, SegmentsOptions};

fn segments(disk: &SimDisk, bytes: u64) -> Segments {
    let options = SegmentsOptions {
        store: [1; 16],
        log_bytes: bytes,
        bulk_bytes: bytes,
        packed_bytes: bytes,
        log_access: Access::Buffered,
        log_prewrite: false,
        idle_bytes_max: bytes,
        reserve_bytes: 0,
    };
    Segments::open(Arc::new(disk.clone()), options).unwrap()
}

fn chunk(len: usize, byte: u8) -> Chunk {
    let plain = Bytes::from(vec![byte; len]);
    Chunk::seal(plain, &Transform::default(), &Blocks::default()).unwrap()
}

fn rows(bytes: usize) -> Vec<RowChange> {
    vec![(
        Key::from_bytes(b"key".to_vec()),
        Some(Bytes::from(vec![7; bytes])),
    )]
}

/// Fills a segment from its start and tells where the records are and where they end.
struct Writer<'a> {
    segment: &'a Segment,
    buffer: Vec<u8>,
    records: Vec<u64>,
}

impl<'a> Writer<'a> {
    fn new(segment: &'a Segment) -> Self {
        Writer {
            segment,
            buffer: Vec::new(),
            records: Vec::new(),
        }
    }

    fn at(&mut self) -> u64 {
        let at = RECORDS_AT + self.buffer.len() as u64;
        self.records.push(at);
        at
    }

    fn chunk(&mut self, extent: u64, chunk: &Chunk) {
        let padding = match self.segment.kind() {
            SegmentKind::Bulk => Padding::Aligned,
            _ => Padding::Tight,
        };
        let (key, at) = (self.segment.key(), self.at());
        encode_chunk(&mut self.buffer, key, at, ExtentId(extent), chunk, padding);
    }

    fn commit(&mut self, first: u64, rows: &[RowChange]) {
        let (key, at) = (self.segment.key(), self.at());
        encode_commit(&mut self.buffer, key, at, Sequence(first), 1, 0, rows);
        self.fill();
    }

    fn fill(&mut self) {
        self.buffer
            .resize(self.buffer.len().next_multiple_of(4096), 0);
    }

    fn finish(self) -> (Vec<u64>, u64) {
        let len = self.buffer.len();
        let mut aligned = BlockPool::new(len, 0).take();
        aligned[..len].copy_from_slice(&self.buffer);
        let whole = match self.segment.kind() {
            SegmentKind::Bulk => IoSlice::new(&aligned),
            _ => IoSlice::new(&aligned[..len]),
        };
        self.segment.file().write_at(&[whole], RECORDS_AT).unwrap();
        (self.records, RECORDS_AT + self.buffer.len() as u64)
    }
}

fn all(segment: &Arc<Segment>, until: u64, verify: Verify) -> Vec<Found> {
    let mut scan = Scan::new(Arc::clone(segment), until, verify).unwrap();
    let mut found = Vec::new();
    while let Some(piece) = scan.find_next().unwrap() {
        found.push(piece);
    }
    found
}

fn good(found: &[Found]) -> Vec<u64> {
    let at = |piece: &Found| match piece {
        Found::Record {
            header,
            damage: None,
        } => Some(header.at),
        _ => None,
    };
    found.iter().filter_map(at).collect()
}

/// A segment of each kind with a few records in it.
fn some_segment(disk: &SimDisk, kind: SegmentKind) -> (Arc<Segment>, Vec<u64>, u64) {
    let segment = segments(disk, 64 << 10).create(kind).unwrap();
    let mut writer = Writer::new(&segment);
    if kind == SegmentKind::Log {
        writer.commit(1, &rows(10));
        writer.chunk(1, &chunk(700, 1));
        writer.chunk(2, &chunk(1, 2));
        writer.commit(2, &rows(50));
        writer.chunk(3, &chunk(5000, 3));
        writer.commit(3, &rows(4));
    } else {
        for (extent, len) in [(1, 700), (2, 1), (3, 5000), (4, 0)] {
            writer.chunk(extent, &chunk(len, 9));
        }
    }
    let (records, end) = writer.finish();
    (segment, records, end)
}

const KINDS: [SegmentKind; 3] = [SegmentKind::Log, SegmentKind::Bulk, SegmentKind::Packed];

#[test]
fn every_record_is_found_and_nothing_else() {
    for kind in KINDS {
        let (segment, records, end) = some_segment(&SimDisk::new(1), kind);
        for verify in [Verify::Headers, Verify::Records] {
            let found = all(&segment, end, verify);
            assert_eq!(good(&found), records, "{kind:?}");
            assert_eq!(found.len(), records.len(), "{kind:?}");
        }
        let found = all(&segment, u64::MAX, Verify::Records);
        assert_eq!(good(&found), records);
        let unused = Found::Gap {
            offset: end,
            bytes: segment.capacity() - end,
            reason: BadRecord::Magic,
        };
        assert_eq!(found.last(), Some(&unused), "{kind:?}");
    }
}

#[test]
fn the_bytes_of_a_record_are_at_hand() {
    let (segment, records, end) = some_segment(&SimDisk::new(1), SegmentKind::Packed);
    let mut scan = Scan::new(Arc::clone(&segment), end, Verify::Records).unwrap();
    assert!(scan.bytes().is_none());
    for at in records {
        let found = scan.find_next().unwrap();
        assert!(matches!(found, Some(Found::Record { .. })), "{found:?}");
        let (_, record) = parse_record(segment.key(), at, scan.bytes().unwrap()).unwrap();
        assert!(matches!(record, Record::Chunk { .. }));
    }
    assert_eq!(scan.find_next().unwrap(), None);
    assert!(scan.bytes().is_none());
}

/// One flipped bit anywhere: something is reported, and all other records are found.
#[test]
fn every_flipped_bit_is_noticed_and_costs_one_record() {
    for kind in KINDS {
        let disk = SimDisk::new(1);
        let (segment, records, end) = some_segment(&disk, kind);
        let name = &disk.list().unwrap()[0];
        for offset in RECORDS_AT..end {
            let bit = (offset % 8) as u32;
            disk.flip_bit(name, offset, bit).unwrap();
            let found = all(&segment, end, Verify::Records);
            let left = good(&found);
            assert!(
                found.len() > left.len(),
                "{kind:?} at {offset}: nothing was noticed"
            );
            let hit = records.partition_point(|at| *at <= offset) - 1;
            let others = records.iter().enumerate().filter(|(n, _)| *n != hit);
            for (_, other) in others {
                assert!(left.contains(other), "{kind:?} at {offset}: lost {other}");
            }
            disk.flip_bit(name, offset, bit).unwrap();
        }
    }
}

#[test]
fn zeros_are_filling_only_behind_a_commit() {
    let disk = SimDisk::new(1);
    let (segment, records, end) = some_segment(&disk, SegmentKind::Log);
    // The whole second record of a group is gone, and then the whole group.
    let (body, commit) = (records[2], records[3]);
    let zeros = vec![0; (commit - body) as usize];
    segment
        .file()
        .write_at(&[IoSlice::new(&zeros)], body)
        .unwrap();
    let found = all(&segment, end, Verify::Records);
    assert_eq!(good(&found).len(), records.len() - 1);
    assert_eq!(found.len(), records.len());
    let zeros = vec![0; (records[4] - records[1]) as usize];
    segment
        .file()
        .write_at(&[IoSlice::new(&zeros)], records[1])
        .unwrap();
    let found = all(&segment, end, Verify::Records);
    assert_eq!(good(&found), [records[0], records[4], records[5]]);
    assert_eq!(found.len(), 4);
}

#[test]
fn long_records_are_verified_in_pieces() {
    let disk = SimDisk::new(1);
    let segment = segments(&disk, 16 << 20).create(SegmentKind::Log).unwrap();
    let mut writer = Writer::new(&segment);
    writer.commit(1, &rows(5_000_001));
    writer.chunk(1, &chunk(CHUNK_BYTES, 1));
    writer.commit(2, &rows(10));
    let (records, end) = writer.finish();
    assert_eq!(good(&all(&segment, end, Verify::Records)), records);
    let name = &disk.list().unwrap()[0];
    let first = RECORDS_AT + 64;
    for offset in [
        first,
        first + 2_500_000,
        first + 5_000_000,
        records[1] - 4096 + 8,
    ] {
        disk.flip_bit(name, offset, 0).unwrap();
        let found = all(&segment, end, Verify::Records);
        assert_eq!(good(&found), records[1..], "{offset}");
        assert!(found.len() > 2);
        disk.flip_bit(name, offset, 0).unwrap();
    }
}

#[test]
fn a_drive_that_cannot_read_costs_what_it_cannot_read() {
    let disk = SimDisk::new(1);
    let (segment, records, end) = some_segment(&disk, SegmentKind::Bulk);
    let mut scan = Scan::new(segment, end, Verify::Records).unwrap();
    // The second try for less fails as well.
    disk.fail_next(Call::Read, libc::EIO);
    disk.fail_next(Call::Read, libc::EIO);
    let failed = scan.find_next().unwrap_err();
    assert!(matches!(failed, Error::Io { .. }), "{failed}");
    let mut found = Vec::new();
    while let Some(piece) = scan.find_next().unwrap() {
        found.push(piece);
    }
    assert_eq!(good(&found), records[1..]);
}

#[test]
fn a_file_cut_short_ends_in_a_gap() {
    for kind in KINDS {
        let disk = SimDisk::new(1);
        let (segment, records, end) = some_segment(&disk, kind);
        let name = disk.list().unwrap().remove(0);
        disk.truncate(&name, records[2] + 10).unwrap();
        let found = all(&segment, end, Verify::Records);
        assert_eq!(good(&found), records[..2], "{kind:?}");
        let gap = found.last().unwrap();
        let expected = (records[2], end - records[2]);
        assert!(matches!(gap, Found::Gap { offset, bytes, .. } if (*offset, *bytes) == expected));
    }
}

#[test]
fn records_of_a_former_life_are_no_records() {
    let disk = SimDisk::new(1);
    let (segment, _, end) = some_segment(&disk, SegmentKind::Packed);
    let id = segment.id();
    drop(segment);
    let all_segments = segments(&disk.restart(Survival::Everything, 1), 64 << 10);
    assert_eq!(id, SegmentId(1));
    assert!(all_segments.retire(id));
    let again = all_segments.create(SegmentKind::Packed).unwrap();
    let found = all(&again, end, Verify::Records);
    assert!(good(&found).is_empty());
    assert!(
        matches!(
            found[..],
            [Found::Gap {
                reason: BadRecord::Check,
                ..
            }]
        ),
        "{found:?}"
    );
}
