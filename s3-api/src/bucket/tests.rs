use super::*;
use storage_engine::clock::SystemClock;
use storage_engine::row::Versioning;
use storage_engine::{CreateBucket, UpdateBucket};

async fn engine() -> Engine {
    let engine = Engine::in_memory(Arc::new(SystemClock)).unwrap();
    let bucket = CreateBucket {
        name: "bucket".into(),
        documents: vec![("kind".into(), Bytes::from_static(b"first"))],
        ..CreateBucket::default()
    };
    engine.create_bucket(bucket).await.unwrap();
    engine
}

#[tokio::test]
async fn settings_are_kept_until_some_change() {
    let (engine, buckets) = (engine().await, Buckets::default());
    let first = buckets.get(&engine, "bucket").await.unwrap();
    let again = buckets.get(&engine, "bucket").await.unwrap();
    assert!(Arc::ptr_eq(&first, &again));
    let change = UpdateBucket {
        versioning: Some(Versioning::Enabled),
        ..UpdateBucket::default()
    };
    engine.update_bucket("bucket", change).await.unwrap();
    let changed = buckets.get(&engine, "bucket").await.unwrap();
    assert_eq!(changed.row.versioning, Versioning::Enabled);
}

#[tokio::test]
async fn documents_come_with_the_bucket() {
    let (engine, buckets) = (engine().await, Buckets::default());
    let first = buckets.get(&engine, "bucket").await.unwrap();
    assert_eq!(first.stored("kind").unwrap(), "first");
    let second = Bytes::from_static(b"second");
    engine.put_document("bucket", "kind", second).await.unwrap();
    let changed = buckets.get(&engine, "bucket").await.unwrap();
    assert_eq!(changed.stored("kind").unwrap(), "second");
    engine.delete_document("bucket", "kind").await.unwrap();
    let changed = buckets.get(&engine, "bucket").await.unwrap();
    assert_eq!(changed.stored("kind"), None);
}

#[tokio::test]
async fn a_bucket_that_is_gone_is_not_kept() {
    let (engine, buckets) = (engine().await, Buckets::default());
    buckets.get(&engine, "bucket").await.unwrap();
    engine.delete_bucket("bucket").await.unwrap();
    let gone = buckets.get(&engine, "bucket").await;
    assert!(matches!(gone, Err(Error::NoSuchBucket { .. })));
}
