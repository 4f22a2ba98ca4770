//! What every [`ChunkStore`] promises.

use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;

use super::*;
use crate::SecretKey;
use crate::disk::sim::SimDisk;
use crate::disk::{Access, AsyncIo, Disk, FileDisk};
use crate::failure::Failure;
use crate::ids::SegmentId;
use crate::limits::{CHUNK_BYTES, FRAME_BYTES};
use crate::row::Compression;
use crate::segment::{Segments, SegmentsOptions};

pub(super) fn options() -> SegmentsOptions {
    SegmentsOptions {
        store: *b"store of a test.",
        log_bytes: 1 << 20,
        bulk_bytes: 4 << 20,
        packed_bytes: 4 << 20,
        log_access: Access::Buffered,
        log_prewrite: false,
        idle_bytes_max: 16 << 20,
        reserve_bytes: 0,
    }
}

pub(super) fn segment_store(disk: Arc<dyn Disk>) -> SegmentChunks {
    let segments = Arc::new(Segments::open(disk, options()).unwrap());
    SegmentChunks::new(segments, Failure::default(), Blocks::default())
}

pub(super) fn sealed(plain: &[u8], transform: &Transform) -> SealedBlock {
    let blocks = Blocks::default();
    let mut filling = Filling::new(&blocks);
    let mut data = Bytes::copy_from_slice(plain);
    filling.push(&mut data);
    assert!(data.is_empty());
    filling.seal(None, transform, &blocks).unwrap()
}

pub(super) async fn write(
    store: &dyn ChunkStore,
    extent: u64,
    plain: &[u8],
    transform: &Transform,
) -> Written {
    let sealed = sealed(plain, transform);
    let writing = store.write(ExtentId(extent), sealed).await.unwrap();
    writing.finish().await.unwrap()
}

pub(super) async fn read(
    store: &dyn ChunkStore,
    written: &Written,
    wanted: Range<u32>,
    transform: &Transform,
) -> Result<Bytes> {
    let cipher = transform.cipher.clone();
    let (extent, place) = (written.extent, written.place);
    store.read(extent, place, wanted, cipher).await
}

/// Bytes that compress well, or not at all, and differ everywhere.
pub(super) fn some_bytes(len: usize, compressible: bool) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64 ^ len as u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    let mask = if compressible { 3 } else { 255 };
    (0..len).map(|_| next() & mask).collect()
}

pub(super) fn cipher() -> Cipher {
    let secret = SecretKey([7; 32]);
    Cipher::open(&secret, &new_key_check(&secret).unwrap()).unwrap()
}

pub(super) fn transforms() -> Vec<Transform> {
    let compressed = |compression| Transform {
        compression,
        cipher: None,
    };
    vec![
        Transform::default(),
        compressed(Compression::Lz4),
        compressed(Compression::Zstd),
        Transform {
            compression: Compression::Zstd,
            cipher: Some(cipher()),
        },
    ]
}

/// Runs the whole suite against a store.
async fn suite(store: &dyn ChunkStore) {
    everything_comes_back(store).await;
    parts_come_back(store).await;
    many_at_a_time(store).await;
    mistakes_are_refused(store).await;
    futures_may_be_dropped(store).await;
}

const LENGTHS: [usize; 9] = [
    0,
    1,
    4095,
    FRAME_BYTES - 1,
    FRAME_BYTES,
    FRAME_BYTES + 1,
    200_000,
    CHUNK_BYTES - 1,
    CHUNK_BYTES,
];

async fn everything_comes_back(store: &dyn ChunkStore) {
    let mut extent = 1000;
    for transform in transforms() {
        for (len, compressible) in LENGTHS.into_iter().flat_map(|l| [(l, true), (l, false)]) {
            extent += 1;
            let plain = some_bytes(len, compressible);
            let written = write(store, extent, &plain, &transform).await;
            assert_eq!(written.extent, ExtentId(extent));
            let all = 0..len as u32;
            let before = read(store, &written, all.clone(), &transform)
                .await
                .unwrap();
            assert_eq!(before, plain, "{len} before it is settled");
            store.settle(std::slice::from_ref(&written)).await.unwrap();
            let after = read(store, &written, all, &transform).await.unwrap();
            assert_eq!(after, plain, "{len} after");
        }
    }
}

async fn parts_come_back(store: &dyn ChunkStore) {
    let plain = some_bytes(CHUNK_BYTES - 5000, true);
    let frame = FRAME_BYTES as u32;
    for (number, transform) in transforms().into_iter().enumerate() {
        let written = write(store, 2000 + number as u64, &plain, &transform).await;
        let len = plain.len() as u32;
        let edges = [
            0,
            1,
            frame - 1,
            frame,
            frame + 1,
            5 * frame,
            700_000,
            len - 1,
            len,
        ];
        for start in edges {
            for end in edges.into_iter().filter(|end| *end >= start) {
                let part = read(store, &written, start..end, &transform).await.unwrap();
                assert_eq!(part, plain[start as usize..end as usize], "{start}..{end}");
            }
        }
    }
}

async fn many_at_a_time(store: &dyn ChunkStore) {
    let plain = Transform::default();
    let bodies: Vec<_> = (0..24)
        .map(|i| some_bytes(50_000 + i * 7919, false))
        .collect();
    let writes = bodies.iter().enumerate().map(|(number, body)| {
        let plain = plain.clone();
        async move {
            let written = write(store, 3000 + number as u64, body, &plain).await;
            store.settle(std::slice::from_ref(&written)).await.unwrap();
            written
        }
    });
    let written = futures_util::future::join_all(writes).await;
    for (written, body) in written.iter().zip(&bodies) {
        let all = 0..body.len() as u32;
        assert_eq!(read(store, written, all, &plain).await.unwrap(), body);
    }
    store.settle(&written).await.unwrap();
    store.settle(&[]).await.unwrap();
}

#[allow(clippy::reversed_empty_ranges, reason = "a mistake on purpose")]
async fn mistakes_are_refused(store: &dyn ChunkStore) {
    let plain = Transform::default();
    let encrypted = Transform {
        compression: Compression::None,
        cipher: Some(cipher()),
    };
    let body = some_bytes(1000, false);
    let open = write(store, 4001, &body, &plain).await;
    let closed = write(store, 4002, &body, &encrypted).await;

    for range in [0..1001, 1001..1001, 5..4] {
        let refused = read(store, &open, range.clone(), &plain).await.unwrap_err();
        assert!(
            matches!(refused, Error::Invalid { .. }),
            "{range:?}: {refused}"
        );
    }
    let refused = read(store, &closed, 0..10, &plain).await.unwrap_err();
    assert!(matches!(refused, Error::WrongKey), "{refused}");
    let other_key = Transform {
        cipher: Some(cipher()),
        ..Transform::default()
    };
    let refused = read(store, &closed, 0..10, &other_key).await.unwrap_err();
    assert!(matches!(refused, Error::Damaged { .. }), "{refused}");
    let refused = read(store, &open, 0..10, &encrypted).await.unwrap_err();
    assert!(matches!(refused, Error::Damaged { .. }), "{refused}");

    let mut elsewhere = open.clone();
    elsewhere.place.offset += 1 << 14;
    let refused = read(store, &elsewhere, 0..10, &plain).await.unwrap_err();
    assert!(matches!(refused, Error::Damaged { .. }), "{refused}");
    let mut nowhere = open.clone();
    nowhere.place.segment = SegmentId(99_999);
    let refused = read(store, &nowhere, 0..10, &plain).await.unwrap_err();
    assert!(matches!(refused, Error::Damaged { .. }), "{refused}");
    let mut somebody = open.clone();
    somebody.extent = ExtentId(4999);
    let refused = read(store, &somebody, 0..10, &plain).await.unwrap_err();
    assert!(matches!(refused, Error::Damaged { .. }), "{refused}");
}

async fn futures_may_be_dropped(store: &dyn ChunkStore) {
    let plain = Transform::default();
    let body = some_bytes(70_000, false);
    for polls in 0..4 {
        let writing = store.write(ExtentId(5000 + polls), sealed(&body, &plain));
        give_up(writing, polls).await;
        let writing = store.write(ExtentId(5010 + polls), sealed(&body, &plain));
        give_up(writing.await.unwrap().finish(), polls).await;
        let written = write(store, 5020 + polls, &body, &plain).await;
        give_up(store.settle(std::slice::from_ref(&written)), polls).await;
        give_up(read(store, &written, 0..70_000, &plain), polls).await;
        store.settle(std::slice::from_ref(&written)).await.unwrap();
        let all = read(store, &written, 0..70_000, &plain).await;
        assert_eq!(all.unwrap(), body);
    }
}

/// Polls a future so many times and drops it.
pub(super) async fn give_up(future: impl Future, polls: u64) {
    let mut future = Box::pin(future);
    for _ in 0..polls {
        let poll = std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
        if poll.await.is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn in_memory() {
    suite(&MemoryChunks::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_segments_on_a_simulated_disk() {
    suite(&segment_store(Arc::new(SimDisk::new(1)))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_segments_on_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    suite(&segment_store(Arc::new(
        FileDisk::open(folder.path(), AsyncIo::Threads).unwrap(),
    )))
    .await;
}
