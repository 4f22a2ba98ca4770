//! Each of these breaks one thing that the rows promise.

use bytes::Bytes;

use super::super::*;
use crate::engine::rig::{BUCKET, Rig};
use crate::error::Damage;
use crate::index::Step;
use crate::key::{self, Key, Table};
use crate::row::{
    self, AppliedRow, Body, DedupRow, ExtentRow, ManifestPage, ManifestRow, PartRow, SegmentRow,
    UploadRow, UsageRow, VersionRow,
};

/// The first row of a table that satisfies a condition.
fn find<R: serde::de::DeserializeOwned>(
    rig: &Rig,
    table: Table,
    wanted: impl Fn(&R) -> bool,
) -> (Key, R) {
    let mut found = None;
    rig.index
        .walk(&key::table(table), &mut |key, value| {
            let row = row::decode(value).unwrap();
            match wanted(&row) {
                true => {
                    found = Some((Key::from_bytes(key.to_vec()), row));
                    Step::Stop
                }
                false => Step::Next,
            }
        })
        .unwrap();
    found.unwrap()
}

fn write<R: serde::Serialize>(rig: &Rig, key: &Key, row: &R) {
    rig.index
        .apply(&[(key.clone(), Some(row::encode(row).into()))])
        .unwrap();
}

fn remove(rig: &Rig, key: &Key) {
    rig.index.apply(&[(key.clone(), None)]).unwrap();
}

fn any<R>(_: &R) -> bool {
    true
}

/// What it is called, how it is done, and what the check must say to it.
type DamageCase = (&'static str, fn(&Rig), fn(&Problem) -> bool);

pub(super) const DAMAGES: &[DamageCase] = &[
    (
        "a row that does not decode",
        |rig| {
            let (key, _) = find::<VersionRow>(rig, Table::Current, any);
            rig.index
                .apply(&[(key, Some(Bytes::from_static(b"\x01nonsense")))])
                .unwrap();
        },
        |problem| matches!(problem, Problem::Row { .. }),
    ),
    (
        "a counter that is wrong",
        |rig| {
            let (key, row) = find::<UsageRow>(rig, Table::Usage, any);
            write(
                rig,
                &key,
                &UsageRow {
                    bytes: row.bytes + 1,
                    ..row
                },
            );
        },
        |problem| matches!(problem, Problem::Usage { .. }),
    ),
    (
        "a bucket that is gone",
        |rig| remove(rig, &Key::bucket(BUCKET)),
        |problem| matches!(problem, Problem::Orphan { .. }),
    ),
    (
        "an extent that is gone",
        |rig| {
            let (key, _) = find::<ExtentRow>(rig, Table::Extent, any);
            remove(rig, &key);
        },
        |problem| matches!(problem, Problem::MissingExtent { .. }),
    ),
    (
        "an object that is gone",
        |rig| {
            let chunks = |row: &VersionRow| {
                let detail = row.detail.as_ref().unwrap();
                matches!(&detail.body, Body::Runs(runs) if runs[0].ids.len() == 1)
            };
            let (key, _) = find::<VersionRow>(rig, Table::Current, chunks);
            remove(rig, &key);
        },
        |problem| matches!(problem, Problem::Leak { .. } | Problem::References { .. }),
    ),
    (
        "a count of names that is wrong",
        |rig| {
            let (key, row) = find::<ExtentRow>(rig, Table::Extent, any);
            write(
                rig,
                &key,
                &ExtentRow {
                    refs: row.refs + 1,
                    ..row
                },
            );
        },
        |problem| matches!(problem, Problem::References { .. }),
    ),
    (
        "a place where another chunk lies",
        |rig| {
            let (_, other) = find::<ExtentRow>(rig, Table::Extent, any);
            let (key, row) = find::<ExtentRow>(rig, Table::Extent, |row| *row != other);
            write(
                rig,
                &key,
                &ExtentRow {
                    refs: row.refs,
                    ..other
                },
            );
        },
        |problem| matches!(problem, Problem::Damage(Damage::Extent { .. })),
    ),
    (
        "a place in no segment",
        |rig| {
            let (key, row) = find::<ExtentRow>(rig, Table::Extent, any);
            write(
                rig,
                &key,
                &ExtentRow {
                    segment: SegmentId(77_777),
                    ..row
                },
            );
        },
        |problem| {
            matches!(
                problem,
                Problem::Damage(Damage::MissingSegment(SegmentId(77_777)))
            )
        },
    ),
    (
        "a place beyond its segment",
        |rig| {
            let (key, row) = find::<ExtentRow>(rig, Table::Extent, any);
            write(
                rig,
                &key,
                &ExtentRow {
                    offset: 1 << 40,
                    ..row
                },
            );
        },
        |problem| matches!(problem, Problem::Damage(Damage::Extent { .. })),
    ),
    (
        "an account that is wrong",
        |rig| {
            let (key, row) = find::<SegmentRow>(rig, Table::Segment, any);
            write(
                rig,
                &key,
                &SegmentRow {
                    live_bytes: row.live_bytes + 8,
                    ..row
                },
            );
        },
        |problem| matches!(problem, Problem::Account { .. }),
    ),
    (
        "an account that is gone",
        |rig| {
            let (key, _) = find::<SegmentRow>(rig, Table::Segment, |row| row.live_bytes > 0);
            remove(rig, &key);
        },
        |problem| matches!(problem, Problem::Account { recorded: None, .. }),
    ),
    (
        "a manifest that counts wrongly",
        |rig| {
            let (key, row) = find::<ManifestRow>(rig, Table::Manifest, any);
            write(
                rig,
                &key,
                &ManifestRow {
                    refs: row.refs - 1,
                    ..row
                },
            );
        },
        |problem| {
            matches!(
                problem,
                Problem::Shares {
                    recorded: 1,
                    counted: 2,
                    ..
                }
            )
        },
    ),
    (
        "a page that is gone",
        |rig| {
            let (key, _) = find::<ManifestPage>(rig, Table::Page, any);
            remove(rig, &key);
        },
        |problem| matches!(problem, Problem::Manifest { .. }),
    ),
    (
        "a part of a completed upload that is gone",
        |rig| {
            let (_, manifest) = find::<ManifestRow>(rig, Table::Manifest, any);
            remove(rig, &Key::part(manifest.home, 9));
        },
        |problem| matches!(problem, Problem::Manifest { .. }),
    ),
    (
        "a part of nothing",
        |rig| {
            let (_, part) = find::<PartRow>(rig, Table::Part, any);
            write(rig, &Key::part(UploadId(3), part.number), &part);
        },
        |problem| matches!(problem, Problem::Orphan { .. }),
    ),
    (
        "an upload that miscounts its parts",
        |rig| {
            let (key, row) = find::<UploadRow>(rig, Table::Upload, |row| row.parts_bytes > 0);
            write(
                rig,
                &key,
                &UploadRow {
                    parts_bytes: 3,
                    ..row
                },
            );
        },
        |problem| matches!(problem, Problem::Row { .. }),
    ),
    (
        "a body of another length",
        |rig| {
            let (key, mut row) =
                find::<VersionRow>(rig, Table::Current, |row| row.summary.size > 9);
            row.summary.size += 1;
            write(rig, &key, &row);
        },
        |problem| matches!(problem, Problem::Row { .. }),
    ),
    (
        "a pointer to the null version that is gone",
        |rig| {
            let (key, _) = find::<Sequence>(rig, Table::Null, any);
            remove(rig, &key);
        },
        |problem| matches!(problem, Problem::Row { .. }),
    ),
    (
        "a null version that is gone",
        |rig| {
            let (key, _) = find::<VersionRow>(rig, Table::Version, |row| row.summary.null);
            remove(rig, &key);
        },
        |problem| matches!(problem, Problem::Row { .. }),
    ),
    (
        "a delete marker that is gone",
        |rig| {
            let (key, _) = find::<VersionRow>(rig, Table::Version, |row| row.summary.marker);
            remove(rig, &key);
        },
        |problem| matches!(problem, Problem::Row { .. }),
    ),
    (
        "an old version under another sequence",
        |rig| {
            let (key, row) = find::<VersionRow>(rig, Table::Version, any);
            let (object, number) = key::object_key_and_number(key.as_bytes()).unwrap();
            let bucket = BucketId(key::number_of(key.as_bytes()).unwrap());
            remove(rig, &key);
            write(
                rig,
                &Key::version(bucket, &object, Sequence(number - 1)),
                &row,
            );
        },
        |problem| matches!(problem, Problem::Row { .. }),
    ),
    (
        "a store that has forgotten how far it was",
        |rig| {
            let key = Key::system(crate::commit::APPLIED);
            let row: AppliedRow = row::decode(&rig.index.get(&key).unwrap().unwrap()).unwrap();
            write(
                rig,
                &key,
                &AppliedRow {
                    next_extent: ExtentId(2),
                    ..row
                },
            );
        },
        |problem| matches!(problem, Problem::Row { .. }),
    ),
    (
        "a hint that leads into the future",
        |rig| {
            let hint = DedupRow {
                extent: ExtentId(1 << 40),
                scope: [1; 8],
                digest: [2; 16],
            };
            write(rig, &Key::dedup(1, &[3; 32]), &hint);
        },
        |problem| matches!(problem, Problem::Row { .. }),
    ),
    (
        "a segment that is gone",
        |rig| {
            rig.disk
                .remove_from_outside(&rig.files(".bulk")[0])
                .unwrap()
        },
        |problem| matches!(problem, Problem::Segment { .. }),
    ),
    (
        "a segment whose header is damaged",
        |rig| rig.disk.flip_bit(&rig.files(".bulk")[0], 20, 1).unwrap(),
        |problem| matches!(problem, Problem::Segment { .. }),
    ),
    (
        "a bit of a chunk that is flipped",
        |rig| {
            let (_, row) = find::<ExtentRow>(rig, Table::Extent, |row| row.record_bytes > 50_000);
            let name = rig.name_of(row.segment);
            let middle = row.offset + u64::from(row.record_bytes / 2);
            rig.disk.flip_bit(&name, middle, 1).unwrap();
        },
        |problem| matches!(problem, Problem::Damage(Damage::Extent { .. })),
    ),
];
