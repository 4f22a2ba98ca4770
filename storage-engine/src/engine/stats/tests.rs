use super::super::rig::{self, BUCKET, Rig, body, populate};

#[tokio::test]
async fn figures_follow_what_happens() {
    let rig = Rig::new(1);
    let engine = rig.open();
    populate(&engine).await;
    engine.sweeper.sweep().await.unwrap();
    let before = engine.stats().await.unwrap();
    assert!(before.commit.groups > 10 && before.commit.changes >= before.commit.groups);
    assert!(
        before.bulk.count >= 1 && before.bulk.live_bytes > 0,
        "{before:?}"
    );
    assert!(before.logs.live_bytes > 0 && before.logs.live_bytes < before.logs.bytes);
    assert_eq!(
        (before.trash, before.readers, before.stopped),
        (0, 0, false)
    );
    assert!(before.free_bytes > 0 && before.free_bytes < before.total_bytes);
    let reader = engine.open(rig::target(BUCKET, "k7"), None).await.unwrap();
    rig::delete(&engine, BUCKET, "copy of k7", None)
        .await
        .unwrap();
    rig::put(&engine, BUCKET, "k7", &body(1, 10)).await.unwrap();
    let during = engine.stats().await.unwrap();
    assert_eq!((during.readers, during.trash), (1, 2), "{during:?}");
    drop(reader);
    engine.sweeper.sweep().await.unwrap();
    let after = engine.stats().await.unwrap();
    assert_eq!((after.readers, after.trash), (0, 0));
    assert!(after.bulk.live_bytes < before.bulk.live_bytes, "{after:?}");
    assert!(after.commit.log_bytes > before.commit.log_bytes);
}

#[tokio::test]
async fn a_store_that_has_stopped_says_so() {
    let rig = Rig::new(2);
    let engine = rig.open();
    rig.disk.crash();
    rig::put(&engine, BUCKET, "k", &body(1, 10))
        .await
        .unwrap_err();
    let create = engine.create_bucket(crate::CreateBucket {
        name: "b".into(),
        owner: "o".into(),
        lockable: false,
        ..crate::CreateBucket::default()
    });
    create.await.unwrap_err();
    assert!(engine.failure.check().is_err());
}
