//! What the store reads back from its drive, and the names it gives out.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use storage_engine::fuzz;
use storage_engine::hash::ETag;
use storage_engine::ids::{BucketId, Sequence, Timestamp, UploadId, UploadName, VersionId};
use storage_engine::key::{self, Key};
use storage_engine::record::{self, Content, Record, RecordKey};
use storage_engine::row::{
    self, AppliedRow, Body, BucketRow, ExtentRow, ManifestPage, ManifestRow, PartRow, SegmentRow,
    Summary, TrashRow, UploadRow, UsageRow, VersionRow,
};
use storage_engine::segment::SEGMENT_HEADER_BYTES;

const NONCE: [u8; 16] = [7; 16];
const OFFSET: u64 = 4096;

/// A record as it comes, and once more with checks that fit: no guess would ever pass those.
pub(crate) fn record(data: &[u8]) -> bool {
    let key = RecordKey::derive(&NONCE);
    let is_one = look_at_record(&key, data);
    let mut bytes = data.to_vec();
    if let Some(offset) = bytes.get_mut(24..32) {
        offset.copy_from_slice(&OFFSET.to_le_bytes());
    }
    if let Some(magic) = bytes.get_mut(..4) {
        magic.copy_from_slice(b"crec");
    }
    fuzz::seal_record(&key, &mut bytes);
    look_at_record(&key, &bytes) || is_one
}

fn look_at_record(key: &RecordKey, bytes: &[u8]) -> bool {
    let Ok(header) = record::parse_header(key, OFFSET, bytes) else {
        return false;
    };
    let payload_end = u64::from(header.payload_at) + u64::from(header.payload_bytes);
    assert!(header.end() > OFFSET, "{header:?} stays where it is");
    assert!(u64::from(header.record_bytes) >= payload_end, "{header:?}");
    if let Content::Chunk { head, .. } = &header.content {
        for frame in 0..head.frames.len() {
            let range = head.frame_range(frame);
            assert!(
                range.end <= head.stored_bytes as usize,
                "{frame} of {header:?}"
            );
        }
    }
    match header.open(bytes) {
        Ok(Record::Commit {
            rows,
            first,
            sequences,
            group_bytes,
        }) => {
            let mut again = Vec::new();
            record::encode_commit(
                &mut again,
                key,
                OFFSET,
                first,
                sequences,
                group_bytes,
                &rows,
            );
            let reread = record::parse_record(key, OFFSET, &again).map(|(_, record)| record);
            assert_eq!(
                reread,
                Ok(Record::Commit {
                    rows,
                    first,
                    sequences,
                    group_bytes
                })
            );
        }
        Ok(Record::Chunk { stored, .. }) => {
            assert_eq!(stored.len(), header.payload_bytes as usize);
        }
        Err(_) => return false,
    }
    true
}

pub(crate) fn commit_rows(data: &[u8]) -> bool {
    let Ok(rows) = record::decode_rows(data) else {
        return false;
    };
    let bytes: usize = rows
        .iter()
        .map(|(key, value)| key.as_bytes().len() + value.as_ref().map_or(0, |v| v.len()))
        .sum();
    assert!(
        bytes <= data.len(),
        "{bytes} bytes of rows out of {}",
        data.len()
    );
    let key = RecordKey::derive(&NONCE);
    let mut again = Vec::new();
    record::encode_commit(&mut again, &key, OFFSET, Sequence(1), 1, 0, &rows);
    match record::parse_record(&key, OFFSET, &again) {
        Ok((_, Record::Commit { rows: reread, .. })) => assert_eq!(reread, rows),
        other => panic!("{other:?}"),
    }
    true
}

/// The first byte says which type of row the rest is taken for.
pub(crate) fn rows(data: &[u8]) -> bool {
    let Some((kind, row)) = data.split_first() else {
        return false;
    };
    match kind % 12 {
        0 => reread::<BucketRow>(row).is_some(),
        1 => reread::<UsageRow>(row).is_some(),
        2 => version(row),
        3 => reread::<UploadRow>(row).is_some(),
        4 => reread::<PartRow>(row).is_some(),
        5 => reread::<ManifestRow>(row).is_some(),
        6 => reread::<ManifestPage>(row).is_some(),
        7 => reread::<ExtentRow>(row).is_some(),
        8 => reread::<SegmentRow>(row).is_some(),
        9 => reread::<TrashRow>(row).is_some(),
        10 => reread::<AppliedRow>(row).is_some(),
        _ => reread::<Sequence>(row).is_some(),
    }
}

fn version(bytes: &[u8]) -> bool {
    let Some(row) = reread::<VersionRow>(bytes) else {
        return false;
    };
    let summary: Summary = row::decode_leading(bytes).expect("the row it leads was read");
    assert_eq!(summary, row.summary);
    same_text(&summary.version_id());
    if let Some(etag) = &summary.etag {
        same_text(etag);
    }
    if let Some(detail) = &row.detail
        && let Body::Runs(runs) = &detail.body
    {
        for run in runs {
            assert_eq!(
                run.ids.iter().collect::<storage_engine::row::IdList>(),
                run.ids
            );
        }
    }
    true
}

/// What was read is written and read again.
fn reread<R>(bytes: &[u8]) -> Option<R>
where
    R: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let row: R = row::decode(bytes).ok()?;
    let again = row::encode(&row);
    assert_eq!(row::decode(&again).as_ref(), Ok(&row));
    Some(row)
}

/// Keys of two objects, and either of them as a key of the index.
pub(crate) fn keys(data: &[u8]) -> bool {
    let _ = key::number_of(data);
    let _ = key::object_key_of_current(data);
    let parsed = key::object_key_and_number(data);
    let is_one = parsed.is_some();
    if let Some((object, number)) = parsed {
        let bucket = data.get(1..9).and_then(|bytes| bytes.try_into().ok());
        let bucket = BucketId(bucket.map_or(0, u64::from_be_bytes));
        let again = match data.first() {
            Some(0x11) => Key::version(bucket, &object, Sequence(number)),
            _ => Key::upload(bucket, &object, UploadId(number)),
        };
        assert_eq!(&again.as_bytes()[1..], &data[1..]);
    }
    let (first, second) = data.split_at(data.len() / 2);
    let order = first.cmp(second);
    let bucket = BucketId(1);
    let version = |key: &[u8]| Key::version(bucket, key, Sequence(9));
    let upload = |key: &[u8]| Key::upload(bucket, key, UploadId(9));
    let expiry = |key: &[u8]| Key::expiry(Timestamp(3), bucket, key, Sequence(9));
    assert_eq!(
        Key::current(bucket, first).cmp(&Key::current(bucket, second)),
        order
    );
    assert_eq!(version(first).cmp(&version(second)), order);
    assert_eq!(upload(first).cmp(&upload(second)), order);
    assert_eq!(expiry(first).cmp(&expiry(second)), order);
    let found = key::object_key_and_number(version(first).as_bytes());
    assert_eq!(found, Some((first.to_vec(), 9)));
    let begins = second.starts_with(first);
    assert_eq!(
        key::currents(bucket, first).contains(&Key::current(bucket, second)),
        begins
    );
    assert_eq!(
        key::versions(bucket, first).contains(&version(second)),
        begins
    );
    assert_eq!(
        key::uploads(bucket, first).contains(&upload(second)),
        begins
    );
    if let Some(next) = key::successor_of_prefix(first) {
        assert_eq!(second >= first && second < &next[..], begins);
    }
    is_one
}

pub(crate) fn segment_header(data: &[u8]) -> bool {
    let mut bytes = [0; SEGMENT_HEADER_BYTES];
    let given = data.len().min(bytes.len());
    bytes[..given].copy_from_slice(&data[..given]);
    let again = fuzz::segment_header(&mut bytes);
    if let Some(again) = &again {
        assert_eq!(again[..], bytes[..], "a header has one form only");
    }
    again.is_some()
}

/// Names that come back from clients have one spelling each.
pub(crate) fn ids(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let bare = text.trim_matches('"');
    let version = text.parse::<VersionId>().ok();
    let upload = text.parse::<UploadName>().ok();
    let etag = text.parse::<ETag>().ok();
    let spelt = [
        version.map(|id| id.to_string() == text),
        upload.map(|id| id.to_string() == text),
        etag.map(|tag| tag.to_string() == bare),
    ];
    assert!(!spelt.contains(&Some(false)), "{text} has another spelling");
    spelt.contains(&Some(true))
}

fn same_text<T>(name: &T)
where
    T: Display + FromStr + PartialEq + Debug,
    T::Err: Debug + PartialEq,
{
    assert_eq!(name.to_string().parse().as_ref(), Ok(name));
}
