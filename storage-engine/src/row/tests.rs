mod golden;
mod samples;

use std::fmt::Debug;

use proptest::prelude::*;

use super::*;
use crate::ids::ExtentId;

/// One test per kind of row: what is written is read, and nothing shorter or longer is.
macro_rules! round_trips {
    ($($name:ident: $row:ty = $sample:path;)*) => {
        proptest! {
            $(#[test]
            fn $name(row in $sample(), extra: u8, cut: proptest::sample::Index) {
                let bytes = encode(&row);
                prop_assert_eq!(decode::<$row>(&bytes), Ok(row));
                let longer = [&bytes[..], &[extra]].concat();
                prop_assert!(is_damaged(decode::<$row>(&longer)));
                let shorter = &bytes[..cut.index(bytes.len())];
                prop_assert!(is_damaged(decode::<$row>(shorter)));
            })*
        }

        /// Every kind of row from the same bytes.
        fn decode_all(bytes: &[u8]) -> Vec<Option<RowError>> {
            vec![$(decode::<$row>(bytes).err()),*]
        }
    };
}

round_trips! {
    buckets_return: BucketRow = samples::bucket;
    usages_return: UsageRow = samples::usage;
    versions_return: VersionRow = samples::version;
    uploads_return: UploadRow = samples::upload;
    parts_return: PartRow = samples::part;
    manifests_return: ManifestRow = samples::manifest;
    pages_return: ManifestPage = samples::page;
    extents_return: ExtentRow = samples::extent;
    hints_return: DedupRow = samples::hint;
    segments_return: SegmentRow = samples::segment;
    events_return: EventRow = samples::event;
    trash_returns: TrashRow = samples::trash;
    applied_returns: AppliedRow = samples::applied;
}

fn is_damaged<R>(outcome: Result<R, RowError>) -> bool {
    matches!(outcome, Err(RowError::Damaged(_)))
}

proptest! {
    #[test]
    fn listings_read_the_summary_alone(row in samples::version()) {
        prop_assert_eq!(decode_leading::<Summary>(&encode(&row)), Ok(row.summary));
    }

    #[test]
    fn arbitrary_bytes_are_an_error_at_worst(mut bytes: Vec<u8>) {
        decode_all(&bytes);
        bytes.insert(0, LAYOUT);
        decode_all(&bytes);
        let _ = decode_leading::<Summary>(&bytes);
    }

    /// Nearly right bytes reach deeper into the decoder than arbitrary ones.
    #[test]
    fn flipped_bits_are_an_error_at_worst(
        row in samples::version(), at: proptest::sample::Index, mask in 1..=255u8,
    ) {
        let mut bytes = encode(&row);
        let at = at.index(bytes.len());
        bytes[at] ^= mask;
        decode_all(&bytes);
        let _ = decode_leading::<Summary>(&bytes);
    }

    #[test]
    fn unknown_layouts_are_refused(layout: u8, bytes: Vec<u8>) {
        prop_assume!(layout != LAYOUT);
        let bytes = [&[layout], &bytes[..]].concat();
        for refusal in decode_all(&bytes) {
            prop_assert_eq!(refusal, Some(RowError::Layout(layout)));
        }
        prop_assert_eq!(decode_leading::<Summary>(&bytes), Err(RowError::Layout(layout)));
    }

    #[test]
    fn id_lists_keep_ids_and_order(ids in samples::extents()) {
        let list: IdList = ids.iter().copied().collect();
        prop_assert_eq!(list.len(), ids.len());
        prop_assert_eq!(list.is_empty(), ids.is_empty());
        prop_assert_eq!(list.iter().collect::<Vec<_>>(), ids);
    }
}

#[test]
fn id_lists_hold_the_extremes() {
    let ids = [
        u64::MAX,
        0,
        1 << 63,
        u64::MAX,
        0,
        i64::MAX.cast_unsigned(),
        1 << 63,
    ]
    .map(ExtentId);
    let list = IdList::from_iter(ids);
    assert_eq!(list.iter().collect::<Vec<_>>(), ids);
    assert_eq!(returned(&list), list);
}

#[test]
fn neighbouring_ids_take_a_byte_each() {
    let list: IdList = (1 << 40..(1 << 40) + 1000).map(ExtentId).collect();
    assert!(encode(&list).len() < 1020);
}

/// A claimed length must not be believed: memory is taken for what is there.
#[test]
fn lengths_beyond_the_row_are_damage() {
    let claim = [
        LAYOUT, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
    ];
    assert!(is_damaged(decode::<IdList>(&claim)));
    assert!(is_damaged(decode::<ManifestPage>(&claim)));
    assert!(is_damaged(decode::<Vec<u8>>(&claim)));
    assert!(is_damaged(decode::<String>(&claim)));
}

#[test]
fn empty_rows_are_damage() {
    assert!(
        decode_all(&[])
            .into_iter()
            .all(|e| matches!(e, Some(RowError::Damaged(_))))
    );
}

fn returned<R: serde::Serialize + serde::de::DeserializeOwned + Debug>(row: &R) -> R {
    decode(&encode(row)).unwrap()
}
