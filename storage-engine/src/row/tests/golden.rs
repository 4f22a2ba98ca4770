//! The bytes of one example of each kind of row. Stored rows look like this: a test that fails
//! here means that a released layout was changed instead of a new one added.

use super::*;
use crate::hash::{Algorithm, Checksum, ETag};
use crate::ids::{BucketId, SegmentId, Sequence, Timestamp, UploadId, VersionId};

/// `bytes` are hexadecimal digits, grouped freely.
fn check<R>(row: &R, bytes: &str)
where
    R: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
{
    let wanted: String = bytes.split_whitespace().collect();
    let encoded = encode(row);
    let found: String = encoded.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(found, wanted, "{row:?}");
    assert_eq!(&decode::<R>(&encoded).unwrap(), row);
}

fn etag() -> ETag {
    ETag::md5([0xe7; 16])
}

fn checksum() -> Checksum {
    Checksum::new(Algorithm::Crc32c, &[1, 2, 3, 4]).unwrap()
}

fn tag() -> Tag {
    Tag {
        key: "k".into(),
        value: "v".into(),
    }
}

fn key_check() -> KeyCheck {
    KeyCheck {
        salt: [0x5a; 16],
        digest: [0xd1; 32],
    }
}

fn runs() -> Body {
    Body::Runs(vec![Run {
        skip: 5,
        len: 300,
        ids: [7, 8, 6].map(ExtentId).into_iter().collect(),
    }])
}

#[test]
fn bucket() {
    let row = BucketRow {
        id: BucketId(300),
        name: "b".into(),
        owner: "me".into(),
        created: Timestamp(1_700_000_000_000),
        versioning: Versioning::Suspended,
        lockable: true,
        default_retention: Some(DefaultRetention {
            mode: RetentionMode::Compliance,
            milliseconds: 1000,
        }),
        quota: Quota {
            bytes_max: Some(128),
            objects_max: None,
        },
        compression: Compression::Zstd,
        deduplicate: false,
        tags: vec![tag()],
    };
    check(
        &row,
        "01 ac02 0162 026d65 80d095ffbc31 02 01 0101e807 01800100 02 00 01016b0176",
    );
}

#[test]
fn usage() {
    let row = UsageRow {
        objects: 1,
        versions: 2,
        bytes: 300,
        upload_bytes: 4,
        uploads: u64::MAX,
    };
    check(&row, "01 01 02 ac02 04 ffffffffffffffffff01");
}

#[test]
fn version() {
    let row = VersionRow {
        summary: Summary {
            sequence: Sequence(9),
            tag: 258,
            null: false,
            marker: false,
            modified: Timestamp(1_700_000_000_000),
            size: 3,
            etag: Some(etag()),
            label: "STANDARD".into(),
            owner: "me".into(),
            checksum: Some(ObjectChecksum {
                checksum: checksum(),
                kind: ChecksumKind::Composite,
            }),
        },
        detail: Some(Detail {
            body: Body::Inline(b"abc".to_vec()),
            attributes: vec![Attribute {
                name: "n".into(),
                value: vec![0, 255],
            }],
            tags: vec![tag()],
            lock: Lock {
                retention: Some(Retention {
                    mode: RetentionMode::Governance,
                    until: Timestamp(127),
                }),
                legal_hold: true,
            },
            key_check: Some(key_check()),
        }),
    };
    check(
        &row,
        "01 09 8202 00 00 80d095ffbc31 03 01e7e7e7e7 e7e7e7e7 e7e7e7e7 e7e7e7e7 00 \
         085354414e44415244 026d65 01050201020304 01 \
         01 0003616263 01016e0200ff 01016b0176 01007f 01 \
         01 5a5a5a5a 5a5a5a5a 5a5a5a5a 5a5a5a5a \
         d1d1d1d1 d1d1d1d1 d1d1d1d1 d1d1d1d1 d1d1d1d1 d1d1d1d1 d1d1d1d1 d1d1d1d1",
    );
}

#[test]
fn delete_marker() {
    let row = VersionRow {
        summary: Summary {
            sequence: Sequence(10),
            tag: 0,
            null: true,
            marker: true,
            modified: Timestamp(1),
            size: 0,
            etag: None,
            label: String::new(),
            owner: String::new(),
            checksum: None,
        },
        detail: None,
    };
    check(&row, "01 0a 00 01 01 01 00 00 00 00 00 00");
}

#[test]
fn bodies() {
    check(&runs(), "01 01 01 05 ac02 03 0e0203");
    let parts = Body::Parts {
        home: UploadId(11),
        tag: 12,
        parts: 513,
        pages: vec![PageStart { offset: 0 }, PageStart { offset: 1 << 20 }],
    };
    check(&parts, "01 02 0b 0c 8104 02 00 808040");
}

#[test]
fn upload() {
    let row = UploadRow {
        id: UploadId(11),
        tag: 12,
        started: Timestamp(13),
        touched: Sequence(14),
        parts_bytes: 15,
        label: "l".into(),
        owner: "me".into(),
        attributes: Vec::new(),
        tags: vec![tag()],
        lock: Lock::default(),
        key_check: None,
        checksum: Some((Algorithm::Crc64Nvme, ChecksumKind::FullObject)),
    };
    check(
        &row,
        "01 0b 0c 0d 0e 0f 016c 026d65 00 01016b0176 0000 00 010300",
    );
}

#[test]
fn part() {
    let row = PartRow {
        number: 10_000,
        size: 300,
        etag: etag(),
        checksum: Some(checksum()),
        modified: Timestamp(13),
        sequence: Sequence(14),
        body: runs(),
        key_check: Some(key_check()),
    };
    check(
        &row,
        "01 904e ac02 e7e7e7e7 e7e7e7e7 e7e7e7e7 e7e7e7e7 00 \
         01050201020304 0d 0e 010105ac02030e0203 \
         01 5a5a5a5a 5a5a5a5a 5a5a5a5a 5a5a5a5a \
         d1d1d1d1 d1d1d1d1 d1d1d1d1 d1d1d1d1 d1d1d1d1 d1d1d1d1 d1d1d1d1 d1d1d1d1",
    );
}

#[test]
fn manifest() {
    let row = ManifestRow {
        home: UploadId(11),
        bucket: BucketId(300),
        refs: 2,
        parts: 513,
    };
    check(&row, "01 0b ac02 02 8104");
    let page = ManifestPage {
        entries: vec![PageEntry {
            number: 1,
            size: 5 << 20,
            checksum: Some(checksum()),
        }],
    };
    check(&page, "01 01 01 8080c002 01050201020304");
    let multipart = ETag::multipart([etag(), etag()]).unwrap();
    check(&multipart, "01 426bb7c1 17076e11 bb66c10b 50359ec0 0102");
}

#[test]
fn space() {
    let extent = ExtentRow {
        segment: SegmentId(3),
        offset: 4096,
        record_bytes: 8192,
        refs: 1,
    };
    check(&extent, "01 03 8020 8040 01");
    let segment = SegmentRow {
        kind: SegmentKind::Packed,
        live_bytes: 1,
        end: 1 << 30,
    };
    check(&segment, "01 02 01 8080808004");
    let hint = DedupRow {
        extent: ExtentId(300),
        scope: [0xa5; 8],
        digest: [0x3c; 16],
    };
    check(
        &hint,
        "01 ac02 a5a5a5a5 a5a5a5a5 3c3c3c3c 3c3c3c3c 3c3c3c3c 3c3c3c3c",
    );
    let applied = AppliedRow {
        segment: SegmentId(3),
        offset: 4096,
        next_sequence: Sequence(5),
        next_extent: ExtentId(6),
    };
    check(&applied, "01 03 8020 05 06");
}

#[test]
fn event() {
    let row = EventRow {
        happened: Happened::Hidden,
        at: Timestamp(300),
        key: b"k".to_vec(),
        version: Some(VersionId::Numbered {
            sequence: Sequence(9),
            tag: 258,
        }),
        size: 300,
        etag: Some(etag()),
        note: b"n".to_vec(),
    };
    check(
        &row,
        "01 03 ac02 016b 01 01 09 8202 ac02 01e7e7e7e7 e7e7e7e7 e7e7e7e7 e7e7e7e7 00 016e",
    );
}

#[test]
fn trash() {
    check(&TrashRow::Body(runs()), "01 00 010105ac02030e0203");
    let parts = TrashRow::Parts {
        home: UploadId(11),
        numbers: vec![1, 10_000],
    };
    check(&parts, "01 01 0b 02 01 904e");
    let upload = TrashRow::Upload {
        home: UploadId(11),
        bucket: BucketId(300),
    };
    check(&upload, "01 02 0b ac02");
}
