//! What holders may hold in all their buckets together: exact, whatever happens at the same time.

use std::sync::{Arc, Mutex};

use bytes::Bytes;

use crate::clock::SystemClock;
use crate::disk::sim::Survival;
use crate::engine::Engine;
use crate::engine::requests::*;
use crate::engine::rig::{
    BUCKET, Rig, begin_upload, body, complete, copy, delete, make_bucket, put, put_part,
    set_versioning, stage,
};
use crate::error::{Error, Result};
use crate::row::{Quota, Versioning};
use crate::{Allowances, HOLDER, Holding};

const OTHER: &str = "other";

#[derive(Debug, Default)]
struct Allowed(Mutex<Quota>);

impl Allowed {
    fn set(&self, bytes: impl Into<Option<u64>>, objects: impl Into<Option<u64>>) {
        *self.0.lock().unwrap() = Quota {
            bytes_max: bytes.into(),
            objects_max: objects.into(),
        };
    }
}

impl Allowances for Allowed {
    fn of(&self, holder: &str) -> Quota {
        match holder {
            "anna" => *self.0.lock().unwrap(),
            _ => Quota::default(),
        }
    }
}

/// Two buckets of one holder.
async fn furnish(engine: &Engine) -> Arc<Allowed> {
    for name in [BUCKET, OTHER] {
        let request = CreateBucket {
            name: name.into(),
            owner: "owner".into(),
            documents: vec![(HOLDER.into(), "anna".into())],
            ..CreateBucket::default()
        };
        engine.create_bucket(request).await.unwrap();
    }
    allow(engine)
}

fn allow(engine: &Engine) -> Arc<Allowed> {
    let allowed = Arc::new(Allowed::default());
    engine.set_allowances(Arc::clone(&allowed) as Arc<dyn Allowances>);
    allowed
}

fn held(engine: &Engine) -> (u64, u64) {
    let Holding { objects, bytes, .. } = engine.holding("anna");
    (objects, bytes)
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T>) {
    let error = outcome.unwrap_err();
    assert!(matches!(error, Error::Allowance { .. }), "{error}");
}

/// What holds of both stores.
async fn bounds_hold(engine: &Engine) {
    let allowed = furnish(engine).await;
    allowed.set(1000, 3);
    put(engine, BUCKET, "a", &body(1, 600)).await.unwrap();
    refused(put(engine, OTHER, "b", &body(2, 401)).await);
    put(engine, OTHER, "b", &body(2, 400)).await.unwrap();
    assert_eq!(held(engine), (2, 1000));
    refused(put(engine, OTHER, "c", &body(3, 1)).await);
    // Overwriting counts by what it adds.
    put(engine, BUCKET, "a", &body(4, 600)).await.unwrap();
    refused(put(engine, BUCKET, "a", &body(4, 601)).await);
    put(engine, BUCKET, "a", &body(4, 10)).await.unwrap();
    put(engine, BUCKET, "d", &Bytes::new()).await.unwrap();
    refused(put(engine, BUCKET, "e", &Bytes::new()).await);
    delete(engine, BUCKET, "d", None).await.unwrap();
    assert_eq!(held(engine), (2, 410));
    // Copies count in full, also those that move no bytes.
    copy(engine, (OTHER, "b"), (BUCKET, "copy")).await;
    assert_eq!(held(engine), (3, 810));
    delete(engine, BUCKET, "copy", None).await.unwrap();
    // Parts count as they come, and those that are not listed no longer.
    let upload = begin_upload(engine, BUCKET, "parts").await;
    put_part(engine, &upload, 1, &body(5, 500)).await;
    put_part(engine, &upload, 2, &body(6, 90)).await;
    assert_eq!(held(engine), (2, 1000));
    let staged = stage(engine, BUCKET, &body(7, 1)).await.unwrap();
    refused(engine.upload_part(upload.clone(), 3, staged).await);
    complete(engine, &upload, &[1]).await;
    assert_eq!(held(engine), (3, 910));
    // What is lowered refuses growth, and lets everything else be.
    allowed.set(10, 1);
    put(engine, BUCKET, "parts", &body(8, 499)).await.unwrap();
    delete(engine, BUCKET, "parts", None).await.unwrap();
    assert_eq!(held(engine), (2, 410));
    // Versions count until they are deleted themselves.
    allowed.set(1000, None);
    set_versioning(engine, OTHER, Versioning::Enabled).await;
    delete(engine, OTHER, "b", None).await.unwrap();
    assert_eq!(held(engine), (1, 410));
    refused(put(engine, OTHER, "b", &body(9, 591)).await);
    put(engine, OTHER, "b", &body(9, 590)).await.unwrap();
}

#[tokio::test]
async fn bounds_hold_on_a_drive() {
    bounds_hold(&Rig::new(1).open()).await;
}

#[tokio::test]
async fn bounds_hold_in_memory() {
    bounds_hold(&Engine::in_memory(Arc::new(SystemClock)).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_at_the_same_time_reach_a_bound_and_never_go_over_it() {
    let engine = Arc::new(Rig::new(2).open());
    let allowed = furnish(&engine).await;
    // Not a multiple of what is written: the last piece must not fit.
    allowed.set(100 * 1000 + 999, None);
    let mut writers = Vec::new();
    for writer in 0..16_u64 {
        let engine = Arc::clone(&engine);
        writers.push(tokio::spawn(async move {
            let mut written = 0_u32;
            for round in 0..25_u64 {
                let bucket = [BUCKET, OTHER][usize::try_from((writer + round) % 2).unwrap()];
                let data = body(writer * 100 + round, 1000);
                match put(&engine, bucket, &format!("{writer}/{round}"), &data).await {
                    Ok(()) => written += 1,
                    Err(Error::Allowance { .. }) => {}
                    Err(other) => panic!("{other}"),
                }
                assert!(held(&engine).1 <= 100_999);
            }
            written
        }));
    }
    let mut written = 0;
    for writer in writers {
        written += writer.await.unwrap();
    }
    // As much as fits, exactly.
    assert_eq!(written, 100);
    assert_eq!(held(&engine), (100, 100_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_and_deleters_leave_exact_sums() {
    let engine = Arc::new(Rig::new(3).open());
    let allowed = furnish(&engine).await;
    allowed.set(40_000, 30);
    let mut workers = Vec::new();
    for worker in 0..8_u64 {
        let engine = Arc::clone(&engine);
        workers.push(tokio::spawn(async move {
            for round in 0..40_u64 {
                let bucket = [BUCKET, OTHER][usize::try_from(round % 2).unwrap()];
                let key = format!("{}", (worker * 7 + round) % 20);
                let len = usize::try_from((worker * 131 + round * 977) % 3000).unwrap();
                match round % 3 {
                    2 => delete(&engine, bucket, &key, None).await.unwrap(),
                    _ => match put(&engine, bucket, &key, &body(round, len)).await {
                        Ok(()) | Err(Error::Allowance { .. }) => {}
                        Err(other) => panic!("{other}"),
                    },
                }
                let (objects, bytes) = held(&engine);
                assert!(objects <= 30 && bytes <= 40_000, "{objects} {bytes}");
            }
        }));
    }
    for worker in workers {
        worker.await.unwrap();
    }
    let (one, two) = (
        engine.usage(BUCKET).await.unwrap(),
        engine.usage(OTHER).await.unwrap(),
    );
    assert_eq!(
        held(&engine),
        (one.objects + two.objects, one.bytes + two.bytes)
    );
}

#[tokio::test]
async fn sums_are_the_same_after_a_restart_and_after_a_crash() {
    let rig = Rig::new(4);
    let engine = rig.open();
    furnish(&engine).await;
    put(&engine, BUCKET, "a", &body(1, 600)).await.unwrap();
    put(&engine, OTHER, "b", &body(2, 70_000)).await.unwrap();
    let upload = begin_upload(&engine, OTHER, "parts").await;
    put_part(&engine, &upload, 1, &body(3, 5000)).await;
    let before = engine.holding("anna");
    assert_eq!(
        (before.buckets, before.objects, before.bytes),
        (2, 2, 75_600)
    );
    engine.shutdown().await.unwrap();
    drop(engine);
    let engine = rig.open();
    assert_eq!(engine.holding("anna"), before);
    let allowed = allow(&engine);
    allowed.set(75_601, None);
    refused(put(&engine, BUCKET, "c", &body(4, 2)).await);
    put(&engine, BUCKET, "c", &body(4, 1)).await.unwrap();
    let crashed = rig.after_crash(Survival::Nothing, 9).open();
    assert_eq!(crashed.holding("anna").bytes, 75_601);
}

#[tokio::test]
async fn buckets_are_given_away_and_deleted() {
    let engine = Rig::new(5).open();
    let allowed = furnish(&engine).await;
    make_bucket(&engine, "nobodys").await;
    allowed.set(100, None);
    put(&engine, "nobodys", "a", &body(1, 5000)).await.unwrap();
    put(&engine, BUCKET, "a", &body(1, 90)).await.unwrap();
    let row = engine.bucket(BUCKET).await.unwrap();
    assert_eq!(engine.holder(row.id).as_deref(), Some("anna"));
    engine
        .put_document("nobodys", HOLDER, "anna".into())
        .await
        .unwrap();
    assert_eq!(held(&engine), (2, 5090));
    refused(put(&engine, "nobodys", "b", &body(1, 1)).await);
    engine
        .put_document("nobodys", HOLDER, "berta".into())
        .await
        .unwrap();
    assert_eq!(engine.holding("berta").bytes, 5000);
    put(&engine, "nobodys", "b", &body(1, 1)).await.unwrap();
    engine.delete_document("nobodys", HOLDER).await.unwrap();
    assert_eq!(engine.holding("berta"), Holding::default());
    delete(&engine, BUCKET, "a", None).await.unwrap();
    engine.delete_bucket(BUCKET).await.unwrap();
    assert_eq!(engine.holding("anna").buckets, 1);
}
