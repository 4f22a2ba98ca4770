use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

use super::super::requests::{Cursor, ListRequest};
use super::super::rig::{self, BUCKET, MIB, body, open_small, populate, small};
use super::super::work::unwatched;
use super::*;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Every object with a digest of its body.
type State = BTreeMap<String, blake3::Hash>;

async fn state(engine: &Engine) -> State {
    let mut request = ListRequest {
        bucket: BUCKET.into(),
        limit: 1000,
        ..ListRequest::default()
    };
    let mut state = State::new();
    loop {
        let page = engine.list_objects(request.clone()).await.unwrap();
        for entry in &page.entries {
            let key = String::from_utf8(entry.key.to_vec()).unwrap();
            let data = rig::get(engine, BUCKET, &key).await.unwrap().unwrap();
            state.insert(key, blake3::hash(&data));
        }
        match page.next {
            Some(next) => request.after = next,
            None => return state,
        }
        assert_ne!(request.after, Cursor::Start);
    }
}

#[tokio::test]
async fn a_backup_opens_as_a_store_and_a_restored_one_too() {
    let (store, copy, back) = (folder(), folder(), folder());
    let engine = open_small(store.path());
    std::fs::write(store.path().join("of-the-server.json"), "secret").unwrap();
    populate(&engine).await;
    let expected = state(&engine).await;
    assert!(expected.len() > 8);
    let mut told = Vec::new();
    let report = engine
        .backup(copy.path(), &mut |work| {
            assert!(work.done <= work.total, "{work:?}");
            told.push(work);
            ControlFlow::Continue(())
        })
        .await
        .unwrap();
    assert!(
        report.copied_bytes > 2 << 20 && report.segments >= 2 && report.chunks > 10,
        "{report:?}"
    );
    assert!(!told.is_empty());
    // The original goes on and is lost.
    rig::put(&engine, BUCKET, "later", &body(1, 100_000))
        .await
        .unwrap();
    engine.shutdown().await.unwrap();
    drop(engine);
    drop(store);
    let restored = restore(copy.path(), &back.path().join("new"), &mut unwatched).unwrap();
    assert!(restored.copied_bytes > 2 << 20, "{restored:?}");
    assert_eq!(restored.with_gaps, [""; 0]);
    assert_eq!(
        std::fs::read(back.path().join("new/of-the-server.json")).unwrap(),
        b"secret"
    );
    for path in [copy.path(), &back.path().join("new")] {
        let engine = open_small(path);
        assert_eq!(state(&engine).await, expected);
        assert_eq!(engine.check().await.unwrap(), []);
        rig::put(&engine, BUCKET, "new", &body(1, 3 * MIB))
            .await
            .unwrap();
        rig::delete(&engine, BUCKET, "k7", None).await.unwrap();
        engine.compact().await.unwrap();
        assert_eq!(engine.check().await.unwrap(), []);
        engine.shutdown().await.unwrap();
        drop(engine);
        let engine = open_small(path);
        assert_eq!(state(&engine).await.len(), expected.len());
        assert_eq!(engine.check().await.unwrap(), []);
    }
}

#[tokio::test]
async fn the_next_backup_copies_what_is_new_only() {
    let (store, copy) = (folder(), folder());
    let engine = open_small(store.path());
    rig::make_bucket(&engine, BUCKET).await;
    for number in 0..30 {
        let key = format!("k{number}");
        rig::put(&engine, BUCKET, &key, &body(number, MIB))
            .await
            .unwrap();
    }
    let first = engine.backup(copy.path(), &mut unwatched).await.unwrap();
    assert!(
        first.copied_bytes >= 30 * MIB as u64 && first.segments_kept == 0,
        "{first:?}"
    );
    rig::put(&engine, BUCKET, "one more", &body(99, 5000))
        .await
        .unwrap();
    rig::delete(&engine, BUCKET, "k3", None).await.unwrap();
    let second = engine.backup(copy.path(), &mut unwatched).await.unwrap();
    assert!(second.copied_bytes <= 12 * MIB as u64, "{second:?}");
    assert!(second.segments_kept + 3 >= second.segments, "{second:?}");
    // Compaction gives segments up; the backup lets go of them too.
    for number in 0..30 {
        if number % 3 != 0 {
            rig::delete(&engine, BUCKET, &format!("k{number}"), None)
                .await
                .unwrap();
        }
    }
    engine.compact().await.unwrap();
    let third = engine.backup(copy.path(), &mut unwatched).await.unwrap();
    assert!(third.segments < second.segments + 2, "{third:?}");
    let expected = state(&engine).await;
    engine.shutdown().await.unwrap();
    let files = std::fs::read_dir(copy.path().join("segments"))
        .unwrap()
        .count() as u64;
    assert_eq!(files, third.segments);
    let engine = open_small(copy.path());
    assert_eq!(state(&engine).await, expected);
    assert_eq!(engine.check().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_under_load_is_the_state_of_one_moment() {
    let (store, copy) = (folder(), folder());
    let engine = Arc::new(open_small(store.path()));
    rig::make_bucket(&engine, BUCKET).await;
    let history = Arc::new(Mutex::new(vec![State::new()]));
    let stop = Arc::new(AtomicBool::new(false));
    let load = {
        let (engine, history, stop) =
            (Arc::clone(&engine), Arc::clone(&history), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut now = State::new();
            let mut round = 0u64;
            while !stop.load(Ordering::SeqCst) {
                let key = format!("k{}", round * 7 % 23);
                let data = body(round, [100, 5000, 150_000, MIB + 5][round as usize % 4]);
                now.insert(key.clone(), blake3::hash(&data));
                history.lock().unwrap().push(now.clone());
                rig::put(&engine, BUCKET, &key, &data).await.unwrap();
                let gone = format!("k{}", round * 11 % 23);
                now.remove(&gone);
                history.lock().unwrap().push(now.clone());
                rig::delete(&engine, BUCKET, &gone, None).await.unwrap();
                if round.is_multiple_of(40) {
                    engine.compact().await.unwrap();
                }
                round += 1;
            }
        })
    };
    let mut moments = Vec::new();
    for _ in 0..4 {
        let seen = history.lock().unwrap().len();
        while history.lock().unwrap().len() < seen + 4 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let before = history.lock().unwrap().len() - 1;
        engine.backup(copy.path(), &mut unwatched).await.unwrap();
        let after = history.lock().unwrap().len();
        let back = folder();
        restore(copy.path(), back.path(), &mut unwatched).unwrap();
        let restored = open_small(back.path());
        let found = state(&restored).await;
        assert_eq!(restored.check().await.unwrap(), []);
        let history = history.lock().unwrap();
        // The change that was under way when it began may be missing.
        let window = &history[before.saturating_sub(1)..after];
        let moment = window.iter().position(|state| *state == found);
        assert!(
            moment.is_some(),
            "none of {} states: {found:?}",
            window.len()
        );
        moments.push((before, after));
    }
    stop.store(true, Ordering::SeqCst);
    load.await.unwrap();
    assert!(
        moments.windows(2).all(|pair| pair[0].1 < pair[1].0),
        "{moments:?}"
    );
    assert_eq!(engine.check().await.unwrap(), []);
}

#[tokio::test]
async fn an_interrupted_backup_leaves_the_earlier_one_and_goes_on() {
    let (store, copy, back) = (folder(), folder(), folder());
    let engine = open_small(store.path());
    rig::make_bucket(&engine, BUCKET).await;
    for number in 0..12 {
        rig::put(
            &engine,
            BUCKET,
            &format!("k{number}"),
            &body(number, 2 * MIB),
        )
        .await
        .unwrap();
    }
    let mut stop = |_: Work| ControlFlow::Break(());
    let first = engine.backup(copy.path(), &mut stop).await;
    assert!(matches!(first, Err(Error::Interrupted)), "{first:?}");
    let nothing = restore(copy.path(), back.path(), &mut unwatched);
    assert!(matches!(nothing, Err(Error::Folder(_))), "{nothing:?}");
    let whole = engine.backup(copy.path(), &mut unwatched).await.unwrap();
    assert!(whole.segments_kept > 0, "{whole:?}");
    let before = state(&engine).await;
    for number in 12..24 {
        rig::put(
            &engine,
            BUCKET,
            &format!("k{number}"),
            &body(number, 2 * MIB),
        )
        .await
        .unwrap();
    }
    let again = engine.backup(copy.path(), &mut stop).await;
    assert!(matches!(again, Err(Error::Interrupted)), "{again:?}");
    restore(copy.path(), back.path(), &mut unwatched).unwrap();
    assert_eq!(state(&open_small(back.path())).await, before);
    engine.backup(copy.path(), &mut unwatched).await.unwrap();
    let after = folder();
    restore(copy.path(), after.path(), &mut unwatched).unwrap();
    assert_eq!(state(&open_small(after.path())).await, state(&engine).await);
}

#[tokio::test]
async fn a_switch_that_was_interrupted_anywhere_is_finished() {
    let (store, copy) = (folder(), folder());
    let engine = open_small(store.path());
    rig::make_bucket(&engine, BUCKET).await;
    rig::put(&engine, BUCKET, "first", &body(1, 100_000))
        .await
        .unwrap();
    engine.backup(copy.path(), &mut unwatched).await.unwrap();
    rig::put(&engine, BUCKET, "second", &body(2, 100_000))
        .await
        .unwrap();
    // A second backup, ready but for the switch.
    let next = folder();
    engine.backup(next.path(), &mut unwatched).await.unwrap();
    std::fs::remove_file(next.path().join(".lock")).unwrap();
    std::fs::write(next.path().join("ready"), "").unwrap();
    let expected = state(&engine).await;
    let moved: [&[&str]; 5] = [
        &[],
        &["index"],
        &["index", "segments"],
        &["index", "segments", ".segments"],
        &["index", "segments", ".segments", "cairn.toml"],
    ];
    for names in moved {
        let (at, back) = (folder(), folder());
        copy_tree(copy.path(), at.path());
        copy_tree(next.path(), &at.path().join(".next"));
        if !names.is_empty() {
            std::fs::remove_file(at.path().join("cairn.toml")).unwrap();
            std::fs::create_dir(at.path().join(".old")).unwrap();
        }
        for name in names {
            if at.path().join(name).is_dir() {
                std::fs::rename(at.path().join(name), at.path().join(".old").join(name)).unwrap();
            }
            std::fs::rename(at.path().join(".next").join(name), at.path().join(name)).unwrap();
        }
        restore(at.path(), back.path(), &mut unwatched).unwrap();
        assert!(!at.path().join(".next").exists() && !at.path().join(".old").exists());
        let engine = open_small(back.path());
        assert_eq!(state(&engine).await, expected, "{names:?}");
        assert_eq!(engine.check().await.unwrap(), []);
    }
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_tree(&entry.path(), &target),
            false => {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn an_interrupted_restore_goes_on_and_is_no_store_before() {
    let (store, copy, back) = (folder(), folder(), folder());
    let engine = open_small(store.path());
    populate(&engine).await;
    engine.backup(copy.path(), &mut unwatched).await.unwrap();
    let mut interrupted = 0;
    let mut pieces = 0;
    loop {
        let mut left = 1;
        let mut stop = |_: Work| {
            left -= 1;
            if left < 0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        match restore(copy.path(), back.path(), &mut stop) {
            Err(Error::Interrupted) => interrupted += 1,
            other => {
                pieces += other.unwrap().copied_bytes;
                break;
            }
        }
        let opened = Engine::open_folder(&small(back.path()));
        assert!(matches!(opened, Err(Error::Folder(_))), "{opened:?}");
        assert!(interrupted < 100);
        if interrupted > 3 {
            pieces += restore(copy.path(), back.path(), &mut unwatched)
                .unwrap()
                .copied_bytes;
            break;
        }
    }
    assert!(interrupted > 2 && pieces > 0, "{interrupted}");
    assert_eq!(state(&open_small(back.path())).await, state(&engine).await);
    let again = restore(copy.path(), back.path(), &mut unwatched);
    assert!(matches!(again, Err(Error::Folder(_))), "{again:?}");
}

#[tokio::test]
async fn folders_that_hold_something_else_are_refused() {
    let (store, other, full) = (folder(), folder(), folder());
    let engine = open_small(store.path());
    rig::make_bucket(&engine, BUCKET).await;
    std::fs::write(full.path().join("mine"), "x").unwrap();
    drop(open_small(other.path()));
    let inside = store.path().join("backups");
    for path in [full.path(), other.path(), store.path(), &inside] {
        let refused = engine.backup(path, &mut unwatched).await;
        assert!(
            matches!(refused, Err(Error::Folder(_))),
            "{path:?}: {refused:?}"
        );
    }
    let refused = restore(full.path(), &other.path().join("x"), &mut unwatched);
    assert!(matches!(refused, Err(Error::Folder(_))), "{refused:?}");
    assert_eq!(std::fs::read(full.path().join("mine")).unwrap(), b"x");
    let memory = Engine::in_memory(Arc::new(crate::clock::ManualClock::default())).unwrap();
    let refused = memory.backup(&inside, &mut unwatched).await;
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
}

/// Nothing lies at the low addresses of this process: reading there is a real error of reading.
#[test]
fn what_cannot_be_read_is_an_error_or_a_gap_as_is_wanted() {
    const BYTES: u64 = 40_000;
    let place = folder();
    let (from, to) = (Path::new("/proc/self/mem"), place.path().join("copy"));
    let mut strict = copy::Copying::begin(from, &to, BYTES, BYTES).unwrap();
    let refused = strict.step().unwrap_err();
    assert!(refused.to_string().contains("copy"), "{refused}");
    assert!(!to.exists());
    let header = [7; RECORDS_AT as usize];
    let mut copying = copy::Copying::begin_segment(&header, from, &to, BYTES, 2 * BYTES).unwrap();
    while !copying.step().unwrap() {}
    assert!(copying.has_gaps());
    let copied = std::fs::read(&to).unwrap();
    assert_eq!(copied.len(), 2 * BYTES as usize);
    assert_eq!(copied[..header.len()], header);
    assert!(copied[header.len()..].iter().all(|byte| *byte == 0));
}
