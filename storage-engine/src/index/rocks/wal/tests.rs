use std::path::PathBuf;

use bytes::Bytes;

use super::*;
use crate::index::{Index, RocksIndex, RocksOptions, Step};
use crate::key::Key;

const BATCHES: u32 = 300;

fn row(number: u32) -> Key {
    Key::from_bytes(number.to_be_bytes().to_vec())
}

/// An index whose batches, one row each, lie in one log. It is open: the log is not yet a table.
fn written(folder: &Path) -> RocksIndex {
    // Some batches are longer than a block of the log.
    let len = |number| if number % 50 == 7 { 70_000 } else { 700 } + number as usize;
    written_with(folder, len)
}

fn written_with(folder: &Path, len: impl Fn(u32) -> usize) -> RocksIndex {
    let index = RocksIndex::open(folder, &RocksOptions::default()).unwrap();
    for number in 0..BATCHES {
        let value = Bytes::from(vec![number as u8; len(number)]);
        index.apply(&[(row(number), Some(value))]).unwrap();
    }
    index
}

fn log_of(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).unwrap().map(|f| f.unwrap().path());
    files
        .find(|f| f.extension() == Some(OsStr::new("log")))
        .unwrap()
}

/// A copy of the folder with `spoil` done to its log.
fn image(folder: &Path, image: &Path, spoil: impl FnOnce(&mut Vec<u8>)) {
    fs::create_dir(image).unwrap();
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let copied = fs::copy(&file, image.join(file.file_name().unwrap()));
        // The index is open: RocksDB removes files of its own that it needs no more.
        let is_gone = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
        assert!(copied.as_ref().err().is_none_or(is_gone), "{copied:?}");
    }
    let log = log_of(image);
    let mut bytes = fs::read(&log).unwrap();
    spoil(&mut bytes);
    fs::write(log, bytes).unwrap();
}

/// How many batches an image holds; they must be the first.
fn kept(image: &Path) -> usize {
    let index = RocksIndex::open(image, &RocksOptions::default()).unwrap();
    let mut rows = Vec::new();
    let mut visit = |key: &[u8], _: &[u8]| {
        rows.push(Key::from_bytes(key.to_vec()));
        Step::Next
    };
    let range = Key::from_bytes(vec![])..Key::from_bytes(vec![0xff]);
    index.walk(&range, &mut visit).unwrap();
    let first: Vec<_> = (0..rows.len() as u32).map(row).collect();
    assert_eq!(rows, first, "no prefix");
    rows.len()
}

#[test]
fn a_whole_log_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live");
    let _index = written(&live);
    let before = fs::read(log_of(&live)).unwrap();
    let ends = batch_ends(&log_of(&live));
    assert_eq!(ends.len(), BATCHES as usize);
    assert_eq!(ends.last(), Some(&(before.len() as u64)));
    mend(&live).unwrap();
    assert!(fs::read(log_of(&live)).unwrap() == before);
    let copy = folder.path().join("copy");
    image(&live, &copy, |_| {});
    assert_eq!(kept(&copy), BATCHES as usize);
}

/// The worst place for a hole: each batch takes 1 KiB of the log, so that the block behind the
/// hole begins with a whole one.
#[test]
fn zeros_behind_a_record_end_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live");
    let _index = written_with(&live, |_| 997);
    let ends = batch_ends(&log_of(&live));
    assert_eq!(ends[..3], [1024, 2048, 3072]);
    for number in (0..BATCHES as usize).step_by(13) {
        let copy = folder.path().join(format!("copy {number}"));
        image(&live, &copy, |log| {
            let hole = ends[number] as usize;
            let stop = hole.next_multiple_of(BLOCK_BYTES).min(log.len());
            log[hole..stop].fill(0);
        });
        let whole = (number + 1).is_multiple_of(32);
        let wanted = if whole { BATCHES as usize } else { number + 1 };
        assert_eq!(kept(&copy), wanted);
    }
}

/// Types of recycled logs among them, which would keep RocksDB's reader for ever.
#[test]
fn a_header_of_any_type_ends_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live");
    let _index = written(&live);
    let ends = batch_ends(&log_of(&live));
    for kind in (0..=12).chain([129, 130, 131, 255]) {
        let copy = folder.path().join(format!("copy {kind}"));
        let (number, end) = (20, ends[20] as usize);
        image(&live, &copy, |log| log[end + HEADER_BYTES - 1] = kind);
        let whole = kind == fs::read(log_of(&live)).unwrap()[end + HEADER_BYTES - 1];
        let wanted = if whole { BATCHES as usize } else { number + 1 };
        assert_eq!(kept(&copy), wanted, "type {kind}");
    }
}

#[test]
fn a_batch_out_of_order_ends_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live");
    let _index = written(&live);
    let ends = batch_ends(&log_of(&live));
    // The first batches lie in one block: one can be taken out without a trace in the checksums.
    let (from, to) = (ends[1] as usize, ends[2] as usize);
    assert!(ends[3] < BLOCK_BYTES as u64);
    let copy = folder.path().join("copy");
    image(&live, &copy, |log| {
        let next = ends[3] as usize;
        log.copy_within(to..next, from);
        log.truncate(from + next - to);
    });
    assert_eq!(kept(&copy), 2);
}

#[test]
fn mending_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live");
    let _index = written(&live);
    let end = batch_ends(&log_of(&live))[100];
    for rest in 0..10 {
        let copy = folder.path().join(format!("copy {rest}"));
        image(&live, &copy, |log| log.truncate(end as usize + rest));
        mend(&copy).unwrap();
        let once = fs::read(log_of(&copy)).unwrap();
        assert_eq!(once.len() as u64, end + STUMP_BYTES.min(rest as u64));
        mend(&copy).unwrap();
        assert!(fs::read(log_of(&copy)).unwrap() == once);
        assert_eq!(kept(&copy), 101);
    }
}

#[test]
fn an_empty_folder_and_an_empty_log_are_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    mend(folder.path()).unwrap();
    fs::write(folder.path().join("000001.log"), b"").unwrap();
    mend(folder.path()).unwrap();
    assert!(batch_ends(&folder.path().join("000001.log")).is_empty());
}
