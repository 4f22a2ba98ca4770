use std::collections::BTreeSet;

use super::*;
use crate::index::conformance::{everything, key, numbered, rows_of, steered, value};

#[test]
fn a_failed_batch_stops_the_index() {
    let index = MemoryIndex::new();
    index.apply(&[(key(b"a"), Some(value(b"1")))]).unwrap();
    index.fail_next_apply();
    assert!(matches!(
        index.apply(&[(key(b"b"), Some(value(b"2")))]),
        Err(Error::Index(_))
    ));
    assert!(matches!(index.apply(&[]), Err(Error::Stopped { .. })));
    assert!(matches!(index.flush(), Err(Error::Stopped { .. })));
    assert_eq!(
        rows_of(&index, &everything()),
        [(key(b"a"), value(b"1"))],
        "reads go on, without the failed batch"
    );
}

#[test]
fn a_crash_keeps_a_prefix() {
    let index = MemoryIndex::new();
    let batch = |n: u32| {
        [
            (numbered(n), Some(value(b"v"))),
            (key(b"last"), Some(value(n.to_be_bytes()))),
        ]
    };
    (0..5).for_each(|n| index.apply(&batch(n)).unwrap());
    index.flush().unwrap();
    (5..9).for_each(|n| index.apply(&batch(n)).unwrap());
    let mut outcomes = BTreeSet::new();
    for seed in 0..200 {
        let left = index.crash(seed);
        assert_eq!(
            rows_of(&left, &everything()),
            rows_of(&index.crash(seed), &everything())
        );
        let last = left.get(&key(b"last")).unwrap().unwrap();
        let last = u32::from_be_bytes(last.as_ref().try_into().unwrap());
        let rows = steered(&left, &(key([])..key(b"last")), |_| Step::Next);
        assert_eq!(rows, (0..=last).map(numbered).collect::<Vec<_>>());
        outcomes.insert(last);
    }
    assert_eq!(outcomes, (4..9).collect(), "every prefix and nothing else");
}
