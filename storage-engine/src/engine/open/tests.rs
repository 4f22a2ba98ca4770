//! Closing, and opening again in the same process.

use std::path::Path;

use super::super::requests::StageOptions;
use super::super::rig::{BUCKET, MIB, body, get, make_bucket, put, target};
use super::*;

fn config(folder: &Path) -> EngineConfig {
    EngineConfig {
        log_segment_bytes: MIB as u64,
        bulk_segment_bytes: 4 * MIB as u64,
        reserve_bytes: 0,
        async_io: AsyncIo::Threads,
        ..EngineConfig::new(folder)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_can_be_opened_again_whatever_is_left_of_the_engine_before() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let old = Engine::open_folder(&config).unwrap();
    make_bucket(&old, BUCKET).await;
    put(&old, BUCKET, "small", &body(1, 5000)).await.unwrap();
    put(&old, BUCKET, "large", &body(2, 3 * MIB)).await.unwrap();
    let reader = old.open(target(BUCKET, "small"), None).await.unwrap();
    let options = StageOptions {
        bucket: BUCKET.into(),
        ..StageOptions::default()
    };
    let mut upload = old.stage(options).await.unwrap();
    upload.write(body(3, MIB + 1)).await.unwrap();
    let busy = old.meta.clone();
    let walk = tokio::task::spawn_blocking(move || {
        let mut walks = 0;
        while busy
            .store()
            .walk(
                &crate::key::table(crate::key::Table::Current),
                &mut |_, _| crate::index::Step::Next,
            )
            .is_ok()
        {
            walks += 1;
        }
        walks
    });
    old.shutdown().await.unwrap();

    let new = Engine::open_folder(&config).unwrap();
    assert!(walk.await.unwrap() > 0, "nobody was reading");
    put(&new, BUCKET, "more", &body(4, 2 * MIB)).await.unwrap();
    // What is left of the old engine finds everything closed, and takes it for no failure.
    for _ in 0..4 {
        if upload.write(body(5, 2 * MIB)).await.is_err() {
            break;
        }
    }
    let sealed = upload.seal().await;
    assert!(sealed.is_err(), "{sealed:?}");
    let late = put(&old, BUCKET, "late", &body(6, 10)).await;
    assert!(matches!(late, Err(Error::Stopped { .. })), "{late:?}");
    old.failure().check().unwrap();
    drop((reader, old));
    for (key, seed, len) in [
        ("small", 1, 5000),
        ("large", 2, 3 * MIB),
        ("more", 4, 2 * MIB),
    ] {
        let found = get(&new, BUCKET, key).await.unwrap();
        assert_eq!(found.as_deref(), Some(&body(seed, len)[..]), "{key}");
    }
    assert_eq!(new.check().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_was_only_dropped_is_closed_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let engine = Engine::open_folder(&config).unwrap();
    make_bucket(&engine, BUCKET).await;
    let mut engine = Some(engine);
    for round in 0..10 {
        let open = engine.take().unwrap();
        put(&open, BUCKET, "key", &body(round, 200_000))
            .await
            .unwrap();
        open.sweeper.wake();
        drop(open);
        engine = Some(Engine::open_folder(&config).unwrap());
    }
    let found = get(&engine.unwrap(), BUCKET, "key").await.unwrap();
    assert_eq!(found.as_deref(), Some(&body(9, 200_000)[..]));
}
