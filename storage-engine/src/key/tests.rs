use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn escaping_keeps_order_and_content(
        a in proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(0xff), any::<u8>()], 0..12),
        b in proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(0xff), any::<u8>()], 0..12),
        m: u64, n: u64,
    ) {
        let bucket = BucketId(7);
        let (x, y) = (Key::version(bucket, &a, Sequence(m)), Key::version(bucket, &b, Sequence(n)));
        prop_assert_eq!(x.cmp(&y), (&a, !m).cmp(&(&b, !n)));
        prop_assert_eq!(object_key_and_number(x.as_bytes()), Some((a.clone(), m)));
        let (x, y) = (Key::upload(bucket, &a, UploadId(m)), Key::upload(bucket, &b, UploadId(n)));
        prop_assert_eq!(x.cmp(&y), (&a, m).cmp(&(&b, n)));
        prop_assert_eq!(object_key_and_number(x.as_bytes()), Some((a, m)));
    }

    #[test]
    fn ranges_hold_exactly_what_begins_with_the_prefix(
        prefix in proptest::collection::vec(prop_oneof![Just(0u8), Just(0xff), any::<u8>()], 0..6),
        key in proptest::collection::vec(prop_oneof![Just(0u8), Just(0xff), any::<u8>()], 0..8),
        bucket: u64, n: u64,
    ) {
        let bucket = BucketId(bucket);
        let inside = key.starts_with(&prefix);
        prop_assert_eq!(currents(bucket, &prefix).contains(&Key::current(bucket, &key)), inside);
        prop_assert_eq!(versions(bucket, &prefix).contains(&Key::version(bucket, &key, Sequence(n))), inside);
        prop_assert_eq!(uploads(bucket, &prefix).contains(&Key::upload(bucket, &key, UploadId(n))), inside);
        prop_assert_eq!(versions_of(bucket, &prefix).contains(&Key::version(bucket, &key, Sequence(n))), prefix == key);
    }

    #[test]
    fn events_of_a_queue_lie_together_in_order(
        a in "[ab\\x00]{0,4}", b in "[ab\\x00]{0,4}", m: u64, n: u64, i: u16, j: u16,
    ) {
        let id = |sequence, number| EventId { sequence: Sequence(sequence), number };
        let (x, y) = (Key::event(&a, id(m, i)), Key::event(&b, id(n, j)));
        prop_assert_eq!(x.cmp(&y), (&a, m, i).cmp(&(&b, n, j)));
        prop_assert_eq!(queue_and_event(x.as_bytes()), Some((a.clone().into_bytes(), id(m, i))));
        prop_assert!(events(&a).contains(&x));
        prop_assert_eq!(events(&b).contains(&x), a == b);
    }

    #[test]
    fn arbitrary_bytes_never_panic_the_decoder(bytes: Vec<u8>) {
        let _ = object_key_and_number(&bytes);
        let _ = object_key_of_current(&bytes);
        let _ = number_of(&bytes);
        let _ = queue_and_event(&bytes);
    }
}

#[test]
fn newest_version_sorts_first() {
    let version = |n| Key::version(BucketId(1), b"k", Sequence(n));
    assert!(version(9) < version(8));
}
