//! The lane hasher as a whole, with real threads.

mod model;

use super::limits::QUEUED_BYTES_MAX;
use super::*;
use bytes::Bytes;
use proptest::prelude::*;
use std::future::Future;
use std::num::NonZeroUsize;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

fn hasher(threads: usize) -> LaneHasher {
    LaneHasher::new(NonZeroUsize::new(threads).unwrap()).unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(in_time(future))
}

/// A lost wake-up becomes a failure instead of a test that never ends.
async fn in_time<T>(future: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, future)
        .await
        .expect("hashing came to a halt")
}

fn filled(length: usize, seed: usize) -> Bytes {
    (0..length)
        .map(|index| (index.wrapping_mul(31) + seed + (index >> 8)) as u8)
        .collect()
}

fn reference(data: &[u8]) -> [u8; 16] {
    use ::md5::Digest as _;
    ::md5::Md5::digest(data).into()
}

#[test]
fn a_stream_without_data_needs_no_thread() {
    let digest = block_on(hasher(1).stream().finish());
    assert_eq!(digest, md5_inline(b""));
}

#[test]
fn a_piece_beyond_the_bound_passes_alone() {
    let data = filled(3 * QUEUED_BYTES_MAX + 77, 1);
    let digest = block_on(async {
        let mut stream = hasher(1).stream();
        for _ in 0..3 {
            stream.update(data.clone()).await;
        }
        stream.finish().await
    });
    assert_eq!(digest, reference(&data.repeat(3)));
}

/// The threads outlive the last handle for as long as a stream needs them.
#[test]
fn a_stream_outlives_its_hasher() {
    let hasher = hasher(2);
    let mut stream = hasher.stream();
    drop(hasher);
    let data = filled(200_000, 2);
    let digest = block_on(async {
        stream.update(data.clone()).await;
        stream.finish().await
    });
    assert_eq!(digest, reference(&data));
}

/// A cancelled update has appended nothing, one that returned has appended all.
#[test]
fn cancelled_updates_leave_no_piece_behind() {
    let hasher = hasher(1);
    let mut stream = hasher.stream();
    let data = filled(QUEUED_BYTES_MAX, 3);
    let (mut expected, mut cancelled) = (Vec::new(), 0);
    let cx = &mut Context::from_waker(Waker::noop());
    for _ in 0..20 {
        let mut update = Box::pin(stream.update(data.clone()));
        match update.as_mut().poll(cx) {
            Poll::Ready(()) => expected.extend_from_slice(&data),
            Poll::Pending => cancelled += 1,
        }
    }
    assert!(cancelled > 0, "the queue never filled up");
    assert_eq!(block_on(stream.finish()), reference(&expected));
}

#[derive(Clone, Debug)]
struct Upload {
    pieces: Vec<usize>,
    dropped: bool,
}

fn uploads() -> impl Strategy<Value = Vec<Upload>> {
    let length = prop_oneof![
        0_usize..200,
        1_000_usize..100_000,
        Just(65_536),
        100_000_usize..600_000
    ];
    let upload = (
        proptest::collection::vec(length, 0..8),
        proptest::bool::weighted(0.2),
    )
        .prop_map(|(pieces, dropped)| Upload { pieces, dropped });
    proptest::collection::vec(upload, 1..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 1 } else { 48 }))]

    #[test]
    fn concurrent_uploads_agree_with_the_reference(uploads in uploads(), threads in 1_usize..3) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2)
            .enable_time().build().unwrap();
        let hasher = hasher(threads);
        let tasks: Vec<_> = uploads.into_iter().enumerate().map(|(seed, upload)| {
            let mut stream = hasher.stream();
            runtime.spawn(async move {
                let mut whole = Vec::new();
                for length in upload.pieces {
                    let piece = filled(length, seed);
                    whole.extend_from_slice(&piece);
                    stream.update(piece).await;
                    tokio::task::yield_now().await;
                }
                if upload.dropped { None } else { Some((stream.finish().await, reference(&whole))) }
            })
        }).collect();
        for task in tasks {
            if let Some((digest, expected)) = runtime.block_on(in_time(task)).unwrap() {
                prop_assert_eq!(digest, expected);
            }
        }
    }
}
