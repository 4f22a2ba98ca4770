mod damages;

use std::sync::Arc;

use super::super::rig::{self, BUCKET, Rig, body, populate};
use super::*;
use crate::clock::ManualClock;
use crate::error::Damage;
use crate::index::MemoryIndex;
use damages::DAMAGES;

#[tokio::test]
async fn a_sound_store_has_no_problems() {
    let rig = Rig::new(1);
    let engine = rig.open();
    populate(&engine).await;
    assert_eq!(engine.check().await.unwrap(), []);
    engine.sweeper.sweep().await.unwrap();
    assert_eq!(engine.check().await.unwrap(), []);
    engine.shutdown().await.unwrap();
    drop(engine);
    let engine = rig.open();
    assert_eq!(engine.check().await.unwrap(), []);
    let report = engine
        .check_with(CheckOptions {
            read_data: true,
            ..CheckOptions::default()
        })
        .await
        .unwrap();
    assert!(
        report.chunks > 15 && report.rows > 60 && report.chunk_bytes > 4 << 20,
        "{report:?}"
    );
}

#[tokio::test]
async fn the_reference_in_memory_is_checked_by_the_same_code() {
    let engine = Engine::in_memory(Arc::new(ManualClock::default())).unwrap();
    populate(&engine).await;
    assert_eq!(engine.check().await.unwrap(), []);
}

/// A populated store that is closed.
async fn closed_store() -> Rig {
    let rig = Rig::new(2);
    let engine = rig.open();
    populate(&engine).await;
    engine.sweeper.sweep().await.unwrap();
    engine.shutdown().await.unwrap();
    rig
}

fn check(rig: &Rig) -> Vec<Problem> {
    let disk = Arc::new(rig.disk.clone());
    let segments = Segments::open(disk, rig.options.clone()).unwrap();
    let options = CheckOptions {
        read_data: true,
        ..CheckOptions::default()
    };
    let report = check_parts(rig.index.as_ref(), &segments, options, &mut unwatched).unwrap();
    assert_eq!(report.problems.len() as u64, report.problems_total);
    report.problems
}

#[tokio::test]
async fn everything_that_can_be_wrong_is_found() {
    let sound = closed_store().await;
    assert_eq!(check(&sound), []);
    for (what, damage, expected) in DAMAGES {
        let rig = sound.after_crash(crate::disk::sim::Survival::Everything, 0);
        damage(&rig);
        let problems = check(&rig);
        assert!(problems.iter().any(expected), "{what}: {problems:?}");
    }
}

#[tokio::test]
async fn a_bucket_deleted_together_with_its_last_object_leaves_nothing() {
    let rig = Rig::new(3);
    let engine = rig.open();
    rig::make_bucket(&engine, BUCKET).await;
    for round in 0..20 {
        rig::make_bucket(&engine, "short-lived").await;
        rig::put(&engine, "short-lived", "k", &body(round, 5000))
            .await
            .unwrap();
        let deleted = rig::delete(&engine, "short-lived", "k", None);
        let (first, second) = tokio::join!(deleted, engine.delete_bucket("short-lived"));
        first.unwrap();
        if second.is_err() {
            engine.delete_bucket("short-lived").await.unwrap();
        }
    }
    assert_eq!(engine.check().await.unwrap(), []);
}

#[tokio::test]
async fn a_check_can_be_interrupted() {
    let rig = closed_store().await;
    let disk = Arc::new(rig.disk.clone());
    let segments = Segments::open(disk, rig.options.clone()).unwrap();
    let mut told = 0;
    let mut watch = |work: Work| {
        told += 1;
        assert!(work.done <= work.total, "{work:?}");
        std::ops::ControlFlow::Break(())
    };
    let options = CheckOptions {
        read_data: true,
        ..CheckOptions::default()
    };
    let end = check_parts(rig.index.as_ref(), &segments, options, &mut watch);
    assert!(matches!(end, Err(Error::Interrupted)), "{end:?}");
    assert_eq!(told, 1);
}

#[test]
fn a_folder_that_is_no_store_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let config = EngineConfig::new(folder.path());
    let refused = check_folder(&config, CheckOptions::default(), &mut unwatched);
    assert!(matches!(refused, Err(Error::Folder(_))), "{refused:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_real_folder_is_checked_without_being_changed() {
    let folder = tempfile::tempdir().unwrap();
    let config = rig::small(folder.path());
    let engine = Engine::open_folder(&config).unwrap();
    populate(&engine).await;
    let running = check_folder(&config, CheckOptions::default(), &mut unwatched);
    assert!(matches!(running, Err(Error::Folder(_))), "{running:?}");
    engine.shutdown().await.unwrap();
    drop(engine);
    let names = || {
        let files = std::fs::read_dir(folder.path().join("segments")).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    let options = CheckOptions {
        read_data: true,
        ..CheckOptions::default()
    };
    let mut refused = 0;
    let mut watch = |_: Work| {
        // Nobody changes the folder meanwhile.
        let second = Folder::open_existing(folder.path());
        assert!(matches!(second, Err(Error::Folder(_))));
        refused += 1;
        std::ops::ControlFlow::Continue(())
    };
    let report = check_folder(&config, options, &mut watch).unwrap();
    assert!(refused > 0);
    assert_eq!(report.problems, []);
    assert!(report.chunks > 15, "{report:?}");
    assert_eq!(names(), before);
}

#[test]
fn many_damaged_chunks_do_not_hide_what_else_is_wrong() {
    let index = MemoryIndex::default();
    let mut watch = unwatched;
    let rows = Rows::Index(&index);
    let mut check = Check::new(rows, None, CheckOptions::default(), &mut watch);
    let chunks = PROBLEMS_MAX as u64 + 500;
    for extent in 0..chunks {
        check.problem(Problem::Damage(Damage::Extent {
            extent: ExtentId(extent),
            segment: SegmentId(1),
            offset: extent,
            detail: "it is spoiled",
        }));
    }
    let row = Problem::Row {
        row: "bucket".into(),
        detail: "cannot be read".into(),
    };
    check.problem(row.clone());
    let report = check.report;
    assert_eq!(
        (report.problems_total, report.damaged_chunks),
        (chunks + 1, chunks)
    );
    assert_eq!(report.problems.len(), PROBLEMS_MAX + 1);
    assert_eq!(report.problems.last(), Some(&row));
}
