//! Durable small puts: the engine beside the way most stores do it, a file for each object that is
//! synced, renamed into place, and whose folder is synced.
//!
//! `cargo bench -p storage-engine --bench commit [-- FOLDER]`. The folder must lie on the drive
//! that is to be measured; the system's temporary folder is used otherwise.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use storage_engine::{
    CreateBucket, Engine, EngineConfig, NewObject, PutObject, Result, StageOptions,
};

const OBJECT_BYTES: usize = 4 << 10;
const WRITERS: [usize; 4] = [1, 4, 16, 64];
const DURATION: Duration = Duration::from_secs(4);
const BUCKET: &str = "bench";

fn main() {
    let given = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let parent = given.map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(parent).expect("a folder to measure in");
    println!("{OBJECT_BYTES} byte puts, acknowledged when durable, for {DURATION:?} each");
    println!("| writers | engine/s | syncs/s | changes a sync | file per object/s | ratio |");
    println!("|---:|---:|---:|---:|---:|---:|");
    for writers in WRITERS {
        let (puts, syncs) = engine(&folder.path().join(format!("engine-{writers}")), writers);
        let files = files(&folder.path().join(format!("files-{writers}")), writers);
        let seconds = DURATION.as_secs_f64();
        println!(
            "| {writers} | {:.0} | {:.0} | {:.1} | {:.0} | {:.1} |",
            puts as f64 / seconds,
            syncs as f64 / seconds,
            puts as f64 / syncs.max(1) as f64,
            files as f64 / seconds,
            puts as f64 / files.max(1) as f64,
        );
    }
}

/// Puts done, and syncs of the log that took.
fn engine(folder: &Path, writers: usize) -> (u64, u64) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let engine = Engine::open_folder(&EngineConfig::new(folder)).expect("a new store");
        let engine = Arc::new(engine);
        let bucket = CreateBucket {
            name: BUCKET.into(),
            owner: "bench".into(),
            lockable: false,
            ..CreateBucket::default()
        };
        engine.create_bucket(bucket).await.expect("a new bucket");
        let before = engine.stats().await.expect("statistics").commit.groups;
        let until = Instant::now() + DURATION;
        let tasks: Vec<_> = (0..writers)
            .map(|writer| tokio::spawn(put_until(Arc::clone(&engine), writer, until)))
            .collect();
        let mut puts = 0;
        for task in tasks {
            puts += task.await.expect("no panic").expect("no refusal");
        }
        let syncs = engine.stats().await.expect("statistics").commit.groups - before;
        engine.shutdown().await.expect("an orderly end");
        (puts, syncs)
    })
}

async fn put_until(engine: Arc<Engine>, writer: usize, until: Instant) -> Result<u64> {
    let mut puts = 0;
    while Instant::now() < until {
        let options = StageOptions {
            bucket: BUCKET.into(),
            length: Some(OBJECT_BYTES as u64),
            ..StageOptions::default()
        };
        let mut staging = engine.stage(options).await?;
        staging.write(body(writer, puts)).await?;
        let put = PutObject {
            bucket: BUCKET.into(),
            key: format!("{writer}/{puts}").into(),
            object: NewObject::default(),
            conditions: Vec::new(),
        };
        engine.put_object(put, staging.seal().await?).await?;
        puts += 1;
    }
    Ok(puts)
}

fn files(folder: &Path, writers: usize) -> u64 {
    fs::create_dir_all(folder).expect("a folder");
    let directory = File::open(folder).expect("the folder");
    let puts = AtomicU64::new(0);
    let until = Instant::now() + DURATION;
    std::thread::scope(|scope| {
        for writer in 0..writers {
            let (directory, puts) = (&directory, &puts);
            scope.spawn(move || {
                for number in 0.. {
                    if Instant::now() >= until {
                        break;
                    }
                    let new = folder.join(format!("{writer}-{number}.new"));
                    let mut file = File::create_new(&new).expect("a new file");
                    file.write_all(&body(writer, number)).expect("room");
                    file.sync_data().expect("a drive that syncs");
                    fs::rename(&new, folder.join(format!("{writer}-{number}"))).expect("a name");
                    directory.sync_all().expect("a drive that syncs");
                    puts.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    puts.into_inner()
}

/// Bytes that differ from object to object and do not compress.
fn body(writer: usize, number: u64) -> Bytes {
    let mut body = vec![0; OBJECT_BYTES];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(writer as u64).to_le_bytes());
    hasher.update(&number.to_le_bytes());
    hasher.finalize_xof().fill(&mut body);
    body.into()
}
