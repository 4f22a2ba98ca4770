use super::*;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

/// Keys of few letters, so that prefixes meet.
fn key() -> impl Strategy<Value = Vec<u8>> {
    vec(
        proptest::sample::select(vec![b'a', b'b', b'/', 0, 0xff]),
        1..6,
    )
}

/// Lists like the engine does: seeks where it is told to.
fn page(
    keys: &[Vec<u8>],
    prefix: &[u8],
    delimiter: &[u8],
    after: &Cursor,
    limit: usize,
) -> ListPage<Vec<u8>> {
    let (prefix, delimiter) = (
        Bytes::copy_from_slice(prefix),
        Bytes::copy_from_slice(delimiter),
    );
    let start = first_key(&prefix, after);
    let mut collector = Collector::new(prefix.clone(), delimiter, after, limit, |key: &Vec<u8>| {
        Cursor::AfterKey(Bytes::from(key.clone()))
    });
    let Some(mut from) = start else {
        return collector.finish();
    };
    loop {
        let next = keys
            .iter()
            .find(|key| **key >= from && key.starts_with(&prefix));
        let Some(key) = next else { break };
        match collector.offer(key) {
            Verdict::Entry => {
                collector.push(key.clone());
                from = key.clone();
                from.push(0);
            }
            Verdict::SkipTo(next) => {
                assert!(next > *key, "a skip goes forwards");
                from = next;
            }
            Verdict::End | Verdict::Full => break,
        }
    }
    collector.finish()
}

proptest! {
    #[test]
    fn pages_together_are_the_whole_listing(
        keys in btree_set(key(), 0..30),
        prefix in vec(proptest::sample::select(vec![b'a', b'/', 0xff]), 0..3),
        delimiter in proptest::sample::select(vec![&b""[..], b"/", b"ab", b"\xff"]),
        limit in 1..5usize,
    ) {
        let keys: Vec<Vec<u8>> = keys.into_iter().collect();
        let whole = page(&keys, &prefix, delimiter, &Cursor::Start, 1000);
        prop_assert_eq!(&whole.next, &None);
        // Every key is an entry or below a common prefix, and those come once each.
        for key in keys.iter().filter(|key| key.starts_with(&prefix)) {
            let folded = whole.prefixes.iter().filter(|common| key.starts_with(common)).count();
            let listed = whole.entries.iter().filter(|entry| *entry == key).count();
            prop_assert_eq!(folded + listed, 1, "{:?}", key);
        }
        let (mut entries, mut prefixes) = (Vec::new(), Vec::new());
        let mut after = Cursor::Start;
        loop {
            let page = page(&keys, &prefix, delimiter, &after, limit);
            prop_assert!(page.entries.len() + page.prefixes.len() <= limit);
            entries.extend(page.entries);
            prefixes.extend(page.prefixes);
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        prop_assert_eq!(entries, whole.entries);
        prop_assert_eq!(prefixes, whole.prefixes);
    }
}
