//! Durable small puts: the engine beside the way most stores do it, a file for each object that is
//! synced, renamed into place, and whose folder is synced.
//!
//! `cargo bench -p storage-engine --bench commit [-- FOLDER]`. The folder must lie on the drive
//! that is to be measured; the system's temporary folder is used otherwise.
//!
//! The two take turns, so that both meet the same noise of the machine. Processor time is that of
//! this process, with the making of bodies and the asking, but without the kernel's own threads.

mod support;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use storage_engine::{Engine, EngineConfig};
use support::{body, folder, for_a_time, open, process_seconds, put};

const OBJECT_BYTES: usize = 4 << 10;
const WRITERS: [usize; 4] = [1, 4, 16, 64];
const TURNS: usize = 4;
const TURN: Duration = Duration::from_millis(1500);

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
    let folder = folder();
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
        let engine = Arc::new(runtime.block_on(open(&EngineConfig::new(&store))));
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

/// Puts done, and syncs of the log that took: one a group, by the store's own counter.
async fn put_all(engine: &Arc<Engine>, turn: usize, writers: usize) -> (u64, u64) {
    let before = engine.stats().await.expect("statistics").commit.groups;
    let puts = for_a_time(
        engine,
        writers,
        TURN,
        move |engine, writer, number| async move {
            let key = format!("{writer}/{turn}/{number}");
            put(&engine, key, body(writer, number, OBJECT_BYTES)).await
        },
    );
    let puts = puts.await;
    let after = engine.stats().await.expect("statistics").commit.groups;
    (puts, after - before)
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
                    file.write_all(&body(writer, number, OBJECT_BYTES))
                        .expect("room");
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
