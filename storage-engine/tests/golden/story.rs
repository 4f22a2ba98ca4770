//! What the golden store holds. `storage-engine/examples/golden_store.rs` writes it,
//! `storage-engine/tests/golden.rs` reads it back; a later version only ever does the latter.

use std::path::Path;

use bytes::Bytes;
use futures_util::TryStreamExt;
use storage_engine::hash::{Algorithm, ETag};
use storage_engine::ids::{Timestamp, UploadName, VersionId};
use storage_engine::row::{
    Attribute, ChecksumKind, Compression, Lock, Retention, RetentionMode, Tag, Versioning,
};
use storage_engine::{
    CompletePart, CompleteUpload, CopyEncryption, CopyObject, CreateBucket, CreateUpload,
    DeleteObject, Encryption, Engine, EngineConfig, NewObject, Notes, PutObject, Result, SecretKey,
    StageOptions, TableWrite, Target, UpdateBucket, UploadTarget,
};

/// The key of every encrypted object in the store.
pub(crate) const KEY: SecretKey = SecretKey([0x4b; 32]);
/// Far enough for a lock that must still hold when somebody reads this.
pub(crate) const LOCKED_UNTIL: Timestamp = Timestamp(32_503_680_000_000);
/// The parts of the completed upload, in bytes.
pub(crate) const PARTS: [usize; 3] = [200_000, 50_000, 100];
/// Parts of the upload that was never finished.
pub(crate) const UNFINISHED_PARTS: [usize; 2] = [3_000, 140_000];

/// An object that is there as it was put.
pub(crate) struct Object {
    pub(crate) bucket: &'static str,
    pub(crate) key: &'static str,
    pub(crate) bytes: usize,
    pub(crate) encrypted: bool,
}

const fn plain(bucket: &'static str, key: &'static str, bytes: usize) -> Object {
    Object {
        bucket,
        key,
        bytes,
        encrypted: false,
    }
}

const fn secret(key: &'static str, bytes: usize) -> Object {
    Object {
        bucket: "plain",
        key,
        bytes,
        encrypted: true,
    }
}

/// Written before the index was copied.
pub(crate) const EARLY: [Object; 14] = [
    plain("plain", "empty", 0),
    plain("plain", "inline", 100),
    plain("plain", "inline-max", 2 << 10),
    plain("plain", "log", 3_000),
    plain("plain", "log-max", 128 << 10),
    plain("plain", "bulk", (128 << 10) + 1),
    plain("plain", "chunks", 2_500_000),
    plain("plain", "a//b/../c", 10),
    plain("lz4", "log", 60_000),
    plain("lz4", "bulk", 300_000),
    plain("zstd", "log", 60_000),
    plain("zstd", "chunks", 1_300_000),
    secret("secret-log", 10_000),
    secret("secret-bulk", 140_000),
];

/// Written after that: only the log knows of them.
pub(crate) const LATE: [Object; 3] = [
    plain("plain", "late-inline", 40),
    plain("plain", "late-log", 90_000),
    plain("plain", "late-bulk", 150_000),
];

/// Sizes at which a small store has several segments of each kind.
pub(crate) fn config(folder: &Path) -> EngineConfig {
    EngineConfig {
        memtable_bytes: 64 << 10,
        log_segment_bytes: 1 << 20,
        bulk_segment_bytes: 4 << 20,
        reserve_bytes: 0,
        ..EngineConfig::new(folder)
    }
}

/// The body of an object: compressible, and different for each name.
pub(crate) fn body(name: &str, bytes: usize) -> Bytes {
    let line = format!("{name}: the quick brown fox jumps over the lazy dog\n");
    line.bytes().cycle().take(bytes).collect::<Vec<_>>().into()
}

pub(crate) fn target(bucket: &str, key: &str, version: Option<VersionId>) -> Target {
    Target {
        bucket: bucket.to_owned(),
        key: Bytes::copy_from_slice(key.as_bytes()),
        version,
    }
}

/// The bytes of an object as the store gives them.
pub(crate) async fn read(
    engine: &Engine,
    target: Target,
    key: Option<&SecretKey>,
) -> Result<Vec<u8>> {
    let reader = engine.open(target, key).await?;
    let size = reader.size();
    let pieces: Vec<Bytes> = reader.stream(0..size).try_collect().await?;
    Ok(pieces.concat())
}

async fn stage(
    engine: &Engine,
    bucket: &str,
    body: Bytes,
    encrypted: bool,
) -> Result<storage_engine::Staged> {
    let options = StageOptions {
        bucket: bucket.to_owned(),
        length: Some(body.len() as u64),
        checksums: vec![Algorithm::Crc64Nvme],
        encryption: encrypted.then(|| Encryption::opaque(KEY)),
    };
    let mut staging = engine.stage(options).await?;
    staging.write(body).await?;
    staging.seal().await
}

pub(crate) async fn put(engine: &Engine, object: &Object, text: &str) -> Result<()> {
    let lock = match object.bucket == "locked" {
        true => Lock {
            retention: Some(Retention {
                mode: RetentionMode::Compliance,
                until: LOCKED_UNTIL,
            }),
            legal_hold: true,
        },
        false => Lock::default(),
    };
    let staged = stage(
        engine,
        object.bucket,
        body(text, object.bytes),
        object.encrypted,
    )
    .await?;
    let request = PutObject {
        bucket: object.bucket.to_owned(),
        key: Bytes::copy_from_slice(object.key.as_bytes()),
        object: NewObject {
            owner: "somebody".to_owned(),
            label: "STANDARD".to_owned(),
            attributes: attributes(),
            tags: tags(),
            lock,
        },
        conditions: Vec::new(),
        notes: Notes::none(),
    };
    engine.put_object(request, staged).await.map(|_| ())
}

pub(crate) fn attributes() -> Vec<Attribute> {
    vec![Attribute {
        name: "content-type".to_owned(),
        value: b"text/plain".to_vec(),
    }]
}

pub(crate) fn tags() -> Vec<Tag> {
    vec![Tag {
        key: "colour".to_owned(),
        value: "gold".to_owned(),
    }]
}

async fn delete(engine: &Engine, bucket: &str, key: &str) -> Result<()> {
    let request = DeleteObject {
        target: target(bucket, key, None),
        owner: "somebody".to_owned(),
        conditions: Vec::new(),
        bypass_governance: false,
        notes: Notes::none(),
    };
    engine.delete_object(request).await.map(|_| ())
}

async fn set_versioning(engine: &Engine, bucket: &str, versioning: Versioning) -> Result<()> {
    let change = UpdateBucket {
        versioning: Some(versioning),
        ..UpdateBucket::default()
    };
    engine.update_bucket(bucket, change).await.map(|_| ())
}

/// Everything of which the index knows.
pub(crate) async fn write_early(engine: &Engine) -> Result<()> {
    let buckets = [
        ("plain", Compression::None),
        ("lz4", Compression::Lz4),
        ("zstd", Compression::Zstd),
        ("versions", Compression::None),
        ("locked", Compression::None),
    ];
    for (name, compression) in buckets {
        let (name, owner) = (name.to_owned(), "somebody".to_owned());
        let lockable = name == "locked";
        engine
            .create_bucket(CreateBucket {
                name: name.clone(),
                owner,
                lockable,
                ..CreateBucket::default()
            })
            .await?;
        let compression = Some(compression);
        let change = UpdateBucket {
            compression,
            tags: Some(tags()),
            ..UpdateBucket::default()
        };
        engine.update_bucket(&name, change).await?;
    }
    engine
        .put_document("plain", "cors", Bytes::from_static(b"<anything/>"))
        .await?;
    let row = TableWrite::Put(Bytes::from_static(b"key"), Bytes::from_static(b"value"));
    engine.table_commit("other", Vec::new(), vec![row]).await?;
    for object in &EARLY {
        put(engine, object, object.key).await?;
    }
    put(engine, &plain("locked", "held", 5_000), "held").await?;
    write_versions(engine).await?;
    write_uploads(engine).await?;
    // Rows enough for a table of the index, and dead space enough for compaction.
    for number in 0..60 {
        let key: &'static str = "churn";
        put(
            engine,
            &plain("plain", key, 2_000 + 400 * (number % 8)),
            key,
        )
        .await?;
    }
    delete(engine, "plain", "churn").await
}

/// `numbered`: a null version under two numbered ones. `hidden`: behind a marker. `null`: a null
/// version on top of a numbered one.
async fn write_versions(engine: &Engine) -> Result<()> {
    let object = |key| plain("versions", key, 4_000);
    put(engine, &object("numbered"), "numbered 0").await?;
    set_versioning(engine, "versions", Versioning::Enabled).await?;
    put(engine, &object("numbered"), "numbered 1").await?;
    put(engine, &object("numbered"), "numbered 2").await?;
    put(engine, &object("hidden"), "hidden 0").await?;
    delete(engine, "versions", "hidden").await?;
    put(engine, &object("null"), "null 0").await?;
    set_versioning(engine, "versions", Versioning::Suspended).await?;
    put(engine, &object("null"), "null 1").await
}

async fn begin(engine: &Engine, key: &str) -> Result<UploadTarget> {
    let key = Bytes::copy_from_slice(key.as_bytes());
    let upload = engine
        .create_upload(CreateUpload {
            bucket: "plain".to_owned(),
            key: key.clone(),
            object: NewObject {
                owner: "somebody".to_owned(),
                ..NewObject::default()
            },
            checksum: Some((Algorithm::Crc64Nvme, ChecksumKind::FullObject)),
            encryption: None,
        })
        .await?;
    Ok(UploadTarget {
        bucket: "plain".to_owned(),
        key,
        upload,
    })
}

async fn write_uploads(engine: &Engine) -> Result<()> {
    let target = begin(engine, "parts").await?;
    let mut parts = Vec::new();
    // The last one is uploaded and then left out.
    for (number, bytes) in (1u16..).zip(PARTS.into_iter().chain([7_000])) {
        let text = part_text(number);
        let staged = stage(engine, "plain", body(&text, bytes), false).await?;
        let part = engine.upload_part(target.clone(), number, staged).await?;
        parts.push(CompletePart {
            number,
            etag: Some(part.etag),
            checksum: part.checksum,
        });
    }
    parts.truncate(PARTS.len());
    engine
        .complete_upload(CompleteUpload {
            target,
            parts,
            part_bytes_min: 0,
            conditions: Vec::new(),
            checksum: None,
            size: Some(PARTS.iter().sum::<usize>() as u64),
            size_max: None,
            notes: Notes::none(),
        })
        .await?;
    let unfinished = begin(engine, "unfinished").await?;
    for (number, bytes) in (1u16..).zip(UNFINISHED_PARTS) {
        let staged = stage(engine, "plain", body(&part_text(number), bytes), false).await?;
        engine
            .upload_part(unfinished.clone(), number, staged)
            .await?;
    }
    Ok(())
}

pub(crate) fn part_text(number: u16) -> String {
    format!("part {number}")
}

/// The ETag and the bytes of the object that was completed from parts, and of its copy.
pub(crate) fn completed() -> (Option<ETag>, Vec<u8>) {
    let bodies: Vec<Bytes> = (1u16..)
        .zip(PARTS)
        .map(|(number, bytes)| body(&part_text(number), bytes))
        .collect();
    let tags = bodies
        .iter()
        .map(|body| ETag::md5(storage_engine::hash::md5_inline(body)));
    (ETag::multipart(tags), bodies.concat())
}

/// Everything of which only the log knows.
pub(crate) async fn write_late(engine: &Engine) -> Result<()> {
    for object in &LATE {
        put(engine, object, object.key).await?;
    }
    let copies = [
        ("parts", "parts-copy"),
        ("chunks", "chunks-copy"),
        ("inline", "inline-copy"),
    ];
    for (source, key) in copies {
        let request = CopyObject {
            source: target("plain", source, None),
            source_conditions: Vec::new(),
            bucket: "plain".to_owned(),
            key: Bytes::copy_from_slice(key.as_bytes()),
            owner: "somebody".to_owned(),
            attributes: None,
            tags: None,
            lock: Lock::default(),
            conditions: Vec::new(),
            checksum: None,
            source_key: None,
            encryption: CopyEncryption::Anew(None),
            notes: Notes::none(),
        };
        engine.copy_object(request).await?;
    }
    delete(engine, "plain", "a//b/../c").await
}

/// The unfinished upload, as its listing names it.
pub(crate) fn unfinished(upload: UploadName) -> UploadTarget {
    UploadTarget {
        bucket: "plain".to_owned(),
        key: Bytes::from_static(b"unfinished"),
        upload,
    }
}
