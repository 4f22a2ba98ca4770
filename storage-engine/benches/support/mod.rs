//! What the benchmarks that run a whole engine have in common.

#![allow(dead_code, reason = "each benchmark uses its part")]

use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use storage_engine::{
    CreateBucket, Engine, EngineConfig, NewObject, Notes, PutObject, Result, StageOptions, Target,
};
use tempfile::TempDir;

pub(crate) const BUCKET: &str = "bench";
/// What Linux counts processor time in for programs, on all common machines.
const TICKS_PER_SECOND: f64 = 100.0;

/// A folder that goes when the benchmark ends: in the one that was named on the command line,
/// which lies on the drive to be measured, or where the system keeps such.
pub(crate) fn folder() -> TempDir {
    let given = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let parent = given.map_or_else(std::env::temp_dir, PathBuf::from);
    tempfile::tempdir_in(parent).expect("a folder to measure in")
}

pub(crate) async fn open(config: &EngineConfig) -> Engine {
    let engine = Engine::open_folder(config).expect("a new store");
    let bucket = CreateBucket {
        name: BUCKET.into(),
        owner: "bench".into(),
        lockable: false,
        ..CreateBucket::default()
    };
    engine.create_bucket(bucket).await.expect("a new bucket");
    engine
}

pub(crate) async fn put(engine: &Engine, key: String, body: Bytes) -> Result<()> {
    let options = StageOptions {
        bucket: BUCKET.into(),
        length: Some(body.len() as u64),
        ..StageOptions::default()
    };
    let mut staging = engine.stage(options).await?;
    staging.write(body).await?;
    let put = PutObject {
        bucket: BUCKET.into(),
        key: key.into(),
        object: NewObject::default(),
        conditions: Vec::new(),
        notes: Notes::none(),
    };
    engine.put_object(put, staging.seal().await?).await?;
    Ok(())
}

/// Reads `range` of an object to its end and counts what comes.
pub(crate) async fn get(engine: &Engine, key: String, range: Range<u64>) -> Result<()> {
    let target = Target {
        bucket: BUCKET.into(),
        key: key.into(),
        version: None,
    };
    let wanted = range.end - range.start;
    let mut stream = engine.open(target, None).await?.stream(range);
    let mut seen = 0;
    while let Some(piece) = stream.next().await {
        seen += piece?.len() as u64;
    }
    assert_eq!(seen, wanted, "all that was asked for");
    Ok(())
}

/// So many tasks that each begin the next operation when one is done, until the time is up.
/// `work` gets the engine, the task's number and the operation's; operations done together.
pub(crate) async fn for_a_time<F, W>(
    engine: &Arc<Engine>,
    tasks: usize,
    time: Duration,
    work: W,
) -> u64
where
    F: Future<Output = Result<()>> + Send + 'static,
    W: Fn(Arc<Engine>, usize, u64) -> F + Copy + Send + 'static,
{
    let until = Instant::now() + time;
    let running: Vec<_> = (0..tasks)
        .map(|task| {
            let engine = Arc::clone(engine);
            tokio::spawn(async move {
                let mut done = 0;
                while Instant::now() < until {
                    work(Arc::clone(&engine), task, done).await?;
                    done += 1;
                }
                Result::Ok(done)
            })
        })
        .collect();
    let mut done = 0;
    for task in running {
        done += task.await.expect("no panic").expect("no refusal");
    }
    done
}

/// Bytes that differ from object to object and do not compress.
pub(crate) fn body(writer: usize, number: u64, len: usize) -> Bytes {
    let mut body = vec![0; len];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(writer as u64).to_le_bytes());
    hasher.update(&number.to_le_bytes());
    hasher.finalize_xof().fill(&mut body);
    body.into()
}

/// Processor time of this process so far, its own and the kernel's on its behalf.
pub(crate) fn process_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, fields) = stat.rsplit_once(')').expect("a name in brackets");
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: f64 = ticks.filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / TICKS_PER_SECOND
}
