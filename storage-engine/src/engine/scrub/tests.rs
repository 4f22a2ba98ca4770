use std::ops::ControlFlow;

use super::super::rig::{self, BUCKET, MIB, Rig, body, populate};
use super::super::work::unwatched;
use super::*;
use crate::disk::sim::Survival;
use crate::error::Damage;
use crate::ids::ExtentId;
use crate::key::{self, Key, Table};
use crate::row::{self, Body, ExtentRow};

const FREE: ScrubOptions = ScrubOptions {
    bytes_per_second: 0,
    from: None,
};

/// A populated store that was closed, and one of its own to break.
async fn sound() -> Rig {
    let rig = Rig::new(1);
    let engine = rig.open();
    populate(&engine).await;
    engine.sweeper.sweep().await.unwrap();
    engine.shutdown().await.unwrap();
    rig
}

fn copy_of(rig: &Rig) -> Rig {
    rig.after_crash(Survival::Everything, 0)
}

/// Opens a store and lets its log go on in a new segment, so that everything older is sealed.
async fn open(rig: &Rig) -> Engine {
    let engine = rig.open();
    engine
        .put_document(BUCKET, "kind", bytes::Bytes::from_static(b"text"))
        .await
        .unwrap();
    engine
}

/// Everything that is alive; what a bulk segment that is still open holds is not sealed.
async fn sealed_extents(rig: &Rig) -> Vec<(ExtentId, ExtentRow)> {
    let engine = open(&copy_of(rig)).await;
    let Store::Embedded {
        embedded,
        segments,
        keeper,
        ..
    } = &engine.store
    else {
        panic!()
    };
    let mut extents = Vec::new();
    let visit = &mut |key: &[u8], value: &[u8]| {
        let row: ExtentRow = row::decode(value).unwrap();
        let segment = segments.get(row.segment).unwrap();
        if segment.kind() == SegmentKind::Log || keeper.is_sealed(&segment) {
            extents.push((ExtentId(key::number_of(key).unwrap()), row));
        }
        crate::index::Step::Next
    };
    embedded
        .index()
        .walk(&key::table(Table::Extent), visit)
        .unwrap();
    extents
}

#[tokio::test]
async fn a_sound_store_scrubs_clean() {
    let engine = open(&sound().await).await;
    let mut told = 0;
    let mut watch = |work: Work| {
        assert!(work.done <= work.total, "{work:?}");
        told += 1;
        ControlFlow::Continue(())
    };
    let report = engine.scrub(FREE, &mut watch).await.unwrap();
    assert_eq!(
        (report.damaged_total, report.dead_damaged, report.next),
        (0, 0, None)
    );
    assert!(
        report.records > 20 && report.bytes > MIB as u64,
        "{report:?}"
    );
    assert_eq!(engine.stats().await.unwrap().scrub.runs, 1);
}

#[tokio::test]
async fn every_flipped_bit_of_what_is_alive_is_found() {
    let rig = sound().await;
    let extents = sealed_extents(&rig).await;
    assert!(extents.len() >= 12, "{}", extents.len());
    for (extent, row) in extents {
        let len = u64::from(row.record_bytes);
        for (at, bit) in [
            (0, 0),
            (20, 5),
            (70, 7),
            (len / 2, 2),
            (len - 9, 1),
            (len - 1, 6),
        ] {
            let rig = copy_of(&rig);
            rig.disk
                .flip_bit(&rig.name_of(row.segment), row.offset + at, bit)
                .unwrap();
            let engine = open(&rig).await;
            let report = engine.scrub(FREE, &mut unwatched).await.unwrap();
            assert_eq!(
                report.damaged_total, 1,
                "{extent} {row:?} at {at}: {report:?}"
            );
            let found = &report.damaged[0];
            let Damage::Extent {
                extent: named,
                segment,
                offset,
                ..
            } = found.damage
            else {
                panic!("{found:?}");
            };
            assert_eq!((named, segment, offset), (extent, row.segment, row.offset));
            assert!(!found.affected.is_empty(), "{found:?}");
        }
    }
}

#[tokio::test]
async fn those_who_need_a_damaged_chunk_are_named() {
    let rig = sound().await;
    let engine = open(&rig).await;
    let info = engine
        .head(rig::target(BUCKET, "copy of k3"))
        .await
        .unwrap();
    let Body::Runs(runs) = info.row.detail.unwrap().body else {
        panic!()
    };
    let small = runs[0].ids.iter().next().unwrap();
    let upload = engine.head(rig::target(BUCKET, "parts")).await.unwrap();
    let Body::Parts { home, .. } = upload.row.detail.unwrap().body else {
        panic!()
    };
    let part: row::PartRow = engine.meta.row(Key::part(home, 1)).await.unwrap().unwrap();
    let Body::Runs(runs) = part.body else {
        panic!()
    };
    let large = runs[0].ids.iter().next().unwrap();
    let mut places = Vec::new();
    for extent in [small, large] {
        let row: ExtentRow = engine.meta.row(Key::extent(extent)).await.unwrap().unwrap();
        places.push((rig.name_of(row.segment), row.offset + 600));
    }
    engine.shutdown().await.unwrap();
    drop(engine);
    let engine = open(&rig).await;
    for (name, at) in places {
        rig.disk.flip_bit(&name, at, 0).unwrap();
    }
    // What is in the segment that is being filled is looked at once it is full.
    for number in 0..6 {
        rig::put(&engine, BUCKET, "filler", &body(number, 900_000))
            .await
            .unwrap();
    }
    let report = engine.scrub(FREE, &mut unwatched).await.unwrap();
    let names: Vec<Vec<String>> = report
        .damaged
        .iter()
        .map(|chunk| chunk.affected.iter().map(Affected::to_string).collect())
        .collect();
    let expected = [
        vec![
            "bucket/copy of k3 (version null)",
            "bucket/k3 (version null)",
        ],
        vec![
            "bucket/parts (version null)",
            "versioned/parts too (version null)",
        ],
    ];
    assert_eq!(names, expected, "{report:?}");
    assert_eq!(engine.stats().await.unwrap().scrub.damaged_chunks, 2);
}

#[tokio::test]
async fn a_missing_and_a_truncated_segment_are_found() {
    let rig = sound().await;
    let extents = sealed_extents(&rig).await;
    let (_, some) = extents
        .iter()
        .find(|(_, row)| row.record_bytes > 1000)
        .unwrap();
    let segment = some.segment;
    let in_it = extents
        .iter()
        .filter(|(_, row)| row.segment == segment)
        .count() as u64;
    assert!(in_it > 0);
    // A store whose log has gone on in another segment: it opens without the older one.
    let rig = copy_of(&rig);
    let name = rig.name_of(segment);
    open(&rig).await.shutdown().await.unwrap();
    for gone in [true, false] {
        let rig = copy_of(&rig);
        if gone {
            rig.disk.remove_from_outside(&name).unwrap();
        }
        let engine = open(&rig).await;
        if !gone {
            rig.disk.truncate(&name, 4096).unwrap();
        }
        let report = engine.scrub(FREE, &mut unwatched).await.unwrap();
        assert_eq!(report.damaged_total, in_it, "{report:?}");
        assert!(
            report
                .damaged
                .iter()
                .all(|chunk| !chunk.affected.is_empty()),
            "{report:?}"
        );
    }
}

#[tokio::test]
async fn what_is_dead_is_only_counted() {
    let rig = Rig::new(5);
    let engine = rig.open();
    rig::make_bucket(&engine, BUCKET).await;
    for number in 0..8 {
        let key = format!("k{number}");
        rig::put(&engine, BUCKET, &key, &body(number, 900_000))
            .await
            .unwrap();
    }
    let head = engine.head(rig::target(BUCKET, "k0")).await.unwrap();
    let Body::Runs(runs) = head.row.detail.unwrap().body else {
        panic!()
    };
    let extent = runs[0].ids.iter().next().unwrap();
    let row: ExtentRow = engine.meta.row(Key::extent(extent)).await.unwrap().unwrap();
    rig::delete(&engine, BUCKET, "k0", None).await.unwrap();
    rig.disk
        .flip_bit(&rig.name_of(row.segment), row.offset + 5000, 0)
        .unwrap();
    let report = engine.scrub(FREE, &mut unwatched).await.unwrap();
    assert_eq!(
        (report.damaged_total, report.dead_damaged),
        (0, 1),
        "{report:?}"
    );
}

#[tokio::test]
async fn an_interrupted_scrub_goes_on_where_it_was() {
    let sound = sound().await;
    let whole = open(&copy_of(&sound))
        .await
        .scrub(FREE, &mut unwatched)
        .await
        .unwrap();
    let extents = sealed_extents(&sound).await;
    let rig = copy_of(&sound);
    let (_, last) = extents
        .iter()
        .max_by_key(|(_, row)| (row.segment, row.offset))
        .unwrap();
    rig.disk
        .flip_bit(&rig.name_of(last.segment), last.offset + 100, 0)
        .unwrap();
    let engine = open(&rig).await;
    let (mut from, mut runs, mut bytes, mut found) = (None, 0, 0, 0);
    loop {
        let options = ScrubOptions { from, ..FREE };
        let mut stop = |_: Work| ControlFlow::Break(());
        let report = engine.scrub(options, &mut stop).await.unwrap();
        (runs, bytes) = (runs + 1, bytes + report.bytes);
        found += report.damaged_total;
        assert!(report.next.is_none() || report.next > from, "{report:?}");
        match report.next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    assert_eq!((found, bytes), (1, whole.bytes), "{runs} runs");
    assert_eq!(engine.stats().await.unwrap().scrub.runs, 1);
}

/// What is still being filled is read no faster than the rest, and told of as the rest is.
#[tokio::test]
async fn the_rate_holds_for_what_is_not_sealed_too() {
    let rig = Rig::new(3);
    let engine = rig.open();
    rig::make_bucket(&engine, BUCKET).await;
    for number in 0..12 {
        let key = format!("k{number}");
        rig::put(&engine, BUCKET, &key, &body(number, 700_000))
            .await
            .unwrap();
    }
    let whole = engine.scrub(FREE, &mut unwatched).await.unwrap();
    assert!(whole.bytes > 8 * MIB as u64, "{whole:?}");
    let options = ScrubOptions {
        bytes_per_second: 4 * MIB as u64,
        from: None,
    };
    let (mut last, begun) = (0, Instant::now());
    let mut watch = |work: Work| {
        assert!(work.done >= last && work.done <= work.total, "{work:?}");
        assert!(work.total >= whole.bytes, "{work:?}");
        last = work.done;
        ControlFlow::Continue(())
    };
    let report = engine.scrub(options, &mut watch).await.unwrap();
    // A second's worth goes at once.
    let seconds = begun.elapsed().as_secs_f64();
    let least = report.bytes as f64 / (4 * MIB) as f64 - 1.0;
    assert!(seconds >= least, "{seconds} s, {least} at least");
    assert!(last > 0 && last <= report.bytes, "{last} of {report:?}");
    // Stopped in the middle, the report says what was told.
    let mut told = 0;
    let mut stop = |work: Work| {
        told = work.done;
        ControlFlow::Break(())
    };
    let report = engine.scrub(options, &mut stop).await.unwrap();
    assert_eq!((report.bytes, report.next.is_some()), (told, true));
}

#[tokio::test]
async fn scrubbing_beside_everybody_else_raises_no_false_alarm() {
    let rig = Rig::new(9);
    let engine = rig.open();
    rig::make_bucket(&engine, BUCKET).await;
    let over = std::cell::Cell::new(false);
    let load = async {
        for round in 0..60u64 {
            let data = body(round, [3000, 100_000, 700_000][round as usize % 3]);
            rig::put(&engine, BUCKET, &format!("k{}", round % 17), &data)
                .await
                .unwrap();
            rig::delete(&engine, BUCKET, &format!("k{}", round * 3 % 17), None)
                .await
                .unwrap();
            if round % 10 == 9 {
                engine.compact().await.unwrap();
            }
        }
        over.set(true);
    };
    let scrubs = async {
        let mut records = 0;
        while !over.get() {
            let report = engine.scrub(FREE, &mut unwatched).await.unwrap();
            assert_eq!(report.damaged_total, 0, "{report:?}");
            records += report.records;
            tokio::task::yield_now().await;
        }
        records
    };
    let ((), records) = tokio::join!(load, scrubs);
    assert!(records > 50, "{records}");
}
