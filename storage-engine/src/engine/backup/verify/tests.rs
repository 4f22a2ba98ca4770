use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::super::{BackupOptions, BackupReport, BackupVerify};
use crate::engine::Engine;
use crate::engine::rig::{self, BUCKET, body, open_small};
use crate::engine::work::unwatched;

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
        // Nothing is left of it for the next one to find in the copy.
        let again = rig.backup(BackupVerify::All).await;
        assert_eq!((again.damaged_total, again.mended_total), (0, 0));
    }
}

#[tokio::test]
async fn what_has_rotted_in_the_backup_is_taken_from_the_store() {
    let rig = Rig::new().await;
    // So that the segment is full: one that is still written to is copied anew each time.
    for number in 3..7 {
        let data = body(number, 3 << 20);
        let key = format!("more {number}");
        rig::put(&rig.engine, BUCKET, &key, &data).await.unwrap();
    }
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
