use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tempfile::TempDir;

use super::super::super::rig::{self, BUCKET, MIB, body, open_small, populate};
use super::*;
use crate::engine::work::{Unit, unwatched};

const WHOLE: CheckOptions = CheckOptions {
    read_data: true,
    bytes_per_second: 0,
};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// What is checked goes meanwhile: keys are overwritten and deleted, and compaction gives up the
/// segments they were in. A check of the rows as they change finds no rest here.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_store_under_load_is_checked_as_it_was_at_one_moment() {
    let store = folder();
    let engine = Arc::new(open_small(store.path()));
    populate(&engine).await;
    let stop = Arc::new(AtomicBool::new(false));
    let load = {
        let (engine, stop) = (Arc::clone(&engine), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut round = 0_u64;
            while !stop.load(Ordering::SeqCst) {
                let key = format!("k{}", round * 7 % 23);
                let data = body(round, [100, 5000, 150_000, MIB + 5][round as usize % 4]);
                rig::put(&engine, BUCKET, &key, &data).await.unwrap();
                let gone = format!("k{}", round * 11 % 23);
                rig::delete(&engine, BUCKET, &gone, None).await.unwrap();
                if round.is_multiple_of(20) {
                    engine.compact().await.unwrap();
                }
                round += 1;
            }
            round
        })
    };
    let mut chunks = 0;
    for bytes_per_second in [0, 8 << 20, 0, 0, 16 << 20] {
        let options = CheckOptions {
            bytes_per_second,
            ..WHOLE
        };
        let report = engine.check_running(options, &mut unwatched).await.unwrap();
        assert_eq!(report.problems, []);
        chunks += report.chunks;
    }
    stop.store(true, Ordering::SeqCst);
    let rounds = load.await.unwrap();
    assert!(chunks > 50 && rounds > 20, "{chunks} {rounds}");
    assert!(!store.path().join(CHECKING).exists());
    assert_eq!(engine.check().await.unwrap(), []);
}

#[tokio::test]
async fn damage_is_found_while_the_store_runs() {
    let store = folder();
    let engine = open_small(store.path());
    populate(&engine).await;
    let report = engine.check_running(WHOLE, &mut unwatched).await.unwrap();
    assert_eq!(report.problems, []);
    assert!(report.chunks > 15 && report.rows > 60, "{report:?}");
    let segments = fs::read_dir(store.path().join("segments")).unwrap();
    let paths = segments.map(|entry| entry.unwrap().path());
    let bulk = paths.filter(|path| path.extension().is_some_and(|it| it == "bulk"));
    let bulk = bulk.max_by_key(|path| fs::metadata(path).unwrap().len());
    let bulk = bulk.unwrap();
    let mut bytes = fs::read(&bulk).unwrap();
    bytes[200_000] ^= 1;
    // In place: the store has the file open.
    let file = fs::OpenOptions::new().write(true).open(&bulk).unwrap();
    let written =
        std::os::unix::fs::FileExt::write_all_at(&file, &bytes[200_000..200_001], 200_000);
    written.unwrap();
    let report = engine.check_running(WHOLE, &mut unwatched).await.unwrap();
    assert_eq!(report.problems_total, 1, "{report:?}");
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_check_is_interrupted_and_leaves_nothing_and_nobody_checks_beside_it() {
    let store = folder();
    let engine = open_small(store.path());
    populate(&engine).await;
    let _other = Scratch::make(store.path()).unwrap();
    let refused = engine.check_running(WHOLE, &mut unwatched).await;
    assert!(
        matches!(refused, Err(Error::Invalid { what: "check", .. })),
        "{refused:?}"
    );
    drop(_other);
    let mut stop = |_| ControlFlow::Break(());
    // It is short, and may have ended before it hears of it.
    let mut outcomes = Vec::new();
    while !matches!(outcomes.last(), Some(Err(Error::Interrupted))) {
        assert!(outcomes.len() < 20, "{outcomes:?}");
        outcomes.push(engine.check_running(WHOLE, &mut stop).await);
        assert!(!store.path().join(CHECKING).exists());
    }
    engine.shutdown().await.unwrap();
}

/// As a crash leaves it: what lies there is none of the store's.
#[tokio::test]
async fn what_a_crash_leaves_of_a_check_goes_at_the_next_start() {
    let store = folder();
    let engine = open_small(store.path());
    populate(&engine).await;
    let Store::Embedded {
        embedded, segments, ..
    } = &engine.store
    else {
        panic!("it is in a folder")
    };
    let scratch = Scratch::make(store.path()).unwrap();
    let reading = engine.readers.begin(engine.meta.store().next_sequence());
    let moment = Moment::take(embedded.index().as_ref(), segments, &scratch, reading).unwrap();
    std::mem::forget(scratch);
    drop(moment);
    engine.shutdown().await.unwrap();
    drop(engine);
    assert!(store.path().join(CHECKING).join(INDEX).exists());
    let engine = open_small(store.path());
    assert!(!store.path().join(CHECKING).exists());
    assert_eq!(engine.check().await.unwrap(), []);
    let report = engine.check_running(WHOLE, &mut unwatched).await.unwrap();
    assert_eq!(report.problems, []);
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_check_goes_no_faster_than_it_may() {
    let store = folder();
    let engine = open_small(store.path());
    populate(&engine).await;
    let begun = Instant::now();
    let options = CheckOptions {
        bytes_per_second: 2 << 20,
        ..WHOLE
    };
    let mut bytes = 0;
    let mut watch = |work: crate::engine::Work| {
        if work.unit == Unit::Bytes {
            bytes = work.done;
        }
        ControlFlow::Continue(())
    };
    engine.check_running(options, &mut watch).await.unwrap();
    // The first second's worth is free.
    let least = bytes.saturating_sub(3 << 20) as f64 / f64::from(2 << 20);
    assert!(bytes > 4 << 20, "{bytes}");
    assert!(
        begun.elapsed().as_secs_f64() >= least,
        "{:?}",
        begun.elapsed()
    );
    engine.shutdown().await.unwrap();
}
