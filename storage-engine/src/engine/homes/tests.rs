use std::ops::Range;

use bytes::Bytes;
use futures_util::StreamExt;

use super::super::Engine;
use super::super::requests::*;
use super::super::rig::{self, BUCKET, MIB, Rig, body};
use crate::disk::sim::Survival;
use crate::error::{Error, Result};
use crate::hash::{ETag, md5_inline};
use crate::index::Step;
use crate::key::{self, Table};
use crate::row::{Body, Compression};
use crate::stage::{Staged, Staging, Tuning};

/// Two chunks a row: what is longer than 2 MiB is long.
fn tuning() -> Tuning {
    Tuning {
        row_chunks_max: 2,
        ..Tuning::default()
    }
}

fn open(rig: &Rig) -> Engine {
    rig.open().with_tuning(tuning())
}

fn options(secret: Option<SecretKey>) -> StageOptions {
    StageOptions {
        bucket: BUCKET.into(),
        encryption: secret.map(Encryption::opaque),
        ..StageOptions::default()
    }
}

async fn write(staging: &mut Staging, data: &Bytes) -> Result<()> {
    for piece in data.chunks(300_000) {
        staging.write(data.slice_ref(piece)).await?;
    }
    Ok(())
}

async fn stage(engine: &Engine, options: StageOptions, data: &Bytes) -> Result<Staged> {
    let mut staging = engine.stage(options).await?;
    write(&mut staging, data).await?;
    staging.seal().await
}

async fn put(engine: &Engine, key: &str, staged: Staged) -> Result<PutOutcome> {
    let request = PutObject {
        bucket: BUCKET.into(),
        key: Bytes::copy_from_slice(key.as_bytes()),
        object: NewObject::default(),
        conditions: Vec::new(),
        notes: Notes::none(),
    };
    engine.put_object(request, staged).await
}

async fn read(
    engine: &Engine,
    key: &str,
    secret: Option<&SecretKey>,
    range: Range<u64>,
) -> Result<Vec<u8>> {
    let reader = engine.open(rig::target(BUCKET, key), secret).await?;
    let mut stream = reader.stream(range);
    let mut data = Vec::new();
    while let Some(piece) = stream.next().await {
        data.extend_from_slice(&piece?);
    }
    Ok(data)
}

fn rows(engine: &Engine, table: Table) -> usize {
    let mut count = 0;
    let store = engine.meta.store();
    let walked = store.walk(&key::table(table), &mut |_, _| {
        count += 1;
        Step::Next
    });
    walked.unwrap();
    count
}

/// Nothing is left of any body: no row, no note, no byte in a segment that rows name.
async fn expect_nothing(engine: &Engine) {
    for table in [
        Table::Part,
        Table::Page,
        Table::Manifest,
        Table::Trash,
        Table::Extent,
    ] {
        assert_eq!(rows(engine, table), 0, "{table:?}");
    }
    assert_eq!(engine.check().await.unwrap(), []);
    assert_eq!(engine.stats().await.unwrap().bulk.live_bytes, 0);
}

async fn store() -> (Rig, Engine) {
    let rig = Rig::new(60);
    let engine = open(&rig);
    rig::make_bucket(&engine, BUCKET).await;
    (rig, engine)
}

/// Lengths around the bounds of chunks and rows.
const LENGTHS: [usize; 6] = [
    2 * MIB,
    2 * MIB + 1,
    4 * MIB - 1,
    4 * MIB,
    5 * MIB + 77,
    7 * MIB,
];

#[tokio::test]
async fn a_long_body_reads_like_any_other() {
    let (rig, engine) = store().await;
    for (seed, len) in (0u64..).zip(LENGTHS) {
        let data = body(seed, len);
        for length in [None, Some(len as u64)] {
            let key = format!("{len} {}", length.is_some());
            let staged = stage(
                &engine,
                StageOptions {
                    length,
                    ..options(None)
                },
                &data,
            );
            let outcome = put(&engine, &key, staged.await.unwrap()).await.unwrap();
            assert_eq!(outcome.summary.etag, Some(ETag::md5(md5_inline(&data))));
            assert_eq!(outcome.summary.size, len as u64);
        }
    }
    assert_eq!(rows(&engine, Table::Manifest), 10, "all but the shortest");
    assert_eq!(rows(&engine, Table::Trash), 0);
    engine.tidy().await.unwrap();
    engine.shutdown().await.unwrap();
    let engine = open(&rig);
    assert_eq!(engine.check().await.unwrap(), []);
    for (seed, len) in (0u64..).zip(LENGTHS) {
        let data = body(seed, len);
        let key = format!("{len} true");
        let info = engine.head(rig::target(BUCKET, &key)).await.unwrap();
        let parts = engine.object_parts(&info).await.unwrap();
        assert!(parts.is_empty(), "it came in one piece");
        let mib = MIB as u64;
        let end = len as u64;
        for range in [
            0..end,
            0..1,
            2 * mib - 3..(2 * mib + 3).min(end),
            mib - 1..end,
            end - 1..end,
            end..end,
        ] {
            let found = read(&engine, &key, None, range.clone()).await.unwrap();
            let expected = &data[range.start as usize..range.end as usize];
            assert!(found == expected, "{key} {range:?}");
        }
    }
}

#[tokio::test]
async fn it_goes_like_any_other() {
    let (_rig, engine) = store().await;
    let (data, other) = (body(1, 5 * MIB + 77), body(2, 3 * MIB));
    for (key, data) in [("a", &data), ("b", &data), ("b", &other)] {
        let staged = stage(&engine, options(None), data).await.unwrap();
        put(&engine, key, staged).await.unwrap();
    }
    rig::copy(&engine, (BUCKET, "a"), (BUCKET, "copy")).await;
    rig::delete(&engine, BUCKET, "a", None).await.unwrap();
    engine.tidy().await.unwrap();
    assert_eq!(engine.check().await.unwrap(), []);
    let copied = engine.head(rig::target(BUCKET, "copy")).await.unwrap();
    assert_eq!(
        copied.row.summary.etag,
        Some(ETag::md5(md5_inline(&data))),
        "a copy has no parts either"
    );
    let len = data.len() as u64;
    assert!(read(&engine, "copy", None, 0..len).await.unwrap() == data);
    for key in ["b", "copy"] {
        rig::delete(&engine, BUCKET, key, None).await.unwrap();
    }
    engine.tidy().await.unwrap();
    expect_nothing(&engine).await;
}

#[tokio::test]
async fn ranges_of_it_become_parts_by_reference() {
    let (_rig, engine) = store().await;
    let data = body(1, 6 * MIB + 5);
    let staged = stage(&engine, options(None), &data).await.unwrap();
    put(&engine, "long", staged).await.unwrap();
    let before = engine.stats().await.unwrap().bulk.live_bytes;
    let upload = rig::begin_upload(&engine, BUCKET, "joined").await;
    let bounds = [0, 3 * MIB as u64 + 9, data.len() as u64];
    for (number, bounds) in (1..).zip(bounds.windows(2)) {
        let request = CopyPart {
            target: upload.clone(),
            number,
            source: rig::target(BUCKET, "long"),
            source_conditions: Vec::new(),
            range: Some(bounds[0]..bounds[1]),
            source_key: None,
            encryption: None,
        };
        engine.copy_part(request).await.unwrap();
    }
    rig::complete(&engine, &upload, &[1, 2]).await;
    assert_eq!(engine.stats().await.unwrap().bulk.live_bytes, before);
    rig::delete(&engine, BUCKET, "long", None).await.unwrap();
    engine.tidy().await.unwrap();
    assert_eq!(engine.check().await.unwrap(), []);
    let found = rig::get(&engine, BUCKET, "joined").await.unwrap();
    assert!(found.as_deref() == Some(&data[..]));
}

#[tokio::test]
async fn encrypted_compressed_and_shared() {
    let (rig, engine) = store().await;
    let data = body(1, 5 * MIB + 77);
    let secret = SecretKey([5; 32]);
    let staged = stage(&engine, options(Some(secret.clone())), &data).await;
    let outcome = put(&engine, "secret", staged.unwrap()).await.unwrap();
    let etag = outcome.summary.etag.unwrap();
    assert!(etag != ETag::md5(md5_inline(&data)) && etag.parts().is_none());
    let range = 2 * MIB as u64 - 7..4 * MIB as u64 + 7;
    let found = read(&engine, "secret", Some(&secret), range.clone()).await;
    assert!(found.unwrap() == data[range.start as usize..range.end as usize]);
    let refused = read(&engine, "secret", None, 0..1).await.unwrap_err();
    assert!(matches!(refused, Error::WrongKey), "{refused}");

    let change = UpdateBucket {
        compression: Some(Compression::Zstd),
        deduplicate: Some(true),
        ..UpdateBucket::default()
    };
    engine.update_bucket(BUCKET, change).await.unwrap();
    let before = engine.stats().await.unwrap().bulk.live_bytes;
    // Chunks that come again, in the same part and in later ones.
    let same = Bytes::from(vec![7; 7 * MIB]);
    for key in ["once", "again"] {
        let staged = stage(&engine, options(None), &same).await.unwrap();
        put(&engine, key, staged).await.unwrap();
    }
    let grown = engine.stats().await.unwrap().bulk.live_bytes - before;
    assert!(grown < 2 * MIB as u64, "{grown} bytes for one chunk");
    assert_eq!(engine.check().await.unwrap(), []);
    engine.shutdown().await.unwrap();
    let engine = open(&rig);
    for key in ["once", "again"] {
        let found = rig::get(&engine, BUCKET, key).await.unwrap();
        assert!(found.as_deref() == Some(&same[..]), "{key}");
        rig::delete(&engine, BUCKET, key, None).await.unwrap();
    }
    rig::delete(&engine, BUCKET, "secret", None).await.unwrap();
    engine.tidy().await.unwrap();
    engine.tidy().await.unwrap();
    expect_nothing(&engine).await;
}

#[tokio::test]
async fn one_that_is_still_coming_is_not_swept() {
    let (_rig, engine) = store().await;
    let data = body(1, 5 * MIB + 77);
    let mut staging = engine.stage(options(None)).await.unwrap();
    write(&mut staging, &data.slice(..5 * MIB)).await.unwrap();
    assert_eq!(rows(&engine, Table::Part), 2);
    let usage = engine.usage(BUCKET).await.unwrap();
    assert_eq!((usage.bytes, usage.uploads), (0, 0), "counted nowhere");
    assert_eq!(engine.check().await.unwrap(), []);
    engine.tidy().await.unwrap();
    assert_eq!(
        (rows(&engine, Table::Part), rows(&engine, Table::Trash)),
        (2, 1)
    );

    write(&mut staging, &data.slice(5 * MIB..)).await.unwrap();
    let staged = staging.seal().await.unwrap();
    engine.tidy().await.unwrap();
    put(&engine, "long", staged).await.unwrap();
    assert_eq!(rows(&engine, Table::Trash), 0);
    engine.tidy().await.unwrap();
    assert_eq!(engine.check().await.unwrap(), []);
    let len = data.len() as u64;
    assert!(read(&engine, "long", None, 0..len).await.unwrap() == data);
}

#[tokio::test]
async fn one_that_never_comes_to_be_is_freed() {
    let (_rig, engine) = store().await;
    let data = body(1, 5 * MIB + 77);
    // Given up while it comes.
    let mut staging = engine.stage(options(None)).await.unwrap();
    write(&mut staging, &data).await.unwrap();
    drop(staging);
    engine.tidy().await.unwrap();
    expect_nothing(&engine).await;
    // Given up when all of it is there.
    drop(stage(&engine, options(None), &data).await.unwrap());
    engine.tidy().await.unwrap();
    expect_nothing(&engine).await;
    // Refused: the key is not there.
    let staged = stage(&engine, options(None), &data).await.unwrap();
    let request = PutObject {
        bucket: BUCKET.into(),
        key: "key".into(),
        object: NewObject::default(),
        conditions: vec![Condition::Present],
        notes: Notes::none(),
    };
    engine.put_object(request, staged).await.unwrap_err();
    engine.tidy().await.unwrap();
    expect_nothing(&engine).await;
    // Of the wrong length.
    let wrong = StageOptions {
        length: Some(6 * MIB as u64),
        ..options(None)
    };
    stage(&engine, wrong, &data).await.unwrap_err();
    engine.tidy().await.unwrap();
    expect_nothing(&engine).await;
    // The bucket goes meanwhile.
    let mut staging = engine.stage(options(None)).await.unwrap();
    write(&mut staging, &data.slice(..3 * MIB)).await.unwrap();
    engine.delete_bucket(BUCKET).await.unwrap();
    let rest = write(&mut staging, &data.slice(3 * MIB..)).await;
    assert!(matches!(rest, Err(Error::NoSuchBucket { .. })), "{rest:?}");
    drop(staging);
    engine.tidy().await.unwrap();
    expect_nothing(&engine).await;
}

#[tokio::test]
async fn a_part_of_an_upload_is_never_one() {
    let (_rig, engine) = store().await;
    let upload = rig::begin_upload(&engine, BUCKET, "key").await;
    let staged = stage(&engine, options(None), &body(1, 3 * MIB)).await;
    let refused = engine.upload_part(upload.clone(), 1, staged.unwrap()).await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(refused, Error::TooLarge { what: "part", .. }),
        "{refused}"
    );
    engine.abort_upload(&upload).await.unwrap();
    engine.tidy().await.unwrap();
    expect_nothing(&engine).await;
}

#[tokio::test]
async fn its_name_completes_nothing() {
    let (_rig, engine) = store().await;
    let staged = stage(&engine, options(None), &body(1, 3 * MIB)).await;
    put(&engine, "key", staged.unwrap()).await.unwrap();
    let info = engine.head(rig::target(BUCKET, "key")).await.unwrap();
    let Some(Body::Parts { home, parts, .. }) = info.row.detail.map(|detail| detail.body) else {
        panic!("a long body")
    };
    assert_eq!(parts, 2);
    let target = UploadTarget {
        bucket: BUCKET.into(),
        key: "key".into(),
        upload: crate::ids::UploadName { id: home, tag: 0 },
    };
    let listed = engine.list_parts(&target, 0, 10).await.unwrap_err();
    assert!(matches!(listed, Error::NoSuchUpload), "{listed}");
    let aborted = engine.abort_upload(&target).await.unwrap_err();
    assert!(matches!(aborted, Error::NoSuchUpload), "{aborted}");
}

/// Works until the power goes at `step`: what was acknowledged.
async fn crash(step: u64) -> (Rig, Vec<(&'static str, Bytes)>) {
    let (rig, engine) = store().await;
    rig.disk.crash_at(rig.disk.steps() + step);
    let mut done = Vec::new();
    for (seed, key) in (0u64..).zip(["a", "b"]) {
        let data = body(seed, 4 * MIB + 9);
        let Ok(staged) = stage(&engine, options(None), &data).await else {
            break;
        };
        if put(&engine, key, staged).await.is_err() {
            break;
        }
        done.push((key, data));
        if engine.tidy().await.is_err() {
            break;
        }
    }
    (rig, done)
}

#[tokio::test]
async fn a_crash_leaves_it_whole_or_not_at_all() {
    let (mut cut, mut whole) = (0, 0);
    for step in 1.. {
        let (rig, done) = crash(step).await;
        if done.len() == 2 {
            break;
        }
        let survivals = [Survival::Nothing, Survival::Everything, Survival::Any];
        for (seed, survival) in (0..).zip(survivals) {
            let rig = rig.after_crash(survival, step * 10 + seed);
            let engine = open(&rig);
            assert_eq!(engine.check().await.unwrap(), [], "{step} {survival:?}");
            cut += rows(&engine, Table::Part).min(1) - rows(&engine, Table::Manifest).min(1);
            for (key, data) in &done {
                let found = rig::get(&engine, BUCKET, key).await.unwrap();
                assert!(found.as_deref() == Some(&data[..]), "{step} {survival:?}");
                whole += 1;
            }
            engine.tidy().await.unwrap();
            assert_eq!(engine.check().await.unwrap(), [], "{step} {survival:?}");
            for (seed, key) in (0u64..).zip(["a", "b"]) {
                if let Some(found) = rig::get(&engine, BUCKET, key).await.unwrap() {
                    assert!(found == body(seed, 4 * MIB + 9), "{step} {survival:?}");
                    rig::delete(&engine, BUCKET, key, None).await.unwrap();
                }
            }
            engine.tidy().await.unwrap();
            expect_nothing(&engine).await;
            engine.shutdown().await.unwrap();
        }
    }
    assert!(cut > 10 && whole > 10, "{cut} {whole}");
}

#[tokio::test]
async fn segments_of_what_is_coming_may_be_compacted() {
    let (rig, engine) = store().await;
    // Between its chunks lie others that go.
    let data = body(1, 5 * MIB + 77);
    let mut staging = engine.stage(options(None)).await.unwrap();
    for (number, start) in (0u64..).zip((0..5).map(|mib| mib * MIB)) {
        write(&mut staging, &data.slice(start..start + MIB))
            .await
            .unwrap();
        let other = body(100 + number, MIB);
        rig::put(&engine, BUCKET, "other", &other).await.unwrap();
    }
    rig::delete(&engine, BUCKET, "other", None).await.unwrap();
    engine.tidy().await.unwrap();
    engine.compact().await.unwrap();
    write(&mut staging, &data.slice(5 * MIB..)).await.unwrap();
    put(&engine, "long", staging.seal().await.unwrap())
        .await
        .unwrap();
    engine.compact().await.unwrap();
    assert_eq!(engine.check().await.unwrap(), []);
    assert!(engine.stats().await.unwrap().compaction.moved_chunks > 0);
    engine.shutdown().await.unwrap();
    let found = rig::get(&open(&rig), BUCKET, "long").await.unwrap();
    assert!(found.as_deref() == Some(&data[..]));
}

#[tokio::test]
async fn the_reference_in_memory_does_the_same() {
    let clock = std::sync::Arc::new(crate::clock::ManualClock::default());
    let engine = Engine::in_memory(clock).unwrap().with_tuning(tuning());
    rig::make_bucket(&engine, BUCKET).await;
    let data = body(1, 5 * MIB + 77);
    let staged = stage(&engine, options(None), &data).await.unwrap();
    let outcome = put(&engine, "long", staged).await.unwrap();
    assert_eq!(outcome.summary.etag, Some(ETag::md5(md5_inline(&data))));
    let len = data.len() as u64;
    assert!(read(&engine, "long", None, 0..len).await.unwrap() == data);
    assert_eq!(engine.check().await.unwrap(), []);
    rig::delete(&engine, BUCKET, "long", None).await.unwrap();
    engine.tidy().await.unwrap();
    assert_eq!(rows(&engine, Table::Part), 0);
}
