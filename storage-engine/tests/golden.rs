//! A store written by the first version of each format is opened and read back, byte for byte, by
//! every later one. What it holds is in `golden/story.rs`.

#![allow(clippy::unwrap_used)]

#[path = "golden/archive.rs"]
mod archive;
#[allow(dead_code, reason = "the other half writes the store")]
#[path = "golden/story.rs"]
mod story;

use std::fs;
use std::path::Path;

use bytes::Bytes;
use futures_util::TryStreamExt;
use storage_engine::hash::{Algorithm, ETag, Hasher, md5_inline};
use storage_engine::ids::VersionId;
use storage_engine::index::{Index, RocksIndex, RocksOptions};
use storage_engine::key::Key;
use storage_engine::row::{self, BucketRow, ChecksumKind, VersionRow};
use storage_engine::{
    CheckOptions, DeleteObject, Engine, Error, ListRequest, Notes, ObjectInfo, Problem,
};
use story::{EARLY, KEY, LATE, Object, body, read, target};
use tempfile::TempDir;

/// A copy of the store, so that opening it changes nothing.
fn unpacked() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1");
    archive::unpack(&store, folder.path()).unwrap();
    folder
}

fn open(folder: &TempDir) -> Engine {
    Engine::open_folder(&story::config(folder.path())).unwrap()
}

#[tokio::test]
async fn every_object_is_read_back() {
    let folder = unpacked();
    let engine = open(&folder);
    objects(&engine).await;
    versions(&engine).await;
    uploads(&engine).await;
    everything_else(&engine).await;
    engine.shutdown().await.unwrap();
}

/// The store was cut off with an index older than its log; what replay makes of it stays.
#[tokio::test]
async fn a_second_start_finds_the_same() {
    let folder = unpacked();
    open(&folder).shutdown().await.unwrap();
    let engine = open(&folder);
    objects(&engine).await;
    versions(&engine).await;
    uploads(&engine).await;
    everything_else(&engine).await;
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn the_whole_store_verifies() {
    let folder = unpacked();
    let engine = open(&folder);
    let report = engine
        .check_with(CheckOptions {
            read_data: true,
            ..CheckOptions::default()
        })
        .await
        .unwrap();
    let nothing: Vec<Problem> = Vec::new();
    assert_eq!(format!("{:?}", report.problems), format!("{nothing:?}"));
    assert!(report.chunks > 15, "{} chunks", report.chunks);
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn the_store_can_be_written_and_compacted() {
    let folder = unpacked();
    let engine = open(&folder);
    for object in EARLY
        .iter()
        .filter(|object| object.bytes > 100_000 && !object.encrypted)
    {
        story::put(&engine, object, object.key).await.unwrap();
    }
    engine.compact().await.unwrap();
    objects(&engine).await;
    engine.shutdown().await.unwrap();
}

/// What makes the other tests go through a replay.
#[test]
fn the_index_is_older_than_the_log() {
    let folder = unpacked();
    let index = RocksIndex::open(&folder.path().join("index"), &RocksOptions::default()).unwrap();
    let bucket: BucketRow =
        row::decode(&index.get(&Key::bucket("plain")).unwrap().unwrap()).unwrap();
    let has = |key: &str| {
        index
            .get(&Key::current(bucket.id, key.as_bytes()))
            .unwrap()
            .is_some()
    };
    assert!(
        EARLY
            .iter()
            .filter(|object| object.bucket == "plain")
            .all(|object| has(object.key))
    );
    assert!(!LATE.iter().any(|object| has(object.key)));
}

/// Every kind of file that a store can have is in this one.
#[test]
fn the_store_has_segments_of_every_kind() {
    let folder = unpacked();
    let names: Vec<String> = fs::read_dir(folder.path().join("segments"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for kind in [".log", ".bulk", ".packed"] {
        assert!(
            names.iter().any(|name| name.ends_with(kind)),
            "{kind} among {names:?}"
        );
    }
    let index = fs::read_dir(folder.path().join("index")).unwrap();
    let tables = index.filter(|entry| {
        entry
            .as_ref()
            .unwrap()
            .path()
            .extension()
            .is_some_and(|ending| ending == "sst")
    });
    assert!(tables.count() > 0);
}

async fn objects(engine: &Engine) {
    let gone = "a//b/../c";
    for object in EARLY
        .iter()
        .chain(&LATE)
        .filter(|object| object.key != gone)
    {
        same(engine, object).await;
    }
    for key in [gone, "churn"] {
        let missing = engine.head(target("plain", key, None)).await.unwrap_err();
        assert!(
            matches!(missing, Error::NoSuchKey { marker: None }),
            "{key}: {missing}"
        );
    }
    for (copy, source) in [("chunks-copy", "chunks"), ("inline-copy", "inline")] {
        let bytes = EARLY
            .iter()
            .find(|object| object.key == source)
            .unwrap()
            .bytes;
        let found = read(engine, target("plain", copy, None), None)
            .await
            .unwrap();
        assert_eq!(found, body(source, bytes), "{copy}");
    }
}

async fn same(engine: &Engine, object: &Object) {
    let Object {
        bucket,
        key,
        bytes,
        encrypted,
    } = *object;
    let secret = encrypted.then_some(&KEY);
    let expected = body(key, bytes);
    let found = read(engine, target(bucket, key, None), secret)
        .await
        .unwrap();
    assert!(found == expected, "{bucket}/{key}");
    let ObjectInfo { row, .. } = engine.head(target(bucket, key, None)).await.unwrap();
    assert_eq!(row.summary.size, bytes as u64, "{bucket}/{key}");
    assert_eq!(
        row.summary.etag == Some(ETag::md5(md5_inline(&expected))),
        !encrypted,
        "{key}"
    );
    let mut checksum = Hasher::new(Algorithm::Crc64Nvme);
    checksum.update(&expected);
    assert_eq!(
        row.summary.checksum.unwrap().checksum,
        checksum.finish(),
        "{bucket}/{key}"
    );
    let detail = row.detail.unwrap();
    assert_eq!(
        (detail.attributes, detail.tags),
        (story::attributes(), story::tags())
    );
    ranges(engine, object, &expected).await;
    if encrypted {
        let refused = engine
            .open(target(bucket, key, None), None)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::WrongKey), "{key}: {refused}");
    }
}

/// A few bytes from the middle, across the border of a frame and of a chunk.
async fn ranges(engine: &Engine, object: &Object, expected: &Bytes) {
    let secret = object.encrypted.then_some(&KEY);
    for border in [expected.len() / 2, 64 << 10, 1 << 20] {
        let start = border.saturating_sub(7);
        let range = start..(border + 9).min(expected.len());
        if range.is_empty() {
            continue;
        }
        let place = target(object.bucket, object.key, None);
        let reader = engine.open(place, secret).await.unwrap();
        let pieces = reader.stream(range.start as u64..range.end as u64);
        let found: Vec<Bytes> = pieces.try_collect().await.unwrap();
        assert_eq!(
            found.concat(),
            expected[range],
            "{} at {border}",
            object.key
        );
    }
}

async fn versions(engine: &Engine) {
    let request = ListRequest {
        bucket: "versions".to_owned(),
        limit: 1000,
        ..Default::default()
    };
    let page = engine.list_versions(request).await.unwrap();
    let found: Vec<_> = page
        .entries
        .iter()
        .map(|entry| {
            (
                &*entry.key,
                entry.summary.marker,
                entry.summary.null,
                entry.latest,
            )
        })
        .collect();
    let key = |text: &'static str| text.as_bytes();
    let expected = [
        (key("hidden"), true, false, true),
        (key("hidden"), false, false, false),
        (key("null"), false, true, true),
        (key("null"), false, false, false),
        (key("numbered"), false, false, true),
        (key("numbered"), false, false, false),
        (key("numbered"), false, true, false),
    ];
    assert_eq!(found, expected);
    let texts = [
        "",
        "hidden 0",
        "null 1",
        "null 0",
        "numbered 2",
        "numbered 1",
        "numbered 0",
    ];
    for (entry, text) in page
        .entries
        .iter()
        .zip(texts)
        .filter(|(entry, _)| !entry.summary.marker)
    {
        let name = String::from_utf8(entry.key.to_vec()).unwrap();
        let place = target("versions", &name, Some(entry.summary.version_id()));
        assert_eq!(
            read(engine, place, None).await.unwrap(),
            body(text, 4_000),
            "{text}"
        );
    }
    let null = target("versions", "numbered", Some(VersionId::Null));
    assert_eq!(
        read(engine, null, None).await.unwrap(),
        body("numbered 0", 4_000)
    );
    let hidden = engine
        .head(target("versions", "hidden", None))
        .await
        .unwrap_err();
    assert!(
        matches!(hidden, Error::NoSuchKey { marker: Some(_) }),
        "{hidden}"
    );
}

async fn uploads(engine: &Engine) {
    let (etag, bytes) = story::completed();
    for key in ["parts", "parts-copy"] {
        let info = engine.head(target("plain", key, None)).await.unwrap();
        assert_eq!(info.row.summary.etag, etag, "{key}");
        let checksum = info.row.summary.checksum.clone().unwrap();
        let mut whole = Hasher::new(Algorithm::Crc64Nvme);
        whole.update(&bytes);
        assert_eq!(checksum.kind, ChecksumKind::FullObject, "{key}");
        assert_eq!(checksum.checksum, whole.finish(), "{key}");
        let parts = engine.object_parts(&info).await.unwrap();
        let sizes: Vec<usize> = parts
            .iter()
            .map(|part| usize::try_from(part.size).unwrap())
            .collect();
        assert_eq!(sizes, story::PARTS, "{key}");
        assert!(
            read(engine, target("plain", key, None), None)
                .await
                .unwrap()
                == bytes,
            "{key}"
        );
    }
    let request = ListRequest {
        bucket: "plain".to_owned(),
        limit: 1000,
        ..Default::default()
    };
    let page = engine.list_uploads(request).await.unwrap();
    let names: Vec<_> = page.entries.iter().map(|upload| &*upload.key).collect();
    assert_eq!(names, [b"unfinished"]);
    let upload = story::unfinished(page.entries[0].name);
    let parts = engine.list_parts(&upload, 0, 1000).await.unwrap().parts;
    for (part, bytes) in parts.iter().zip(story::UNFINISHED_PARTS) {
        let expected = body(&story::part_text(part.number), bytes);
        assert_eq!(part.etag, ETag::md5(md5_inline(&expected)));
    }
    assert_eq!(parts.len(), story::UNFINISHED_PARTS.len());
}

async fn everything_else(engine: &Engine) {
    let document = engine.document("plain", "cors").await.unwrap();
    assert_eq!(document, "<anything/>");
    let row = engine.table_get("other", b"key").await.unwrap();
    assert_eq!(row.as_deref(), Some(&b"value"[..]));
    let bucket = engine.bucket("locked").await.unwrap();
    assert!(bucket.lockable);
    assert_eq!(
        (bucket.owner.as_str(), bucket.tags),
        ("somebody", story::tags())
    );
    held(engine).await;
    let usage = engine.usage("plain").await.unwrap();
    let parts: usize = story::PARTS.iter().sum();
    let copied = parts + 2_500_000 + 100;
    let put: usize = EARLY
        .iter()
        .chain(&LATE)
        .filter(|o| o.bucket == "plain")
        .map(|o| o.bytes)
        .sum();
    assert_eq!(usage.bytes, (put - 10 + parts + copied) as u64);
    assert_eq!(usage.objects, usage.versions);
    assert_eq!(usage.uploads, 1);
    assert_eq!(
        usage.upload_bytes,
        story::UNFINISHED_PARTS.iter().sum::<usize>() as u64
    );
}

async fn held(engine: &Engine) {
    let info = engine.head(target("locked", "held", None)).await.unwrap();
    let VersionRow { summary, detail } = info.row;
    let lock = detail.unwrap().lock;
    assert!(lock.legal_hold);
    assert_eq!(lock.retention.unwrap().until, story::LOCKED_UNTIL);
    let request = DeleteObject {
        target: target("locked", "held", Some(summary.version_id())),
        owner: "somebody".to_owned(),
        conditions: Vec::new(),
        bypass_governance: true,
        notes: Notes::none(),
    };
    let refused = engine.delete_object(request).await.unwrap_err();
    assert!(matches!(refused, Error::Locked { .. }), "{refused}");
}
