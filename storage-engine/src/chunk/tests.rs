mod faults;
mod gate;
mod sharing;

use std::sync::Arc;

use bytes::Bytes;

use super::conformance::*;
use super::open::{self, Closed};
use super::*;
use crate::SecretKey;
use crate::disk::Disk;
use crate::disk::sim::{SimDisk, Survival};
use crate::failure::Failure;
use crate::limits::{CHUNK_BYTES, FRAME_BYTES};
use crate::record::{BadRecord, ChunkHead, Codec, Padding, parse_record};
use crate::row::{Compression, SegmentKind};
use crate::segment::{RECORDS_AT, Segments};

/// A store whose segments can be looked at.
fn open_store(disk: &SimDisk) -> (Arc<Segments>, SegmentChunks) {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let segments = Arc::new(Segments::open(disk, options()).unwrap());
    let store = SegmentChunks::new(Arc::clone(&segments), Failure::default(), Blocks::default());
    (segments, store)
}

#[test]
fn compression_is_kept_only_where_it_is_worth_it() {
    let blocks = Blocks::default();
    for compression in [Compression::Lz4, Compression::Zstd] {
        let transform = Transform {
            compression,
            cipher: None,
        };
        let noise = Bytes::from(some_bytes(100_000, false));
        let chunk = Chunk::seal(noise.clone(), &transform, &blocks).unwrap();
        assert_eq!(chunk.head().codec, Codec::None);
        assert_eq!(chunk.stored().as_ptr(), noise.as_ptr(), "not even copied");

        let text = Bytes::from(some_bytes(100_000, true));
        let chunk = Chunk::seal(text.clone(), &transform, &blocks).unwrap();
        assert_ne!(chunk.head().codec, Codec::None);
        assert!(chunk.stored().len() < 100_000 - 100_000 / 16);

        // Compresses a little, but not enough to be worth it.
        let mut mixed = some_bytes(100_000, false);
        mixed[..5_000].fill(0);
        let chunk = Chunk::seal(Bytes::from(mixed), &transform, &blocks).unwrap();
        assert_eq!(chunk.head().codec, Codec::None);
        let empty = Chunk::seal(Bytes::new(), &transform, &blocks).unwrap();
        assert_eq!(empty.head().codec, Codec::None);
    }
}

#[test]
fn the_same_bytes_are_encrypted_differently_each_time() {
    let blocks = Blocks::default();
    let transform = Transform {
        cipher: Some(cipher()),
        ..Transform::default()
    };
    let plain = Bytes::from(vec![b'a'; 3 * FRAME_BYTES]);
    let first = Chunk::seal(plain.clone(), &transform, &blocks).unwrap();
    let second = Chunk::seal(plain.clone(), &transform, &blocks).unwrap();
    assert_ne!(first.head().nonce, second.head().nonce);
    assert_ne!(first.stored(), second.stored());
    let frames: Vec<_> = first.stored().chunks(FRAME_BYTES).collect();
    assert!(frames[0] != frames[1] && frames[1] != frames[2]);
    assert!(
        !first
            .stored()
            .windows(8)
            .any(|window| window == b"aaaaaaaa")
    );
}

#[test]
fn encrypted_frames_cannot_change_places() {
    let blocks = Blocks::default();
    let cipher = cipher();
    let transform = Transform {
        cipher: Some(cipher.clone()),
        ..Transform::default()
    };
    let plain = Bytes::from(some_bytes(2 * FRAME_BYTES, true));
    let chunk = Chunk::seal(plain.clone(), &transform, &blocks).unwrap();
    let open = |head: &ChunkHead, stored: &[u8]| {
        let mut block = blocks.take(stored.len()).unwrap();
        block[..stored.len()].copy_from_slice(stored);
        let wanted = 0..stored.len() as u32;
        open::open(
            head,
            block,
            0..stored.len(),
            &wanted,
            Some(&cipher),
            &blocks,
        )
    };
    assert_eq!(open(chunk.head(), chunk.stored()).unwrap(), plain);
    // Somebody who can write to the drive makes checksums fit; tags he cannot.
    let mut head = chunk.head().clone();
    head.frames.swap(0, 1);
    let swapped = [
        &chunk.stored()[FRAME_BYTES..],
        &chunk.stored()[..FRAME_BYTES],
    ]
    .concat();
    assert_eq!(open(&head, &swapped), Err(Closed::Damaged(BadRecord::Tag)));
    let mut head = chunk.head().clone();
    (head.logical_bytes, head.stored_bytes) = (FRAME_BYTES as u32, FRAME_BYTES as u32);
    head.frames.pop();
    let cut = &chunk.stored()[..FRAME_BYTES];
    assert_eq!(open(&head, cut), Err(Closed::Damaged(BadRecord::Tag)));
}

#[test]
fn a_key_check_proves_the_key_and_nothing_else() {
    let secret = SecretKey([7; 32]);
    let check = new_key_check(&secret).unwrap();
    Cipher::open(&secret, &check).unwrap();
    let wrong = Cipher::open(&SecretKey([8; 32]), &check).unwrap_err();
    assert!(matches!(wrong, Error::WrongKey), "{wrong}");
    assert_ne!(
        new_key_check(&secret).unwrap().digest,
        check.digest,
        "salted"
    );
    assert!(!format!("{check:?} {:?}", cipher()).contains("0707"));
}

#[tokio::test]
async fn what_is_on_the_drive_are_records_to_the_last_bit() {
    let disk = SimDisk::new(1);
    let (segments, store) = open_store(&disk);
    let mut all = Vec::new();
    // Blocks are reused: what a long chunk leaves in them must not get behind a short one.
    for (extent, len) in [(1, 900_000), (2, 100), (3, CHUNK_BYTES), (4, 70_000)] {
        let plain = some_bytes(len, false);
        all.push((
            write(&store, extent, &plain, &Transform::default()).await,
            plain,
        ));
    }
    let segment = segments.all().remove(0);
    assert_eq!(segment.kind(), SegmentKind::Bulk);
    let bytes = disk.dump("0000000000000001.bulk").unwrap();
    let mut at = RECORDS_AT;
    for (written, plain) in all {
        assert_eq!(written.place.offset, at);
        assert!(at.is_multiple_of(Padding::Aligned.step()));
        let (header, record) = parse_record(segment.key(), at, &bytes[at as usize..]).unwrap();
        assert_eq!(header.record_bytes, written.place.record_bytes);
        let crate::record::Record::Chunk { extent, stored, .. } = record else {
            panic!("{header:?}");
        };
        assert_eq!((extent, stored), (written.extent, &plain[..]));
        at = header.end();
    }
}

#[tokio::test]
async fn segments_follow_each_other_and_are_free_once_nobody_writes() {
    let disk = SimDisk::new(1);
    let (segments, store) = open_store(&disk);
    let plain = some_bytes(CHUNK_BYTES, false);
    let mut written = Vec::new();
    for extent in 0..12 {
        written.push(write(&store, extent, &plain, &Transform::default()).await);
    }
    let mut ids: Vec<_> = written.iter().map(|one| one.place.segment).collect();
    ids.dedup();
    assert_eq!(
        ids.len(),
        4,
        "three chunks and a header fill 4 MiB: {ids:?}"
    );
    assert!(ids.is_sorted());
    store.settle(&written).await.unwrap();
    let first = segments.get(ids[0]).unwrap();
    assert_eq!(first.writers(), 3);
    for one in &written {
        let all = 0..CHUNK_BYTES as u32;
        assert_eq!(
            read(&store, one, all, &Transform::default()).await.unwrap(),
            plain
        );
    }
    drop(written);
    assert_eq!(first.writers(), 0);
    assert!(segments.get(ids[3]).unwrap().writers() > 0, "it is open");
}

#[tokio::test]
async fn a_start_fills_no_segment_that_was_there() {
    let disk = SimDisk::new(1);
    let plain = some_bytes(300_000, false);
    let (_, store) = open_store(&disk);
    let first = write(&store, 1, &plain, &Transform::default()).await;
    store.settle(std::slice::from_ref(&first)).await.unwrap();

    // Two stores that grow from this one give the same chunk the same place: what one has written
    // there is nothing to the other.
    let mut later = Vec::new();
    for seed in [5, 6] {
        let disk = disk.restart(Survival::Any, seed);
        let (segments, store) = open_store(&disk);
        let next = write(&store, 2, &plain, &Transform::default()).await;
        assert_ne!(next.place.segment, first.place.segment);
        for one in [&first, &next] {
            let all = 0..plain.len() as u32;
            let found = read(&store, one, all, &Transform::default()).await;
            assert_eq!(found.unwrap(), plain);
        }
        let segment = segments.get(next.place.segment).unwrap();
        let bytes = disk.dump(&segment.file_name()).unwrap();
        later.push((next.place, segment.key().clone(), bytes));
    }
    let [(place, key, bytes), (other_place, _, other)] = &later[..] else {
        panic!("{later:?}");
    };
    assert_eq!(place, other_place);
    let at = place.offset as usize;
    assert!(parse_record(key, place.offset, &bytes[at..]).is_ok());
    assert!(parse_record(key, place.offset, &other[at..]).is_err());
}

#[tokio::test]
async fn settled_chunks_outlive_every_crash() {
    let body = |extent: u64| some_bytes(20_000 + extent as usize * 3, false);
    async fn life(disk: &SimDisk, safe: &mut Vec<Written>) -> Result<()> {
        let segments = Arc::new(Segments::open(Arc::new(disk.clone()), options())?);
        let store = SegmentChunks::new(segments, Failure::default(), Blocks::default());
        for extent in 0..5u64 {
            let plain = some_bytes(20_000 + extent as usize * 3, false);
            let chunk = sealed(&plain, &Transform::default());
            let written = store.write(ExtentId(extent), chunk).await?.finish().await?;
            store.settle(std::slice::from_ref(&written)).await?;
            safe.push(written);
        }
        Ok(())
    }
    let whole = SimDisk::new(1);
    life(&whole, &mut Vec::new()).await.unwrap();
    for step in 0..=whole.steps() {
        let disk = SimDisk::new(1);
        disk.crash_at(step);
        let mut safe = Vec::new();
        let lived = life(&disk, &mut safe).await;
        assert_eq!(lived.is_ok(), step == whole.steps());
        for seed in 0..10 {
            let (_, store) = open_store(&disk.restart(Survival::Any, seed));
            for written in &safe {
                let plain = body(written.extent.0);
                let all = 0..plain.len() as u32;
                let found = read(&store, written, all, &Transform::default()).await;
                assert_eq!(found.unwrap(), plain, "step {step}, seed {seed}");
            }
        }
    }
}
