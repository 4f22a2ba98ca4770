//! The index on a small drive of its own, which others fill to the last byte or the last file.

#[expect(dead_code, reason = "the tests of the server need more of it")]
#[path = "../../../../tests/support/drive.rs"]
mod drive;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use storage_engine::disk::{AsyncIo, FileDisk};
use storage_engine::index::{RocksIndex, RocksOptions};
use storage_engine::{
    CreateBucket, DeleteObject, Engine, Error, NewObject, Notes, PutObject, Result, StageOptions,
    Target,
};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::run::{check, on_runtime};
use crate::store::{assemble, clock};
use drive::Drive;

const BUCKET: &str = "bucket";
/// Of the index's drive: what it takes to open, and a few tables.
const DRIVE_BYTES: u64 = 24 << 20;
/// Objects put before the drive is full, and together while it becomes so.
const OBJECTS: u64 = 200;
const TOGETHER: u64 = 16;
/// More than go into what the index has allocated ahead.
const TRIES_MAX: u64 = 20_000;
/// Longer than any answer takes that does not wait for room.
const PATIENCE: Duration = Duration::from_secs(10);
const FOREVER: Duration = Duration::from_secs(60);

struct Place {
    drive: Drive,
    segments: tempfile::TempDir,
}

/// A store with a full index, and what was said to be in it.
struct Life {
    engine: Arc<Engine>,
    next: u64,
    acknowledged: BTreeMap<u64, Bytes>,
    /// Not answered yet.
    late: Vec<(u64, JoinHandle<Result<()>>)>,
    refused: u64,
}

impl Place {
    fn outside(&self) -> PathBuf {
        self.drive.seen_from_outside()
    }

    fn open(&self) -> Engine {
        let disk = FileDisk::open(self.segments.path(), AsyncIo::Threads).unwrap();
        let options = RocksOptions {
            cache_bytes: 1 << 20,
            memtable_bytes: 64 << 10,
        };
        let index = RocksIndex::open(&self.outside().join("index"), &options).unwrap();
        assemble(Arc::new(disk), Arc::new(index), clock()).unwrap()
    }
}

fn target(number: u64) -> Target {
    Target {
        bucket: BUCKET.into(),
        key: format!("key {number}").into(),
        version: None,
    }
}

fn body(number: u64) -> Bytes {
    let mut bytes = vec![0; 100 + usize::try_from(number % 300).unwrap()];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.finalize_xof().fill(&mut bytes);
    bytes.into()
}

async fn put(engine: &Engine, number: u64) -> Result<()> {
    let mut staging = engine
        .stage(StageOptions {
            bucket: BUCKET.into(),
            ..StageOptions::default()
        })
        .await?;
    staging.write(body(number)).await?;
    let Target { bucket, key, .. } = target(number);
    let request = PutObject {
        bucket,
        key,
        object: NewObject::default(),
        conditions: Vec::new(),
        notes: Notes::none(),
    };
    engine.put_object(request, staging.seal().await?).await?;
    Ok(())
}

async fn delete(engine: &Engine, number: u64) -> Result<()> {
    let request = DeleteObject {
        target: target(number),
        owner: "owner".into(),
        conditions: Vec::new(),
        bypass_governance: false,
        notes: Notes::none(),
    };
    engine.delete_object(request).await.map(|_| ())
}

async fn get(engine: &Engine, number: u64) -> Bytes {
    let reader = engine.open(target(number), None).await.unwrap();
    let size = reader.size();
    let mut stream = reader.stream(0..size);
    let mut bytes = BytesMut::new();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    bytes.freeze()
}

impl Life {
    async fn begin(engine: Engine) -> Life {
        let bucket = CreateBucket {
            name: BUCKET.into(),
            owner: "owner".into(),
            ..CreateBucket::default()
        };
        engine.create_bucket(bucket).await.unwrap();
        let mut life = Life {
            engine: Arc::new(engine),
            next: 0,
            acknowledged: BTreeMap::new(),
            late: Vec::new(),
            refused: 0,
        };
        while life.next < OBJECTS {
            life.put_some().await;
        }
        assert_eq!((life.refused, life.late.len()), (0, 0));
        life
    }

    /// Several at a time: some of them share the group that the index refuses.
    async fn put_some(&mut self) {
        let puts = (0..TOGETHER).map(|_| {
            let (number, engine) = (self.next, Arc::clone(&self.engine));
            self.next += 1;
            (
                number,
                tokio::spawn(async move { put(&engine, number).await }),
            )
        });
        for (number, mut put) in puts.collect::<Vec<_>>() {
            let patience = if self.late.is_empty() {
                PATIENCE
            } else {
                Duration::from_secs(1)
            };
            match timeout(patience, &mut put).await {
                Ok(answer) => self.note(number, answer.unwrap()),
                Err(_) => self.late.push((number, put)),
            }
        }
    }

    fn note(&mut self, number: u64, answer: Result<()>) {
        match answer {
            Ok(()) => {
                self.acknowledged.insert(number, body(number));
            }
            Err(Error::NoSpace { .. }) => self.refused += 1,
            Err(other) => panic!("put {number}: {other}"),
        }
    }

    async fn verify(&self) {
        for (number, body) in &self.acknowledged {
            assert_eq!(get(&self.engine, *number).await, *body, "object {number}");
        }
    }

    /// With room again, and nothing done about it.
    async fn recovers(&mut self) {
        let begun = Instant::now();
        let before = self.acknowledged.len();
        while self.acknowledged.len() < before + 50 {
            assert!(begun.elapsed() < FOREVER, "room does not come back");
            self.put_some().await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for (number, late) in std::mem::take(&mut self.late) {
            let answer = timeout(PATIENCE, late).await.unwrap().unwrap();
            self.note(number, answer);
        }
        println!(
            "taken again after {:?}, {} were refused",
            begun.elapsed(),
            self.refused
        );
    }
}

/// Fills the drive, has the index meet that, makes room, and looks at everything.
async fn fills_up(place: &Place, fill: impl Fn(&Path), make_room: impl Fn(&Path)) {
    let mut life = Life::begin(place.open()).await;
    for round in 0..3 {
        let filler = place.outside().join("filler");
        fill(&filler);
        let refused = life.refused;
        while life.refused == refused {
            assert!(
                life.next < TRIES_MAX,
                "round {round}: the drive is larger than asked for"
            );
            life.put_some().await;
        }
        let late = life.late.len();
        println!(
            "round {round}: {} acknowledged, {late} late",
            life.acknowledged.len()
        );
        assert!(life.engine.failure().check().is_ok(), "it has stopped");
        let refused = delete(&life.engine, 0).await;
        assert!(matches!(refused, Err(Error::NoSpace { .. })), "{refused:?}");
        life.verify().await;

        make_room(&filler);
        life.recovers().await;
        life.verify().await;
        check(&life.engine).await.unwrap();
    }
    life.engine.shutdown().await.unwrap();
    life.engine = Arc::new(place.open());
    life.verify().await;
    check(&life.engine).await.unwrap();
}

fn on_a_small_drive(test: &str, options: &str, fill: impl Fn(&Path), make_room: impl Fn(&Path)) {
    let drive = match Drive::in_memory(options) {
        Ok(drive) => drive,
        Err(refused) => return refused.skip(test),
    };
    let place = Place {
        drive,
        segments: tempfile::tempdir().unwrap(),
    };
    on_runtime(fills_up(&place, fill, make_room));
}

/// Writes until nothing more is taken, and leaves so many bytes free.
fn fill(path: &Path, leave: u64) {
    let mut file = File::create(path).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    let len = file.metadata().unwrap().len();
    file.set_len(len.saturating_sub(leave)).unwrap();
}

fn drive_of(bytes: u64) -> String {
    format!("size={bytes}")
}

/// The log of the index is what fails.
#[test]
fn an_index_without_a_free_byte_recovers_by_itself() {
    on_a_small_drive(
        "an index without a free byte",
        &drive_of(DRIVE_BYTES),
        |path| fill(path, 0),
        |path| fs::remove_file(path).unwrap(),
    );
}

/// A log or two still fit, a table does not.
#[test]
fn an_index_without_room_for_a_table_recovers_by_itself() {
    on_a_small_drive(
        "an index without room for a table",
        &drive_of(DRIVE_BYTES),
        |path| fill(path, 200 << 10),
        |path| fs::remove_file(path).unwrap(),
    );
}

/// A new log cannot be made, which RocksDB itself never recovers from.
#[test]
fn an_index_without_a_free_inode_recovers_by_itself() {
    on_a_small_drive(
        "an index without a free inode",
        &format!("{},nr_inodes=60", drive_of(DRIVE_BYTES)),
        |path| {
            fs::create_dir(path).unwrap();
            let taken = (0..60).map_while(|n| File::create(path.join(n.to_string())).ok());
            assert!(taken.count() < 60);
        },
        |path| fs::remove_dir_all(path).unwrap(),
    );
}
