//! Events and their changes, through crashes too.

use super::*;
use crate::disk::sim::Survival;
use crate::engine::requests::*;
use crate::engine::rig::{BUCKET, Rig, body, get, make_bucket, set_versioning, stage, target};
use crate::ids::VersionId;
use crate::row::Tag;

const QUEUE: &str = "queue";

fn asking(on: &[Happened]) -> Notes {
    let note = |on: &Happened| Note {
        queue: QUEUE.into(),
        on: *on,
        text: Bytes::from(format!("{on:?}")),
    };
    on.iter().map(note).collect()
}

fn all() -> Notes {
    asking(&[
        Happened::Created,
        Happened::Changed,
        Happened::Deleted,
        Happened::Hidden,
    ])
}

async fn put(engine: &Engine, key: &str, size: usize, notes: Notes) -> Result<PutOutcome> {
    let staged = stage(engine, BUCKET, &body(1, size)).await?;
    let request = PutObject {
        bucket: BUCKET.into(),
        key: Bytes::copy_from_slice(key.as_bytes()),
        object: NewObject::default(),
        conditions: Vec::new(),
        notes,
    };
    engine.put_object(request, staged).await
}

async fn delete(engine: &Engine, key: &str, version: Option<VersionId>) -> DeleteOutcome {
    let request = DeleteObject {
        target: Target {
            version,
            ..target(BUCKET, key)
        },
        owner: "owner".into(),
        conditions: Vec::new(),
        bypass_governance: false,
        notes: all(),
    };
    engine.delete_object(request).await.unwrap()
}

async fn events(engine: &Engine) -> Vec<Event> {
    engine.events(QUEUE, None, 1000).await.unwrap().events
}

async fn deeds(engine: &Engine) -> Vec<(Happened, String)> {
    let events = events(engine).await.into_iter();
    let text = |row: EventRow| String::from_utf8(row.key).unwrap();
    events
        .map(|event| (event.row.happened, text(event.row)))
        .collect()
}

#[tokio::test]
async fn an_event_tells_what_the_commit_knows() {
    let engine = Rig::new(1).open();
    make_bucket(&engine, BUCKET).await;
    set_versioning(&engine, BUCKET, Versioning::Enabled).await;
    let mut written = engine.events_written();
    let outcome = put(&engine, "key", 300_000, all()).await.unwrap();
    assert!(written.has_changed().unwrap());
    written.mark_unchanged();
    let event = events(&engine).await.remove(0);
    assert_eq!(event.id.sequence, outcome.summary.sequence);
    let expected = EventRow {
        happened: Happened::Created,
        at: outcome.summary.modified,
        key: b"key".to_vec(),
        version: outcome.version,
        size: 300_000,
        etag: outcome.summary.etag,
        note: b"Created".to_vec(),
    };
    assert_eq!(event.row, expected);

    let hidden = delete(&engine, "key", None).await;
    let event = events(&engine).await.remove(1);
    assert_eq!(event.row.happened, Happened::Hidden);
    assert_eq!(event.row.version, hidden.version);
    assert_eq!((event.row.size, event.row.etag), (0, None));

    delete(&engine, "key", outcome.version).await;
    let event = events(&engine).await.remove(2);
    assert_eq!(event.row.happened, Happened::Deleted);
    assert_eq!(event.row.version, outcome.version);
}

#[tokio::test]
async fn what_nobody_asked_for_and_what_did_not_happen_leaves_none() {
    let engine = Rig::new(1).open();
    make_bucket(&engine, BUCKET).await;
    let written = engine.events_written();
    put(&engine, "key", 10, Notes::none()).await.unwrap();
    assert!(!written.has_changed().unwrap());
    put(&engine, "key", 10, asking(&[Happened::Deleted]))
        .await
        .unwrap();
    // There is nothing to delete.
    delete(&engine, "other", None).await;
    let staged = stage(&engine, BUCKET, &body(1, 10)).await.unwrap();
    let refused = PutObject {
        bucket: BUCKET.into(),
        key: Bytes::from_static(b"key"),
        object: NewObject::default(),
        conditions: vec![Condition::Absent],
        notes: all(),
    };
    engine.put_object(refused, staged).await.unwrap_err();
    assert!(events(&engine).await.is_empty());
}

#[tokio::test]
async fn every_kind_of_change_tells() {
    let engine = Rig::new(1).open();
    make_bucket(&engine, BUCKET).await;
    put(&engine, "a", 10, all()).await.unwrap();
    let tags = UpdateObject {
        tags: Some(vec![Tag {
            key: "k".into(),
            value: "v".into(),
        }]),
        notes: all(),
        ..UpdateObject::default()
    };
    engine
        .update_object(target(BUCKET, "a"), tags)
        .await
        .unwrap();
    let rename = RenameObject {
        bucket: BUCKET.into(),
        source: Bytes::from_static(b"a"),
        key: Bytes::from_static(b"b"),
        owner: "owner".into(),
        source_conditions: Vec::new(),
        conditions: Vec::new(),
        notes: all(),
        source_notes: all(),
    };
    engine.rename_object(rename).await.unwrap();
    delete(&engine, "b", None).await;
    let told = [
        (Happened::Created, "a"),
        (Happened::Changed, "a"),
        (Happened::Created, "b"),
        (Happened::Deleted, "a"),
        (Happened::Deleted, "b"),
    ];
    assert_eq!(deeds(&engine).await, told.map(|(d, k)| (d, k.to_owned())));
    assert_eq!(engine.check().await.unwrap(), []);
}

#[tokio::test]
async fn queues_are_read_in_pieces_moved_and_emptied() {
    let engine = Rig::new(1).open();
    make_bucket(&engine, BUCKET).await;
    for key in ["a", "b", "c"] {
        put(&engine, key, 10, all()).await.unwrap();
    }
    let first = engine.events(QUEUE, None, 2).await.unwrap();
    assert!(first.more);
    let last = first.events[1].id;
    let rest = engine.events(QUEUE, Some(last), 2).await.unwrap();
    assert!(!rest.more);
    assert_eq!(rest.events[0].row.key, b"c");

    let mut moved = first.events[0].clone();
    moved.row.note = b"moved".to_vec();
    engine
        .move_event(QUEUE, "queue2", moved.clone())
        .await
        .unwrap();
    assert_eq!(engine.event_queues().await.unwrap(), [QUEUE, "queue2"]);
    let there = engine.events("queue2", None, 10).await.unwrap().events;
    assert_eq!(there, [moved.clone()]);
    let ids = vec![moved.id];
    engine.remove_events("queue2", ids).await.unwrap();
    // What is gone does not come back.
    engine.move_event("queue2", QUEUE, moved).await.unwrap();
    assert_eq!(engine.event_queues().await.unwrap(), [QUEUE]);
    assert_eq!(events(&engine).await.len(), 2);
}

#[tokio::test]
async fn notes_have_bounds() {
    let engine = Rig::new(1).open();
    make_bucket(&engine, BUCKET).await;
    let note = |queue: &str, bytes: usize| Note {
        queue: queue.into(),
        on: Happened::Created,
        text: vec![0; bytes].into(),
    };
    let refused = [
        Notes::from_iter([note("", 1)]),
        Notes::from_iter([note(&"q".repeat(limits::QUEUE_NAME_BYTES_MAX + 1), 1)]),
        Notes::from_iter([note("q", limits::NOTE_BYTES_MAX + 1)]),
        Notes::from_iter((0..=limits::NOTES_MAX).map(|_| note("q", 1))),
    ];
    for notes in refused {
        put(&engine, "key", 10, notes).await.unwrap_err();
    }
    assert!(get(&engine, BUCKET, "key").await.unwrap().is_none());
}

/// The power goes at every write and sync of a put: afterwards there are the object and its event,
/// or neither, and both where the put was answered.
#[tokio::test]
async fn through_crashes_an_event_and_its_change_stay_together() {
    let (mut crashes, mut kept) = (0, 0);
    for (size, survival) in [
        (10, Survival::Nothing),
        (10, Survival::Everything),
        (10, Survival::Any),
        (300_000, Survival::Prefix),
        (300_000, Survival::Any),
    ] {
        for step in 0.. {
            let rig = Rig::new(step);
            let engine = rig.open();
            make_bucket(&engine, BUCKET).await;
            rig.disk.crash_at(rig.disk.steps() + step);
            let answered = put(&engine, "key", size, all()).await.is_ok();
            drop(engine);
            let engine = rig.after_crash(survival, step).open();
            let there = get(&engine, BUCKET, "key").await.unwrap().is_some();
            let told = events(&engine).await.len();
            assert_eq!(usize::from(there), told, "step {step}, {survival:?}");
            assert!(there || !answered, "step {step}, {survival:?}");
            crashes += 1;
            kept += told;
            if answered {
                break;
            }
        }
    }
    assert!(crashes > 10 && kept >= 5, "{kept} of {crashes}");
}
