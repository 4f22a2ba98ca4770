//! Where bodies of one length are best kept: in their row, in the log, or as chunks of their own.
//!
//! `cargo bench -p storage-engine --bench thresholds [-- FOLDER]`. The folder must lie on the drive
//! that is to be measured. For each length and each home: what a durable put costs, what reaches
//! the files for each byte stored once everything is settled, what reading a random object costs,
//! and what a page of a listing costs that walks past such rows. Processor time is the figure to
//! go by; rates follow from it and from the drive.

mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use storage_engine::stage::Tuning;
use storage_engine::{Cursor, Engine, EngineConfig, ListRequest, Result};
use support::{BUCKET, body, folder, for_a_time, get, open, process_seconds, put};

const WRITERS: usize = 16;
const TIME: Duration = Duration::from_secs(2);
const PAGE: usize = 1000;
const KIB: usize = 1 << 10;

#[derive(Debug, Clone, Copy)]
enum Home {
    Row,
    Log,
    Chunk,
}

const CASES: [(usize, &[Home]); 13] = [
    (512, &[Home::Row, Home::Log]),
    (KIB, &[Home::Row, Home::Log]),
    (2 * KIB, &[Home::Row, Home::Log]),
    (3 * KIB, &[Home::Row, Home::Log]),
    (4 * KIB, &[Home::Row, Home::Log]),
    (8 * KIB, &[Home::Row, Home::Log, Home::Chunk]),
    (16 * KIB, &[Home::Log, Home::Chunk]),
    (32 * KIB, &[Home::Log, Home::Chunk]),
    (64 * KIB, &[Home::Log, Home::Chunk]),
    (128 * KIB, &[Home::Log, Home::Chunk]),
    (256 * KIB, &[Home::Log, Home::Chunk]),
    (512 * KIB, &[Home::Log, Home::Chunk]),
    (1024 * KIB, &[Home::Log, Home::Chunk]),
];

fn main() {
    let folder = folder();
    println!("{WRITERS} at once, {TIME:?} for each figure");
    println!(
        "| length | home | puts/s | CPU µs a put | bytes written a byte | gets/s | CPU µs a get | CPU µs a page of {PAGE} |"
    );
    println!("|---:|---|---:|---:|---:|---:|---:|---:|");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for (len, homes) in CASES {
        for home in homes {
            let place = folder.path().join(format!("{len}-{home:?}"));
            runtime.block_on(measure(&place, len, *home));
            fs::remove_dir_all(&place).expect("a folder of our own");
        }
    }
}

async fn measure(folder: &Path, len: usize, home: Home) {
    let config = EngineConfig::new(folder);
    let engine = open(&config).await.with_tuning(tuning(home));
    let engine = Arc::new(engine);
    let before = written_bytes();
    let (puts, put_seconds, put_cpu) = timed(&engine, move |engine, task, number| async move {
        put(&engine, key(task, number), body(task, number, len)).await
    })
    .await;
    engine.shutdown().await.expect("an orderly end");
    drop(engine);
    let stored = puts * len as u64;
    let written = (written_bytes() - before) as f64 / stored as f64;

    // Opened anew: rows come from tables, not from what was just written.
    let engine = Arc::new(Engine::open_folder(&config).expect("the same store"));
    let each = (puts / WRITERS as u64 / 2).max(1);
    let (gets, get_seconds, get_cpu) = timed(&engine, move |engine, task, number| async move {
        // Steps that are prime to most numbers of objects visit them in no order.
        get(&engine, key(task, number * 7919 % each), 0..len as u64).await
    })
    .await;
    let pages_cpu = list(&engine).await;
    engine.shutdown().await.expect("an orderly end");
    println!(
        "| {len} | {home:?} | {:.0} | {:.1} | {written:.2} | {:.0} | {:.1} | {:.0} |",
        puts as f64 / put_seconds,
        put_cpu * 1e6 / puts as f64,
        gets as f64 / get_seconds,
        get_cpu * 1e6 / gets as f64,
        pages_cpu * 1e6,
    );
}

fn tuning(home: Home) -> Tuning {
    let (row, log) = match home {
        Home::Row => (usize::MAX, usize::MAX),
        Home::Log => (0, 1024 * KIB),
        Home::Chunk => (0, 0),
    };
    Tuning {
        inline_bytes_max: row.min(1024 * KIB),
        log_body_bytes_max: log.min(1024 * KIB),
        ..Tuning::default()
    }
}

/// Operations done, seconds they took, and processor time.
async fn timed<F, W>(engine: &Arc<Engine>, work: W) -> (u64, f64, f64)
where
    F: Future<Output = Result<()>> + Send + 'static,
    W: Fn(Arc<Engine>, usize, u64) -> F + Copy + Send + 'static,
{
    let (began, cpu) = (Instant::now(), process_seconds());
    let done = for_a_time(engine, WRITERS, TIME, work).await;
    (done, began.elapsed().as_secs_f64(), process_seconds() - cpu)
}

/// Processor time of a page, over all of them, at most for the usual time.
async fn list(engine: &Engine) -> f64 {
    let (began, cpu) = (Instant::now(), process_seconds());
    let (mut after, mut pages) = (Cursor::Start, 0_u32);
    while began.elapsed() < TIME {
        let request = ListRequest {
            bucket: BUCKET.into(),
            prefix: Bytes::new(),
            delimiter: Bytes::new(),
            after,
            limit: PAGE,
        };
        let page = engine.list_objects(request).await.expect("a page");
        pages += 1;
        after = page.next.unwrap_or_default();
    }
    (process_seconds() - cpu) / f64::from(pages)
}

fn key(task: usize, number: u64) -> String {
    format!("{task}/{number}")
}

/// What this process has handed to drives so far, through the page cache or past it.
fn written_bytes() -> u64 {
    let io = fs::read_to_string("/proc/self/io").expect("Linux");
    let line = io
        .lines()
        .find_map(|line| line.strip_prefix("write_bytes: "));
    line.expect("a count").parse().expect("a number")
}
