use super::record::{read_all, write};
use super::*;
use crate::limits::JOBS_KEPT_PER_KIND_MAX;
use serde_json::json;
use std::sync::Arc;
use storage_engine::clock::SystemClock;
use storage_engine::{Engine, Unit, Work};
use tokio::sync::watch;
use tokio::time::{Duration, sleep, timeout};

const FOREVER: Duration = Duration::from_secs(60);

fn engine() -> Arc<Engine> {
    Arc::new(Engine::in_memory(Arc::new(SystemClock)).unwrap())
}

async fn open(engine: &Arc<Engine>) -> (Arc<Jobs>, watch::Sender<bool>) {
    let (stop, stopping) = watch::channel(false);
    let jobs = Jobs::open(Arc::clone(engine), stopping).await.unwrap();
    (Arc::new(jobs), stop)
}

fn ended() -> Ended {
    Ended {
        ending: Ending::Whole,
        report: json!({ "found": 1 }),
        problems: 1,
    }
}

/// Works until it is told to end.
async fn endless(running: Arc<Running>) -> Result<Ended, Stop> {
    let mut done = 0;
    loop {
        let work = Work {
            doing: "count",
            done,
            total: 1_000_000,
            unit: Unit::Bytes,
        };
        if running.on_work(work).is_break() {
            return Err(Stop::Told);
        }
        done += 100;
        sleep(Duration::from_millis(5)).await;
    }
}

async fn until_ended(jobs: &Jobs, id: u64) -> Seen {
    let wait = async {
        loop {
            let seen = jobs.find(id).await.unwrap().unwrap();
            if seen.job.state != State::Running {
                return seen;
            }
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(FOREVER, wait).await.unwrap()
}

#[tokio::test]
async fn a_job_runs_tells_and_ends() {
    let engine = engine();
    let (jobs, _stop) = open(&engine).await;
    let job = Job::new(Kind::Check, "arn");
    let seen = jobs.start(job, |_| async { Ok(ended()) }).await.unwrap();
    assert_eq!((seen.job.state, seen.job.id), (State::Running, 1));
    let seen = until_ended(&jobs, 1).await;
    assert_eq!((seen.job.state, seen.job.problems), (State::Done, 1));
    assert_eq!(seen.job.report, Some(json!({ "found": 1 })));
    assert!(seen.job.ended >= Some(seen.job.started));

    let failing = Job::new(Kind::Check, "arn");
    let work = |_| async { Err(Stop::Failed("no room".into())) };
    jobs.start(failing, work).await.unwrap();
    let seen = until_ended(&jobs, 2).await;
    assert_eq!(
        (seen.job.state, seen.job.error.as_deref()),
        (State::Failed, Some("no room"))
    );

    // A bug in one is no end of the others.
    jobs.start(Job::new(Kind::Check, "arn"), |_| async { panic!("a bug") })
        .await
        .unwrap();
    assert_eq!(until_ended(&jobs, 3).await.job.state, State::Failed);
}

#[tokio::test]
async fn one_of_a_kind_runs_at_a_time_and_is_cancelled() {
    let engine = engine();
    let (jobs, _stop) = open(&engine).await;
    jobs.start(Job::new(Kind::Scrub, "arn"), endless)
        .await
        .unwrap();
    let again = jobs.start(Job::new(Kind::Scrub, "arn"), endless).await;
    assert_eq!(again.unwrap_err().code, "JobRunning");
    jobs.start(Job::new(Kind::Check, "arn"), |_| async { Ok(ended()) })
        .await
        .unwrap();
    let bucket = |name: &str| Job {
        bucket: Some(name.into()),
        ..Job::new(Kind::Empty, "arn")
    };
    for name in ["a", "b"] {
        jobs.start(bucket(name), endless).await.unwrap();
    }
    assert!(jobs.start(bucket("a"), endless).await.is_err());
    let underway = async {
        loop {
            let seen = jobs.find(1).await.unwrap().unwrap();
            if seen.job.progress.done > 100 && seen.rate.is_some_and(|rate| rate > 0) {
                return seen;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    let seen = timeout(FOREVER, underway).await.unwrap();
    assert!(seen.seconds_left.unwrap() > 1, "{seen:?}");
    assert!(jobs.cancel(1).await);
    let seen = until_ended(&jobs, 1).await;
    assert_eq!(
        (seen.job.state, seen.seconds_left),
        (State::Cancelled, None)
    );
    assert!(seen.job.progress.done > 100);
    assert!(!jobs.cancel(1).await);
    jobs.forget(1).await.unwrap();
    assert!(jobs.find(1).await.unwrap().is_none());
    let left: Vec<u64> = jobs
        .all()
        .await
        .unwrap()
        .iter()
        .map(|it| it.job.id)
        .collect();
    assert_eq!(left, [4, 3, 2]);
}

/// One that hears nothing is dropped.
#[tokio::test]
async fn a_job_that_does_not_listen_is_cut_off() {
    let engine = engine();
    let (jobs, _stop) = open(&engine).await;
    let deaf = |_| std::future::pending();
    jobs.start(Job::new(Kind::Backup, "arn"), deaf)
        .await
        .unwrap();
    assert!(jobs.cancel(1).await);
    assert_eq!(until_ended(&jobs, 1).await.job.state, State::Cancelled);
}

#[tokio::test]
async fn what_a_stop_or_a_crash_cuts_off_is_interrupted() {
    let engine = engine();
    let (jobs, stop) = open(&engine).await;
    jobs.start(Job::new(Kind::Scrub, "arn"), endless)
        .await
        .unwrap();
    stop.send_replace(true);
    jobs.ended().await;
    assert_eq!(
        jobs.find(1).await.unwrap().unwrap().job.state,
        State::Interrupted
    );
    // A crash: nobody has written that it ended.
    let cut = Job {
        id: 2,
        started: 5,
        ..Job::new(Kind::Check, "arn")
    };
    write(&engine, &cut).await.unwrap();
    let (jobs, _stop) = open(&engine).await;
    let seen = jobs.find(2).await.unwrap().unwrap();
    assert_eq!(seen.job.state, State::Interrupted);
    assert!(seen.job.ended.is_some());
    jobs.start(Job::new(Kind::Check, "arn"), |_| async { Ok(ended()) })
        .await
        .unwrap();
    assert_eq!(until_ended(&jobs, 3).await.job.state, State::Done);
}

async fn kept(engine: &Engine) -> Vec<u64> {
    let all = read_all(engine).await.unwrap();
    all.iter().map(|it| it.id).collect()
}

#[tokio::test]
async fn the_last_of_a_kind_that_ended_are_kept() {
    let engine = engine();
    for id in 1..=JOBS_KEPT_PER_KIND_MAX as u64 + 5 {
        let job = Job {
            id,
            // One that still runs is no one of them.
            state: if id == 2 { State::Running } else { State::Done },
            ..Job::new(Kind::Check, "arn")
        };
        write(&engine, &job).await.unwrap();
    }
    let kept = kept(&engine).await;
    assert_eq!(kept.len(), JOBS_KEPT_PER_KIND_MAX + 1);
    assert_eq!((kept[0], kept[1]), (2, 6));
}

/// Not by jobs that anybody may start, nor by those of its kind that said nothing.
#[tokio::test]
async fn what_was_found_and_the_last_backup_are_not_pushed_out() {
    let engine = engine();
    let found = |id, kind, state, problems| Job {
        id,
        state,
        problems,
        ended: Some(id * 1000),
        ..Job::new(kind, "arn")
    };
    let (done, cancelled) = (State::Done, State::Cancelled);
    for job in [
        found(1, Kind::Backup, done, 0),
        found(2, Kind::Backup, done, 0),
        found(3, Kind::Scrub, done, 2),
        found(4, Kind::Scrub, done, 3),
        found(5, Kind::Scrub, done, 0),
        found(6, Kind::Lifecycle, State::Failed, 0),
        found(7, Kind::Check, done, 0),
    ] {
        write(&engine, &job).await.unwrap();
    }
    let others = [Kind::Empty, Kind::Scrub, Kind::Backup, Kind::Lifecycle];
    for (nth, kind) in (0..2 * JOBS_KEPT_PER_KIND_MAX as u64).zip(others.iter().cycle()) {
        for turn in 0..4 {
            let id = 1000 + nth * 4 + turn;
            let state = if *kind == Kind::Empty {
                done
            } else {
                cancelled
            };
            write(&engine, &found(id, *kind, state, 0)).await.unwrap();
        }
    }
    let kept = kept(&engine).await;
    let first: Vec<u64> = kept.iter().copied().filter(|id| *id < 1000).collect();
    assert_eq!(first, [2, 4, 5, 6, 7]);
    assert_eq!(kept.len(), 5 + 4 * JOBS_KEPT_PER_KIND_MAX);
    let (jobs, _stop) = open(&engine).await;
    assert_eq!(jobs.stats().last_backup_seconds, 2);
    assert_eq!(jobs.stats().last_scrub_seconds, 5);
}

/// Metrics have the rule of what needs attention: the last one of a kind that was done or failed.
#[tokio::test]
async fn the_last_of_a_kind_says_how_things_are() {
    let engine = engine();
    let last = |jobs: &Jobs| {
        let last = jobs.stats().last.into_iter();
        let said = last.filter(|it| it.problems > 0 || it.has_failed);
        let said = said.map(|it| (it.kind, it.problems, it.has_failed));
        said.collect::<Vec<_>>()
    };
    let (jobs, _stop) = open(&engine).await;
    assert_eq!(last(&jobs), []);
    let kinds = jobs.stats().last.map(|it| it.kind);
    assert_eq!(kinds, ["scrub", "check", "backup", "lifecycle"]);
    let check = || Job::new(Kind::Check, "arn");
    jobs.start(check(), |_| async { Ok(ended()) })
        .await
        .unwrap();
    until_ended(&jobs, 1).await;
    assert_eq!(last(&jobs), [("check", 1, false)]);
    // One that was cancelled says nothing.
    jobs.start(check(), endless).await.unwrap();
    assert!(jobs.cancel(2).await);
    assert_eq!(last(&jobs), [("check", 1, false)]);
    let failing = |_| async { Err(Stop::Failed("no room".into())) };
    let backup = Job::new(Kind::Backup, "arn");
    jobs.start(backup, failing).await.unwrap();
    until_ended(&jobs, 3).await;
    let both = [("check", 1, false), ("backup", 0, true)];
    assert_eq!(last(&jobs), both);
    // After a start it is as before, and what is forgotten says nothing any more.
    let (jobs, _stop) = open(&engine).await;
    assert_eq!(last(&jobs), both);
    jobs.forget(1).await.unwrap();
    assert_eq!(last(&jobs), [("backup", 0, true)]);
}

#[tokio::test]
async fn a_report_that_is_too_long_for_a_row_keeps_what_there_is_room_for() {
    let engine = engine();
    let (jobs, _stop) = open(&engine).await;
    let key = "\u{1}".repeat(1024);
    let failures: Vec<_> = (0..100).map(|_| format!("{key}: AccessDenied")).collect();
    let report =
        json!({ "failed": 100, "failures": failures, "damaged": [{ "affected": failures }] });
    let ended = Ended {
        ending: Ending::Whole,
        report,
        problems: 100,
    };
    let job = Job::new(Kind::Check, "arn");
    jobs.start(job, |_| async { Ok(ended) }).await.unwrap();
    let job = until_ended(&jobs, 1).await.job;
    assert_eq!((job.state, job.problems), (State::Done, 100));
    let report = job.report.unwrap();
    assert_eq!(report["failed"], 100);
    let kept = report["failures"].as_array().unwrap().len();
    assert!((1..100).contains(&kept), "{kept}");

    let error = "long ".repeat(50_000);
    let work = |_| async { Err(Stop::Failed(error)) };
    jobs.start(Job::new(Kind::Check, "arn"), work)
        .await
        .unwrap();
    let job = until_ended(&jobs, 2).await.job;
    assert_eq!(job.state, State::Failed);
    assert!(job.error.unwrap().starts_with("long long"));
}
