//! Bits that flip and files that are cut or gone: noticed, never served.

use std::sync::Arc;

use storage_engine::disk::Disk;
use storage_engine::disk::sim::{SimDisk, Survival};
use storage_engine::index::{Index, MemoryIndex, Step};
use storage_engine::key::{self, Table};
use storage_engine::row::{self, ExtentRow};
use storage_engine::{Engine, Error};

use crate::crash::on_one_thread;
use crate::operation::{At, Body, Operation, Setting, Terms};
use crate::plan::secret_key;
use crate::send::{collect, send};
use crate::store::{BEGIN, assemble, clock};
use crate::world::World;

/// A store with a body of every kind, closed.
struct Filled {
    disk: SimDisk,
    index: Arc<MemoryIndex>,
    world: World,
    /// Names of all files.
    files: Vec<String>,
}

fn put(key: u8, len: u8, flavour: u8, secret: Option<u8>) -> Operation {
    Operation::Put {
        at: At { bucket: 0, key },
        body: Body {
            len,
            flavour,
            pieces: 1,
            announced: true,
        },
        terms: Terms {
            secret,
            ..Terms::default()
        },
    }
}

async fn filled() -> Filled {
    let (disk, index) = (SimDisk::new(5), Arc::new(MemoryIndex::new()));
    let engine = assemble(Arc::new(disk.clone()), index.clone(), clock()).unwrap();
    let mut world = World::new(BEGIN);
    let compress = |n| Operation::UpdateBucket {
        bucket: 0,
        setting: Setting::Compress(n),
    };
    let operations = [
        Operation::CreateBucket {
            bucket: 0,
            lockable: false,
            holder: 0,
        },
        put(0, 2, 1, None),
        put(1, 4, 1, None),
        put(2, 5, 2, Some(1)),
        put(3, 10, 1, None),
        put(4, 13, 1, Some(0)),
        compress(1),
        put(5, 6, 3, None),
        compress(2),
        put(6, 12, 3, None),
        put(7, 1, 1, None),
    ];
    for operation in operations {
        let plan = world.plan(&operation).unwrap();
        let reply = send(&engine, plan.request).await;
        world.settle(plan.expected, reply).unwrap();
    }
    engine.shutdown().await.unwrap();
    let files = disk.list().unwrap();
    Filled {
        disk,
        index,
        world,
        files,
    }
}

/// What reading everything has brought.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    whole: usize,
    damaged: usize,
    absent: usize,
}

/// Reads every object; a wrong byte is the one thing that must not happen.
async fn read_all(engine: &Engine, world: &World) -> Found {
    let mut found = Found::default();
    let bucket = world.oracle.bucket("alpha").unwrap();
    for (key, versions) in &bucket.keys {
        let version = versions.last().unwrap();
        let object = version.object.as_ref().unwrap();
        let target = storage_engine::Target {
            bucket: "alpha".into(),
            key: key.clone(),
            version: None,
        };
        let secret = object.secret.map(secret_key);
        let read = match engine.open(target, secret.as_ref()).await {
            Ok(reader) => {
                let size = reader.size();
                collect(reader.stream(0..size)).await
            }
            Err(error) => Err(error),
        };
        match read {
            Ok(bytes) => {
                assert!(bytes == object.body, "wrong bytes of {key:?}");
                found.whole += 1;
            }
            Err(Error::Damaged { .. }) => found.damaged += 1,
            Err(Error::NoSuchKey { .. } | Error::NoSuchBucket { .. }) => found.absent += 1,
            Err(other) => panic!("{key:?}: {other}"),
        }
    }
    found
}

fn places(index: &MemoryIndex) -> Vec<ExtentRow> {
    let mut places = Vec::new();
    let walked = index.walk(&key::table(Table::Extent), &mut |_, value| {
        places.push(row::decode::<ExtentRow>(value).unwrap());
        Step::Next
    });
    walked.unwrap();
    places
}

fn file_of(files: &[String], place: &ExtentRow) -> String {
    let id = format!("{:016x}.", place.segment.0);
    files
        .iter()
        .find(|name| name.starts_with(&id))
        .unwrap()
        .clone()
}

/// Headers and payloads of every chunk, bit by bit at many places: reading notices, exactly once.
#[test]
fn a_flipped_bit_of_any_chunk_is_noticed_and_never_served() {
    on_one_thread(async {
        let filled = filled().await;
        let objects = filled.world.oracle.bucket("alpha").unwrap().keys.len();
        let places = places(&filled.index);
        assert!(places.len() >= 6, "{places:?}");
        let mut flips = 0;
        for place in &places {
            let name = file_of(&filled.files, place);
            let length = u64::from(place.record_bytes);
            // The header, the table behind it, and the payload, which fills the middle.
            let header = (0..64).step_by(5);
            // A compressed one may not fill its only block.
            let filled_up = if length == 4_096 { 0 } else { 12 };
            let middle = (1..filled_up).map(|part| length / 2 + part * length / 40);
            for offset in header.chain(middle) {
                let disk = filled.disk.restart(Survival::Nothing, 1);
                let bit = u32::try_from(offset % 8).unwrap();
                disk.flip_bit(&name, place.offset + offset, bit).unwrap();
                let index = Arc::new(filled.index.crash(0));
                let engine = assemble(Arc::new(disk), index, clock()).unwrap();
                let found = read_all(&engine, &filled.world).await;
                let expected = Found {
                    whole: objects - 1,
                    damaged: 1,
                    absent: 0,
                };
                let at = place.offset;
                assert_eq!(found, expected, "{name} at {at} + {offset} of {length}");
                let problems = engine.check().await.unwrap();
                assert_eq!(problems.len(), 1, "{problems:?}");
                flips += 1;
            }
        }
        println!("{flips} flipped bits, all of them noticed");
    });
}

/// The index is gone and the log has rotted: what was acknowledged before something that is still
/// there is either found or missed aloud.
#[test]
fn a_flipped_bit_of_the_log_is_noticed_when_it_is_replayed() {
    on_one_thread(async {
        let filled = filled().await;
        let objects = filled.world.oracle.bucket("alpha").unwrap().keys.len();
        let logs = filled.files.iter().filter(|name| name.ends_with(".log"));
        let (mut refused, mut whole, mut shorter) = (0, 0, 0);
        for name in logs {
            let bytes = filled.disk.dump(name).unwrap();
            let used = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0) as u64;
            for offset in (0..used).step_by(if crate::model::soaks() { 7 } else { 307 }) {
                let disk = filled.disk.restart(Survival::Nothing, 1);
                disk.flip_bit(name, offset, u32::try_from(offset % 8).unwrap())
                    .unwrap();
                let index = Arc::new(MemoryIndex::new());
                match assemble(Arc::new(disk), index, clock()) {
                    Err(Error::Folder(reason)) => {
                        assert!(!reason.is_empty());
                        refused += 1;
                    }
                    Err(other) => panic!("{name} at {offset}: {other}"),
                    Ok(engine) => {
                        let found = read_all(&engine, &filled.world).await;
                        match found.absent {
                            0 if found.whole == objects => whole += 1,
                            0 => assert_eq!(found.damaged, 1, "{name} at {offset}"),
                            // The last group of all: nothing behind it tells that it was ever
                            // acknowledged.
                            1 => shorter += 1,
                            _ => panic!("{name} at {offset}: {found:?}"),
                        }
                    }
                }
            }
        }
        println!("{refused} refused, {whole} without effect, {shorter} of the last group");
        assert!(refused > 0);
    });
}

/// Any segment may be gone or cut: the store says so for each object that is hit.
#[test]
fn a_segment_that_is_gone_or_cut_is_reported() {
    on_one_thread(async {
        let filled = filled().await;
        let objects = filled.world.oracle.bucket("alpha").unwrap().keys.len();
        for name in &filled.files {
            for cut in [
                None,
                Some(0),
                Some(100),
                Some(4_096),
                Some(10_000),
                Some(300_000),
            ] {
                let disk = filled.disk.restart(Survival::Nothing, 1);
                match cut {
                    None => disk.remove_from_outside(name).unwrap(),
                    Some(len) => disk.truncate(name, len).unwrap(),
                }
                let index = Arc::new(filled.index.crash(0));
                let engine = match assemble(Arc::new(disk), index, clock()) {
                    Ok(engine) => engine,
                    Err(Error::Folder(_) | Error::Io { .. } | Error::Damaged { .. }) => continue,
                    Err(other) => panic!("{name} cut to {cut:?}: {other}"),
                };
                let found = read_all(&engine, &filled.world).await;
                assert_eq!(found.absent, 0, "{name} cut to {cut:?}");
                assert_eq!(
                    found.whole + found.damaged,
                    objects,
                    "{name} cut to {cut:?}"
                );
                let problems = engine.check().await.unwrap();
                assert_eq!(
                    found.damaged > 0,
                    !problems.is_empty(),
                    "{name} {cut:?} {problems:?}"
                );
                // What is left still takes changes.
                let mut world = filled.world.clone();
                let plan = world.plan(&put(8, 3, 1, None)).unwrap();
                let reply = send(&engine, plan.request).await;
                world.settle(plan.expected, reply).unwrap();
            }
        }
    });
}
