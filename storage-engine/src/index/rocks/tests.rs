use std::fs;
use std::path::PathBuf;

use rocksdb::statistics::Ticker;

use super::*;

fn small() -> RocksOptions {
    RocksOptions {
        cache_bytes: 1 << 20,
        memtable_bytes: 64 << 10,
    }
}

fn row(number: u32) -> RowChange {
    let key = Key::from_bytes(number.to_be_bytes().to_vec());
    (key, Some(Bytes::from(vec![number as u8; 300])))
}

fn key(number: u32) -> Key {
    row(number).0
}

/// Applies rows until the log has changed `times` more; 250 rows or so fill one.
fn fill(index: &RocksIndex, times: u64) {
    let until = index.rotations() + times;
    for n in (0..2000).take_while(|_| index.rotations() < until) {
        index.apply(&[row(n)]).unwrap();
    }
    assert_eq!(index.rotations(), until, "the log never changed");
}

fn tables_of(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|f| f.unwrap().path());
    files
        .filter(|f| f.extension().is_some_and(|e| e == "sst"))
        .collect()
}

/// Rows 0..100 in one table, nothing in memory.
fn with_a_table(folder: &Path) {
    let index = RocksIndex::open(folder, &small()).unwrap();
    let rows: Vec<_> = (0..100).map(row).collect();
    index.apply(&rows).unwrap();
    index.database.held().unwrap().database.flush().unwrap();
}

/// RocksDB itself syncs no log here, so every sync counted is one of ours.
#[test]
fn a_log_is_synced_before_the_next_begins() {
    let folder = tempfile::tempdir().unwrap();
    let cache = options::cache(&small());
    let mut prepared = options::database(&small(), &cache);
    prepared.enable_statistics();
    let path = folder.path().join("index");
    let index = RocksIndex::open_prepared(&path, &small(), &prepared, cache).unwrap();
    for round in 1..=4 {
        fill(&index, 1);
        assert_eq!(index.rotations(), round);
        assert_eq!(prepared.get_ticker_count(Ticker::WalFileSynced), round);
    }
    index.flush().unwrap();
    assert_eq!(prepared.get_ticker_count(Ticker::WalFileSynced), 5);
}

#[test]
fn what_only_the_drive_knows_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    with_a_table(folder.path());
    let index = RocksIndex::open(folder.path(), &small()).unwrap();
    assert_eq!(index.get_ready(&key(7)).unwrap(), Ready::Unknown);
    let value = index.get(&key(7)).unwrap();
    assert_eq!(value, row(7).1);
    assert_eq!(
        index.get_ready(&key(7)).unwrap(),
        Ready::Found(value.unwrap())
    );
    assert_eq!(index.get(&key(700)).unwrap(), None);
    assert_eq!(index.get_ready(&key(700)).unwrap(), Ready::Missing);
}

#[test]
fn a_damaged_table_is_an_error_and_no_row() {
    let folder = tempfile::tempdir().unwrap();
    with_a_table(folder.path());
    let tables = tables_of(folder.path());
    let [table] = &tables[..] else {
        panic!("one table expected, not {tables:?}");
    };
    let mut bytes = fs::read(table).unwrap();
    bytes[20] ^= 1;
    fs::write(table, bytes).unwrap();
    let index = RocksIndex::open(folder.path(), &small()).unwrap();
    let read = index.get(&key(0));
    assert!(
        matches!(&read, Err(Error::Index(why)) if why.contains("Corruption")),
        "{read:?}"
    );
    let mut shown = 0;
    let walked = index.walk(&(Key::from_bytes(vec![])..key(50)), &mut |_, _| {
        shown += 1;
        Step::Next
    });
    assert!(
        walked.is_err(),
        "walked over {shown} rows of a damaged block"
    );
}

#[test]
fn a_failure_latches() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let index = RocksIndex::open(&path, &small()).unwrap();
    index.apply(&[row(1)]).unwrap();
    // No new log can be created in a folder that has gone.
    fs::remove_dir_all(&path).unwrap();
    let failed = (0..1000).find_map(|n| index.apply(&[row(n)]).err());
    assert!(matches!(failed, Some(Error::Index(_))), "{failed:?}");
    let stopped = |outcome| matches!(outcome, Err(Error::Stopped { .. }));
    assert!(stopped(index.apply(&[row(2)])));
    assert!(stopped(index.flush()));
    assert!(stopped(index.checkpoint(&folder.path().join("copy"))));
    assert_eq!(index.get(&key(1)).unwrap(), row(1).1);
}

#[test]
fn a_folder_that_cannot_be_opened_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"no index").unwrap();
    assert!(RocksIndex::open(&file, &small()).is_err());
    let missing = folder.path().join("missing").join("index");
    assert!(RocksIndex::open(&missing, &small()).is_err());
    let index = folder.path().join("index");
    let _held = RocksIndex::open(&index, &small()).unwrap();
    assert!(RocksIndex::open(&index, &small()).is_err(), "opened twice");
}

#[test]
fn figures_follow_what_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let index = RocksIndex::open(&folder.path().join("index"), &small()).unwrap();
    let empty = index.stats();
    assert_eq!(empty.files_bytes, 0);
    fill(&index, 2);
    index.database.held().unwrap().database.flush().unwrap();
    index.get(&key(0)).unwrap();
    let full = index.stats();
    assert!(
        full.files_bytes > 1000 && full.cache_bytes > empty.cache_bytes,
        "{full:?}"
    );
    index.apply(&[row(0)]).unwrap();
    assert!(index.stats().memtable_bytes > 0);
}

#[test]
fn a_closed_index_can_be_opened_anew_while_it_is_still_held() {
    let folder = tempfile::tempdir().unwrap();
    let old = RocksIndex::open(folder.path(), &small()).unwrap();
    let rows: Vec<_> = (0..100).map(row).collect();
    old.apply(&rows).unwrap();
    old.close();
    let new = RocksIndex::open(folder.path(), &small()).unwrap();
    for (key, value) in &rows {
        assert_eq!(new.get(key).unwrap(), *value);
    }
    let (key, _) = &rows[0];
    let all = key.clone()..rows[99].0.clone();
    assert!(matches!(old.get(key), Err(Error::Stopped { .. })));
    assert!(matches!(old.get_ready(key), Err(Error::Stopped { .. })));
    let walk = old.walk(&all, &mut |_, _| Step::Next);
    assert!(matches!(walk, Err(Error::Stopped { .. })));
    assert!(matches!(old.apply(&rows), Err(Error::Stopped { .. })));
    assert!(old.flush().is_err());
    assert_eq!(old.stats().memtable_bytes, 0);
    old.close();
}
