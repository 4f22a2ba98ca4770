//! Who waits for whom: shared syncs, and files that stay until the drive is done with them.

use std::sync::atomic::Ordering;

use super::gate::GateDisk;
use super::*;

fn gated() -> (GateDisk, Arc<Segments>, Arc<SegmentChunks>) {
    let disk = GateDisk::new();
    let segments = Arc::new(Segments::open(Arc::new(disk.clone()), options()).unwrap());
    let store = SegmentChunks::new(Arc::clone(&segments), Failure::default(), Blocks::default());
    (disk, segments, Arc::new(store))
}

/// Lets every task that can run do so.
async fn settle_down() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

fn settle_in_background(
    store: &Arc<SegmentChunks>,
    written: &Written,
) -> tokio::task::JoinHandle<Result<()>> {
    let (store, written) = (Arc::clone(store), written.clone());
    tokio::spawn(async move { store.settle(&[written]).await })
}

#[tokio::test]
async fn a_sync_is_shared_and_counts_only_for_writes_before_it() {
    let (disk, _, store) = gated();
    disk.gates.writes.add_permits(100);
    let plain = some_bytes(1000, false);
    let mut waiting = Vec::new();
    for extent in 0..10 {
        let written = write(&*store, extent, &plain, &Transform::default()).await;
        waiting.push(written);
    }
    let waiting: Vec<_> = waiting
        .iter()
        .map(|one| settle_in_background(&store, one))
        .collect();
    settle_down().await;
    assert_eq!(disk.gates.syncs_begun.load(Ordering::SeqCst), 1);

    let late = write(&*store, 10, &plain, &Transform::default()).await;
    let late = settle_in_background(&store, &late);
    settle_down().await;
    assert_eq!(
        disk.gates.syncs_begun.load(Ordering::SeqCst),
        1,
        "one at a time"
    );
    disk.gates.syncs.add_permits(1);
    for one in waiting {
        one.await.unwrap().unwrap();
    }
    settle_down().await;
    assert!(!late.is_finished(), "its write came after the sync began");
    assert_eq!(disk.gates.syncs_begun.load(Ordering::SeqCst), 2);
    disk.gates.syncs.add_permits(1);
    late.await.unwrap().unwrap();
    assert_eq!(disk.gates.syncs_begun.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_sync_goes_on_without_the_one_who_began_it() {
    let (disk, _, store) = gated();
    disk.gates.writes.add_permits(100);
    let written = write(&*store, 1, &some_bytes(1000, false), &Transform::default()).await;
    let first = settle_in_background(&store, &written);
    settle_down().await;
    let second = settle_in_background(&store, &written);
    settle_down().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    disk.gates.syncs.add_permits(1);
    second.await.unwrap().unwrap();
    assert_eq!(disk.gates.syncs_begun.load(Ordering::SeqCst), 1);
    store.settle(&[written]).await.unwrap();
    assert_eq!(
        disk.gates.syncs_begun.load(Ordering::SeqCst),
        1,
        "durable already"
    );
}

/// A write that comes late must not hit what its file has become meanwhile.
#[tokio::test]
async fn a_file_is_not_used_anew_before_the_drive_is_done_with_it() {
    let (disk, segments, store) = gated();
    let plain = some_bytes(CHUNK_BYTES, false);
    let mut first = None;
    for extent in 0..4 {
        let chunk = sealed(&plain, &Transform::default());
        let writing = store.write(ExtentId(extent), chunk).await.unwrap();
        assert_eq!(writing.payload(), &plain);
        drop(writing);
        first.get_or_insert_with(|| segments.all().remove(0).id());
    }
    let first = first.unwrap();
    assert_eq!(
        segments.get(first).unwrap().writers(),
        3,
        "full, but not written yet"
    );
    assert!(segments.retire(first));
    assert_eq!(segments.idle_bytes(), 0);
    disk.gates.writes.add_permits(2);
    settle_down().await;
    assert_eq!(segments.idle_bytes(), 0, "one is still under way");
    disk.gates.writes.add_permits(2);
    settle_down().await;
    assert_eq!(segments.idle_bytes(), options().bulk_bytes);
}

#[tokio::test]
async fn pins_last_as_long_as_what_was_written_is_held() {
    let (disk, segments, store) = gated();
    disk.gates.writes.add_permits(100);
    let written = write(&*store, 1, &some_bytes(10, false), &Transform::default()).await;
    let segment = segments.get(written.place.segment).unwrap();
    assert_eq!(segment.writers(), 2, "the writer and the store itself");
    drop(written);
    assert_eq!(segment.writers(), 1);
}
