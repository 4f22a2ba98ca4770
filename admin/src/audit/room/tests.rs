use super::*;
use crate::audit::{Change, Filter, key};
use crate::route::{Audited, ROUTES};
use http::Method;
use s3_api::OPERATIONS;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use storage_engine::Engine;
use storage_engine::clock::SystemClock;

#[test]
fn whoever_has_less_keeps_all_and_the_others_share_what_is_left() {
    assert_eq!(share(vec![], 10), usize::MAX);
    assert_eq!(share(vec![4, 6], 10), usize::MAX);
    assert_eq!(share(vec![4, 7], 10), 6);
    assert_eq!(share(vec![1000, 2, 1000], 10), 4);
    assert_eq!(share(vec![11], 10), 10);
}

#[test]
fn what_is_done_to_objects_is_told_from_what_is_done_to_settings() {
    assert!(OF_OBJECTS.is_sorted());
    let routes = ROUTES.iter().filter(|it| it.audited == Audited::Yes);
    for route in routes {
        let beneath = route.path.strip_prefix("/buckets/{name}/").unwrap_or("");
        let places = ["object", "uploads", "zip", "download", "empty"];
        let is_of_object = places.iter().any(|place| beneath.starts_with(place));
        let class = Class::of(route.name, Outcome::Done);
        assert_eq!(class == Class::Objects, is_of_object, "{}", route.name);
    }
    // Of parts of an upload there are no entries.
    let named = ["UploadPart", "UploadPartCopy"];
    for operation in OPERATIONS.iter().filter(|it| !named.contains(&it.name)) {
        let example = operation.example("bucket", "key");
        let is_read = [Method::GET, Method::HEAD, Method::OPTIONS]
            .iter()
            .any(|method| method == example.method);
        let is_of_object = example.target.starts_with("/bucket/key")
            || ["DeleteObjects", "PostObject"].contains(&operation.name);
        let class = Class::of(operation.name, Outcome::Done);
        if !is_read {
            let name = operation.name;
            assert_eq!(class == Class::Objects, is_of_object, "{name}");
        }
    }
}

fn change(who: &str, action: &str, outcome: Outcome) -> Change {
    Change {
        who: format!("arn:aws:iam:::user/{who}"),
        outcome,
        ..crate::audit::tests::change(action, outcome)
    }
}

/// Rows as [`AuditLog::note`] writes them, one a millisecond.
async fn fill(log: &AuditLog, since: SystemTime, count: u64, change: &Change) {
    let row = Bytes::from(serde_json::to_vec(change).unwrap());
    let rows: Vec<u64> = (0..count).collect();
    for rows in rows.chunks(1000) {
        let puts = rows.iter().map(|n| {
            let at = since + Duration::from_millis(*n);
            TableWrite::Put(key(at, 0, *n).into(), row.clone())
        });
        let puts = puts.collect();
        log.engine
            .table_commit(TABLE, Vec::new(), puts)
            .await
            .unwrap();
    }
}

async fn count(log: &AuditLog, filter: Filter) -> usize {
    let (mut all, mut after) = (0, None);
    loop {
        let (found, next) = log.read(&filter, after, 1000).await.unwrap();
        all += found.len();
        match next {
            Some(next) => after = Some(next),
            None => return all,
        }
    }
}

/// Whatever somebody sends, and however often: what others have done stays, and what he himself has
/// changed before.
#[tokio::test]
async fn nobody_washes_out_what_was_changed() {
    let engine = Arc::new(Engine::in_memory(Arc::new(SystemClock)).unwrap());
    let log = AuditLog::new(engine);
    let begin = SystemTime::now() - Duration::from_secs(24 * 3600);
    let later = |hours: u64| begin + Duration::from_secs(hours * 3600);
    let too_many = AUDIT_ENTRIES_PER_CLASS_MAX as u64 + 100;
    let done = Outcome::Done;
    fill(&log, later(0), 3, &change("root", "CreateUser", done)).await;
    fill(&log, later(1), 2, &change("anna", "CreateKey", done)).await;
    let denied = change("ben", "DeleteBucket", Outcome::Denied);
    fill(&log, later(2), 5, &denied).await;
    let denied = change("anna", "DeleteBucket", Outcome::Denied);
    fill(&log, later(3), too_many, &denied).await;
    fill(&log, later(6), too_many, &change("anna", "PutObject", done)).await;
    fill(
        &log,
        later(9),
        too_many,
        &change("ben", "CreateToken", done),
    )
    .await;
    log.prune(crate::time::seconds(SystemTime::now()))
        .await
        .unwrap();
    let of = |who: &str, action: &str| Filter {
        who: Some(who.to_owned()),
        action: Some(action.to_owned()),
        ..crate::audit::tests::all()
    };
    assert_eq!(count(&log, of("root", "CreateUser")).await, 3);
    assert_eq!(count(&log, of("anna", "CreateKey")).await, 2);
    assert_eq!(count(&log, of("ben", "DeleteBucket")).await, 5);
    let room = AUDIT_ENTRIES_PER_CLASS_MAX;
    assert_eq!(count(&log, of("anna", "DeleteBucket")).await, room - 5);
    assert_eq!(count(&log, of("anna", "PutObject")).await, room);
    assert_eq!(count(&log, of("ben", "CreateToken")).await, room - 5);
    // Of his own the newest stay.
    let (newest, _) = log.read(&of("ben", "CreateToken"), None, 1).await.unwrap();
    let last = later(9) + Duration::from_millis(too_many - 1);
    let last = crate::time::shown_milliseconds(crate::time::milliseconds(last));
    assert_eq!(newest[0].time, last);
}
