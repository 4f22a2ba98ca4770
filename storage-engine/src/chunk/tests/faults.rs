//! Drives that fail, fill up, rot and lose files.

use super::*;
use crate::disk::sim::Call;

const BULK: &str = "0000000000000001.bulk";

#[tokio::test]
async fn a_failed_sync_is_final_for_everybody() {
    let disk = SimDisk::new(1);
    let (segments, store) = open_store(&disk);
    let failure = store.failure().clone();
    let plain = some_bytes(1000, false);
    let first = write(&store, 1, &plain, &Transform::default()).await;
    let second = write(&store, 2, &plain, &Transform::default()).await;
    disk.fail_next(Call::Sync, libc::EIO);
    let (one, other) = tokio::join!(
        store.settle(std::slice::from_ref(&first)),
        store.settle(std::slice::from_ref(&second))
    );
    for outcome in [
        one,
        other,
        store.settle(&[first]).await,
        store.settle(&[]).await,
    ] {
        let refused = outcome.unwrap_err();
        assert!(matches!(refused, Error::Stopped { .. }), "{refused}");
    }
    assert!(failure.check().is_err());
    let chunk = sealed(&plain, &Transform::default());
    let refused = store.write(ExtentId(3), chunk).await.unwrap_err();
    assert!(matches!(refused, Error::Stopped { .. }), "{refused}");
    // What was verified may still be read.
    assert_eq!(
        read(&store, &second, 0..1000, &Transform::default())
            .await
            .unwrap(),
        plain
    );
    assert_eq!(segments.all().len(), 1);
}

#[tokio::test]
async fn a_failed_write_stops_the_store_and_a_full_drive_does_not() {
    for (code, stops) in [(libc::EIO, true), (libc::ENOSPC, false)] {
        let disk = SimDisk::new(1);
        let (_, store) = open_store(&disk);
        let plain = some_bytes(1000, false);
        write(&store, 1, &plain, &Transform::default()).await;
        disk.fail_next(Call::Write, code);
        let chunk = sealed(&plain, &Transform::default());
        let writing = store.write(ExtentId(2), chunk).await.unwrap();
        let failed = writing.finish().await.unwrap_err();
        match stops {
            true => assert!(matches!(failed, Error::Stopped { .. }), "{failed}"),
            false => assert!(matches!(failed, Error::NoSpace { .. }), "{failed}"),
        }
        assert_eq!(store.failure().check().is_err(), stops);
    }
}

#[tokio::test]
async fn a_full_drive_refuses_and_recovers() {
    let disk = SimDisk::new(1);
    let (_, store) = open_store(&disk);
    disk.full_at(1 << 20);
    let plain = some_bytes(1000, false);
    let attempts = (0..5).map(|extent| {
        let chunk = sealed(&plain, &Transform::default());
        store.write(ExtentId(extent), chunk)
    });
    for outcome in futures_util::future::join_all(attempts).await {
        let refused = outcome.unwrap_err();
        assert!(matches!(refused, Error::NoSpace { .. }), "{refused}");
    }
    disk.full_at(1 << 30);
    write(&store, 9, &plain, &Transform::default()).await;
}

#[tokio::test]
async fn a_segment_that_cannot_be_made_stops_the_store_if_the_drive_fails() {
    let disk = SimDisk::new(1);
    let (_, store) = open_store(&disk);
    disk.fail_next(Call::Sync, libc::EIO);
    let chunk = sealed(&[1; 10], &Transform::default());
    store.write(ExtentId(1), chunk).await.unwrap_err();
    assert!(store.failure().check().is_err());
}

/// Every bit of a record, one after the other: it is noticed, or it did not matter.
#[tokio::test]
async fn no_flipped_bit_is_ever_served() {
    let disk = SimDisk::new(1);
    let (_, store) = open_store(&disk);
    for (number, transform) in transforms().into_iter().enumerate() {
        let plain = some_bytes(700, true);
        let written = write(&store, number as u64, &plain, &transform).await;
        let place = written.place;
        let stored_end = 512
            + if number == 1 || number == 2 {
                200
            } else {
                plain.len() as u64
            };
        for bit in 0..u64::from(place.record_bytes) * 8 {
            let (offset, bit_of_byte) = (place.offset + bit / 8, (bit % 8) as u32);
            disk.flip_bit(BULK, offset, bit_of_byte).unwrap();
            match read(&store, &written, 0..700, &transform).await {
                Err(Error::Damaged {
                    what:
                        Damage::Extent {
                            extent,
                            segment,
                            offset,
                            ..
                        },
                }) => {
                    let named = (extent, segment, offset);
                    assert_eq!(named, (written.extent, place.segment, place.offset));
                }
                Err(other) => panic!("transform {number}, bit {bit}: {other}"),
                Ok(found) => {
                    assert_eq!(found, plain, "transform {number}, bit {bit}");
                    assert!(
                        bit / 8 >= stored_end,
                        "transform {number}, bit {bit} not noticed"
                    );
                }
            }
            disk.flip_bit(BULK, offset, bit_of_byte).unwrap();
        }
        assert_eq!(
            read(&store, &written, 0..700, &transform).await.unwrap(),
            plain
        );
    }
}

/// Parts of a long chunk, read by themselves.
#[tokio::test]
async fn no_flipped_bit_of_a_part_is_ever_served() {
    let disk = SimDisk::new(1);
    let (_, store) = open_store(&disk);
    let plain = some_bytes(600_000, true);
    for (number, transform) in transforms().into_iter().enumerate() {
        let written = write(&store, number as u64, &plain, &transform).await;
        let wanted = 100_000..140_000u32;
        let frames = 512 + FRAME_BYTES as u64..512 + 3 * FRAME_BYTES as u64;
        for at in (0..u64::from(written.place.record_bytes)).step_by(1009) {
            let offset = written.place.offset + at;
            disk.flip_bit(BULK, offset, (at % 8) as u32).unwrap();
            match read(&store, &written, wanted.clone(), &transform).await {
                Err(Error::Damaged { .. }) => {}
                Err(other) => panic!("transform {number}, byte {at}: {other}"),
                Ok(found) => {
                    assert_eq!(
                        found,
                        plain[100_000..140_000],
                        "transform {number}, byte {at}"
                    );
                    assert!(at >= 512 && !frames.contains(&at), "byte {at} not noticed");
                }
            }
            disk.flip_bit(BULK, offset, (at % 8) as u32).unwrap();
        }
    }
}

#[tokio::test]
async fn a_file_cut_short_is_damage_and_a_drive_that_cannot_read_is_an_error() {
    let disk = SimDisk::new(1);
    let (segments, store) = open_store(&disk);
    let plain = some_bytes(5000, false);
    let written = write(&store, 1, &plain, &Transform::default()).await;
    // A simulated cache finds what is in memory or not; only misses ask the drive.
    let mut failed = 0;
    for _ in 0..50 {
        disk.fail_next(Call::Read, libc::EIO);
        match read(&store, &written, 0..5000, &Transform::default()).await {
            Ok(found) => assert_eq!(found, plain),
            Err(Error::Io { .. }) => failed += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(failed > 0);
    assert!(
        store.failure().check().is_ok(),
        "reading decides nothing about writes"
    );

    let (_, store) = open_store(&disk.restart(Survival::Everything, 1));
    drop(segments);
    read(&store, &written, 0..5000, &Transform::default())
        .await
        .unwrap();
    let disk = disk.restart(Survival::Everything, 1);
    let (segments, store) = open_store(&disk);
    disk.truncate(BULK, written.place.offset + 1000).unwrap();
    let cut = read(&store, &written, 0..5000, &Transform::default())
        .await
        .unwrap_err();
    assert!(
        matches!(
            cut,
            Error::Damaged {
                what: Damage::Extent { .. }
            }
        ),
        "{cut}"
    );
    segments.retire(written.place.segment);
    let gone = read(&store, &written, 0..5000, &Transform::default())
        .await
        .unwrap_err();
    assert!(
        matches!(
            gone,
            Error::Damaged {
                what: Damage::MissingSegment(_)
            }
        ),
        "{gone}"
    );
}

/// What the file held in an earlier life does not verify, wherever a row may point.
#[tokio::test]
async fn records_of_a_former_life_are_damage() {
    let disk = SimDisk::new(1);
    let (segments, store) = open_store(&disk);
    let plain = some_bytes(1000, false);
    let written = write(&store, 1, &plain, &Transform::default()).await;
    let old = written.place.segment;
    drop((written.clone(), store));
    segments.retire(old);
    let mut moved = written;
    moved.pin = None;
    // The thread that made the segment may still be letting go of the store.
    while segments.idle_bytes() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    let again = segments.create(SegmentKind::Bulk).unwrap();
    assert_eq!(disk.list().unwrap().len(), 1, "the same file");
    moved.place.segment = again.id();
    let store = SegmentChunks::new(segments, Failure::default(), Blocks::default());
    let refused = read(&store, &moved, 0..1000, &Transform::default())
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::Damaged { .. }), "{refused}");
}
