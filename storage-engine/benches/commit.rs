//! Durable small puts: the engine beside the way most stores do it, a file for each object that is
//! synced, renamed into place, and whose folder is synced.
//!
//! `cargo bench -p storage-engine --bench commit [-- FOLDER]`. The folder must lie on the drive
//! that is to be measured; the system's temporary folder is used otherwise.
//!
//! The two take turns, so that both meet the same noise of the machine. Processor time is that of
//! this process, with the making of bodies and the asking, but without the kernel's own threads.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use storage_engine::{
    CreateBucket, Engine, EngineConfig, NewObject, Notes, PutObject, Result, StageOptions,
};

const OBJECT_BYTES: usize = 4 << 10;
const WRITERS: [usize; 4] = [1, 4, 16, 64];
const TURNS: usize = 4;
const TURN: Duration = Duration::from_millis(1500);
const BUCKET: &str = "bench";
/// What Linux counts processor time in for programs, on all common machines.
const TICKS_PER_SECOND: f64 = 100.0;

/// What one side has done so far.
#[derive(Debug, Default)]
struct Tally {
    puts: u64,
    /// Calls of `fdatasync` and `fsync` that were waited for.
    syncs: u64,
    seconds: f64,
    cpu_seconds: f64,
}

impl Tally {
    fn rate(&self) -> f64 {
        self.puts as f64 / self.seconds
    }

    fn cpu_micros(&self) -> f64 {
        self.cpu_seconds * 1e6 / self.puts.max(1) as f64
    }

    /// Lets one side work for a turn; `work` returns puts and syncs.
    fn add(&mut self, work: impl FnOnce() -> (u64, u64)) {
        let (began, cpu) = (Instant::now(), process_seconds());
        let (puts, syncs) = work();
        self.seconds += began.elapsed().as_secs_f64();
        self.cpu_seconds += process_seconds() - cpu;
        self.puts += puts;
        self.syncs += syncs;
    }
}

fn main() {
    let given = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let parent = given.map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(parent).expect("a folder to measure in");
    println!(
        "{OBJECT_BYTES} byte puts, acknowledged when durable; {TURNS} turns of {TURN:?} for each side"
    );
    println!(
        "| writers | engine/s | changes a sync | CPU µs a put | file per object/s | syncs a put | CPU µs a put | ratio of rates | of CPU |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for writers in WRITERS {
        let (mut ours, mut theirs) = (Tally::default(), Tally::default());
        let store = folder.path().join(format!("engine-{writers}"));
        let plain = folder.path().join(format!("files-{writers}"));
        fs::create_dir_all(&plain).expect("a folder");
        let engine = Arc::new(runtime.block_on(open(&store)));
        for turn in 0..TURNS {
            ours.add(|| runtime.block_on(put_all(&engine, turn, writers)));
            theirs.add(|| files(&plain, turn, writers));
        }
        runtime.block_on(engine.shutdown()).expect("an orderly end");
        println!(
            "| {writers} | {:.0} | {:.1} | {:.1} | {:.0} | {:.1} | {:.1} | {:.1} | {:.1} |",
            ours.rate(),
            ours.puts as f64 / ours.syncs.max(1) as f64,
            ours.cpu_micros(),
            theirs.rate(),
            theirs.syncs as f64 / theirs.puts.max(1) as f64,
            theirs.cpu_micros(),
            ours.rate() / theirs.rate(),
            theirs.cpu_micros() / ours.cpu_micros(),
        );
    }
}

async fn open(folder: &Path) -> Engine {
    let engine = Engine::open_folder(&EngineConfig::new(folder)).expect("a new store");
    let bucket = CreateBucket {
        name: BUCKET.into(),
        owner: "bench".into(),
        lockable: false,
        ..CreateBucket::default()
    };
    engine.create_bucket(bucket).await.expect("a new bucket");
    engine
}

/// Puts done, and syncs of the log that took: one a group, by the store's own counter.
async fn put_all(engine: &Arc<Engine>, turn: usize, writers: usize) -> (u64, u64) {
    let before = engine.stats().await.expect("statistics").commit.groups;
    let until = Instant::now() + TURN;
    let tasks: Vec<_> = (0..writers)
        .map(|writer| tokio::spawn(put_until(Arc::clone(engine), turn, writer, until)))
        .collect();
    let mut puts = 0;
    for task in tasks {
        puts += task.await.expect("no panic").expect("no refusal");
    }
    let after = engine.stats().await.expect("statistics").commit.groups;
    (puts, after - before)
}

async fn put_until(engine: Arc<Engine>, turn: usize, writer: usize, until: Instant) -> Result<u64> {
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
            key: format!("{writer}/{turn}/{puts}").into(),
            object: NewObject::default(),
            conditions: Vec::new(),
            notes: Notes::none(),
        };
        engine.put_object(put, staging.seal().await?).await?;
        puts += 1;
    }
    Ok(puts)
}

fn files(folder: &Path, turn: usize, writers: usize) -> (u64, u64) {
    let directory = File::open(folder).expect("the folder");
    let puts = AtomicU64::new(0);
    let until = Instant::now() + TURN;
    std::thread::scope(|scope| {
        for writer in 0..writers {
            let (directory, puts) = (&directory, &puts);
            scope.spawn(move || {
                for number in 0.. {
                    if Instant::now() >= until {
                        break;
                    }
                    let name = folder.join(format!("{turn}-{writer}-{number}"));
                    let new = name.with_extension("new");
                    let mut file = File::create_new(&new).expect("a new file");
                    file.write_all(&body(writer, number)).expect("room");
                    file.sync_data().expect("a drive that syncs");
                    fs::rename(&new, &name).expect("a name");
                    directory.sync_all().expect("a drive that syncs");
                    puts.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let puts = puts.into_inner();
    (puts, 2 * puts)
}

/// Processor time of this process so far, its own and the kernel's on its behalf.
fn process_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, fields) = stat.rsplit_once(')').expect("a name in brackets");
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: f64 = ticks.filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / TICKS_PER_SECOND
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
