//! The scheduler under a model checker: the same source file, compiled against shuttle's locks
//! and with bounds so small that a few bytes reach all of them.

#[path = "../schedule.rs"]
#[allow(dead_code, clippy::duplicate_mod)] // on purpose: see above
mod schedule;

mod sync {
    pub(super) use shuttle::sync::{Arc, Condvar, Mutex, MutexGuard};
}

mod limits {
    pub(super) const QUEUED_BYTES_MAX: usize = 8;
    pub(super) const PIECE_CHARGE_BYTES_MIN: usize = 2;
    pub(super) const TURN_STREAMS_MAX: usize = 2;
    pub(super) const TURN_BYTES: usize = 3;
}

use bytes::Bytes;
use schedule::{Scheduler, Share, Writer};
use shuttle::future::block_on;
use shuttle::sync::Arc;
use shuttle::thread;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Instead of a hash, the state remembers what it was given.
type Log = Vec<u8>;

const ITERATIONS: usize = if cfg!(miri) { 1 } else { 3_000 };

fn work(scheduler: &Scheduler<Log>) {
    let mut done = Vec::new();
    while let Some(mut turn) = scheduler.next_turn(done) {
        assert!(turn.len() <= limits::TURN_STREAMS_MAX);
        for share in &mut turn {
            let (log, pieces) = share.parts();
            assert!(pieces.iter().map(Bytes::len).sum::<usize>() <= limits::TURN_BYTES);
            pieces.iter().for_each(|piece| log.extend_from_slice(piece));
            thread::yield_now();
        }
        done = turn;
    }
}

async fn push(writer: &mut Writer<Log>, piece: &[u8]) {
    let mut piece = Some(Bytes::copy_from_slice(piece));
    poll_fn(|cx| writer.poll_push(cx, &mut piece)).await;
    assert!(piece.is_none());
}

/// Runs writers against hashing threads in many interleavings; shuttle reports a deadlock, which
/// is what a lost wake-up of either side would be.
fn check(threads: usize, writers: &'static [&'static [&'static [u8]]], keep: fn(usize) -> bool) {
    shuttle::check_random(
        move || {
            let scheduler = Arc::new(Scheduler::new());
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    let scheduler = Arc::clone(&scheduler);
                    thread::spawn(move || work(&scheduler))
                })
                .collect();
            let writing: Vec<_> = writers
                .iter()
                .enumerate()
                .map(|(index, pieces)| {
                    let mut writer = Writer::new(Arc::clone(&scheduler), Log::new());
                    thread::spawn(move || {
                        block_on(async {
                            for piece in *pieces {
                                push(&mut writer, piece).await;
                            }
                            if keep(index) {
                                let log = poll_fn(|cx| writer.poll_finish(cx)).await;
                                assert_eq!(log, pieces.concat());
                            }
                        });
                    })
                })
                .collect();
            writing
                .into_iter()
                .for_each(|writer| writer.join().unwrap());
            scheduler.close();
            workers
                .into_iter()
                .for_each(|worker| worker.join().unwrap());
        },
        ITERATIONS,
    );
}

#[test]
fn every_byte_arrives_in_order() {
    check(
        1,
        &[
            &[b"a", b"bcdefg", b"", b"hi"],
            &[b"0123", b"45678"],
            &[b"xyz"],
        ],
        |_| true,
    );
}

#[test]
fn two_threads_never_share_a_stream() {
    check(
        2,
        &[&[b"abcd", b"efgh", b"ij"], &[b"0123456"], &[b"xyz", b"uvw"]],
        |_| true,
    );
}

#[test]
fn writers_are_held_back_and_woken() {
    check(
        1,
        &[
            &[b"abcdefghijk", b"lmnopq", b"rstuvw", b"xyz"],
            &[b"0", b"1", b"2", b"3", b"4", b"5"],
        ],
        |_| true,
    );
}

#[test]
fn dropped_streams_hold_up_nobody() {
    check(
        1,
        &[
            &[b"abcdef", b"gh"],
            &[b"0123456", b"789"],
            &[b"xyz", b"uvw"],
        ],
        |index| index == 1,
    );
}

/// A share that is not handed back, as after a panic in hashing, must not leave its writer asleep.
#[test]
fn a_lost_share_is_told_to_its_writer() {
    let lose = || {
        let scheduler = Arc::new(Scheduler::<Log>::new());
        let mut writer = Writer::new(Arc::clone(&scheduler), Log::new());
        let worker =
            thread::spawn(move || drop::<Option<Vec<Share<Log>>>>(scheduler.next_turn(Vec::new())));
        let finishing = || {
            block_on(async {
                push(&mut writer, b"abcdef").await;
                poll_fn(|cx| writer.poll_finish(cx)).await
            })
        };
        let message = catch_unwind(AssertUnwindSafe(finishing)).unwrap_err();
        assert!(
            message
                .downcast_ref::<&str>()
                .unwrap()
                .contains("hashing thread panicked")
        );
        worker.join().unwrap();
    };
    shuttle::check_random(lose, 500);
}
