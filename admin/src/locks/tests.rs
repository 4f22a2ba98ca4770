use super::*;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn one_at_a_time_and_nothing_is_left() {
    let locks = Arc::new(Locks::default());
    let inside = Arc::new(AtomicU32::new(0));
    let tasks = (0..16).map(|_| {
        let (locks, inside) = (Arc::clone(&locks), Arc::clone(&inside));
        tokio::spawn(async move {
            let _held = locks.hold([1; 32]).await;
            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
            tokio::task::yield_now().await;
            inside.fetch_sub(1, Ordering::SeqCst);
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert!(lock(&locks.0).is_empty());
}

#[tokio::test]
async fn who_stops_waiting_leaves_nothing() {
    let locks = Locks::default();
    let held = locks.hold([1; 32]).await;
    let _other = locks.hold([2; 32]).await;
    let waiting = tokio::time::timeout(Duration::from_millis(10), locks.hold([1; 32]));
    assert!(waiting.await.is_err());
    assert_eq!(lock(&locks.0).len(), 2);
    drop(held);
    assert_eq!(lock(&locks.0).len(), 1);
}
