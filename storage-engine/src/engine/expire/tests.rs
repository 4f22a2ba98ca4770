use super::super::requests::{ListRequest, UpdateObject, VersionEntry};
use super::super::rig::{self, BUCKET, Rig, body, make_bucket, put, set_versioning, target};
use super::*;
use crate::engine::requests::Notes;
use crate::row::Tag;
use bytes::Bytes;

async fn store() -> Engine {
    let engine = Rig::new(1).open();
    make_bucket(&engine, BUCKET).await;
    engine
}

async fn versioned() -> Engine {
    let engine = store().await;
    set_versioning(&engine, BUCKET, Versioning::Enabled).await;
    engine
}

/// All versions of all keys, newest first.
async fn versions(engine: &Engine) -> Vec<VersionEntry> {
    let request = ListRequest {
        bucket: BUCKET.into(),
        limit: 1000,
        ..ListRequest::default()
    };
    engine.list_versions(request).await.unwrap().entries
}

fn seen(entry: &VersionEntry) -> AsSeen {
    AsSeen {
        version: entry.summary.version_id(),
        sequence: entry.summary.sequence,
        latest: entry.latest,
        tags: None,
    }
}

async fn expire(engine: &Engine, entry: &VersionEntry) -> Result<Expired> {
    expire_as(engine, &entry.key, seen(entry)).await
}

async fn expire_as(engine: &Engine, key: &Bytes, seen: AsSeen) -> Result<Expired> {
    let request = ExpireVersion {
        bucket: BUCKET.into(),
        key: key.clone(),
        seen,
        owner: "owner".into(),
        notes: Notes::none(),
    };
    engine.expire_version(request).await
}

fn is_changed(outcome: Result<Expired>) -> bool {
    matches!(outcome, Err(Error::Condition { .. }))
}

#[tokio::test]
async fn the_newest_object_goes_as_the_bucket_has_it() {
    for (versioning, outcome, left) in [
        (Versioning::Off, Expired::Deleted, 0),
        (Versioning::Enabled, Expired::Hidden, 2),
        (Versioning::Suspended, Expired::Hidden, 1),
    ] {
        let engine = store().await;
        set_versioning(&engine, BUCKET, versioning).await;
        put(&engine, BUCKET, "key", &body(1, 10)).await.unwrap();
        let entry = versions(&engine).await.remove(0);
        assert_eq!(expire(&engine, &entry).await.unwrap(), outcome);
        assert_eq!(versions(&engine).await.len(), left);
        assert_eq!(rig::get(&engine, BUCKET, "key").await.unwrap(), None);
        assert!(is_changed(expire(&engine, &entry).await));
    }
}

#[tokio::test]
async fn what_was_written_since_stays() {
    let engine = store().await;
    put(&engine, BUCKET, "key", &body(1, 10)).await.unwrap();
    let entry = versions(&engine).await.remove(0);
    // The same bytes in the same millisecond under the same name: another version all the same.
    put(&engine, BUCKET, "key", &body(1, 10)).await.unwrap();
    assert!(is_changed(expire(&engine, &entry).await));
    assert!(rig::get(&engine, BUCKET, "key").await.unwrap().is_some());
}

#[tokio::test]
async fn an_old_version_that_is_the_newest_again_stays() {
    let engine = versioned().await;
    put(&engine, BUCKET, "key", &body(1, 10)).await.unwrap();
    put(&engine, BUCKET, "key", &body(2, 10)).await.unwrap();
    let all = versions(&engine).await;
    let newest = Some(all[0].summary.version_id());
    rig::delete(&engine, BUCKET, "key", newest).await.unwrap();
    assert!(is_changed(expire(&engine, &all[1]).await));
    assert_eq!(versions(&engine).await.len(), 1);
}

#[tokio::test]
async fn an_old_version_goes_for_good() {
    let engine = versioned().await;
    put(&engine, BUCKET, "key", &body(1, 10)).await.unwrap();
    put(&engine, BUCKET, "key", &body(2, 10)).await.unwrap();
    let all = versions(&engine).await;
    let outcome = expire(&engine, &all[1]).await.unwrap();
    assert_eq!(outcome, Expired::Deleted);
    let left = versions(&engine).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].summary, all[0].summary);
}

#[tokio::test]
async fn a_marker_goes_only_when_it_hides_nothing() {
    let engine = versioned().await;
    put(&engine, BUCKET, "key", &body(1, 10)).await.unwrap();
    rig::delete(&engine, BUCKET, "key", None).await.unwrap();
    let all = versions(&engine).await;
    assert!(all[0].summary.marker);
    assert!(is_changed(expire(&engine, &all[0]).await));
    expire(&engine, &all[1]).await.unwrap();
    assert_eq!(expire(&engine, &all[0]).await.unwrap(), Expired::Deleted);
    assert_eq!(versions(&engine).await.len(), 0);
}

#[tokio::test]
async fn tags_that_changed_save_a_version() {
    let engine = store().await;
    put(&engine, BUCKET, "key", &body(1, 10)).await.unwrap();
    let entry = versions(&engine).await.remove(0);
    let tags = |value: &str| {
        vec![Tag {
            key: "keep".into(),
            value: value.into(),
        }]
    };
    let change = UpdateObject {
        tags: Some(tags("yes")),
        ..UpdateObject::default()
    };
    engine
        .update_object(target(BUCKET, "key"), change)
        .await
        .unwrap();
    let with = |tags| AsSeen {
        tags: Some(tags),
        ..seen(&entry)
    };
    for wrong in [Vec::new(), tags("no")] {
        assert!(is_changed(
            expire_as(&engine, &entry.key, with(wrong)).await
        ));
    }
    let outcome = expire_as(&engine, &entry.key, with(tags("yes"))).await;
    assert_eq!(outcome.unwrap(), Expired::Deleted);
}

#[tokio::test]
async fn a_lock_saves_what_would_go_for_good() {
    let engine = versioned().await;
    let lockable = super::super::requests::UpdateBucket {
        lockable: Some(true),
        ..Default::default()
    };
    engine.update_bucket(BUCKET, lockable).await.unwrap();
    put(&engine, BUCKET, "key", &body(1, 10)).await.unwrap();
    let hold = UpdateObject {
        legal_hold: Some(true),
        ..UpdateObject::default()
    };
    let held = engine.update_object(target(BUCKET, "key"), hold).await;
    held.unwrap();
    let entry = versions(&engine).await.remove(0);
    // Hidden, it is still there.
    assert_eq!(expire(&engine, &entry).await.unwrap(), Expired::Hidden);
    let old = versions(&engine).await.remove(1);
    let refused = expire(&engine, &old).await;
    assert!(matches!(refused, Err(Error::Locked { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_label_changes_alone_and_only_on_what_was_seen() {
    let engine = versioned().await;
    put(&engine, BUCKET, "key", &body(1, 10)).await.unwrap();
    let entry = versions(&engine).await.remove(0);
    let change = |label: &str| UpdateObject {
        label: Some(label.into()),
        seen: Some(seen(&entry)),
        ..UpdateObject::default()
    };
    let version = super::super::requests::Target {
        version: Some(entry.summary.version_id()),
        ..target(BUCKET, "key")
    };
    let changed = engine.update_object(version.clone(), change("COLD")).await;
    assert_eq!(changed.unwrap().row.summary.label, "COLD");
    let after = versions(&engine).await.remove(0).summary;
    let before = entry.summary.clone();
    assert_eq!(
        after,
        crate::row::Summary {
            label: "COLD".into(),
            ..before
        }
    );
    put(&engine, BUCKET, "key", &body(2, 10)).await.unwrap();
    let late = engine
        .update_object(version.clone(), change("COLDER"))
        .await;
    assert!(matches!(late, Err(Error::Condition { .. })), "{late:?}");
    let long = UpdateObject {
        label: Some("x".repeat(257)),
        ..UpdateObject::default()
    };
    let refused = engine.update_object(version, long).await;
    assert!(
        matches!(refused, Err(Error::TooLarge { .. })),
        "{refused:?}"
    );
}
