use super::*;
use storage_engine::clock::SystemClock;

pub(super) fn change(action: &str, outcome: Outcome) -> Change {
    Change {
        who: "arn:aws:iam:::user/anna".into(),
        credential: "token/7".into(),
        from: "127.0.0.1".into(),
        action: action.into(),
        target: "photos".into(),
        outcome,
        status: 204,
        error: None,
        request_id: "0".into(),
    }
}

pub(super) fn all() -> Filter {
    Filter {
        who: None,
        credential: None,
        action: None,
        target: None,
        outcome: None,
        address: None,
        request_id: None,
        from: None,
        to: None,
    }
}

fn log() -> Arc<AuditLog> {
    let engine = Engine::in_memory(Arc::new(SystemClock)).unwrap();
    Arc::new(AuditLog::new(Arc::new(engine)))
}

#[tokio::test]
async fn the_newest_comes_first_and_pages_follow_each_other() {
    let log = log();
    for n in 0..5 {
        log.note(change(&format!("Act{n}"), Outcome::Done), 0).await;
    }
    let (first, next) = log.read(&all(), None, 3).await.unwrap();
    let (second, end) = log.read(&all(), next, 3).await.unwrap();
    let actions = first.iter().chain(&second).map(|it| it.action.as_str());
    assert_eq!(
        actions.collect::<Vec<_>>(),
        ["Act4", "Act3", "Act2", "Act1", "Act0"]
    );
    assert!(end.is_none());
}

#[tokio::test]
async fn filters_leave_out_what_does_not_fit() {
    let log = log();
    log.note(change("DeleteBucket", Outcome::Denied), 0).await;
    log.note(change("DeleteBucket", Outcome::Done), 0).await;
    log.note(change("CreateBucket", Outcome::Done), 0).await;
    let filter = Filter {
        action: Some("DeleteBucket".into()),
        outcome: Some(Outcome::Denied),
        ..all()
    };
    assert_eq!(log.read(&filter, None, 10).await.unwrap().0.len(), 1);
    let filter = Filter {
        to: Some(5),
        ..all()
    };
    assert_eq!(log.read(&filter, None, 10).await.unwrap().0.len(), 0);
    let filter = Filter {
        who: Some("user/bert".into()),
        ..all()
    };
    assert_eq!(log.read(&filter, None, 10).await.unwrap().0.len(), 0);
}

#[tokio::test]
async fn what_is_too_old_goes() {
    let log = log();
    // With its first entry it would prune itself, and two do not prune at once.
    log.written.store(1, Ordering::Relaxed);
    log.note(change("Old", Outcome::Done), 0).await;
    let now = time::seconds(SystemTime::now());
    log.prune(now).await.unwrap();
    assert_eq!(log.read(&all(), None, 10).await.unwrap().0.len(), 1);
    log.prune(now + crate::limits::AUDIT_SECONDS_MAX + 60)
        .await
        .unwrap();
    assert_eq!(log.read(&all(), None, 10).await.unwrap().0.len(), 0);
}
