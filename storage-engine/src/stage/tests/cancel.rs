//! Bodies that are given up, at any point.

use std::future::Future;
use std::task::Poll;

use super::*;

/// Polls a future so many times, then drops it; tells whether it came to its end.
async fn poll_times<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = Box::pin(future);
    for _ in 0..times {
        let poll = std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
        if let Poll::Ready(value) = poll.await {
            return Some(value);
        }
        tokio::time::sleep(std::time::Duration::from_micros(100)).await;
    }
    None
}

#[tokio::test]
async fn a_write_that_was_given_up_spoils_the_body() {
    let disk = SimDisk::new(1);
    let stager = stager(chunks_on(Arc::new(disk)));
    let options = StageOptions::default();
    let mut staging = stager.stage(&bucket(Compression::Zstd), options).unwrap();
    let given_up = poll_times(staging.write(some_bytes(8 << 20)), 1).await;
    assert!(given_up.is_none(), "compression takes longer than one poll");
    let refused = staging.write(some_bytes(1)).await.unwrap_err();
    assert!(
        matches!(refused, Error::Invalid { what: "body", .. }),
        "{refused}"
    );
    let refused = staging.seal().await.unwrap_err();
    assert!(
        matches!(refused, Error::Invalid { what: "body", .. }),
        "{refused}"
    );
}

/// Whatever is dropped when, in the end nothing is pinned and the next body is whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn giving_up_anywhere_leaves_nothing_pinned() {
    let disk: Arc<dyn Disk> = Arc::new(SimDisk::new(1));
    let segments = segments(disk);
    let failure = Failure::default();
    let chunks = SegmentChunks::new(Arc::clone(&segments), failure.clone(), Blocks::default());
    let chunks: Arc<SegmentChunks> = Arc::new(chunks);
    let stager = stager(Arc::clone(&chunks) as Arc<dyn ChunkStore>);
    let body = some_bytes(4 * CHUNK_BYTES + 77);
    let whole = |compression| {
        let (stager, body) = (stager.clone(), body.clone());
        async move {
            stage(
                &stager,
                bucket(compression),
                StageOptions::default(),
                &body,
                300_000,
            )
            .await
        }
    };
    let mut finished = 0;
    // The last ones have all the time there is.
    for times in (0..40).chain([60_000]) {
        for compression in [Compression::None, Compression::Lz4] {
            let outcome = poll_times(whole(compression), times).await;
            finished += usize::from(outcome.is_some_and(|staged| staged.is_ok()));
        }
    }
    assert!(finished > 0, "some were not given up");
    assert!(finished < 82, "some were");
    let staged = whole(Compression::None).await.unwrap().into_parts();
    assert_eq!(read_back(&*chunks, &staged, None).await, body);
    drop(staged);

    // Writes under way go on for a moment after those who wanted them are gone.
    let pinned = || {
        let writers = segments.all().into_iter().map(|segment| segment.writers());
        writers.sum::<usize>()
    };
    for _ in 0..2000 {
        if pinned() <= 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    assert!(
        pinned() <= 2,
        "only the open segment and the one made ahead: {}",
        pinned()
    );
    failure.check().unwrap();
}
