use super::*;
use crate::engine::requests::Condition;
use crate::engine::requests::Notes;
use crate::engine::rig::{BUCKET, MIB, Rig, body, copy, get, make_bucket, put, set_versioning};
use bytes::Bytes;

fn rename(source: &'static str, key: &'static str) -> RenameObject {
    RenameObject {
        bucket: BUCKET.into(),
        source: Bytes::from_static(source.as_bytes()),
        key: Bytes::from_static(key.as_bytes()),
        owner: "owner".into(),
        source_conditions: Vec::new(),
        conditions: Vec::new(),
        notes: Notes::none(),
        source_notes: Notes::none(),
    }
}

#[tokio::test]
async fn the_bytes_stay_where_they_are() {
    let engine = Rig::new(1).open();
    make_bucket(&engine, BUCKET).await;
    // In the row, in the log, in one chunk, in several.
    for (seed, len) in [(1, 10), (2, 10_000), (3, MIB), (4, 3 * MIB + 1)] {
        let data = body(seed, len);
        put(&engine, BUCKET, "old", &data).await.unwrap();
        put(&engine, BUCKET, "new", &body(9, 2 * MIB))
            .await
            .unwrap();
        engine.rename_object(rename("old", "new")).await.unwrap();
        assert_eq!(get(&engine, BUCKET, "old").await.unwrap(), None);
        let found = get(&engine, BUCKET, "new").await.unwrap();
        assert_eq!(found.as_deref(), Some(data.as_ref()));
        let usage = engine.usage(BUCKET).await.unwrap();
        assert_eq!((usage.objects, usage.bytes), (1, len as u64));
    }
    let problems = engine.check().await.unwrap();
    assert!(problems.is_empty(), "{problems:?}");
}

#[tokio::test]
async fn a_copy_of_the_same_bytes_can_be_replaced() {
    let engine = Rig::new(2).open();
    make_bucket(&engine, BUCKET).await;
    let data = body(1, 3 * MIB);
    put(&engine, BUCKET, "old", &data).await.unwrap();
    copy(&engine, (BUCKET, "old"), (BUCKET, "new")).await;
    engine.rename_object(rename("old", "new")).await.unwrap();
    let found = get(&engine, BUCKET, "new").await.unwrap();
    assert_eq!(found.as_deref(), Some(data.as_ref()));
}

#[tokio::test]
async fn versions_stay_below_a_marker() {
    let engine = Rig::new(3).open();
    make_bucket(&engine, BUCKET).await;
    set_versioning(&engine, BUCKET, Versioning::Enabled).await;
    put(&engine, BUCKET, "old", &body(1, 10)).await.unwrap();
    put(&engine, BUCKET, "new", &body(2, 10)).await.unwrap();
    engine.rename_object(rename("old", "new")).await.unwrap();
    let usage = engine.usage(BUCKET).await.unwrap();
    // The old object, its marker, what the new key held, and the renamed one.
    assert_eq!((usage.objects, usage.versions, usage.bytes), (1, 4, 30));
}

#[tokio::test]
async fn conditions_hold_for_both_keys() {
    let engine = Rig::new(4).open();
    make_bucket(&engine, BUCKET).await;
    put(&engine, BUCKET, "old", &body(1, 10)).await.unwrap();
    put(&engine, BUCKET, "new", &body(2, 11)).await.unwrap();
    let absent = RenameObject {
        conditions: vec![Condition::Absent],
        ..rename("old", "new")
    };
    let other_size = RenameObject {
        source_conditions: vec![Condition::Size(11)],
        ..rename("old", "new")
    };
    for refused in [absent, other_size] {
        let error = engine.rename_object(refused).await.unwrap_err();
        assert!(matches!(error, Error::Condition { .. }), "{error}");
    }
    let missing = engine.rename_object(rename("none", "new")).await;
    assert!(matches!(missing, Err(Error::NoSuchKey { .. })));
    let itself = engine.rename_object(rename("old", "old")).await;
    assert!(matches!(itself, Err(Error::Invalid { .. })));
    assert_eq!(engine.usage(BUCKET).await.unwrap().objects, 2);
}
