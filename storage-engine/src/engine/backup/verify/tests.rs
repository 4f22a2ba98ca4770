use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::{FileExt, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::super::{BackupOptions, BackupReport, BackupVerify, restore};
use crate::engine::rig::{self, BUCKET, body, open_small};
use crate::engine::work::{Work, unwatched};
use crate::engine::{Engine, Store};
use crate::row::SegmentKind;
use crate::segment::{SEGMENT_HEADER_BYTES, Segments};

const BYTES: usize = 300_000;

/// A store with a backup, and two bodies in one segment: the second one is not in the backup yet.
struct Rig {
    store: TempDir,
    copy: TempDir,
    engine: Engine,
}

impl Rig {
    async fn new() -> Rig {
        let (store, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let engine = open_small(store.path());
        let rig = Rig {
            store,
            copy,
            engine,
        };
        rig::make_bucket(&rig.engine, BUCKET).await;
        rig.put("first", 1).await;
        let report = rig.backup(BackupVerify::All).await;
        assert_eq!(found(&report), (0, 0, 0));
        rig.put("second", 2).await;
        rig
    }

    async fn put(&self, key: &str, seed: u64) {
        let data = body(seed, BYTES);
        rig::put(&self.engine, BUCKET, key, &data).await.unwrap();
    }

    /// So that none of before is written to any more: such a one is copied anew each time.
    async fn fill_segments(&self) {
        for number in 3..7 {
            let data = body(number, 3 << 20);
            let key = format!("more {number}");
            rig::put(&self.engine, BUCKET, &key, &data).await.unwrap();
        }
    }

    /// The one that both bodies are in.
    fn segment(&self) -> PathBuf {
        let segments = self.engine_segments().all().into_iter();
        let mut bulk = segments.filter(|segment| segment.kind() == SegmentKind::Bulk);
        let name = bulk.next().unwrap().file_name();
        self.store.path().join("segments").join(name)
    }

    fn engine_segments(&self) -> &Segments {
        match &self.engine.store {
            Store::Embedded { segments, .. } => segments,
            Store::Memory => panic!("it is in a folder"),
        }
    }

    async fn backup(&self, verify: BackupVerify) -> BackupReport {
        let options = BackupOptions {
            verify,
            ..BackupOptions::default()
        };
        let to = self.copy.path();
        let report = self.engine.backup_with(to, options, &mut unwatched).await;
        report.unwrap()
    }

    /// What somebody has who opens the backup: whether each body is the one that was put.
    async fn whole_in_copy(&self) -> [bool; 2] {
        let copy = open_small(self.copy.path());
        let mut whole = [false; 2];
        for (place, (key, seed)) in [("first", 1), ("second", 2)].into_iter().enumerate() {
            let read = rig::get(&copy, BUCKET, key).await;
            whole[place] = read.is_ok_and(|data| data.is_some_and(|it| it == body(seed, BYTES)));
        }
        copy.shutdown().await.unwrap();
        whole
    }

    /// The first body of [`Rig::fill_segments`], if it can be read there.
    async fn more_in_copy(&self) -> Option<Vec<u8>> {
        let copy = open_small(self.copy.path());
        let read = rig::get(&copy, BUCKET, "more 3").await;
        copy.shutdown().await.unwrap();
        read.ok().flatten()
    }
}

/// Lost, saved, mended.
fn found(report: &BackupReport) -> (u64, u64, u64) {
    let listed = (report.damaged.len(), report.saved.len());
    let told = (report.damaged_total as usize, report.saved_total as usize);
    assert_eq!(listed, told);
    (
        report.damaged_total,
        report.saved_total,
        report.mended_total,
    )
}

/// Some bytes of the first body, and what is made of them.
fn bytes_and_rot() -> (Vec<u8>, Vec<u8>) {
    let bytes = body(1, BYTES)[5_000..5_016].to_vec();
    let rot = bytes.iter().map(|byte| !byte).collect();
    (bytes, rot)
}

fn spoil(folder: &Path) {
    let (bytes, rot) = bytes_and_rot();
    replace(folder, &bytes, &rot);
}

fn make_sound(folder: &Path) {
    let (bytes, rot) = bytes_and_rot();
    replace(folder, &rot, &bytes);
}

/// In the one segment that holds them.
fn replace(folder: &Path, bytes: &[u8], by: &[u8]) {
    let mut replaced = 0;
    for file in fs::read_dir(folder.join("segments")).unwrap() {
        let path = file.unwrap().path();
        let mut data = fs::read(&path).unwrap();
        if let Some(at) = memchr::memmem::find(&data, bytes) {
            data[at..at + by.len()].copy_from_slice(by);
            fs::write(&path, data).unwrap();
            replaced += 1;
        }
    }
    assert_eq!(replaced, 1);
}

#[tokio::test]
async fn what_has_rotted_in_the_store_is_taken_from_the_backup_before() {
    for verify in [BackupVerify::New, BackupVerify::All, BackupVerify::Heads] {
        let rig = Rig::new().await;
        spoil(rig.store.path());
        let report = rig.backup(verify).await;
        assert_eq!(found(&report), (0, 1, 0), "{verify:?}");
        let key = "bucket/first";
        let whose = report.saved[0].affected[0].to_string();
        assert!(whose.starts_with(key), "{whose}");
        assert_eq!(rig.whole_in_copy().await, [true, true], "{verify:?}");
        // It is told of as long as the store is damaged, also once the segment is full.
        assert_eq!(found(&rig.backup(BackupVerify::All).await), (0, 1, 0));
        rig.fill_segments().await;
        for verify in [BackupVerify::New, BackupVerify::New, BackupVerify::All] {
            assert_eq!(found(&rig.backup(verify).await), (0, 1, 0), "{verify:?}");
        }
        make_sound(rig.store.path());
        assert_eq!(found(&rig.backup(BackupVerify::New).await), (0, 0, 0));
        assert_eq!(rig.whole_in_copy().await, [true, true]);
    }
}

#[tokio::test]
async fn what_has_rotted_in_the_backup_is_taken_from_the_store() {
    let rig = Rig::new().await;
    rig.fill_segments().await;
    rig.backup(BackupVerify::New).await;
    spoil(rig.copy.path());
    assert_eq!(found(&rig.backup(BackupVerify::New).await), (0, 0, 0));
    assert_eq!(rig.whole_in_copy().await, [false, true]);
    let report = rig.backup(BackupVerify::All).await;
    assert_eq!(found(&report), (0, 0, 1));
    assert_eq!(rig.whole_in_copy().await, [true, true]);
    assert_eq!(rig.engine.check().await.unwrap(), []);
}

#[tokio::test]
async fn what_nobody_has_sound_is_told_each_time_until_it_is() {
    let rig = Rig::new().await;
    spoil(rig.store.path());
    spoil(rig.copy.path());
    for verify in [BackupVerify::New, BackupVerify::New, BackupVerify::All] {
        assert_eq!(found(&rig.backup(verify).await), (1, 0, 0), "{verify:?}");
        assert_eq!(rig.whole_in_copy().await, [false, true]);
    }
    make_sound(rig.store.path());
    assert_eq!(found(&rig.backup(BackupVerify::New).await), (0, 0, 0));
    assert_eq!(rig.whole_in_copy().await, [true, true]);
}

/// A real error of reading: no memory lies at the low addresses of this process.
const UNREADABLE: &str = "/proc/self/mem";

#[tokio::test]
async fn what_the_drive_of_the_store_cannot_read_is_a_gap_and_no_end() {
    for verify in [BackupVerify::New, BackupVerify::All, BackupVerify::Heads] {
        let rig = Rig::new().await;
        let (segment, aside) = (rig.segment(), rig.store.path().join("aside"));
        fs::rename(&segment, &aside).unwrap();
        symlink(UNREADABLE, &segment).unwrap();
        assert_eq!(found(&rig.backup(verify).await), (1, 1, 0), "{verify:?}");
        assert_eq!(rig.whole_in_copy().await, [true, false], "{verify:?}");
        fs::rename(&aside, &segment).unwrap();
        assert_eq!(found(&rig.backup(verify).await), (0, 0, 0), "{verify:?}");
        assert_eq!(rig.whole_in_copy().await, [true, true], "{verify:?}");
    }
}

#[tokio::test]
async fn a_segment_with_a_rotten_header_is_backed_up_as_it_was() {
    let rig = Rig::new().await;
    let file = fs::OpenOptions::new().write(true).open(rig.segment());
    let rot = [0xa5; SEGMENT_HEADER_BYTES];
    file.unwrap().write_all_at(&rot, 0).unwrap();
    // The store was opened before and knows what stood there.
    assert_eq!(found(&rig.backup(BackupVerify::New).await), (0, 0, 0));
    assert_eq!(rig.whole_in_copy().await, [true, true]);

    rig.engine.shutdown().await.unwrap();
    let Rig { store, copy, .. } = rig;
    let engine = open_small(store.path());
    let rig = Rig {
        store,
        copy,
        engine,
    };
    assert!(rig::get(&rig.engine, BUCKET, "first").await.is_err());
    for verify in [BackupVerify::New, BackupVerify::Heads] {
        assert_eq!(found(&rig.backup(verify).await), (0, 2, 0), "{verify:?}");
        assert_eq!(rig.whole_in_copy().await, [true, true], "{verify:?}");
    }
    // Where nobody knows what stood there, nobody can say what is in it.
    let nothing = tempfile::tempdir().unwrap();
    let refused = rig.engine.backup(nothing.path(), &mut unwatched).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("segment"), "{refused}");
}

#[tokio::test]
async fn a_mend_that_the_drive_of_the_backup_does_not_take_ends_it_and_leaves_the_earlier_one() {
    let data = body(3, 3 << 20);
    let mut refused = None;
    // What watches may hear of it only once it has been mended.
    for _ in 0..20 {
        let rig = Rig::new().await;
        rig.fill_segments().await;
        rig.backup(BackupVerify::New).await;
        // Not in the first one that is looked at.
        replace(rig.copy.path(), &data[5_000..5_016], &[0; 16]);
        let name = rig.segment().file_name().unwrap().to_owned();
        let copied = rig.copy.path().join(".next/segments").join(name);
        // It can be read where it is open, and not be opened to be written to.
        let mut taken = false;
        let mut take = |work: Work| {
            if work.doing == "data of chunks" && !taken {
                taken = true;
                let _ = fs::remove_file(&copied).and_then(|()| fs::create_dir(&copied));
            }
            ControlFlow::Continue(())
        };
        let options = BackupOptions {
            verify: BackupVerify::All,
            ..BackupOptions::default()
        };
        let to = rig.copy.path();
        let outcome = rig.engine.backup_with(to, options, &mut take).await;
        let failed = outcome.map_err(|error| error.to_string()).err();
        if failed.is_some_and(|it| it.contains("mend a chunk of the backup")) {
            refused = Some((rig, copied));
            break;
        }
    }
    let (rig, copied) = refused.expect("every mend was taken");
    fs::remove_dir(&copied).unwrap();
    assert_eq!(
        rig.more_in_copy().await,
        None,
        "the earlier one is as it was"
    );
    // The next one copies it into a file of its own.
    assert_eq!(found(&rig.backup(BackupVerify::New).await), (0, 0, 0));
    assert_eq!(rig.more_in_copy().await, Some(data.to_vec()));
}

/// Two stores grow from one backup, and are backed up into one folder: each gives the same chunks
/// the same names and, were it to fill the same segments, the same places.
#[tokio::test]
async fn a_restored_store_takes_nothing_of_what_the_lost_one_did_since() {
    for verify in [BackupVerify::New, BackupVerify::All, BackupVerify::Heads] {
        let rig = Rig::new().await;
        rig.backup(BackupVerify::New).await;
        let back = tempfile::tempdir().unwrap();
        restore(rig.copy.path(), back.path(), &mut unwatched).unwrap();
        // The lost one goes on, and has time for another backup, and for the beginning of one.
        rig::put(&rig.engine, BUCKET, "after", &body(8, BYTES))
            .await
            .unwrap();
        rig.fill_segments().await;
        rig.backup(BackupVerify::All).await;
        rig.engine.shutdown().await.unwrap();

        let restored = open_small(back.path());
        rig::put(&restored, BUCKET, "after", &body(9, BYTES))
            .await
            .unwrap();
        for number in 3..7 {
            let key = format!("more {number}");
            rig::put(&restored, BUCKET, &key, &body(number + 9, 3 << 20))
                .await
                .unwrap();
        }
        let options = BackupOptions {
            verify,
            ..BackupOptions::default()
        };
        let report = restored
            .backup_with(rig.copy.path(), options, &mut unwatched)
            .await;
        assert_eq!(found(&report.unwrap()), (0, 0, 0), "{verify:?}");
        let copy = open_small(rig.copy.path());
        let after = rig::get(&copy, BUCKET, "after").await.unwrap();
        assert!(after == Some(body(9, BYTES).to_vec()), "{verify:?}");
        for number in 3..7 {
            let more = rig::get(&copy, BUCKET, &format!("more {number}"))
                .await
                .unwrap();
            assert!(
                more == Some(body(number + 9, 3 << 20).to_vec()),
                "{verify:?}"
            );
        }
    }
}
