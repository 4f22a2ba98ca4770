//! Rows of every kind, any of them.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::hash::{Algorithm, Checksum, ETag};
use crate::ids::{BucketId, ExtentId, SegmentId, Sequence, Timestamp, UploadId, VersionId};

/// Small numbers, where a varint changes its length, and the ends.
pub(super) fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..300u64,
        (0..64u32).prop_map(|bits| 1 << bits),
        (0..64u32).prop_map(|bits| (1 << bits) - 1),
        any::<u64>(),
        Just(u64::MAX),
    ]
}

fn time() -> impl Strategy<Value = Timestamp> {
    number().prop_map(Timestamp)
}

fn sequence() -> impl Strategy<Value = Sequence> {
    number().prop_map(Sequence)
}

fn upload_id() -> impl Strategy<Value = UploadId> {
    number().prop_map(UploadId)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z/ ]{1,20}", "\\PC{0,8}"]
}

fn etag() -> impl Strategy<Value = ETag> {
    let parts = vec(any::<[u8; 16]>().prop_map(ETag::md5), 1..4);
    prop_oneof![
        any::<[u8; 16]>().prop_map(ETag::md5),
        parts.prop_map(|parts| ETag::multipart(parts).unwrap()),
    ]
}

fn algorithm() -> impl Strategy<Value = Algorithm> {
    proptest::sample::select(Algorithm::ALL.to_vec())
}

fn checksum() -> impl Strategy<Value = Checksum> {
    (algorithm(), any::<[u8; 64]>()).prop_map(|(algorithm, bytes)| {
        Checksum::new(algorithm, &bytes[..algorithm.value_bytes()]).unwrap()
    })
}

fn kind() -> impl Strategy<Value = ChecksumKind> {
    prop_oneof![
        Just(ChecksumKind::FullObject),
        Just(ChecksumKind::Composite)
    ]
}

fn key_check() -> impl Strategy<Value = KeyCheck> {
    any::<([u8; 16], [u8; 32])>().prop_map(|(salt, digest)| KeyCheck { salt, digest })
}

fn tags() -> impl Strategy<Value = Vec<Tag>> {
    vec(
        (text(), text()).prop_map(|(key, value)| Tag { key, value }),
        0..4,
    )
}

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    let attribute =
        (text(), vec(any::<u8>(), 0..20)).prop_map(|(name, value)| Attribute { name, value });
    vec(attribute, 0..4)
}

fn retention_mode() -> impl Strategy<Value = RetentionMode> {
    prop_oneof![
        Just(RetentionMode::Governance),
        Just(RetentionMode::Compliance)
    ]
}

fn lock() -> impl Strategy<Value = Lock> {
    let retention = (retention_mode(), time()).prop_map(|(mode, until)| Retention { mode, until });
    (option::of(retention), any::<bool>()).prop_map(|(retention, legal_hold)| Lock {
        retention,
        legal_hold,
    })
}

pub(super) fn extents() -> impl Strategy<Value = Vec<ExtentId>> {
    vec(number().prop_map(ExtentId), 0..40)
}

fn run() -> impl Strategy<Value = Run> {
    (any::<u32>(), number(), extents()).prop_map(|(skip, len, ids)| Run {
        skip,
        len,
        ids: ids.into_iter().collect(),
    })
}

pub(super) fn body() -> impl Strategy<Value = Body> {
    let pages = vec(number().prop_map(|offset| PageStart { offset }), 0..20);
    prop_oneof![
        vec(any::<u8>(), 0..50).prop_map(Body::Inline),
        vec(run(), 0..4).prop_map(Body::Runs),
        (upload_id(), number(), any::<u16>(), pages).prop_map(|(home, tag, parts, pages)| {
            Body::Parts {
                home,
                tag,
                parts,
                pages,
            }
        }),
    ]
}

fn summary() -> impl Strategy<Value = Summary> {
    let object_checksum =
        (checksum(), kind()).prop_map(|(checksum, kind)| ObjectChecksum { checksum, kind });
    let numbers = (sequence(), number(), time(), number());
    let flags = (any::<bool>(), any::<bool>());
    let rest = (
        option::of(etag()),
        text(),
        text(),
        option::of(object_checksum),
    );
    (numbers, flags, rest).prop_map(|(numbers, (null, marker), rest)| {
        let (sequence, tag, modified, size) = numbers;
        let (etag, label, owner, checksum) = rest;
        Summary {
            sequence,
            tag,
            null,
            marker,
            modified,
            size,
            etag,
            label,
            owner,
            checksum,
        }
    })
}

pub(super) fn version() -> impl Strategy<Value = VersionRow> {
    let detail = (
        body(),
        attributes(),
        tags(),
        lock(),
        option::of(key_check()),
    );
    let detail = detail.prop_map(|(body, attributes, tags, lock, key_check)| Detail {
        body,
        attributes,
        tags,
        lock,
        key_check,
    });
    (summary(), option::of(detail)).prop_map(|(summary, detail)| VersionRow { summary, detail })
}

pub(super) fn upload() -> impl Strategy<Value = UploadRow> {
    let numbers = (upload_id(), number(), time(), sequence(), number());
    let texts = (text(), text(), attributes(), tags());
    let rest = (
        lock(),
        option::of(key_check()),
        option::of((algorithm(), kind())),
    );
    (numbers, texts, rest).prop_map(|(numbers, texts, (lock, key_check, checksum))| {
        let (id, tag, started, touched, parts_bytes) = numbers;
        let (label, owner, attributes, tags) = texts;
        UploadRow {
            id,
            tag,
            started,
            touched,
            parts_bytes,
            label,
            owner,
            attributes,
            tags,
            lock,
            key_check,
            checksum,
        }
    })
}

pub(super) fn part() -> impl Strategy<Value = PartRow> {
    let what = (any::<u16>(), number(), etag(), option::of(checksum()));
    let rest = (time(), sequence(), body(), option::of(key_check()));
    (what, rest).prop_map(|((number, size, etag, checksum), rest)| {
        let (modified, sequence, body, key_check) = rest;
        PartRow {
            number,
            size,
            etag,
            checksum,
            modified,
            sequence,
            body,
            key_check,
        }
    })
}

pub(super) fn manifest() -> impl Strategy<Value = ManifestRow> {
    (upload_id(), number(), number(), any::<u16>()).prop_map(|(home, bucket, refs, parts)| {
        ManifestRow {
            home,
            bucket: BucketId(bucket),
            refs,
            parts,
        }
    })
}

pub(super) fn page() -> impl Strategy<Value = ManifestPage> {
    let entry = (any::<u16>(), number(), option::of(checksum()));
    let entry = entry.prop_map(|(number, size, checksum)| PageEntry {
        number,
        size,
        checksum,
    });
    vec(entry, 0..20).prop_map(|entries| ManifestPage { entries })
}

pub(super) fn bucket() -> impl Strategy<Value = BucketRow> {
    let versioning = prop_oneof![
        Just(Versioning::Off),
        Just(Versioning::Enabled),
        Just(Versioning::Suspended)
    ];
    let compression = prop_oneof![
        Just(Compression::None),
        Just(Compression::Lz4),
        Just(Compression::Zstd)
    ];
    let retention = (retention_mode(), number())
        .prop_map(|(mode, milliseconds)| DefaultRetention { mode, milliseconds });
    let quota = (option::of(number()), option::of(number())).prop_map(|(bytes, objects)| Quota {
        bytes_max: bytes,
        objects_max: objects,
    });
    let what = (number(), text(), text(), time(), tags());
    let flags = (any::<bool>(), any::<bool>());
    let settings = (versioning, option::of(retention), quota, compression);
    (what, flags, settings).prop_map(|(what, (lockable, deduplicate), settings)| {
        let (id, name, owner, created, tags) = what;
        let (versioning, default_retention, quota, compression) = settings;
        BucketRow {
            id: BucketId(id),
            name,
            owner,
            created,
            versioning,
            lockable,
            default_retention,
            quota,
            compression,
            deduplicate,
            tags,
        }
    })
}

pub(super) fn usage() -> impl Strategy<Value = UsageRow> {
    [number(), number(), number(), number(), number()].prop_map(|numbers| {
        let [objects, versions, bytes, upload_bytes, uploads] = numbers;
        UsageRow {
            objects,
            versions,
            bytes,
            upload_bytes,
            uploads,
        }
    })
}

pub(super) fn extent() -> impl Strategy<Value = ExtentRow> {
    (number(), number(), any::<u32>(), any::<u32>()).prop_map(
        |(segment, offset, record_bytes, refs)| ExtentRow {
            segment: SegmentId(segment),
            offset,
            record_bytes,
            refs,
        },
    )
}

pub(super) fn hint() -> impl Strategy<Value = DedupRow> {
    (number(), any::<[u8; 8]>(), any::<[u8; 16]>()).prop_map(|(extent, scope, digest)| DedupRow {
        extent: ExtentId(extent),
        scope,
        digest,
    })
}

pub(super) fn segment() -> impl Strategy<Value = SegmentRow> {
    let kind = prop_oneof![
        Just(SegmentKind::Log),
        Just(SegmentKind::Bulk),
        Just(SegmentKind::Packed)
    ];
    (kind, number(), number()).prop_map(|(kind, live_bytes, end)| SegmentRow {
        kind,
        live_bytes,
        end,
    })
}

pub(super) fn event() -> impl Strategy<Value = EventRow> {
    let happened = prop_oneof![
        Just(Happened::Created),
        Just(Happened::Changed),
        Just(Happened::Deleted),
        Just(Happened::Hidden)
    ];
    let version = prop_oneof![
        Just(VersionId::Null),
        (sequence(), number()).prop_map(|(sequence, tag)| VersionId::Numbered { sequence, tag }),
    ];
    let what = (happened, time(), option::of(version), number());
    let rest = (
        vec(any::<u8>(), 0..20),
        option::of(etag()),
        vec(any::<u8>(), 0..50),
    );
    (what, rest).prop_map(
        |((happened, at, version, size), (key, etag, note))| EventRow {
            happened,
            at,
            key,
            version,
            size,
            etag,
            note,
        },
    )
}

pub(super) fn trash() -> impl Strategy<Value = TrashRow> {
    let upload = (upload_id(), number()).prop_map(|(home, bucket)| TrashRow::Upload {
        home,
        bucket: BucketId(bucket),
    });
    prop_oneof![
        body().prop_map(TrashRow::Body),
        (upload_id(), vec(any::<u16>(), 0..20))
            .prop_map(|(home, numbers)| TrashRow::Parts { home, numbers }),
        upload,
    ]
}

pub(super) fn applied() -> impl Strategy<Value = AppliedRow> {
    [number(), number(), number(), number()].prop_map(|[segment, offset, sequence, extent]| {
        AppliedRow {
            segment: SegmentId(segment),
            offset,
            next_sequence: Sequence(sequence),
            next_extent: ExtentId(extent),
        }
    })
}
