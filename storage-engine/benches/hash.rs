//! Rates of one core: MD5 of 1 to 16 streams, one after the other and on lanes, and the rest.
//!
//! Each MD5 group hashes the same streams three ways: with the `md-5` crate, one after the other;
//! with our single-lane code, likewise; and through the lane hasher with one hashing thread, with
//! its queues and wake-ups. What is measured is the processor time of the whole process, so the
//! rates are per core whatever else the machine does.

use bytes::Bytes;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::time::Duration;
use storage_engine::hash::{Algorithm, Hasher, LaneHasher, crc64, crc64_combine, md5_inline};

/// Processor time of all threads of this process.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: `time` is a timespec to write to.
        let failed = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
        assert_eq!(failed, 0, "this system has no processor time clock");
        Duration::from_secs(time.tv_sec.unsigned_abs())
            + Duration::from_nanos(time.tv_nsec.unsigned_abs())
    }

    fn end(&self, start: Duration) -> Duration {
        self.start() - start
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

const PIECE_BYTES: usize = 256 << 10;
const STREAM_PIECES: usize = 16;

fn piece(seed: usize) -> Bytes {
    (0..PIECE_BYTES)
        .map(|index| (index * 31 + seed).to_le_bytes()[0])
        .collect()
}

fn md5(c: &mut Criterion<CpuTime>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let hasher = LaneHasher::new(NonZeroUsize::MIN).expect("a thread");
    for streams in [1, 2, 4, 8, 16] {
        let pieces: Vec<Bytes> = (0..streams).map(piece).collect();
        let mut group = c.benchmark_group(format!("md5 {streams} streams"));
        group.throughput(Throughput::Bytes(
            (streams * PIECE_BYTES * STREAM_PIECES) as u64,
        ));
        group.sample_size(10);
        group.bench_function("md-5 crate", |b| {
            use md5::Digest as _;
            b.iter(|| {
                for piece in &pieces {
                    let mut md5 = md5::Md5::new();
                    (0..STREAM_PIECES).for_each(|_| md5.update(piece));
                    black_box(md5.finalize());
                }
            });
        });
        group.bench_function("one lane", |b| {
            b.iter(|| {
                for piece in &pieces {
                    let mut md5 = storage_engine::hash::md5::Md5::new();
                    (0..STREAM_PIECES).for_each(|_| md5.update(piece));
                    black_box(md5.finish());
                }
            });
        });
        group.bench_function("lane hasher", |b| {
            b.iter(|| runtime.block_on(upload(&hasher, &pieces)))
        });
        group.finish();
    }
}

/// All streams at once, each its piece over and over.
async fn upload(hasher: &LaneHasher, pieces: &[Bytes]) {
    let mut tasks = tokio::task::JoinSet::new();
    for piece in pieces {
        let (mut stream, piece) = (hasher.stream(), piece.clone());
        tasks.spawn(async move {
            for _ in 0..STREAM_PIECES {
                stream.update(piece.clone()).await;
            }
            stream.finish().await
        });
    }
    while let Some(digest) = tasks.join_next().await {
        black_box(digest.expect("an upload"));
    }
}

/// Where handing a small message to the thread begins to pay.
fn small_md5(c: &mut Criterion<CpuTime>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let hasher = LaneHasher::new(NonZeroUsize::MIN).expect("a thread");
    let mut group = c.benchmark_group("md5 of one small message");
    for kibibytes in [4, 16, 32, 64, 128] {
        let data = piece(0).slice(..kibibytes << 10);
        group.throughput(Throughput::Bytes(data.len() as u64));
        group.bench_with_input(BenchmarkId::new("inline", kibibytes), &data, |b, data| {
            b.iter(|| md5_inline(data));
        });
        group.bench_with_input(
            BenchmarkId::new("lane hasher", kibibytes),
            &data,
            |b, data| {
                b.iter(|| {
                    runtime.block_on(async {
                        let mut stream = hasher.stream();
                        stream.update(data.clone()).await;
                        stream.finish().await
                    })
                });
            },
        );
    }
    group.finish();
}

fn others(c: &mut Criterion<CpuTime>) {
    let data = piece(0);
    for length in [4 << 10, 64 << 10, 256 << 10] {
        let data = &data[..length];
        let mut group = c.benchmark_group(format!("{} KiB", length >> 10));
        group.throughput(Throughput::Bytes(length as u64));
        group.bench_function("crc64", |b| b.iter(|| crc64(black_box(data))));
        group.bench_function("blake3", |b| b.iter(|| blake3::hash(black_box(data))));
        for algorithm in Algorithm::ALL {
            group.bench_function(format!("{algorithm:?}"), |b| {
                b.iter(|| {
                    let mut hasher = Hasher::new(algorithm);
                    hasher.update(black_box(data));
                    hasher.finish()
                });
            });
        }
        group.finish();
    }
    c.bench_function("crc64_combine, 64 KiB frame", |b| {
        b.iter(|| crc64_combine(black_box(1), black_box(2), black_box(64 << 10)));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = md5, small_md5, others
}
criterion_main!(benches);
