//! Runs that somebody has asked for.

use super::super::*;
use super::rig::{BUCKET, Rig, expiring, rule, target};
use crate::lifecycle::configuration::{NoncurrentExpiration, Rule};
use crate::lifecycle::reports;
use std::sync::atomic::{AtomicU64, Ordering};
use storage_engine::UpdateObject;
use storage_engine::row::Versioning;

async fn now(rig: &Rig, bucket: Option<&str>) -> Result<RunReport, Error> {
    let mut go_on = |_: &RunReport| ControlFlow::Continue(());
    rig.lifecycle.run_now(bucket, &mut go_on).await
}

#[tokio::test]
async fn what_was_locked_at_midnight_gets_another_chance_the_same_day() {
    let rig = Rig::new(Versioning::Enabled).await;
    rig.put("key", 10).await;
    let hold = |on| UpdateObject {
        legal_hold: Some(on),
        ..UpdateObject::default()
    };
    let held = rig.engine.update_object(target("key", None), hold(true));
    held.await.unwrap();
    rig.put("key", 10).await;
    let older = NoncurrentExpiration {
        days: 1,
        kept: None,
    };
    rig.set(vec![Rule {
        noncurrent_expiration: Some(older),
        ..rule("")
    }])
    .await;
    rig.days_pass(2);
    assert_eq!(rig.run().await.unwrap().counts.locked, 1);
    let old = &rig.versions().await[1];
    let freed = rig
        .engine
        .update_object(target("key", Some(old)), hold(false));
    freed.await.unwrap();
    assert!(rig.run().await.is_none(), "done for today");
    let run = now(&rig, None).await.unwrap();
    assert_eq!((run.buckets, run.counts.expired, run.number), (1, 1, 2));
    assert_eq!(reports(&rig.engine).await.unwrap().last(), Some(&run));
    assert!(rig.run().await.is_none(), "it counts for today");
    assert!(!rig.lifecycle.stats().running);
}

#[tokio::test]
async fn one_bucket_is_gone_through_and_no_other() {
    let rig = Rig::new(Versioning::Off).await;
    rig.put("key", 10).await;
    rig.make_bucket("other", Versioning::Off).await;
    rig.make_bucket("bare", Versioning::Off).await;
    rig.set(vec![expiring("", 1)]).await;
    rig.set_of("other", vec![expiring("", 1)]).await;
    rig.days_pass(2);
    let run = now(&rig, Some("other")).await.unwrap();
    assert_eq!((run.buckets, run.counts.looked_at), (1, 0));
    assert_eq!(rig.keys().await, ["key"]);
    let refused = now(&rig, Some("bare")).await;
    assert!(matches!(refused, Err(Error::NoSuchDocument)), "{refused:?}");
    let refused = now(&rig, Some("nowhere")).await;
    assert!(matches!(refused, Err(Error::NoSuchBucket { .. })));
    // What has not been gone through is still due, and the other bucket is not forgotten.
    let run = rig.run().await.unwrap();
    assert_eq!((run.buckets, run.counts.expired), (1, 1));
}

/// Told to end, it leaves what was done today done, and what was not where it has come to.
#[tokio::test]
async fn one_that_is_told_to_end_leaves_the_day_as_it_was() {
    let rig = Rig::new(Versioning::Off).await;
    rig.put("key", 10).await;
    rig.set(vec![expiring("", 100)]).await;
    let looks = AtomicU64::new(0);
    let mut end = |report: &RunReport| {
        assert_eq!(report.buckets, 1);
        looks.fetch_add(1, Ordering::Relaxed);
        ControlFlow::Break(())
    };
    let run = rig.lifecycle.run_now(None, &mut end).await.unwrap();
    assert!(run.interrupted && looks.load(Ordering::Relaxed) == 1);
    // It had never been gone through: the next run goes on with it.
    assert!(rig.run().await.is_some());
    assert!(rig.run().await.is_none());
    let run = rig.lifecycle.run_now(Some(BUCKET), &mut end).await.unwrap();
    assert!(run.interrupted);
    assert!(rig.run().await.is_none(), "it was done before");
}

#[tokio::test]
async fn two_runs_take_turns() {
    let rig = Rig::new(Versioning::Off).await;
    rig.put("key", 10).await;
    rig.set(vec![expiring("", 1)]).await;
    rig.days_pass(2);
    let (one, other) = tokio::join!(now(&rig, None), now(&rig, None));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!((one.number, other.number), (1, 2));
    assert_eq!(one.counts.expired + other.counts.expired, 1);
}
