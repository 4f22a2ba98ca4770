use std::io::IoSlice;
use std::sync::Arc;

use proptest::prelude::*;

use super::header::{BadHeader, SegmentHeader};
use super::name::FileName;
use super::*;
use crate::disk::sim::{Call, SimDisk, Survival};
use crate::disk::{Access, AsyncIo, Disk, FileDisk};
use crate::error::Error;

const STORE: [u8; 16] = *b"store of a test.";
const BULK_BYTES: u64 = 64 << 10;

fn options() -> SegmentsOptions {
    SegmentsOptions {
        store: STORE,
        log_bytes: 32 << 10,
        bulk_bytes: BULK_BYTES,
        packed_bytes: BULK_BYTES,
        log_access: Access::Buffered,
        log_prewrite: true,
        idle_bytes_max: 2 * BULK_BYTES,
        reserve_bytes: 0,
    }
}

/// Runs a test on every kind of disk.
fn on_disks(test: impl Fn(Arc<dyn Disk>)) {
    let folder = tempfile::tempdir().unwrap();
    test(Arc::new(
        FileDisk::open(folder.path(), AsyncIo::Threads).unwrap(),
    ));
    test(Arc::new(SimDisk::new(1)));
}

fn open(disk: &Arc<dyn Disk>) -> Segments {
    Segments::open(Arc::clone(disk), options()).unwrap()
}

fn overwrite(disk: &Arc<dyn Disk>, name: &str, offset: u64, bytes: &[u8]) {
    let file = disk.open(name, Access::Buffered).unwrap();
    file.write_at(&[IoSlice::new(bytes)], offset).unwrap();
}

#[test]
fn segments_are_found_again() {
    on_disks(|disk| {
        let first = open(&disk);
        assert!(first.all().is_empty());
        let log = first.create(SegmentKind::Log).unwrap();
        let bulk = first.create(SegmentKind::Bulk).unwrap();
        let packed = first.create(SegmentKind::Packed).unwrap();
        assert!(log.id() < bulk.id() && bulk.id() < packed.id());
        assert_ne!(log.key, bulk.key);

        let again = open(&disk);
        assert!(again.unreadable().is_empty());
        let found = again.all();
        let facts = |segments: &[Arc<Segment>]| -> Vec<_> {
            let of = |s: &Arc<Segment>| (s.id(), s.kind(), s.capacity(), s.key.clone());
            segments.iter().map(of).collect()
        };
        assert_eq!(facts(&found), facts(&[log, bulk, packed]));
        assert!(again.create(SegmentKind::Log).unwrap().id() > found[2].id());
        let names = disk.list().unwrap();
        assert!(
            names.contains(&"0000000000000001.log".to_owned()),
            "{names:?}"
        );
    });
}

#[test]
fn a_new_segment_has_room_for_its_capacity() {
    on_disks(|disk| {
        let segments = open(&disk);
        let segment = segments.create(SegmentKind::Log).unwrap();
        assert!(segment.file.len().unwrap() >= segment.capacity());
        let mut last = [1; 8];
        segment
            .file
            .read_at(&mut last, segment.capacity() - 8)
            .unwrap();
        assert_eq!(last, [0; 8]);
    });
}

#[test]
fn a_retired_segment_lives_as_long_as_it_is_read_and_its_file_is_used_anew() {
    on_disks(|disk| {
        let segments = open(&disk);
        let reader = segments.create(SegmentKind::Bulk).unwrap();
        let (id, key) = (reader.id(), reader.key.clone());
        assert!(segments.retire(id));
        assert!(!segments.retire(id));
        assert!(segments.get(id).is_none());
        assert_eq!(segments.idle_bytes(), 0, "still being read");
        drop(reader);
        assert_eq!(segments.idle_bytes(), BULK_BYTES);

        let next = segments.create(SegmentKind::Bulk).unwrap();
        assert_eq!(segments.idle_bytes(), 0, "used anew");
        assert!(next.id() > id);
        assert_ne!(next.key, key, "records of its former life must not verify");
        assert_eq!(disk.list().unwrap().len(), 1);
        assert_eq!(open(&disk).get(next.id()).unwrap().key, next.key);
    });
}

#[test]
fn idle_files_are_bounded_found_again_and_fit_in_size() {
    on_disks(|disk| {
        let segments = open(&disk);
        let made: Vec<_> = (0..4)
            .map(|_| segments.create(SegmentKind::Packed).unwrap().id())
            .collect();
        for id in &made {
            assert!(segments.retire(*id));
        }
        assert_eq!(segments.idle_bytes(), 2 * BULK_BYTES);
        assert_eq!(disk.list().unwrap().len(), 2, "the others are gone");

        let again = open(&disk);
        assert_eq!(again.idle_bytes(), 2 * BULK_BYTES);
        again.create(SegmentKind::Log).unwrap();
        assert_eq!(
            again.idle_bytes(),
            2 * BULK_BYTES,
            "a log file has another size"
        );
        again.create(SegmentKind::Bulk).unwrap();
        assert_eq!(again.idle_bytes(), BULK_BYTES);
    });
}

#[test]
fn a_segment_that_is_not_retired_keeps_its_file() {
    on_disks(|disk| {
        drop(open(&disk).create(SegmentKind::Bulk).unwrap());
        assert_eq!(open(&disk).all().len(), 1);
    });
}

#[test]
fn ids_are_skipped_on_demand() {
    on_disks(|disk| {
        let segments = open(&disk);
        segments.skip_ids_below(SegmentId(100));
        segments.skip_ids_below(SegmentId(7));
        let made = segments.create(SegmentKind::Log).unwrap();
        assert_eq!(made.id(), SegmentId(100));
    });
}

#[test]
fn pins_count_writers() {
    on_disks(|disk| {
        let segment = open(&disk).create(SegmentKind::Bulk).unwrap();
        let pin = segment.pin();
        let second = pin.clone();
        assert_eq!(segment.writers(), 2);
        drop(pin);
        drop(second);
        assert_eq!(segment.writers(), 0);
    });
}

#[test]
fn files_of_another_store_and_of_later_versions_refuse_the_folder() {
    on_disks(|disk| {
        open(&disk).create(SegmentKind::Bulk).unwrap();
        let mut foreign = options();
        foreign.store[3] ^= 1;
        let refused = Segments::open(Arc::clone(&disk), foreign).unwrap_err();
        assert!(refused.to_string().contains("another store"), "{refused}");

        let mut bytes = vec![0; SEGMENT_HEADER_BYTES];
        let file = disk.open("0000000000000001.bulk", Access::Buffered);
        file.unwrap().read_at(&mut bytes, 0).unwrap();
        bytes[8] = 2;
        let crc = crate::hash::crc64(&bytes[..64]);
        bytes[64..72].copy_from_slice(&crc.to_le_bytes());
        overwrite(&disk, "0000000000000001.bulk", 0, &bytes);
        let refused = Segments::open(disk, options()).unwrap_err();
        assert!(matches!(refused, Error::Folder(_)), "{refused}");
        assert!(refused.to_string().contains("format 2"), "{refused}");
    });
}

#[test]
fn unusable_files_are_reported_and_the_others_open() {
    on_disks(|disk| {
        let segments = open(&disk);
        for _ in 0..5 {
            segments.create(SegmentKind::Bulk).unwrap();
        }
        overwrite(&disk, "0000000000000001.bulk", 20, b"x");
        overwrite(&disk, "0000000000000002.bulk", 0, &[0; 4096]);
        disk.rename("0000000000000003.bulk", "0000000000000009.bulk")
            .unwrap();
        let file = disk.open("0000000000000004.bulk", Access::Buffered);
        file.unwrap().set_len(100).unwrap();
        disk.create("notes.txt", Access::Buffered).unwrap();
        disk.create("5.bulk", Access::Buffered).unwrap();

        let again = open(&disk);
        let ids: Vec<_> = again.all().iter().map(|s| s.id().0).collect();
        assert_eq!(ids, [5]);
        let unreadable = again.unreadable();
        let ids: Vec<_> = unreadable.iter().map(|file| file.id.0).collect();
        assert_eq!(ids, [1, 2, 4, 9]);
        assert!(unreadable[3].reason.contains("segment 3"), "{unreadable:?}");

        assert!(again.discard(SegmentId(1)));
        assert!(!again.discard(SegmentId(1)));
        assert_eq!(again.unreadable().len(), 3);
        assert!(
            !disk
                .list()
                .unwrap()
                .contains(&"0000000000000001.bulk".to_owned())
        );
        assert_eq!(again.create(SegmentKind::Log).unwrap().id(), SegmentId(10));
    });
}

#[test]
fn bulk_segments_leave_the_reserve_alone() {
    on_disks(|disk| {
        let mut greedy = options();
        greedy.reserve_bytes = u64::MAX / 2;
        let segments = Segments::open(disk, greedy).unwrap();
        let refused = segments.create(SegmentKind::Bulk).unwrap_err();
        assert!(matches!(refused, Error::NoSpace { .. }), "{refused}");
        segments.create(SegmentKind::Packed).unwrap();
        segments.create(SegmentKind::Log).unwrap();
    });
}

/// Creates, retires and creates again; tells which segments were acknowledged and still count.
fn some_life(disk: &SimDisk, kept: &mut Vec<(SegmentId, RecordKey)>) -> crate::Result<()> {
    let segments = Segments::open(Arc::new(disk.clone()), options())?;
    for kind in [SegmentKind::Log, SegmentKind::Bulk, SegmentKind::Bulk] {
        let made = segments.create(kind)?;
        kept.push((made.id(), made.key.clone()));
    }
    let (retired, _) = kept.remove(1);
    segments.retire(retired);
    for kind in [SegmentKind::Packed, SegmentKind::Bulk] {
        let made = segments.create(kind)?;
        kept.push((made.id(), made.key.clone()));
    }
    Ok(())
}

#[test]
fn a_segment_that_was_made_outlives_every_crash() {
    let whole = SimDisk::new(1);
    some_life(&whole, &mut Vec::new()).unwrap();
    for step in 0..=whole.steps() {
        let disk = SimDisk::new(1);
        disk.crash_at(step);
        let mut kept = Vec::new();
        let lived = some_life(&disk, &mut kept);
        assert_eq!(lived.is_ok(), step == whole.steps());
        for seed in 0..40 {
            let found = disk.restart(Survival::Any, seed);
            let segments = Segments::open(Arc::new(found), options()).unwrap();
            for (id, key) in &kept {
                let segment = segments.get(*id);
                let segment = segment.unwrap_or_else(|| panic!("step {step}, seed {seed}: {id}"));
                assert_eq!(segment.key, *key);
                assert_eq!(segment.file.len().unwrap(), segment.capacity());
            }
            segments.create(SegmentKind::Bulk).unwrap();
        }
    }
}

#[test]
fn a_full_drive_refuses_and_keeps_nothing() {
    for room in [0, 4096, BULK_BYTES - 1] {
        let disk = SimDisk::new(1);
        disk.full_at(room);
        let segments = Segments::open(Arc::new(disk.clone()), options()).unwrap();
        for kind in [SegmentKind::Bulk, SegmentKind::Packed] {
            let refused = segments.create(kind).unwrap_err();
            assert!(matches!(refused, Error::NoSpace { .. }), "{refused}");
        }
        assert!(disk.list().unwrap().is_empty());
        disk.full_at(1 << 30);
        segments.create(SegmentKind::Bulk).unwrap();
    }
}

#[test]
fn a_segment_that_could_not_be_made_is_none() {
    for call in [
        Call::Create,
        Call::Allocate,
        Call::Write,
        Call::Sync,
        Call::SyncDir,
    ] {
        let disk = SimDisk::new(1);
        let segments = Segments::open(Arc::new(disk.clone()), options()).unwrap();
        disk.fail_next(call, libc::EIO);
        let failed = segments.create(SegmentKind::Bulk).unwrap_err();
        assert!(matches!(failed, Error::Io { .. }), "{call:?}: {failed}");
        assert!(segments.all().is_empty());
        assert!(disk.list().unwrap().is_empty(), "{call:?}");
    }
}

#[test]
fn a_file_that_cannot_be_used_anew_is_no_obstacle() {
    for call in [Call::Rename, Call::Open] {
        let disk = SimDisk::new(1);
        let segments = Segments::open(Arc::new(disk.clone()), options()).unwrap();
        let id = segments.create(SegmentKind::Bulk).unwrap().id();
        segments.retire(id);
        disk.fail_next(call, libc::EIO);
        let made = segments.create(SegmentKind::Bulk).unwrap();
        assert_eq!(
            open(&(Arc::new(disk) as Arc<dyn Disk>))
                .get(made.id())
                .unwrap()
                .key,
            made.key
        );
    }
}

fn header() -> SegmentHeader {
    SegmentHeader {
        kind: SegmentKind::Packed,
        id: SegmentId(0x0102),
        store: STORE,
        nonce: *b"nonce of a test.",
        capacity: 1 << 28,
    }
}

fn encoded() -> [u8; SEGMENT_HEADER_BYTES] {
    let mut bytes = [7; SEGMENT_HEADER_BYTES];
    header().encode(&mut bytes);
    bytes
}

/// The format is a promise to every later version: these bytes never change.
#[test]
fn golden_header() {
    let bytes = encoded();
    let hex: String = bytes[..72]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        hex,
        concat!(
            "434149524e534547",
            "01000000",
            "03000000",
            "0201000000000000",
            "73746f7265206f66206120746573742e",
            "6e6f6e6365206f66206120746573742e",
            "0000001000000000",
            "9e02dd00d704a726",
        )
    );
    assert!(bytes[72..].iter().all(|byte| *byte == 0));
    assert_eq!(SegmentHeader::decode(&bytes), Ok(header()));
}

#[test]
fn every_flipped_bit_of_a_header_is_noticed() {
    let mut bytes = encoded();
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(SegmentHeader::decode(&bytes).is_err(), "bit {bit}");
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    assert_eq!(SegmentHeader::decode(&[0; 4096]), Err(BadHeader::Blank));
}

proptest! {
    #[test]
    fn names_come_back(id in any::<u64>(), kind in 0..4) {
        let id = SegmentId(id);
        let name = match kind {
            0 => FileName::Segment(id, SegmentKind::Log),
            1 => FileName::Segment(id, SegmentKind::Bulk),
            2 => FileName::Segment(id, SegmentKind::Packed),
            _ => FileName::Free(id),
        };
        prop_assert_eq!(FileName::parse(&name.to_string()), Some(name));
    }

    #[test]
    fn other_names_are_not_ours(text in "(free-)?[0-9a-fA-F+]{0,20}(\\.(log|bulk|packed|seg))?") {
        if let Some(name) = FileName::parse(&text) {
            prop_assert_eq!(name.to_string(), text);
        }
    }
}
