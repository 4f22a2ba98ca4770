//! Reading objects: the engine beside plain files, from memory and from the drive.
//!
//! `cargo bench -p storage-engine --bench get [-- FOLDER]`. The folder must lie on the drive that is
//! to be measured. A plain file is opened, read whole into memory and closed, by threads; nobody
//! verifies what it says. The engine verifies the checksum of every byte it hands out. For reads
//! from the drive the page cache is told to let go of the files before each turn. All sides take
//! turns, so that they meet the same noise of the machine.

mod support;

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use storage_engine::disk::AsyncIo;
use storage_engine::{Engine, EngineConfig};
use support::{body, folder, for_a_time, get, open, process_seconds, put};

const READERS: usize = 16;
const TURNS: usize = 3;
const TIME: Duration = Duration::from_secs(1);
const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// Objects of a length, how many there are, and how much of one is read at a time.
const CASES: [(u64, u64, u64); 5] = [
    (KIB, 20_000, KIB),
    (4 * KIB, 20_000, 4 * KIB),
    (64 * KIB, 8_000, 64 * KIB),
    (MIB, 800, MIB),
    (64 * MIB, 12, 64 * KIB),
];

#[derive(Debug, Default)]
struct Tally {
    gets: u64,
    seconds: f64,
    cpu_seconds: f64,
}

impl Tally {
    fn show(&self) -> String {
        let rate = self.gets as f64 / self.seconds;
        let cpu = self.cpu_seconds * 1e6 / self.gets.max(1) as f64;
        format!("{rate:.0} | {cpu:.1}")
    }
}

fn main() {
    let folder = folder();
    println!("{READERS} readers, {TURNS} turns of {TIME:?} for each side; CPU in µs a read");
    println!(
        "| length | read | from | engine, ring: reads/s | CPU | engine, threads: reads/s | CPU | files: reads/s | CPU |"
    );
    println!("|---:|---:|---|---:|---:|---:|---:|---:|---:|");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for (len, objects, wanted) in CASES {
        let place = folder.path().join(len.to_string());
        runtime.block_on(case(&place, len, objects, wanted));
        fs::remove_dir_all(&place).expect("a folder of our own");
    }
}

async fn case(place: &Path, len: u64, objects: u64, wanted: u64) {
    let (store, plain) = (place.join("store"), place.join("files"));
    fs::create_dir_all(&plain).expect("a folder");
    let mut config = EngineConfig::new(&store);
    let engine = open(&config).await;
    for number in 0..objects {
        let bytes = body(0, number, memory(len));
        fs::write(plain.join(number.to_string()), &bytes).expect("room");
        let stored = put(&engine, number.to_string(), bytes).await;
        stored.expect("room");
    }
    engine.shutdown().await.expect("an orderly end");
    drop(engine);
    // SAFETY: sync takes nothing and touches no memory.
    unsafe { libc::sync() };
    for cold in [false, true] {
        let mut sides = [const {
            Tally {
                gets: 0,
                seconds: 0.0,
                cpu_seconds: 0.0,
            }
        }; 3];
        for turn in 0..TURNS as u64 {
            for (side, io) in [AsyncIo::Ring, AsyncIo::Threads].into_iter().enumerate() {
                config.async_io = io;
                let engine = Arc::new(Engine::open_folder(&config).expect("the store"));
                prepare(place, cold);
                engine_turn(&engine, &mut sides[side], turn, (len, objects, wanted)).await;
                engine.shutdown().await.expect("an orderly end");
            }
            prepare(place, cold);
            files_turn(&plain, &mut sides[2], turn, (len, objects, wanted));
        }
        let from = if cold { "drive" } else { "memory" };
        let shown = sides.each_ref().map(Tally::show).join(" | ");
        println!("| {len} | {wanted} | {from} | {shown} |");
    }
}

async fn engine_turn(engine: &Arc<Engine>, tally: &mut Tally, turn: u64, case: (u64, u64, u64)) {
    let (began, cpu) = (Instant::now(), process_seconds());
    tally.gets += for_a_time(
        engine,
        READERS,
        TIME,
        move |engine, task, number| async move {
            let (object, at) = chosen(turn, task, number, case);
            get(&engine, object.to_string(), at..at + case.2).await
        },
    )
    .await;
    tally.seconds += began.elapsed().as_secs_f64();
    tally.cpu_seconds += process_seconds() - cpu;
}

fn files_turn(folder: &Path, tally: &mut Tally, turn: u64, case: (u64, u64, u64)) {
    let (began, cpu) = (Instant::now(), process_seconds());
    let gets = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for task in 0..READERS {
            let gets = &gets;
            scope.spawn(move || {
                let mut done = 0;
                while began.elapsed() < TIME {
                    let (object, at) = chosen(turn, task, done, case);
                    let file = File::open(folder.join(object.to_string())).expect("the file");
                    let mut bytes = vec![0; memory(case.2)];
                    file.read_exact_at(&mut bytes, at).expect("all of it");
                    std::hint::black_box(&bytes);
                    done += 1;
                }
                gets.fetch_add(done, Ordering::Relaxed);
            });
        }
    });
    tally.gets += gets.into_inner();
    tally.seconds += began.elapsed().as_secs_f64();
    tally.cpu_seconds += process_seconds() - cpu;
}

fn memory(bytes: u64) -> usize {
    usize::try_from(bytes).expect("it fits into memory")
}

/// An object, and where to read in it: the same for every side.
fn chosen(
    turn: u64,
    task: usize,
    number: u64,
    (len, objects, wanted): (u64, u64, u64),
) -> (u64, u64) {
    let seed = [turn, task as u64, number].map(u64::to_le_bytes).concat();
    let hash = blake3::hash(&seed);
    let (object, place) = hash.as_bytes().split_at(8);
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let places = (len - wanted) / wanted + 1;
    (
        number(object) % objects,
        number(&place[..8]) % places * wanted,
    )
}

/// Brings all files of a folder into memory, or out of it.
fn prepare(folder: &Path, cold: bool) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            prepare(&path, cold);
            continue;
        }
        let file = File::open(&path).expect("a file");
        match cold {
            // SAFETY: the descriptor is open; nothing else is touched.
            true => assert_eq!(0, unsafe {
                libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED)
            }),
            false => {
                std::io::copy(&mut &file, &mut std::io::sink()).expect("the file");
            }
        }
    }
}
