use super::*;

fn drive_of(free: u64) -> EngineStats {
    EngineStats {
        total_bytes: 1000,
        free_bytes: free,
        reserve_bytes: 20,
        idle_bytes: 10,
        ..EngineStats::default()
    }
}

#[test]
fn drives_are_full_when_nothing_more_fits() {
    for (free, level) in [
        (500, None),
        (111, None),
        (110, Some(Warning)),
        (60, Some(Critical)),
        (0, Some(Critical)),
    ] {
        let found = store("/data", &drive_of(free));
        let found = found.first().map(|concern| concern.level);
        assert_eq!(found, level, "{free} bytes are free");
    }
    // A store in memory is on no drive.
    assert_eq!(store("/data", &EngineStats::default()), []);
}

#[test]
fn the_store_says_what_is_wrong_with_it() {
    let mut stats = drive_of(500);
    (stats.stopped, stats.behind) = (true, true);
    stats.compaction.damaged_chunks = 3;
    let found = store("/data", &stats);
    let kinds: Vec<_> = found.iter().map(|concern| concern.kind).collect();
    let all = [
        ConcernKind::Stopped,
        ConcernKind::Behind,
        ConcernKind::Damage,
    ];
    assert_eq!(kinds, all);
}

#[test]
fn uploads_count_towards_a_quota() {
    let bound = Quota {
        bytes_max: Some(100),
        objects_max: Some(10),
    };
    let usage = |bytes, upload_bytes, objects| UsageRow {
        bytes,
        upload_bytes,
        objects,
        ..UsageRow::default()
    };
    assert_eq!(quota("b", bound, usage(89, 0, 0)), None);
    let share = |usage| quota("b", bound, usage).and_then(|it| it.share);
    assert_eq!(share(usage(80, 12, 0)), Some(0.92));
    assert_eq!(share(usage(0, 0, 10)), Some(1.0));
    let unbounded = Quota::default();
    assert_eq!(quota("b", unbounded, usage(u64::MAX, 0, 0)), None);
}

#[test]
fn errors_count_by_their_share() {
    assert_eq!(errors((0, 0)), None);
    assert_eq!(errors((1009, 9)), None);
    assert_eq!(errors((100, 1)).and_then(|it| it.count), Some(1));
}

#[test]
fn certificates_run_out() {
    let level = |left: u64| {
        let end = CertificateEnd {
            file: "a.crt".into(),
            not_after: 1_000_000 + left,
        };
        certificate(&end, 1_000_000).map(|it| it.level)
    };
    assert_eq!(level(14 * DAY), None);
    assert_eq!(level(14 * DAY - 1), Some(Warning));
    assert_eq!(level(2 * DAY), Some(Critical));
    assert_eq!(level(0), Some(Critical));
}

#[test]
fn jobs_that_failed_or_found_something_are_told_of() {
    let of = |kind, state, problems| {
        let last = Job {
            state,
            problems,
            ended: Some(5_000),
            ..Job::new(kind, "root")
        };
        job(&last).map(|it| (it.kind, it.level))
    };
    assert_eq!(of(Kind::Scrub, State::Done, 0), None);
    let damage = Some((ConcernKind::Damage, Critical));
    assert_eq!(of(Kind::Scrub, State::Done, 2), damage);
    let failed = Some((ConcernKind::Job, Warning));
    assert_eq!(of(Kind::Backup, State::Failed, 0), failed);
    assert_eq!(of(Kind::Backup, State::Done, 1), damage);
    assert_eq!(of(Kind::Lifecycle, State::Done, 1), failed);
    let made = Job {
        state: State::Done,
        ended: Some(5_000),
        ..Job::new(Kind::Backup, "root")
    };
    assert_eq!(backup(&made, 5 + BACKUP), None);
    assert!(backup(&made, 6 + BACKUP).is_some());
}
