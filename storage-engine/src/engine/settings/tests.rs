use super::*;
use crate::engine::requests::{CreateBucket, UpdateBucket};
use crate::engine::rig::{BUCKET, Rig, make_bucket};
use crate::row::Versioning;

fn enabled() -> UpdateBucket {
    UpdateBucket {
        versioning: Some(Versioning::Enabled),
        ..UpdateBucket::default()
    }
}

#[tokio::test]
async fn a_row_that_is_kept_is_never_older_than_an_answered_change() {
    let engine = Rig::new(1).open();
    make_bucket(&engine, BUCKET).await;
    let first = engine.bucket(BUCKET).await.unwrap();
    assert_eq!(engine.bucket(BUCKET).await.unwrap(), first);

    let changed = engine.update_bucket(BUCKET, enabled()).await.unwrap();
    assert_ne!(changed, first);
    assert_eq!(engine.bucket(BUCKET).await.unwrap(), changed);

    engine.delete_bucket(BUCKET).await.unwrap();
    let gone = engine.bucket(BUCKET).await.unwrap_err();
    assert!(matches!(gone, Error::NoSuchBucket { .. }), "{gone}");

    make_bucket(&engine, BUCKET).await;
    let second = engine.bucket(BUCKET).await.unwrap();
    assert_ne!(second.id, first.id);
    assert_eq!(second.versioning, Versioning::Off);
}

/// Who read a row before a change must not put it back behind it.
#[tokio::test]
async fn a_row_read_before_a_change_is_not_kept_after_it() {
    let engine = Rig::new(1).open();
    make_bucket(&engine, BUCKET).await;
    let (before, old) = (
        engine.settings_generation(),
        engine.bucket(BUCKET).await.unwrap(),
    );
    let changed = engine.update_bucket(BUCKET, enabled()).await.unwrap();
    engine.kept_rows.keep(before, &old);
    assert_eq!(engine.bucket(BUCKET).await.unwrap(), changed);
    engine.kept_rows.keep(before, &old);
    assert_eq!(engine.bucket(BUCKET).await.unwrap(), changed);
}

#[tokio::test]
async fn only_so_many_rows_are_kept() {
    let engine = Rig::new(1).open();
    for number in 0..limits::BUCKET_ROWS_KEPT_MAX + 2 {
        let bucket = CreateBucket {
            name: format!("bucket-{number}"),
            ..CreateBucket::default()
        };
        engine.create_bucket(bucket).await.unwrap();
    }
    for number in 0..limits::BUCKET_ROWS_KEPT_MAX + 2 {
        engine.bucket(&format!("bucket-{number}")).await.unwrap();
    }
    let kept = engine.kept_rows.0.read().unwrap().rows.len();
    assert!((1..=limits::BUCKET_ROWS_KEPT_MAX).contains(&kept), "{kept}");
}
