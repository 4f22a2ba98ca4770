use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::FutureExt;

use super::super::rig::{self, BUCKET, MIB, Rig, body};
use super::*;
use crate::disk::sim::{Call, SimDisk, Survival};
use crate::row::SegmentKind;

fn sealed(id: u64, kind: SegmentKind, dead_percent: u64) -> Sealed {
    let capacity = 100 << 20;
    let live_bytes = capacity / 100 * (100 - dead_percent);
    Sealed {
        id: SegmentId(id),
        kind,
        capacity,
        end: capacity,
        live_bytes,
        is_newest: false,
    }
}

#[test]
fn the_choice_follows_the_table() {
    use Pressure::{Plenty, Short};
    use SegmentKind::{Bulk, Log, Packed};
    let config = CompactConfig::default();
    let old = |dead| sealed(1, Bulk, dead);
    let young = |dead| sealed(90, Bulk, dead);
    let table: &[(&str, &[Sealed], Pressure, Option<u64>)] = &[
        ("nothing is there", &[], Plenty, None),
        ("nothing is dead", &[old(0), young(1)], Short, None),
        ("too little is dead", &[old(19), young(19)], Plenty, None),
        ("enough is dead", &[old(3), young(21)], Plenty, Some(90)),
        (
            "the older of equals",
            &[old(40), young(40)],
            Plenty,
            Some(1),
        ),
        (
            "age outweighs a little more garbage",
            &[old(30), young(60)],
            Plenty,
            Some(1),
        ),
        (
            "but not everything",
            &[sealed(80, Bulk, 25), young(95)],
            Plenty,
            Some(90),
        ),
        (
            "dead but little in all",
            &[old(21), old(0), old(1), old(2)],
            Plenty,
            None,
        ),
        (
            "which does not matter when space is short",
            &[old(21), old(0), old(1)],
            Short,
            Some(1),
        ),
        (
            "little is enough when space is short",
            &[old(6), young(4)],
            Short,
            Some(1),
        ),
        ("but not nothing", &[old(3), young(4)], Short, None),
        (
            "most space first when it is short",
            &[old(30), young(31)],
            Short,
            Some(90),
        ),
        ("logs too", &[sealed(7, Log, 50)], Plenty, Some(7)),
        ("and packed ones", &[sealed(8, Packed, 50)], Plenty, Some(8)),
    ];
    for (what, segments, pressure, expected) in table {
        let chosen = choose(segments, SegmentId(100), *pressure, &config);
        assert_eq!(chosen, expected.map(SegmentId), "{what}");
    }
}

#[test]
fn the_rest_that_fits_nothing_is_not_dead() {
    let full = Sealed {
        id: SegmentId(1),
        kind: SegmentKind::Packed,
        capacity: 4 << 20,
        end: (3 << 20) + 5000,
        live_bytes: (3 << 20) + 5000 - RECORDS_AT,
        is_newest: false,
    };
    let dead_bytes = |it: &Sealed| it.dead_bytes(Pressure::Plenty);
    assert_eq!(dead_bytes(&full), 0);
    let half = Sealed {
        end: 1 << 20,
        live_bytes: (1 << 20) - RECORDS_AT,
        ..full
    };
    assert!(dead_bytes(&half) > 1 << 20, "{}", dead_bytes(&half));
    let newest = Sealed {
        is_newest: true,
        ..half
    };
    assert_eq!(dead_bytes(&newest), 0, "it was stopped at, and may wait");
    let wanted = newest.dead_bytes(Pressure::Short);
    assert_eq!(wanted, dead_bytes(&half), "not when space is short");
    let log = Sealed {
        kind: SegmentKind::Log,
        ..full
    };
    assert!(dead_bytes(&log) > 900_000, "{}", dead_bytes(&log));
}

#[test]
fn the_bucket_holds_the_rate_whatever_is_taken() {
    let at = Duration::from_millis;
    let mut bucket = TokenBucket::new(1000);
    assert_eq!(bucket.take(1000, at(0)), at(0));
    assert_eq!(bucket.take(500, at(0)), at(500));
    assert_eq!(bucket.take(0, at(500)), at(0));
    // A long rest does not save up more than a second's worth.
    assert_eq!(bucket.take(1500, at(100_000)), at(500));
    // Time that stands still or goes back gives nothing.
    assert_eq!(bucket.take(100, at(90_000)), at(600));
    let mut free = TokenBucket::new(0);
    assert_eq!(free.take(u64::MAX, at(0)), at(0));
    let mut huge = TokenBucket::new(1);
    assert!(huge.take(u64::MAX, at(0)) > at(1 << 40));
}

type Model = BTreeMap<String, Bytes>;

/// Objects of all sizes, most of which are deleted again; what remains.
async fn holes(engine: &Engine) -> Model {
    rig::make_bucket(engine, BUCKET).await;
    let mut model = Model::new();
    for number in 0..40u64 {
        let len = [3000, 100_000, 300_000, MIB + 70_000][number as usize % 4];
        let (key, data) = (format!("k{number}"), body(number, len));
        rig::put(engine, BUCKET, &key, &data).await.unwrap();
        model.insert(key, data);
    }
    for number in (0..40).filter(|number| number % 5 != 0) {
        let key = format!("k{number}");
        rig::delete(engine, BUCKET, &key, None).await.unwrap();
        model.remove(&key);
    }
    engine.sweeper.sweep().await.unwrap();
    model
}

async fn expect(engine: &Engine, model: &Model) {
    for (key, data) in model {
        let found = rig::get(engine, BUCKET, key).await.unwrap();
        assert_eq!(found.as_deref(), Some(&data[..]), "{key}");
    }
}

fn compactor(engine: &Engine) -> &Compactor {
    match &engine.store {
        Store::Embedded { compactor, .. } => compactor,
        Store::Memory => panic!("a store on a disk"),
    }
}

#[tokio::test]
async fn what_is_alive_moves_together_and_the_rest_goes() {
    let rig = Rig::new(1);
    let engine = rig.open_alone();
    let model = holes(&engine).await;
    let before = rig.files(".bulk").len();
    assert!(before >= 5, "{before}");
    let done = engine.compact().await.unwrap();
    assert!(done > 0);
    assert!(rig.files(".bulk").len() <= 3, "{:?}", rig.files(""));
    assert!(!rig.files(".packed").is_empty());
    expect(&engine, &model).await;
    assert_eq!(engine.check().await.unwrap(), []);
    let stats = compactor(&engine).stats();
    assert_eq!(stats.segments, done);
    assert!(
        stats.moved_chunks > 3 && stats.moved_bytes > MIB as u64,
        "{stats:?}"
    );
    // There is nothing left to do.
    assert_eq!(engine.compact().await.unwrap(), 0);
    engine.shutdown().await.unwrap();
    drop(engine);
    let engine = rig.open();
    expect(&engine, &model).await;
    assert_eq!(engine.check().await.unwrap(), []);
}

#[tokio::test]
async fn packed_segments_are_filled_before_others_are_made() {
    let rig = Rig::new(2);
    for round in 0..6 {
        let engine = rig.open();
        if round == 0 {
            rig::make_bucket(&engine, BUCKET).await;
        }
        for number in 0..8u64 {
            let key = format!("r{round} k{number}");
            rig::put(&engine, BUCKET, &key, &body(number, 400_000))
                .await
                .unwrap();
        }
        for number in 1..8 {
            rig::delete(&engine, BUCKET, &format!("r{round} k{number}"), None)
                .await
                .unwrap();
        }
        engine.compact().await.unwrap();
        assert_eq!(engine.check().await.unwrap(), []);
        engine.shutdown().await.unwrap();
    }
    assert_eq!(rig.files(".packed").len(), 1, "{:?}", rig.files(""));
}

#[tokio::test]
async fn a_reader_keeps_what_it_reads_from_under_compaction() {
    use futures_util::StreamExt;
    let rig = Rig::new(3);
    let engine = rig.open();
    rig::make_bucket(&engine, BUCKET).await;
    let data = body(1, 3 * MIB);
    rig::put(&engine, BUCKET, "kept", &data).await.unwrap();
    for number in 0..8u64 {
        rig::put(&engine, BUCKET, "gone", &body(number, 900_000))
            .await
            .unwrap();
    }
    let reader = engine
        .open(rig::target(BUCKET, "kept"), None)
        .await
        .unwrap();
    let mut stream = reader.stream(0..data.len() as u64);
    let mut read = stream.next().await.unwrap().unwrap().to_vec();
    rig::delete(&engine, BUCKET, "kept", None).await.unwrap();
    engine.sweeper.sweep().await.unwrap();
    engine.compact().await.unwrap();
    for number in 0..20u64 {
        rig::put(
            &engine,
            BUCKET,
            &format!("new {number}"),
            &body(number, 900_000),
        )
        .await
        .unwrap();
    }
    while let Some(piece) = stream.next().await {
        read.extend_from_slice(&piece.unwrap());
    }
    assert!(read == data);
    drop(stream);
    engine.sweeper.sweep().await.unwrap();
    assert_eq!(engine.check().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn compaction_and_everybody_else_at_the_same_time() {
    let rig = Rig::new(4);
    let engine = Arc::new(rig.open());
    rig::make_bucket(&engine, BUCKET).await;
    let writers = (0..4u64).map(|writer| {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move {
            let mut model = Model::new();
            for round in 0..60u64 {
                let key = format!("w{writer} k{}", round * 7 % 11);
                let len = [2000, 9000, 150_000, MIB + 9][(round + writer) as usize % 4];
                let data = body(round * 100 + writer, len);
                rig::put(&engine, BUCKET, &key, &data).await.unwrap();
                model.insert(key, data);
                let gone = format!("w{writer} k{}", round * 5 % 11);
                rig::delete(&engine, BUCKET, &gone, None).await.unwrap();
                model.remove(&gone);
                let some = model.iter().nth(round as usize % model.len().max(1));
                if let Some((key, data)) = some {
                    let found = rig::get(&engine, BUCKET, key).await.unwrap();
                    assert!(found.as_deref() == Some(&data[..]), "{key}");
                }
            }
            model
        })
    });
    let writers: Vec<_> = writers.collect();
    let compacting = {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move {
            let mut done = 0;
            for _ in 0..200 {
                done += engine.compact().await.unwrap();
                engine.sweeper.sweep().await.unwrap();
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            done
        })
    };
    let mut models = Vec::new();
    for writer in writers {
        models.push(writer.await.unwrap());
    }
    assert!(compacting.await.unwrap() > 5);
    for model in &models {
        expect(&engine, model).await;
    }
    engine.sweeper.sweep().await.unwrap();
    assert_eq!(engine.check().await.unwrap(), []);
}

/// Fills a store, then compacts it with the power going at `step` of that; nothing if it has fewer.
async fn compact_with_crash(seed: u64, step: u64) -> Option<(Rig, Model)> {
    let rig = Rig::new(seed);
    let engine = rig.open_alone();
    let model = holes(&engine).await;
    rig.disk.crash_at(rig.disk.steps() + step);
    let done = engine.compact().await;
    done.is_err().then_some((rig, model))
}

#[tokio::test]
async fn a_crash_at_any_step_of_a_compaction_loses_nothing() {
    let survivals = [
        Survival::Nothing,
        Survival::Everything,
        Survival::Prefix,
        Survival::Any,
    ];
    let mut steps = 0;
    while let Some((rig, model)) = compact_with_crash(5, steps).await {
        let step = steps;
        steps += 1;
        for (seed, survival) in (0..).zip(survivals) {
            let rig = rig.after_crash(survival, step * 10 + seed);
            let engine = rig.open();
            expect(&engine, &model).await;
            assert_eq!(
                engine.check().await.unwrap(),
                [],
                "step {step}, {survival:?}"
            );
            engine.compact().await.unwrap();
            expect(&engine, &model).await;
            assert_eq!(
                engine.check().await.unwrap(),
                [],
                "step {step}, {survival:?}, again"
            );
            drop(engine);
        }
    }
    assert!(steps > 15, "{steps}");
}

#[tokio::test]
async fn what_is_damaged_is_neither_moved_nor_lost_with_its_segment() {
    let rig = Rig::new(6);
    let engine = rig.open_alone();
    let model = holes(&engine).await;
    // One chunk of an object that lies in a segment full of holes.
    let damaged = "k15";
    let info = engine.head(rig::target(BUCKET, damaged)).await.unwrap();
    let crate::row::Body::Runs(runs) = info.row.detail.unwrap().body else {
        panic!()
    };
    let extent = runs[0].ids.iter().next().unwrap();
    let row: crate::row::ExtentRow = engine
        .meta
        .row(crate::key::Key::extent(extent))
        .await
        .unwrap()
        .unwrap();
    let name = rig.name_of(row.segment);
    rig.disk.flip_bit(&name, row.offset + 40_000, 3).unwrap();
    engine.compact().await.unwrap();
    assert!(rig.files("").contains(&name), "{:?}", rig.files(""));
    let stats = compactor(&engine).stats();
    assert_eq!(stats.damaged_chunks, 1, "{stats:?}");
    let read = rig::get(&engine, BUCKET, damaged).await;
    assert!(matches!(read, Err(Error::Damaged { .. })), "{read:?}");
    let rest: Model = model
        .into_iter()
        .filter(|(key, _)| key != damaged)
        .collect();
    expect(&engine, &rest).await;
    assert_eq!(engine.check().await.unwrap().len(), 1);
    // It is not tried again and again.
    assert_eq!(engine.compact().await.unwrap(), 0);
}

#[tokio::test]
async fn a_full_drive_stops_compaction_and_nothing_else() {
    let rig = Rig::new(7);
    let engine = rig.open();
    let model = holes(&engine).await;
    rig.disk.full_at(1);
    let full = engine.compact().await;
    assert!(matches!(full, Err(Error::NoSpace { .. })), "{full:?}");
    expect(&engine, &model).await;
    assert_eq!(engine.check().await.unwrap(), []);
    rig.disk.full_at(1 << 40);
    assert!(engine.compact().await.unwrap() > 0);
    expect(&engine, &model).await;
    assert_eq!(engine.check().await.unwrap(), []);
}

#[tokio::test]
async fn a_failed_sync_of_copies_stops_the_store_before_a_row_names_them() {
    let rig = Rig::new(8);
    let engine = rig.open();
    let model = holes(&engine).await;
    // The first sync is that of the new segment's header, the second that of the copies.
    let mut failed = 0;
    for at in 0..12 {
        let rig = Rig::new(8);
        let engine = rig.open();
        holes(&engine).await;
        rig.disk.fail_at(rig.disk.steps() + at, libc::EIO);
        failed += usize::from(engine.compact().await.is_err());
        drop(engine);
        let rig = rig.after_crash(Survival::Nothing, at);
        let engine = rig.open();
        expect(&engine, &model).await;
        assert_eq!(engine.check().await.unwrap(), [], "step {at}");
    }
    assert!(failed > 2, "{failed}");
    rig.disk.fail_next(Call::Sync, libc::EIO);
    assert!(engine.compact().await.is_err());
    drop(engine);
    let disk: &SimDisk = &rig.disk;
    assert!(disk.steps() > 0);
}

#[tokio::test]
async fn compaction_lets_others_go_first_but_not_for_ever() {
    let rig = Rig::new(9);
    let engine = rig.open();
    let compactor = compactor(&engine);
    let CompactConfig {
        bytes_per_second,
        pause,
        pause_max,
        ..
    } = CompactConfig::default();
    let rest = async |pace, bytes| {
        let started = Instant::now();
        compactor.rest(pace, compactor.load(), bytes).await;
        started.elapsed()
    };
    let a_read = || drop(engine.readers.begin(crate::ids::Sequence(1)));
    // How short a wait was says something only if this machine has nothing else to do, so that the
    // best of some attempts counts.
    let mut quiet = Duration::MAX;
    for _ in 0..50 {
        quiet = quiet.min(rest(Pace::Background, 0).await);
    }
    assert!(quiet < pause, "{quiet:?}");
    // One request since the step began.
    let mut polite = Duration::MAX;
    for _ in 0..10 {
        let before = compactor.load();
        a_read();
        let started = Instant::now();
        compactor.rest(Pace::Background, before, 0).await;
        let waited = started.elapsed();
        assert!(waited >= pause, "{waited:?}");
        polite = polite.min(waited);
    }
    assert!(polite < pause_max, "{polite:?}");
    // Requests all the time: there is one before each look, and yet it ends.
    let before = compactor.load();
    let started = Instant::now();
    let mut resting = std::pin::pin!(compactor.rest(Pace::Background, before, 0));
    std::future::poll_fn(|cx| {
        a_read();
        resting.as_mut().poll(cx)
    })
    .await;
    let waited = started.elapsed();
    assert!(waited >= pause_max, "{waited:?}");
    // The rate, once what was saved up is used: over both, as it grows between them, too.
    let started = Instant::now();
    rest(Pace::Background, bytes_per_second).await;
    rest(Pace::Background, bytes_per_second).await;
    let waited = started.elapsed();
    assert!(waited > Duration::from_millis(900), "{waited:?}");
    let free = compactor.rest(Pace::Free, compactor.load(), u64::MAX);
    assert!(free.now_or_never().is_some());
}
