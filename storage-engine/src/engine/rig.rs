//! A small store, on a simulated disk or in a real folder, for the tests of this folder.

pub(super) mod between;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;

use super::requests::*;
use super::{Engine, EngineConfig, Parts};
use crate::clock::ManualClock;
use crate::disk::sim::{SimDisk, Survival};
use crate::disk::{Access, AsyncIo};
use crate::error::{Error, Result};
use crate::ids::{Timestamp, VersionId};
use crate::index::{Index, MemoryIndex};
use crate::row::Versioning;
use crate::segment::SegmentsOptions;

pub(super) const BUCKET: &str = "bucket";
pub(super) const MIB: usize = 1 << 20;

/// A store in a real folder whose segments are small.
pub(super) fn small(path: &Path) -> EngineConfig {
    EngineConfig {
        log_segment_bytes: 4 << 20,
        bulk_segment_bytes: 8 << 20,
        reserve_bytes: 0,
        async_io: AsyncIo::Threads,
        ..EngineConfig::new(path)
    }
}

pub(super) fn open_small(path: &Path) -> Engine {
    Engine::open_folder(&small(path)).unwrap()
}

/// The parts of a store that outlive the engine.
#[derive(Debug, Clone)]
pub(super) struct Rig {
    pub(super) disk: SimDisk,
    pub(super) index: Arc<MemoryIndex>,
    pub(super) options: SegmentsOptions,
}

impl Rig {
    pub(super) fn new(seed: u64) -> Self {
        let options = SegmentsOptions {
            store: [7; 16],
            log_bytes: MIB as u64,
            bulk_bytes: 4 * MIB as u64,
            packed_bytes: 4 * MIB as u64,
            log_access: Access::Direct,
            log_prewrite: false,
            idle_bytes_max: 8 * MIB as u64,
            reserve_bytes: 0,
        };
        Rig {
            disk: SimDisk::new(seed),
            index: Arc::default(),
            options,
        }
    }

    pub(super) fn try_open(&self) -> Result<Engine> {
        let clock = ManualClock::default();
        clock.set(Timestamp(1_700_000_000_000));
        Engine::assemble(Parts {
            disk: Arc::new(self.disk.clone()),
            index: Arc::clone(&self.index) as Arc<dyn Index>,
            segments: self.options.clone(),
            clock: Arc::new(clock),
            secret: [3; 32],
        })
    }

    pub(super) fn open(&self) -> Engine {
        self.try_open().unwrap()
    }

    /// Without what runs in the background, for those who count what is done.
    pub(super) fn open_alone(&self) -> Engine {
        let engine = self.open();
        for task in &engine.background {
            task.abort();
        }
        engine
    }

    /// What a restart finds after the power went.
    pub(super) fn after_crash(&self, survival: Survival, seed: u64) -> Rig {
        Rig {
            disk: self.disk.restart(survival, seed),
            index: Arc::new(self.index.crash(seed)),
            options: self.options.clone(),
        }
    }

    pub(super) fn files(&self, ending: &str) -> Vec<String> {
        let mut names = crate::disk::Disk::list(&self.disk).unwrap();
        names.retain(|name| name.ends_with(ending));
        names
    }
}

impl Rig {
    pub(super) fn name_of(&self, segment: crate::ids::SegmentId) -> String {
        let front = format!("{:016x}.", segment.0);
        let mut names = self.files("");
        names.retain(|name| name.starts_with(&front));
        names.remove(0)
    }
}

/// Bytes that differ with the seed and do not compress.
pub(super) fn body(seed: u64, len: usize) -> Bytes {
    let mut bytes = vec![0; len];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.finalize_xof().fill(&mut bytes);
    bytes.into()
}

pub(super) async fn make_bucket(engine: &Engine, name: &str) {
    let request = CreateBucket {
        name: name.into(),
        owner: "owner".into(),
        lockable: false,
        ..CreateBucket::default()
    };
    engine.create_bucket(request).await.unwrap();
}

pub(super) async fn set_versioning(engine: &Engine, name: &str, versioning: Versioning) {
    let change = UpdateBucket {
        versioning: Some(versioning),
        ..UpdateBucket::default()
    };
    engine.update_bucket(name, change).await.unwrap();
}

pub(super) async fn put(engine: &Engine, bucket: &str, key: &str, data: &Bytes) -> Result<()> {
    let staged = stage(engine, bucket, data).await?;
    let request = PutObject {
        bucket: bucket.into(),
        key: Bytes::copy_from_slice(key.as_bytes()),
        object: NewObject::default(),
        conditions: Vec::new(),
        notes: Notes::none(),
    };
    engine.put_object(request, staged).await.map(|_| ())
}

pub(super) async fn stage(
    engine: &Engine,
    bucket: &str,
    data: &Bytes,
) -> Result<crate::stage::Staged> {
    let options = StageOptions {
        bucket: bucket.into(),
        length: Some(data.len() as u64),
        ..StageOptions::default()
    };
    let mut staging = engine.stage(options).await?;
    for piece in data.chunks(300_000) {
        staging.write(data.slice_ref(piece)).await?;
    }
    staging.seal().await
}

pub(super) fn target(bucket: &str, key: &str) -> Target {
    let key = Bytes::copy_from_slice(key.as_bytes());
    Target {
        bucket: bucket.into(),
        key,
        version: None,
    }
}

pub(super) async fn get(engine: &Engine, bucket: &str, key: &str) -> Result<Option<Vec<u8>>> {
    let reader = match engine.open(target(bucket, key), None).await {
        Err(Error::NoSuchKey { .. }) => return Ok(None),
        reader => reader?,
    };
    let size = reader.size();
    let mut stream = reader.stream(0..size);
    let mut data = Vec::new();
    while let Some(piece) = stream.next().await {
        data.extend_from_slice(&piece?);
    }
    Ok(Some(data))
}

pub(super) async fn delete(
    engine: &Engine,
    bucket: &str,
    key: &str,
    version: Option<VersionId>,
) -> Result<()> {
    let target = Target {
        version,
        ..target(bucket, key)
    };
    let request = DeleteObject {
        target,
        owner: "owner".into(),
        conditions: Vec::new(),
        bypass_governance: false,
        notes: Notes::none(),
    };
    engine.delete_object(request).await.map(|_| ())
}

pub(super) async fn copy(engine: &Engine, from: (&str, &str), to: (&str, &str)) {
    let request = CopyObject {
        source: target(from.0, from.1),
        source_conditions: Vec::new(),
        bucket: to.0.into(),
        key: Bytes::copy_from_slice(to.1.as_bytes()),
        owner: "owner".into(),
        attributes: None,
        tags: None,
        lock: crate::row::Lock::default(),
        conditions: Vec::new(),
        checksum: None,
        source_key: None,
        encryption: crate::CopyEncryption::Anew(None),
        notes: Notes::none(),
    };
    engine.copy_object(request).await.unwrap();
}

pub(super) async fn begin_upload(engine: &Engine, bucket: &str, key: &str) -> UploadTarget {
    let key = Bytes::copy_from_slice(key.as_bytes());
    let request = CreateUpload {
        bucket: bucket.into(),
        key: key.clone(),
        object: NewObject::default(),
        checksum: None,
        encryption: None,
    };
    let upload = engine.create_upload(request).await.unwrap();
    UploadTarget {
        bucket: bucket.into(),
        key,
        upload,
    }
}

pub(super) async fn put_part(engine: &Engine, upload: &UploadTarget, number: u16, data: &Bytes) {
    let staged = stage(engine, &upload.bucket, data).await.unwrap();
    engine
        .upload_part(upload.clone(), number, staged)
        .await
        .unwrap();
}

pub(super) async fn complete(engine: &Engine, upload: &UploadTarget, numbers: &[u16]) {
    let part = |number: &u16| CompletePart {
        number: *number,
        etag: None,
        checksum: None,
    };
    let request = CompleteUpload {
        target: upload.clone(),
        parts: numbers.iter().map(part).collect(),
        part_bytes_min: 0,
        conditions: Vec::new(),
        checksum: None,
        size: None,
        size_max: None,
        notes: Notes::none(),
    };
    engine.complete_upload(request).await.unwrap();
}

/// Something of everything there is.
pub(super) async fn populate(engine: &Engine) {
    make_bucket(engine, BUCKET).await;
    make_bucket(engine, "versioned").await;
    for (number, len) in [0, 10, 512, 513, 70_000, 131_072, 131_073, 2 * MIB + 77]
        .into_iter()
        .enumerate()
    {
        put(
            engine,
            BUCKET,
            &format!("k{number}"),
            &body(number as u64, len),
        )
        .await
        .unwrap();
    }
    for key in ["k1", "k3", "k7"] {
        copy(engine, (BUCKET, key), (BUCKET, &format!("copy of {key}"))).await;
    }
    put(engine, BUCKET, "k4", &body(40, 3000)).await.unwrap();
    delete(engine, BUCKET, "k6", None).await.unwrap();
    put(engine, "versioned", "old", &body(50, 5000))
        .await
        .unwrap();
    put(engine, "versioned", "hidden", &body(51, MIB + 5))
        .await
        .unwrap();
    set_versioning(engine, "versioned", Versioning::Enabled).await;
    put(engine, "versioned", "old", &body(52, 200_000))
        .await
        .unwrap();
    put(engine, "versioned", "hidden", &body(53, 10))
        .await
        .unwrap();
    delete(engine, "versioned", "hidden", None).await.unwrap();
    set_versioning(engine, "versioned", Versioning::Suspended).await;
    put(engine, "versioned", "null", &body(54, 4000))
        .await
        .unwrap();
    let upload = begin_upload(engine, BUCKET, "parts").await;
    for number in [1, 2, 3, 9] {
        put_part(engine, &upload, number, &body(u64::from(number), 400_000)).await;
    }
    put_part(engine, &upload, 2, &body(99, MIB + 3)).await;
    complete(engine, &upload, &[1, 2, 9]).await;
    copy(engine, (BUCKET, "parts"), ("versioned", "parts too")).await;
    let unfinished = begin_upload(engine, BUCKET, "unfinished").await;
    put_part(engine, &unfinished, 5, &body(5, 150_000)).await;
    begin_upload(engine, BUCKET, "without parts").await;
}
