//! The rows of the code, as the document lists them: names of fields and variants in order.

use std::fmt::Debug;

use serde::Serialize;
use storage_engine::hash::{Algorithm, Checksum, ETag};
use storage_engine::ids::{
    BucketId, ExtentId, SegmentId, Sequence, Timestamp, UploadId, VersionId,
};
use storage_engine::row::{
    self, AppliedRow, Attribute, Body, BucketRow, ChecksumKind, Compression, DedupRow,
    DefaultRetention, Detail, EventRow, ExtentRow, Happened, KeyCheck, Lock, ManifestPage,
    ManifestRow, ObjectChecksum, PageEntry, PageStart, PartRow, Quota, Retention, RetentionMode,
    Run, SegmentKind, SegmentRow, Summary, Tag, TrashRow, UploadRow, UsageRow, VersionRow,
    Versioning,
};

/// Every row and the names of its fields, in order.
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let mut samples = objects();
    samples.splice(0..0, buckets());
    samples.extend(uploads());
    samples.extend([
        ("ExtentRow", fields(&extent())),
        (
            "SegmentRow",
            fields(&SegmentRow {
                kind: SegmentKind::Log,
                live_bytes: 0,
                end: 0,
            }),
        ),
    ]);
    let shared = DedupRow {
        extent: ExtentId(1),
        scope: [0; 8],
        digest: [0; 16],
    };
    samples.push(("DedupRow", fields(&shared)));
    let event = EventRow {
        happened: Happened::Created,
        at: Timestamp(0),
        key: Vec::new(),
        version: None,
        size: 0,
        etag: None,
        note: Vec::new(),
    };
    samples.push(("EventRow", fields(&event)));
    samples
}

fn buckets() -> Vec<(&'static str, String)> {
    let bucket = BucketRow {
        id: BucketId(1),
        name: String::new(),
        owner: String::new(),
        created: Timestamp(0),
        versioning: Versioning::Off,
        lockable: false,
        default_retention: None,
        quota: Quota::default(),
        compression: Compression::None,
        deduplicate: false,
        tags: Vec::new(),
    };
    let retention = DefaultRetention {
        mode: RetentionMode::Governance,
        milliseconds: 0,
    };
    vec![
        ("AppliedRow", fields(&AppliedRow::default())),
        ("BucketRow", fields(&bucket)),
        ("DefaultRetention", fields(&retention)),
        ("Quota", fields(&Quota::default())),
        ("UsageRow", fields(&UsageRow::default())),
    ]
}

fn objects() -> Vec<(&'static str, String)> {
    let summary = Summary {
        sequence: Sequence(1),
        tag: 0,
        null: false,
        marker: false,
        modified: Timestamp(0),
        size: 0,
        etag: None,
        label: String::new(),
        owner: String::new(),
        checksum: None,
    };
    let detail = Detail {
        body: Body::Inline(Vec::new()),
        attributes: Vec::new(),
        tags: Vec::new(),
        lock: Lock::default(),
        key_check: None,
    };
    let run = Run {
        skip: 0,
        len: 0,
        ids: [ExtentId(1)].into_iter().collect(),
    };
    let retention = Retention {
        mode: RetentionMode::Governance,
        until: Timestamp(0),
    };
    let checksum = ObjectChecksum {
        checksum: checksum(),
        kind: ChecksumKind::Composite,
    };
    vec![
        (
            "VersionRow",
            fields(&VersionRow {
                summary: summary.clone(),
                detail: None,
            }),
        ),
        ("Summary", fields(&summary)),
        ("Detail", fields(&detail)),
        (
            "Attribute",
            fields(&Attribute {
                name: String::new(),
                value: Vec::new(),
            }),
        ),
        (
            "Tag",
            fields(&Tag {
                key: String::new(),
                value: String::new(),
            }),
        ),
        ("ObjectChecksum", fields(&checksum)),
        ("Lock", fields(&Lock::default())),
        ("Retention", fields(&retention)),
        (
            "KeyCheck",
            fields(&KeyCheck {
                salt: [0; 16],
                digest: [0; 32],
            }),
        ),
        ("Run", fields(&run)),
        ("PageStart", fields(&PageStart { offset: 0 })),
    ]
}

fn uploads() -> Vec<(&'static str, String)> {
    let upload = UploadRow {
        id: UploadId(1),
        tag: 0,
        started: Timestamp(0),
        touched: Sequence(1),
        parts_bytes: 0,
        label: String::new(),
        owner: String::new(),
        attributes: Vec::new(),
        tags: Vec::new(),
        lock: Lock::default(),
        key_check: None,
        checksum: None,
    };
    let part = PartRow {
        number: 1,
        size: 0,
        etag: ETag::md5([0; 16]),
        checksum: None,
        modified: Timestamp(0),
        sequence: Sequence(1),
        body: Body::Inline(Vec::new()),
        key_check: None,
    };
    let manifest = ManifestRow {
        home: UploadId(1),
        bucket: BucketId(1),
        refs: 1,
        parts: 1,
    };
    vec![
        ("UploadRow", fields(&upload)),
        ("PartRow", fields(&part)),
        ("ManifestRow", fields(&manifest)),
        (
            "ManifestPage",
            fields(&ManifestPage {
                entries: Vec::new(),
            }),
        ),
        (
            "PageEntry",
            fields(&PageEntry {
                number: 1,
                size: 0,
                checksum: None,
            }),
        ),
    ]
}

fn extent() -> ExtentRow {
    ExtentRow {
        segment: SegmentId(1),
        offset: 0,
        record_bytes: 0,
        refs: 1,
    }
}

fn checksum() -> Checksum {
    Checksum::new(Algorithm::Crc32, &[0; 4]).unwrap()
}

/// Serde writes the fields in the order of the declaration, and so does `Debug`.
fn fields(row: &impl Debug) -> String {
    let text = format!("{row:#?}");
    let own = text.lines().filter_map(|line| line.strip_prefix("    "));
    let own = own.filter(|line| !line.starts_with([' ', '}', ']', ')']));
    let names = own
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name);
    names.collect::<Vec<_>>().join(", ")
}

/// The variants of an enum with the numbers they are stored under.
pub(crate) fn variants(name: &str) -> String {
    let home = UploadId(1);
    let body = Body::Parts {
        home,
        tag: 0,
        parts: 0,
        pages: Vec::new(),
    };
    match name {
        "Versioning" => numbered(&[Versioning::Off, Versioning::Enabled, Versioning::Suspended]),
        "Compression" => numbered(&[Compression::None, Compression::Lz4, Compression::Zstd]),
        "RetentionMode" => numbered(&[RetentionMode::Governance, RetentionMode::Compliance]),
        "ChecksumKind" => numbered(&[ChecksumKind::FullObject, ChecksumKind::Composite]),
        "SegmentKind" => numbered(&[SegmentKind::Log, SegmentKind::Bulk, SegmentKind::Packed]),
        "Body" => numbered(&[Body::Inline(Vec::new()), Body::Runs(Vec::new()), body]),
        "TrashRow" => numbered(&[
            TrashRow::Body(Body::Inline(Vec::new())),
            TrashRow::Parts {
                home,
                numbers: Vec::new(),
            },
            TrashRow::Upload {
                home,
                bucket: BucketId(1),
            },
        ]),
        "Happened" | "VersionId" => of_events(name),
        "Algorithm" => numbered(&Algorithm::ALL),
        other => panic!("no enum {other}"),
    }
}

fn of_events(name: &str) -> String {
    let sequence = Sequence(1);
    match name {
        "Happened" => numbered(&[
            Happened::Created,
            Happened::Changed,
            Happened::Deleted,
            Happened::Hidden,
        ]),
        _ => numbered(&[VersionId::Null, VersionId::Numbered { sequence, tag: 0 }]),
    }
}

fn numbered(variants: &[impl Debug + Serialize]) -> String {
    let named = variants.iter().map(|variant| {
        let text = format!("{variant:?}");
        let name = text
            .split(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default();
        format!("{} {name}", row::encode(variant)[1])
    });
    named.collect::<Vec<_>>().join(", ")
}
