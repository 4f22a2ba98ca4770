use super::*;

fn usage(objects: u64, bytes: u64, upload_bytes: u64) -> UsageRow {
    UsageRow {
        objects,
        bytes,
        upload_bytes,
        ..UsageRow::default()
    }
}

fn handed(bucket: u64, to: Option<&str>, usage: UsageRow) -> Movements {
    Movements {
        handed: vec![Handed {
            bucket: BucketId(bucket),
            to: to.map(Arc::from),
            usage,
        }],
        usage: Vec::new(),
    }
}

fn counted_as(bucket: u64, usage: UsageRow) -> Movements {
    Movements {
        handed: Vec::new(),
        usage: vec![(BucketId(bucket), usage)],
    }
}

fn holding(buckets: u64, objects: u64, bytes: u64) -> Holding {
    Holding {
        buckets,
        objects,
        bytes,
    }
}

#[test]
fn sums_follow_buckets_as_they_come_change_and_go() {
    let holders = Holders::default();
    holders.apply(handed(1, Some("anna"), usage(0, 0, 0)));
    holders.apply(handed(2, Some("anna"), usage(1, 10, 5)));
    assert_eq!(holders.holding("anna"), holding(2, 1, 15));
    holders.apply(counted_as(1, usage(3, 100, 0)));
    holders.apply(counted_as(2, usage(0, 0, 7)));
    // Nobody's.
    holders.apply(counted_as(3, usage(9, 900, 0)));
    assert_eq!(holders.holding("anna"), holding(2, 3, 107));
    holders.apply(handed(1, Some("berta"), usage(3, 100, 0)));
    assert_eq!(holders.holding("anna"), holding(1, 0, 7));
    assert_eq!(holders.holding("berta"), holding(1, 3, 100));
    holders.apply(handed(1, None, usage(3, 100, 0)));
    holders.apply(handed(2, None, usage(0, 0, 0)));
    assert_eq!(holders.holding("anna"), Holding::default());
    assert_eq!(holders.holding("berta"), Holding::default());
    let known = holders.known.read().unwrap();
    assert!(known.buckets.is_empty() && known.totals.is_empty());
}

#[test]
fn a_bucket_may_be_given_to_whom_it_counts_for_already() {
    let holders = Holders::default();
    holders.apply(handed(1, Some("anna"), usage(2, 20, 0)));
    holders.apply(handed(1, Some("anna"), usage(2, 20, 0)));
    assert_eq!(holders.holding("anna"), holding(1, 2, 20));
}
