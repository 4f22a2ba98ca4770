//! A named version is found wherever it goes while it is looked for.

use super::super::super::rig::between::{Between, Look};
use super::super::super::rig::{self, BUCKET, Rig, body};
use super::*;
use crate::key::Table;
use crate::row::Versioning;

/// The version of `k` that lies behind a delete marker, and the marker.
async fn hidden(engine: &Engine) -> (VersionId, VersionId) {
    rig::make_bucket(engine, BUCKET).await;
    rig::set_versioning(engine, BUCKET, Versioning::Enabled).await;
    rig::put(engine, BUCKET, "k", &body(1, 5000)).await.unwrap();
    let info = engine.head(rig::target(BUCKET, "k")).await.unwrap();
    rig::delete(engine, BUCKET, "k", None).await.unwrap();
    let marker = match engine.head(rig::target(BUCKET, "k")).await {
        Err(Error::NoSuchKey {
            marker: Some(marker),
        }) => marker,
        other => panic!("{other:?}"),
    };
    (info.row.summary.version_id(), marker)
}

/// An engine whose looks at rows can be preceded by what another engine over the same rows does.
async fn two_engines(rig: &Rig) -> (Arc<Engine>, Engine, Arc<Between>) {
    let engine = rig.open();
    let mut watched = Engine::in_memory(Arc::new(crate::clock::SystemClock)).unwrap();
    let (meta, between) = Between::over(&engine.meta);
    watched.meta = meta;
    watched.chunks = Arc::clone(&engine.chunks);
    watched.readers = engine.readers.clone();
    (Arc::new(engine), watched, between)
}

fn named(version: VersionId) -> Target {
    Target {
        version: Some(version),
        ..rig::target(BUCKET, "k")
    }
}

#[tokio::test]
async fn a_version_that_becomes_current_meanwhile_is_found() {
    let rig = Rig::new(1);
    let (engine, watched, between) = two_engines(&rig).await;
    let (version, marker) = hidden(&engine).await;
    between.before(Look::Row(Table::Version), {
        let engine = Arc::clone(&engine);
        async move {
            let removed = rig::delete(&engine, BUCKET, "k", Some(marker)).await;
            removed.unwrap();
        }
    });
    let found = watched.head(named(version)).await.unwrap();
    assert!(between.is_over());
    assert_eq!(found.row.summary.version_id(), version);
    let reader = watched.open(named(version), None).await.unwrap();
    let read: Vec<Bytes> = reader.stream(0..5000).try_collect().await.unwrap();
    assert!(read.concat() == body(1, 5000));
}

#[tokio::test]
async fn a_version_that_becomes_current_and_hidden_again_is_found() {
    let rig = Rig::new(2);
    let (engine, watched, between) = two_engines(&rig).await;
    let (version, marker) = hidden(&engine).await;
    for removed in [Some(marker), None] {
        let look = match removed {
            Some(_) => Look::Row(Table::Version),
            None => Look::Row(Table::Current),
        };
        let engine = Arc::clone(&engine);
        between.before(look, async move {
            let changed = rig::delete(&engine, BUCKET, "k", removed).await;
            changed.unwrap();
        });
    }
    let found = watched.head(named(version)).await.unwrap();
    assert!(between.is_over());
    assert_eq!(found.row.summary.version_id(), version);
}

#[tokio::test]
async fn a_version_that_is_not_there_is_not_found() {
    let rig = Rig::new(3);
    let (engine, watched, _) = two_engines(&rig).await;
    let (version, _) = hidden(&engine).await;
    rig::delete(&engine, BUCKET, "k", Some(version))
        .await
        .unwrap();
    let gone = watched.head(named(version)).await;
    assert!(matches!(gone, Err(Error::NoSuchVersion { .. })), "{gone:?}");
}
