mod cancel;
mod dedup;
mod spill;

use std::num::NonZeroUsize;
use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::chunk::{MemoryChunks, SegmentChunks};
use crate::disk::sim::{Call, SimDisk};
use crate::disk::{Access, AsyncIo, Disk, FileDisk};
use crate::failure::Failure;
use crate::hash::{Checksum, ETag, Hasher, md5_inline};
use crate::ids::{BucketId, ExtentId, Timestamp};
use crate::limits::{CHUNK_BYTES, INLINE_BYTES_MAX, LOG_BODY_BYTES_MAX};
use crate::meta::{ExtentChange, LogBody, Place};
use crate::record::Codec;
use crate::row::{Body, Compression, Quota, Versioning};
use crate::segment::{Segments, SegmentsOptions};
use crate::{Encryption, SecretKey};

fn bucket(compression: Compression) -> BucketRow {
    BucketRow {
        id: BucketId(1),
        name: "bucket".into(),
        owner: "owner".into(),
        created: Timestamp(0),
        versioning: Versioning::Off,
        lockable: false,
        default_retention: None,
        quota: Quota::default(),
        compression,
        deduplicate: false,
        tags: Vec::new(),
    }
}

fn stager(chunks: Arc<dyn ChunkStore>) -> Stager {
    stager_with(chunks, Arc::new(spill::Aside::default()))
}

fn stager_with(chunks: Arc<dyn ChunkStore>, spill: Arc<dyn Spill>) -> Stager {
    let lanes = LaneHasher::new(NonZeroUsize::MIN).unwrap();
    let ids = Arc::new(ExtentIds::starting_at(ExtentId(100)));
    Stager::new(chunks, lanes, ids, Blocks::default(), spill)
}

fn segments(disk: Arc<dyn Disk>) -> Arc<Segments> {
    let options = SegmentsOptions {
        store: [1; 16],
        log_bytes: 1 << 20,
        bulk_bytes: 8 << 20,
        packed_bytes: 8 << 20,
        log_access: Access::Buffered,
        log_prewrite: false,
        idle_bytes_max: 0,
        reserve_bytes: 0,
    };
    Arc::new(Segments::open(disk, options).unwrap())
}

fn chunks_on(disk: Arc<dyn Disk>) -> Arc<SegmentChunks> {
    let store = SegmentChunks::new(segments(disk), Failure::default(), Blocks::default());
    Arc::new(store)
}

/// Bytes that compress, and of which no two chunks are alike.
fn some_bytes(len: usize) -> Bytes {
    let byte = |i: usize| ((i as u64 / 16).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8;
    (0..len).map(byte).collect::<Vec<_>>().into()
}

async fn stage(
    stager: &Stager,
    bucket: BucketRow,
    options: StageOptions,
    body: &Bytes,
    piece_bytes: usize,
) -> Result<Staged> {
    let mut staging = stager.stage(&bucket, options)?;
    for start in (0..body.len()).step_by(piece_bytes.max(1)) {
        let end = (start + piece_bytes).min(body.len());
        staging.write(body.slice(start..end)).await?;
    }
    staging.seal().await
}

/// Reads a staged body as the rows would later have it.
async fn read_back(
    store: &dyn ChunkStore,
    parts: &StagedParts,
    secret: Option<&SecretKey>,
) -> Vec<u8> {
    let runs = match &parts.body {
        Body::Inline(bytes) => return bytes.clone(),
        Body::Runs(runs) => runs,
        other => panic!("{other:?}"),
    };
    let cipher =
        secret.map(|secret| Cipher::open(secret, parts.key_check.as_ref().unwrap()).unwrap());
    assert_eq!(runs.len(), 1);
    let memory = MemoryChunks::default();
    let mut body = Vec::new();
    for (number, extent) in runs[0].ids.iter().enumerate() {
        let left = runs[0].len - (number * CHUNK_BYTES) as u64;
        let wanted = 0..left.min(CHUNK_BYTES as u64) as u32;
        let read = match &parts.log_body {
            Some(LogBody {
                extent: logged,
                chunk,
            }) => {
                assert_eq!(
                    (extent, &parts.extents[..]),
                    (*logged, &[ExtentChange::AddBody(extent)][..])
                );
                memory.insert(extent, chunk.clone());
                let (segment, offset) = (crate::ids::SegmentId(0), extent.0);
                let place = Place {
                    segment,
                    offset,
                    record_bytes: 0,
                };
                memory.read(extent, place, wanted, cipher.clone()).await
            }
            None => {
                let place = parts.extents.iter().find_map(|change| match change {
                    ExtentChange::Add(added, place) if *added == extent => Some(*place),
                    _ => None,
                });
                store
                    .read(extent, place.unwrap(), wanted, cipher.clone())
                    .await
            }
        };
        body.extend_from_slice(&read.unwrap());
    }
    body
}

const LENGTHS: [usize; 10] = [
    0,
    1,
    INLINE_BYTES_MAX,
    INLINE_BYTES_MAX + 1,
    LOG_BODY_BYTES_MAX,
    LOG_BODY_BYTES_MAX + 1,
    CHUNK_BYTES,
    CHUNK_BYTES + 1,
    3 * CHUNK_BYTES - 1,
    6 * CHUNK_BYTES,
];

async fn every_length_comes_back(store: Arc<dyn ChunkStore>) {
    let stager = stager(Arc::clone(&store));
    for compression in [Compression::None, Compression::Lz4, Compression::Zstd] {
        for secret in [None, Some(SecretKey([3; 32]))] {
            for len in LENGTHS {
                let body = some_bytes(len);
                for length in [None, Some(len as u64)] {
                    let options = StageOptions {
                        length,
                        encryption: secret.clone().map(Encryption::opaque),
                        ..StageOptions::default()
                    };
                    let staged = stage(&stager, bucket(compression), options, &body, 70_001);
                    let parts = staged.await.unwrap().into_parts();
                    assert_eq!(parts.digests.size, len as u64);
                    assert_eq!(parts.digests.md5, md5_inline(&body));
                    assert_eq!(parts.etag == ETag::md5(md5_inline(&body)), secret.is_none());
                    assert_eq!(parts.key_check.is_some(), secret.is_some());
                    assert_where(&parts, len, secret.is_some());
                    assert_eq!(read_back(&*store, &parts, secret.as_ref()).await, body);
                }
            }
        }
    }
}

fn assert_where(parts: &StagedParts, len: usize, encrypted: bool) {
    let inline_max = if encrypted { 0 } else { INLINE_BYTES_MAX };
    let inline = len <= inline_max;
    let logged = !inline && len <= LOG_BODY_BYTES_MAX;
    assert_eq!(matches!(parts.body, Body::Inline(_)), inline, "{len}");
    assert_eq!(parts.log_body.is_some(), logged, "{len}");
    let extents = if inline { 0 } else { len.div_ceil(CHUNK_BYTES) };
    assert_eq!(parts.extents.len(), extents, "{len}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bodies_of_every_length_come_back_in_memory() {
    every_length_comes_back(Arc::new(MemoryChunks::default())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bodies_of_every_length_come_back_on_a_simulated_disk() {
    every_length_comes_back(chunks_on(Arc::new(SimDisk::new(1)))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bodies_of_every_length_come_back_from_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FileDisk::open(folder.path(), AsyncIo::Threads).unwrap();
    every_length_comes_back(chunks_on(Arc::new(disk))).await;
}

/// Connections move between the threads of the runtime, and what they wait for moves along.
#[tokio::test]
async fn bodies_move_between_threads() {
    fn moves<T: Send>(value: T) -> T {
        value
    }
    let stager = moves(stager(Arc::new(MemoryChunks::default())));
    let bucket = bucket(Compression::None);
    let mut staging = moves(stager.stage(&bucket, StageOptions::default()).unwrap());
    moves(staging.write(some_bytes(2 << 20))).await.unwrap();
    let staged = moves(moves(staging.seal()).await.unwrap());
    moves(staged.into_parts());
    let mut digester = moves(stager.digester(&[Algorithm::Sha256]));
    moves(digester.update(some_bytes(1 << 20))).await;
    moves(digester.finish()).await;
}

#[tokio::test]
async fn every_digest_is_that_of_the_body() {
    let stager = stager(Arc::new(MemoryChunks::default()));
    for (len, piece) in [(0, 1), (5000, 99), (200_000, 200_000), (2_500_000, 300_000)] {
        let body = some_bytes(len);
        let mut checksums = Algorithm::ALL.to_vec();
        checksums.rotate_left(3);
        checksums.push(Algorithm::Sha1);
        let options = StageOptions {
            checksums: checksums.clone(),
            ..StageOptions::default()
        };
        let staged = stage(&stager, bucket(Compression::Lz4), options, &body, piece).await;
        let digests = staged.unwrap().digests().clone();
        checksums.pop();
        let expected: Vec<Checksum> = checksums
            .into_iter()
            .map(|algorithm| {
                let mut hasher = Hasher::new(algorithm);
                hasher.update(&body);
                hasher.finish()
            })
            .collect();
        assert_eq!(
            digests.checksums, expected,
            "in the order asked for, {len} bytes"
        );
        assert_eq!(digests.md5, md5_inline(&body));

        let mut alone = stager.digester(&[Algorithm::Sha256]);
        alone.update(body.clone()).await;
        assert_eq!(alone.finish().await.md5, md5_inline(&body));
    }
}

#[tokio::test]
async fn a_body_of_another_length_than_announced_is_refused() {
    let stager = stager(Arc::new(MemoryChunks::default()));
    for length in [0, 10, 5000, 200_000, 2 << 20] {
        let options = || StageOptions {
            length: Some(length),
            ..StageOptions::default()
        };
        for wrong in [length.saturating_sub(1), length + 1] {
            if wrong == length {
                continue;
            }
            let body = some_bytes(usize::try_from(wrong).unwrap());
            let staged = stage(
                &stager,
                bucket(Compression::None),
                options(),
                &body,
                1 << 16,
            );
            let refused = staged.await.unwrap_err();
            assert!(
                matches!(refused, Error::Invalid { what: "length", .. }),
                "{refused}"
            );
        }
    }
    let options = StageOptions {
        length: Some(OBJECT_BYTES_MAX + 1),
        ..StageOptions::default()
    };
    let refused = stager
        .stage(&bucket(Compression::None), options)
        .unwrap_err();
    assert!(matches!(refused, Error::TooLarge { .. }), "{refused}");
}

#[tokio::test]
async fn compression_follows_the_bucket() {
    let store = Arc::new(MemoryChunks::default());
    let stager = stager(store);
    let body = Bytes::from(vec![b'x'; 60_000]);
    for (compression, codec) in [
        (Compression::None, Codec::None),
        (Compression::Lz4, Codec::Lz4),
        (Compression::Zstd, Codec::Zstd),
    ] {
        let options = StageOptions::default();
        let staged = stage(&stager, bucket(compression), options, &body, 9999)
            .await
            .unwrap();
        let chunk = staged.into_parts().log_body.unwrap().chunk;
        assert_eq!(chunk.head().codec, codec);
        assert_eq!(chunk.stored().len() < 60_000, codec != Codec::None);
    }
}

#[tokio::test]
async fn a_staged_body_knows_its_key() {
    let stager = stager(Arc::new(MemoryChunks::default()));
    let secret = SecretKey([3; 32]);
    let body = some_bytes(100);
    let options = StageOptions {
        encryption: Some(Encryption::opaque(secret.clone())),
        ..StageOptions::default()
    };
    let locked = stage(&stager, bucket(Compression::None), options, &body, 100)
        .await
        .unwrap();
    let check = crate::chunk::new_key_check(&secret).unwrap();
    let other = crate::chunk::new_key_check(&SecretKey([4; 32])).unwrap();
    locked.check_secret(Some(&check)).unwrap();
    assert!(matches!(
        locked.check_secret(Some(&other)),
        Err(Error::WrongKey)
    ));
    assert!(matches!(locked.check_secret(None), Err(Error::WrongKey)));
    let options = StageOptions::default();
    let open = stage(&stager, bucket(Compression::None), options, &body, 100)
        .await
        .unwrap();
    open.check_secret(None).unwrap();
    assert!(matches!(
        open.check_secret(Some(&check)),
        Err(Error::WrongKey)
    ));
}

#[tokio::test]
async fn a_failing_drive_fails_the_body() {
    for call in [Call::Create, Call::Write, Call::Sync] {
        let disk = SimDisk::new(1);
        let stager = stager(chunks_on(Arc::new(disk.clone())));
        let tiny = some_bytes(9);
        let small = stage(
            &stager,
            bucket(Compression::None),
            StageOptions::default(),
            &tiny,
            9,
        );
        small.await.unwrap();
        disk.fail_next(call, libc::EIO);
        let body = some_bytes(5 << 20);
        let staged = stage(
            &stager,
            bucket(Compression::None),
            StageOptions::default(),
            &body,
            1 << 18,
        );
        let failed = staged.await.unwrap_err();
        let known = matches!(
            failed,
            Error::Stopped { .. } | Error::Io { .. } | Error::Invalid { .. }
        );
        assert!(known, "{call:?}: {failed}");
    }
}

#[tokio::test]
async fn durable_means_durable() {
    use crate::disk::sim::Survival;
    let disk = SimDisk::new(1);
    let stager = stager(chunks_on(Arc::new(disk.clone())));
    let body = some_bytes(3_000_000);
    let staged = stage(
        &stager,
        bucket(Compression::Lz4),
        StageOptions::default(),
        &body,
        1 << 18,
    );
    let parts = staged.await.unwrap().into_parts();
    let again = chunks_on(Arc::new(disk.restart(Survival::Nothing, 1)));
    assert_eq!(read_back(&*again, &parts, None).await, body);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// However a body is cut into pieces, it is the same body.
    #[test]
    fn pieces_do_not_matter(cuts in proptest::collection::vec(0..400_000usize, 0..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store: Arc<dyn ChunkStore> = Arc::new(MemoryChunks::default());
            let stager = stager(Arc::clone(&store));
            let body = some_bytes(cuts.iter().sum());
            let options = StageOptions { checksums: vec![Algorithm::Sha256], ..StageOptions::default() };
            let mut staging = stager.stage(&bucket(Compression::None), options).unwrap();
            let mut start = 0;
            for cut in cuts {
                staging.write(body.slice(start..start + cut)).await.unwrap();
                start += cut;
            }
            let parts = staging.seal().await.unwrap().into_parts();
            assert_eq!(parts.digests.md5, md5_inline(&body));
            assert_eq!(read_back(&*store, &parts, None).await, body);
        });
    }
}
