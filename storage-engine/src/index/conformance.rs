//! What every index promises, checked against each of them.

mod model;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use model::equals_an_ordered_map;

/// Opens a checkpoint, or an empty index where there is no folder.
type Open = fn(&Path) -> Arc<dyn Index>;

fn memory(folder: &Path) -> Arc<dyn Index> {
    match folder.exists() {
        true => Arc::new(MemoryIndex::open_checkpoint(folder).unwrap()),
        false => Arc::new(MemoryIndex::new()),
    }
}

/// The smallest buffers there are, so that rows lie in tables and not only in memory.
fn rocks(folder: &Path) -> Arc<dyn Index> {
    let options = RocksOptions {
        cache_bytes: 1 << 20,
        memtable_bytes: 64 << 10,
    };
    Arc::new(RocksIndex::open(folder, &options).unwrap())
}

macro_rules! both_pass {
    ($($case:ident),* $(,)?) => {
        mod memory_index {
            $(#[test] fn $case() { super::$case(super::memory) })*
        }
        mod rocks_index {
            $(#[test] fn $case() { super::$case(super::rocks) })*
        }
    };
}

both_pass!(
    what_is_applied_is_read,
    later_changes_of_a_batch_count,
    rows_come_in_byte_order,
    walks_keep_within_their_range,
    nothing_lies_in_an_empty_range,
    a_visitor_stops_the_walk,
    seeks_go_forward_only,
    seeks_pass_few_rows_and_many,
    a_walk_shows_one_moment,
    readers_see_whole_batches,
    big_values_and_keys_return_unchanged,
    a_checkpoint_opens_and_equals,
    a_checkpoint_is_taken_beside_writes,
    equals_an_ordered_map,
);

struct Fixture {
    index: Arc<dyn Index>,
    open: Open,
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new(open: Open) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let index = open(&folder.path().join("index"));
        Fixture {
            index,
            open,
            folder,
        }
    }

    fn put(&self, rows: impl IntoIterator<Item = (Key, Bytes)>) {
        let changes: Vec<RowChange> = rows.into_iter().map(|(k, v)| (k, Some(v))).collect();
        self.index.apply(&changes).unwrap();
    }

    /// The index that a checkpoint holds.
    fn checkpoint(&self, name: &str) -> Arc<dyn Index> {
        let folder = self.folder.path().join(name);
        self.index.checkpoint(&folder).unwrap();
        (self.open)(&folder)
    }
}

pub(super) fn key(bytes: impl AsRef<[u8]>) -> Key {
    Key::from_bytes(bytes.as_ref().to_vec())
}

pub(super) fn numbered(number: u32) -> Key {
    key(number.to_be_bytes())
}

pub(super) fn value(bytes: impl AsRef<[u8]>) -> Bytes {
    Bytes::copy_from_slice(bytes.as_ref())
}

/// Beyond every key of these tests.
pub(super) fn everything() -> KeyRange {
    key([])..key([0xff; 40])
}

pub(super) fn rows_of(index: &dyn Index, range: &KeyRange) -> Vec<(Key, Bytes)> {
    let mut rows = Vec::new();
    let mut visit = |k: &[u8], v: &[u8]| {
        rows.push((key(k), value(v)));
        Step::Next
    };
    index.walk(range, &mut visit).unwrap();
    rows
}

/// The keys a walk shows when the visitor answers with `step`.
pub(super) fn steered(
    index: &dyn Index,
    range: &KeyRange,
    step: impl Fn(&Key) -> Step,
) -> Vec<Key> {
    let mut shown = Vec::new();
    let mut visit = |k: &[u8], _: &[u8]| {
        shown.push(key(k));
        step(shown.last().unwrap())
    };
    index.walk(range, &mut visit).unwrap();
    shown
}

fn what_is_applied_is_read(open: Open) {
    let Fixture { index, .. } = &Fixture::new(open);
    assert_eq!(index.get(&key(b"a")).unwrap(), None);
    assert_eq!(index.get_ready(&key(b"a")).unwrap(), Ready::Missing);
    index
        .apply(&[
            (key(b"a"), Some(value(b"1"))),
            (key(b"b"), Some(value(b"2"))),
        ])
        .unwrap();
    index
        .apply(&[(key(b"a"), None), (key(b"b"), Some(value(b"3")))])
        .unwrap();
    index.apply(&[]).unwrap();
    index.flush().unwrap();
    assert_eq!(index.get(&key(b"a")).unwrap(), None);
    assert_eq!(index.get(&key(b"b")).unwrap(), Some(value(b"3")));
    assert_eq!(
        index.get_ready(&key(b"b")).unwrap(),
        Ready::Found(value(b"3"))
    );
    assert_eq!(index.get(&key(b"")).unwrap(), None);
}

fn later_changes_of_a_batch_count(open: Open) {
    let Fixture { index, .. } = &Fixture::new(open);
    let changes = [
        (key(b"a"), None),
        (key(b"a"), Some(value(b"1"))),
        (key(b"b"), Some(value(b"1"))),
        (key(b"a"), Some(value(b"2"))),
        (key(b"b"), None),
    ];
    index.apply(&changes).unwrap();
    assert_eq!(
        rows_of(index.as_ref(), &everything()),
        [(key(b"a"), value(b"2"))]
    );
}

fn rows_come_in_byte_order(open: Open) {
    let fixture = Fixture::new(open);
    let sorted: [&[u8]; 9] = [
        b"\0",
        b"\0\0",
        b"\0\xff",
        b"\x01",
        b"a",
        b"a\0",
        b"ab",
        b"\xff",
        b"\xff\xff",
    ];
    fixture.put(sorted.iter().rev().map(|k| (key(k), value(k))));
    let shown = rows_of(fixture.index.as_ref(), &everything());
    let wanted: Vec<_> = sorted.iter().map(|k| (key(k), value(k))).collect();
    assert_eq!(shown, wanted);
}

fn walks_keep_within_their_range(open: Open) {
    let fixture = Fixture::new(open);
    fixture.put((0..50).map(|n| (numbered(n), value(b"v"))));
    let shown = |from: Key, to: Key| steered(fixture.index.as_ref(), &(from..to), |_| Step::Next);
    let wanted = |numbers: Range<u32>| numbers.map(numbered).collect::<Vec<_>>();
    assert_eq!(shown(numbered(10), numbered(13)), wanted(10..13));
    assert_eq!(
        shown(numbered(10).after(), numbered(13).after()),
        wanted(11..14)
    );
    assert_eq!(shown(key([]), numbered(2)), wanted(0..2));
    assert_eq!(shown(numbered(48), key([0xff])), wanted(48..50));
}

fn nothing_lies_in_an_empty_range(open: Open) {
    let fixture = Fixture::new(open);
    let none = |from: &Key, to: &Key| {
        let range = from.clone()..to.clone();
        assert!(rows_of(fixture.index.as_ref(), &range).is_empty());
    };
    let (a, b, c) = (key(b"a"), key(b"b"), key(b"c"));
    none(&a, &c);
    fixture.put([(a.clone(), value(b"1")), (c.clone(), value(b"3"))]);
    none(&a, &a);
    none(&c, &a);
    none(&a.after(), &c);
    none(&b, &b.after());
    none(&c.after(), &key(b"d"));
}

fn a_visitor_stops_the_walk(open: Open) {
    let fixture = Fixture::new(open);
    fixture.put((0..50).map(|n| (numbered(n), value(b"v"))));
    let shown = steered(fixture.index.as_ref(), &everything(), |k| {
        match *k == numbered(3) {
            true => Step::Stop,
            false => Step::Next,
        }
    });
    assert_eq!(shown, (0..4).map(numbered).collect::<Vec<_>>());
}

fn seeks_go_forward_only(open: Open) {
    let fixture = Fixture::new(open);
    fixture.put((0..20).map(|n| (numbered(n), value(b"v"))));
    let all: Vec<_> = (0..20).map(numbered).collect();
    let shown = |step: fn(&Key) -> Step| steered(fixture.index.as_ref(), &everything(), step);
    assert_eq!(shown(|k| Step::Seek(k.clone())), all);
    assert_eq!(shown(|_| Step::Seek(numbered(0))), all);
    assert_eq!(shown(|_| Step::Seek(key([]))), all);
    assert_eq!(shown(|k| Step::Seek(k.after())), all);
    assert_eq!(shown(|_| Step::Seek(key([0xff]))), [numbered(0)]);
    let short = everything().start..numbered(10);
    let past_its_end = steered(fixture.index.as_ref(), &short, |_| Step::Seek(numbered(15)));
    assert_eq!(past_its_end, [numbered(0)]);
}

fn seeks_pass_few_rows_and_many(open: Open) {
    let fixture = Fixture::new(open);
    for batch in 0..20 {
        let numbers = batch * 100..(batch + 1) * 100;
        fixture.put(numbers.map(|n| (numbered(n * 2), value([n as u8; 300]))));
    }
    for stride in [1, 2, 7, 8, 9, 10, 100, 999, 1000] {
        for odd in [0, 1] {
            let shown = steered(fixture.index.as_ref(), &everything(), |k| {
                let at = u32::from_be_bytes(k.as_bytes().try_into().unwrap());
                Step::Seek(numbered(at + stride * 2 - odd))
            });
            let wanted: Vec<_> = (0..2000).step_by(stride as usize).collect();
            let wanted: Vec<_> = wanted.into_iter().map(|n| numbered(n * 2)).collect();
            assert_eq!(shown, wanted, "stride {stride}, less {odd}");
        }
    }
}

fn a_walk_shows_one_moment(open: Open) {
    let fixture = Fixture::new(open);
    let index = fixture.index.as_ref();
    fixture.put((0..500).map(|n| (numbered(n), value([1; 300]))));
    let mut shown = 0;
    let mut visit = |k: &[u8], v: &[u8]| {
        assert_eq!((k, v), (numbered(shown).as_bytes(), &[1; 300][..]));
        let next = numbered(shown + 1);
        index
            .apply(&[
                (next.clone(), Some(value([2; 300]))),
                (numbered(shown + 2), None),
                (next.after(), Some(value(b"between"))),
            ])
            .unwrap();
        shown += 1;
        Step::Seek(next)
    };
    index.walk(&everything(), &mut visit).unwrap();
    assert_eq!(shown, 500);
    assert_eq!(index.get(&numbered(2)).unwrap(), Some(value([2; 300])));
    assert_eq!(index.get(&numbered(501)).unwrap(), None);
}

fn readers_see_whole_batches(open: Open) {
    let fixture = Fixture::new(open);
    let write = |round: u32| {
        let stamp = value([round.to_be_bytes(); 20].concat());
        fixture.put((0..40).map(|n| (numbered(n), stamp.clone())));
    };
    write(0);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut last = value([0; 80]);
            while !done.load(Ordering::Relaxed) {
                let rows = rows_of(fixture.index.as_ref(), &everything());
                assert_eq!(rows.len(), 40);
                assert!(rows.iter().all(|(_, stamp)| *stamp == rows[0].1), "torn");
                assert!(rows[0].1 >= last, "time went backwards");
                last = rows[0].1.clone();
            }
        });
        (1..300).for_each(write);
        done.store(true, Ordering::Relaxed);
    });
}

fn big_values_and_keys_return_unchanged(open: Open) {
    let fixture = Fixture::new(open);
    let longest = crate::limits::VALUE_BYTES_MAX;
    let rows: Vec<_> = (0..40u8)
        .map(|n| {
            let name = [&[0x00, 0xff, n][..], &[n ^ 0xff; 1024], &[0xff, 0x00]].concat();
            let noise =
                (0..longest as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 ^ n);
            (key(name), noise.collect::<Bytes>())
        })
        .collect();
    for row in &rows {
        fixture.put([row.clone()]);
    }
    for (key, value) in &rows {
        assert_eq!(fixture.index.get(key).unwrap().as_ref(), Some(value));
    }
    assert!(rows_of(fixture.index.as_ref(), &everything()) == rows);
}

fn a_checkpoint_opens_and_equals(open: Open) {
    let fixture = Fixture::new(open);
    let empty = fixture.checkpoint("empty");
    assert_eq!(rows_of(empty.as_ref(), &everything()), []);
    for batch in 0..30 {
        let numbers = batch * 30..(batch + 1) * 30;
        fixture.put(numbers.map(|n| (numbered(n), value([n as u8; 200]))));
    }
    fixture.index.apply(&[(numbered(7), None)]).unwrap();
    let wanted = rows_of(fixture.index.as_ref(), &everything());
    assert_eq!(wanted.len(), 899);
    let copy = fixture.checkpoint("full");
    fixture.put([(numbered(7), value(b"later"))]);
    assert_eq!(rows_of(copy.as_ref(), &everything()), wanted);
    let refused = fixture
        .index
        .checkpoint(&fixture.folder.path().join("full"));
    assert!(refused.is_err(), "a checkpoint must not replace another");
    fixture.put([(numbered(8), value(b"going on"))]);
    copy.apply(&[(numbered(9), Some(value(b"on its own")))])
        .unwrap();
    assert_eq!(
        fixture.index.get(&numbered(9)).unwrap(),
        Some(value([9; 200]))
    );
}

/// A checkpoint holds the batches up to some moment, all of them and none after.
fn a_checkpoint_is_taken_beside_writes(open: Open) {
    let fixture = Fixture::new(open);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in (0..20_000).take_while(|_| !done.load(Ordering::Relaxed)) {
                let rows = [(key(b"count"), value(numbered(n).as_bytes()))];
                fixture.put(rows.into_iter().chain([(numbered(n), value([7; 250]))]));
            }
        });
        for round in 0..5 {
            std::thread::sleep(std::time::Duration::from_millis(5));
            let copy = fixture.checkpoint(&format!("copy {round}"));
            let Some(count) = copy.get(&key(b"count")).unwrap() else {
                continue;
            };
            let count = u32::from_be_bytes(count.as_ref().try_into().unwrap());
            let rows = steered(copy.as_ref(), &(key([])..key(b"count")), |_| Step::Next);
            assert_eq!(rows, (0..=count).map(numbered).collect::<Vec<_>>());
        }
        done.store(true, Ordering::Relaxed);
    });
}
