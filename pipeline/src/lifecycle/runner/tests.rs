mod now;
mod rig;

use super::pace::pause;
use super::*;
use crate::lifecycle::configuration::{
    Filter, NoncurrentExpiration, NoncurrentTransition, Rule, Scope, Status, StorageClass,
    Transition, TransitionTime,
};
use crate::lifecycle::{PlanCursor, PlanPage, Task, plan_page, reports};
use crate::limits::{PAUSE_FOR_OTHERS, REPORTS_MAX};
use bytes::Bytes;
use rig::{BUCKET, Rig, START, expiring, rule, target};
use storage_engine::row::{Tag, Versioning};
use storage_engine::{ListRequest, UpdateObject, VersionEntry};

#[tokio::test]
async fn objects_go_when_their_days_are_over() {
    let rig = Rig::new(Versioning::Off).await;
    for key in ["a/1", "a/2", "b/1", "c/1"] {
        rig.put(key, 10).await;
    }
    rig.set(vec![expiring("a/", 1), expiring("c/", 5)]).await;
    let first = rig.run().await.unwrap();
    assert_eq!((first.counts.looked_at, first.counts.expired), (3, 0));
    assert!(rig.run().await.is_none(), "done for today");
    // A day later it is not yet midnight after the whole day.
    rig.days_pass(1);
    assert_eq!(rig.run().await.unwrap().counts.expired, 0);
    rig.days_pass(1);
    assert_eq!(rig.run().await.unwrap().counts.expired, 2);
    assert_eq!(rig.keys().await, ["b/1", "c/1"]);
    rig.days_pass(4);
    assert_eq!(rig.run().await.unwrap().counts.expired, 1);
    assert_eq!(rig.keys().await, ["b/1"]);
}

#[tokio::test]
async fn with_versions_there_are_markers_first() {
    let rig = Rig::new(Versioning::Enabled).await;
    rig.put("key", 10).await;
    let forever = Rule {
        noncurrent_expiration: Some(NoncurrentExpiration {
            days: 1,
            kept: None,
        }),
        ..expiring("", 1)
    };
    rig.set(vec![forever]).await;
    rig.days_pass(2);
    let run = rig.run().await.unwrap();
    assert_eq!((run.counts.marked, run.counts.expired), (1, 0));
    let versions = rig.versions().await;
    assert!(versions[0].summary.marker && versions[0].summary.owner == "owner");
    rig.days_pass(2);
    assert_eq!(rig.run().await.unwrap().counts.expired, 1);
    // What is left is a marker that hides nothing, old enough to go.
    assert_eq!(rig.keys().await, ["key"]);
    rig.days_pass(1);
    assert_eq!(rig.run().await.unwrap().counts.expired, 1);
    assert!(rig.keys().await.is_empty());
}

#[tokio::test]
async fn the_newest_noncurrent_versions_are_kept() {
    let rig = Rig::new(Versioning::Enabled).await;
    for _ in 0..10 {
        rig.put("key", 10).await;
        rig.put("other", 10).await;
        rig.clock.advance(1000);
    }
    let before = rig.versions().await;
    rig.set(vec![Rule {
        noncurrent_expiration: Some(NoncurrentExpiration {
            days: 1,
            kept: Some(5),
        }),
        ..rule("key")
    }])
    .await;
    rig.days_pass(2);
    assert_eq!(rig.run().await.unwrap().counts.expired, 4);
    let kept: Vec<_> = before[..6].iter().chain(&before[10..]).collect();
    let after = rig.versions().await;
    let ids = |entry: &VersionEntry| (entry.key.clone(), entry.summary.version_id());
    let after: Vec<_> = after.iter().map(ids).collect();
    assert_eq!(after, kept.into_iter().map(ids).collect::<Vec<_>>());
}

#[tokio::test]
async fn age_counts_from_when_a_version_became_noncurrent() {
    let rig = Rig::new(Versioning::Enabled).await;
    rig.put("key", 10).await;
    rig.set(vec![Rule {
        noncurrent_expiration: Some(NoncurrentExpiration {
            days: 2,
            kept: None,
        }),
        ..rule("")
    }])
    .await;
    rig.days_pass(100);
    rig.put("key", 10).await;
    assert_eq!(rig.run().await.unwrap().counts.expired, 0);
    rig.days_pass(2);
    assert_eq!(rig.run().await.unwrap().counts.expired, 0);
    rig.days_pass(1);
    assert_eq!(rig.run().await.unwrap().counts.expired, 1);
}

#[tokio::test]
async fn what_is_locked_is_skipped_and_goes_later() {
    let rig = Rig::new(Versioning::Enabled).await;
    rig.put("key", 10).await;
    let hold = |on| UpdateObject {
        legal_hold: Some(on),
        ..UpdateObject::default()
    };
    let held = rig
        .engine
        .update_object(target("key", None), hold(true))
        .await;
    held.unwrap();
    rig.put("key", 10).await;
    rig.set(vec![Rule {
        noncurrent_expiration: Some(NoncurrentExpiration {
            days: 1,
            kept: None,
        }),
        ..rule("")
    }])
    .await;
    rig.days_pass(2);
    let run = rig.run().await.unwrap();
    assert_eq!((run.counts.expired, run.counts.locked), (0, 1));
    let old = &rig.versions().await[1];
    let freed = rig
        .engine
        .update_object(target("key", Some(old)), hold(false))
        .await;
    freed.unwrap();
    rig.days_pass(1);
    assert_eq!(rig.run().await.unwrap().counts.expired, 1);
}

#[tokio::test]
async fn tags_are_looked_up_where_a_rule_asks() {
    let rig = Rig::new(Versioning::Off).await;
    let tag = |value: &str| Tag {
        key: "class".into(),
        value: value.into(),
    };
    rig.put_tagged("one", 10, vec![tag("short")]).await;
    rig.put_tagged("two", 10, vec![tag("long")]).await;
    rig.put("three", 10).await;
    rig.set(vec![Rule {
        scope: Scope::Filter(Filter::Tag(tag("short"))),
        ..expiring("", 1)
    }])
    .await;
    rig.days_pass(2);
    assert_eq!(rig.run().await.unwrap().counts.expired, 1);
    assert_eq!(rig.keys().await, ["three", "two"]);
}

#[tokio::test]
async fn classes_change_and_nothing_else_does() {
    let rig = Rig::new(Versioning::Enabled).await;
    rig.put("large", 200_000).await;
    rig.put("large", 200_001).await;
    rig.put("small", 10).await;
    let before = rig.versions().await;
    rig.set(vec![Rule {
        transitions: vec![Transition {
            time: TransitionTime::Days(1),
            class: StorageClass::GlacierIr,
        }],
        noncurrent_transitions: vec![NoncurrentTransition {
            days: 2,
            kept: None,
            class: StorageClass::DeepArchive,
        }],
        ..rule("")
    }])
    .await;
    rig.days_pass(2);
    assert_eq!(rig.run().await.unwrap().counts.transitioned, 1);
    rig.days_pass(1);
    assert_eq!(rig.run().await.unwrap().counts.transitioned, 1);
    rig.days_pass(1);
    assert_eq!(rig.run().await.unwrap().counts.transitioned, 0);
    let after = rig.versions().await;
    let labels: Vec<_> = after
        .iter()
        .map(|entry| entry.summary.label.as_str())
        .collect();
    assert_eq!(labels, ["GLACIER_IR", "DEEP_ARCHIVE", "STANDARD"]);
    for (mut after, before) in after.into_iter().zip(before) {
        after.summary.label.clone_from(&before.summary.label);
        assert_eq!(after.summary, before.summary);
    }
}

#[tokio::test]
async fn uploads_nobody_finishes_end() {
    let rig = Rig::new(Versioning::Off).await;
    for key in ["a/1", "a/1", "a/2", "b/1"] {
        rig.begin_upload(key).await;
    }
    rig.set(vec![Rule {
        abort_days: Some(2),
        ..rule("a/")
    }])
    .await;
    rig.days_pass(2);
    assert_eq!(rig.run().await.unwrap().counts.aborted, 0);
    rig.begin_upload("a/3").await;
    rig.days_pass(1);
    assert_eq!(rig.run().await.unwrap().counts.aborted, 3);
    let request = ListRequest {
        bucket: BUCKET.into(),
        limit: 10,
        ..ListRequest::default()
    };
    let left = rig.engine.list_uploads(request).await.unwrap().entries;
    let left: Vec<_> = left.iter().map(|upload| upload.key.as_ref()).collect();
    assert_eq!(left, [&b"a/3"[..], b"b/1"]);
}

#[tokio::test]
async fn new_rules_are_followed_at_once_and_old_ones_forgotten() {
    let rig = Rig::new(Versioning::Off).await;
    rig.put("key", 10).await;
    rig.set(vec![expiring("none/", 1)]).await;
    rig.days_pass(9);
    assert_eq!(rig.run().await.unwrap().counts.expired, 0);
    rig.set(vec![expiring("", 1)]).await;
    assert_eq!(rig.run().await.unwrap().counts.expired, 1);
    rig.engine.delete_document(BUCKET, KIND).await.unwrap();
    assert!(rig.run().await.is_none());
    let rows = rig.engine.table_scan("lifecycle", b"", None, 10).await;
    assert!(rows.unwrap().rows.is_empty());
}

#[tokio::test]
async fn rules_that_are_all_off_are_no_run() {
    let rig = Rig::new(Versioning::Off).await;
    rig.set(vec![Rule {
        status: Status::Disabled,
        ..expiring("", 1)
    }])
    .await;
    assert!(rig.run().await.is_none());
    assert!(reports(&rig.engine).await.unwrap().is_empty());
}

#[tokio::test]
async fn rules_nobody_can_read_keep_no_other_bucket_waiting() {
    let rig = Rig::new(Versioning::Off).await;
    rig.put("key", 10).await;
    rig.set(vec![expiring("", 1)]).await;
    rig.make_bucket("a-broken-one", Versioning::Off).await;
    let broken = Bytes::from_static(b"nothing");
    let stored = rig.engine.put_document("a-broken-one", KIND, broken).await;
    stored.unwrap();
    rig.days_pass(2);
    let run = rig.run().await.unwrap();
    assert_eq!((run.buckets, run.counts.expired), (1, 1));
}

#[tokio::test]
async fn what_was_interrupted_goes_on_where_it_was() {
    let rig = Rig::new(Versioning::Off).await;
    for number in 0..2500 {
        rig.put(&format!("key {number:04}"), 1).await;
    }
    rig.set(vec![expiring("", 1)]).await;
    rig.days_pass(2);
    rig.stop.send_replace(true);
    let first = rig.run().await.unwrap();
    assert!(first.interrupted);
    assert_eq!((first.counts.looked_at, first.counts.expired), (1000, 999));
    rig.stop.send_replace(false);
    // Another process, some days later.
    rig.days_pass(3);
    let again = Lifecycle::new(
        Arc::clone(&rig.engine),
        Arc::clone(&rig.clock) as Arc<dyn Clock>,
        Day::REAL,
    );
    let stop = rig.stop.subscribe();
    let second = again.run_due(&stop).await.unwrap().unwrap();
    assert!(!second.interrupted);
    assert_eq!(second.counts.expired, 1501);
    assert_eq!(
        second.counts.looked_at, 1501,
        "what was looked at is not looked at again"
    );
    assert!(rig.keys().await.is_empty());
}

#[tokio::test]
async fn pages_break_no_key_apart() {
    let rig = Rig::new(Versioning::Enabled).await;
    for _ in 0..1205 {
        rig.put("key", 1).await;
    }
    rig.put("later", 1).await;
    rig.set(vec![Rule {
        noncurrent_expiration: Some(NoncurrentExpiration {
            days: 1,
            kept: Some(100),
        }),
        ..rule("")
    }])
    .await;
    rig.days_pass(2);
    assert_eq!(rig.run().await.unwrap().counts.expired, 1104);
    let left = rig.versions().await;
    assert_eq!(left.len(), 102);
    assert!(left[0].latest && left[101].latest);
}

/// In one page.
async fn whole_plan(rig: &Rig, bucket: &str) -> Result<PlanPage, Error> {
    let (now, from) = (rig.clock.now(), PlanCursor::default());
    plan_page(
        &rig.engine,
        bucket,
        now,
        Day::REAL,
        from,
        usize::MAX,
        u64::MAX,
    )
    .await
}

#[tokio::test]
async fn a_plan_tells_what_a_run_does() {
    let rig = Rig::new(Versioning::Enabled).await;
    for key in ["a", "b", "c"] {
        rig.put(key, 10).await;
    }
    rig.put("b", 10).await;
    rig.delete("c").await;
    rig.begin_upload("d").await;
    rig.set(vec![Rule {
        noncurrent_expiration: Some(NoncurrentExpiration {
            days: 1,
            kept: None,
        }),
        abort_days: Some(1),
        ..expiring("", 1)
    }])
    .await;
    rig.days_pass(3);
    let before = rig.versions().await.len();
    let plan = whole_plan(&rig, BUCKET).await.unwrap();
    let told = plan.planned.iter().map(|planned| {
        let task = match planned.task {
            Task::Expire(_) => "expire",
            Task::DeleteNoncurrent(_) => "delete",
            Task::RemoveMarker(_) => "marker",
            Task::Move(..) => "move",
            Task::Abort(_) => "abort",
        };
        assert_eq!(planned.rule, "rule of ");
        (String::from_utf8_lossy(&planned.key).into_owned(), task)
    });
    let told: Vec<_> = told.collect();
    assert_eq!(plan.looked_at, 6);
    let expected = [
        ("a", "expire"),
        ("b", "expire"),
        ("b", "delete"),
        ("c", "delete"),
        ("d", "abort"),
    ];
    assert_eq!(told, expected.map(|(key, task)| (key.to_owned(), task)));
    assert_eq!(rig.versions().await.len(), before, "nothing was done");
    let counts = rig.run().await.unwrap().counts;
    assert_eq!((counts.marked, counts.expired, counts.aborted), (2, 2, 1));
    let none = whole_plan(&rig, "nowhere").await;
    assert!(matches!(none, Err(Error::NoSuchBucket { .. })));
}

/// Wherever a page ends: within a key, between keys, within the uploads of one key.
#[tokio::test]
async fn pages_of_a_plan_tell_what_the_whole_plan_does() {
    let rig = Rig::new(Versioning::Enabled).await;
    for round in 0..7 {
        for key in ["a", "b", "c/1", "c/2", "d"] {
            rig.put(key, 10 + round).await;
        }
        rig.begin_upload("u/1").await;
        rig.begin_upload(["u/1", "u/2", "v"][round % 3]).await;
    }
    rig.delete("c/1").await;
    rig.set(vec![Rule {
        noncurrent_expiration: Some(NoncurrentExpiration {
            days: 1,
            kept: Some(2),
        }),
        abort_days: Some(1),
        ..expiring("", 1)
    }])
    .await;
    rig.days_pass(3);
    let now = rig.clock.now();
    let plan = whole_plan(&rig, BUCKET).await.unwrap();
    let (whole, looked_at) = (plan.planned, plan.looked_at);
    assert_eq!(looked_at, 50);
    assert_eq!(whole.len(), 39);
    assert!(whole.iter().all(|it| it.due <= now && it.due > START));
    assert_eq!((whole[0].size, whole[38].size), (16, 0));
    for limit in [1, 2, 3, 5, 7, 38, 39, 40] {
        let (mut told, mut from) = (Vec::new(), PlanCursor::default());
        let mut pages = 0;
        loop {
            let page = plan_page(&rig.engine, BUCKET, now, Day::REAL, from, limit, 10);
            let page = page.await.unwrap();
            assert!(page.planned.len() <= limit);
            told.extend(page.planned);
            pages += 1;
            match page.next {
                Some(next) => from = next,
                None => break,
            }
        }
        assert_eq!(told, whole, "in pages of {limit}");
        assert!(pages >= 39_usize.div_ceil(limit), "{pages} of {limit}");
    }
}

#[tokio::test]
async fn reports_are_kept_up_to_a_number() {
    let rig = Rig::new(Versioning::Off).await;
    rig.put("key", 10).await;
    rig.set(vec![expiring("", 1)]).await;
    for _ in 0..REPORTS_MAX + 5 {
        rig.days_pass(1);
        rig.run().await.unwrap();
    }
    let kept = reports(&rig.engine).await.unwrap();
    assert_eq!(kept.len() as u64, REPORTS_MAX);
    assert_eq!((kept[0].number, kept[99].number), (6, 105));
    let stats = rig.lifecycle.stats();
    assert_eq!((stats.runs, stats.counts.expired), (105, 1));
    assert_eq!(stats.last_ended_seconds, rig.clock.now().seconds());
    assert!(!stats.running);
}

#[tokio::test]
async fn serving_follows_new_rules_and_ends_when_told() {
    let rig = Arc::new(Rig::new(Versioning::Off).await);
    rig.put("key", 10).await;
    rig.days_pass(2);
    let serving = {
        let rig = Arc::clone(&rig);
        let stop = rig.stop.subscribe();
        tokio::spawn(async move { rig.lifecycle.serve(stop).await })
    };
    rig.set(vec![expiring("", 1)]).await;
    let gone = async {
        while !rig.keys().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), gone)
        .await
        .unwrap();
    rig.stop.send_replace(true);
    let ended = tokio::time::timeout(Duration::from_secs(120), serving).await;
    ended.unwrap().unwrap();
}

#[test]
fn the_pace_is_bounded() {
    let second = Duration::from_secs(1);
    assert_eq!(pause(0, 0, Duration::ZERO, false), Duration::ZERO);
    assert_eq!(pause(50_000, 0, Duration::ZERO, false), second);
    assert_eq!(pause(0, 2_000, Duration::ZERO, false), second);
    assert_eq!(pause(0, 2_000, second, false), Duration::ZERO);
    assert_eq!(pause(0, 0, Duration::ZERO, true), PAUSE_FOR_OTHERS);
}
