//! Hashing threads that all uploads share.

use super::batch::update_all;
use super::schedule::{Scheduler, Share, Writer};
use super::state::Md5;
use bytes::Bytes;
use std::future::poll_fn;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

/// The MD5 of many uploads at a time, on threads of its own.
///
/// A thread takes every stream that has data, up to sixteen, and hashes them side by side; the
/// busier it is the more streams come together and the cheaper each byte becomes. One thread
/// therefore goes a long way. Idle threads sleep. Clones share the threads, which end when the
/// last clone and the last stream are gone.
#[derive(Clone, Debug)]
pub struct LaneHasher {
    pool: Arc<Pool>,
}

impl LaneHasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system refuses a thread; those already started are ended again.
    pub fn new(threads: NonZeroUsize) -> io::Result<Self> {
        let mut pool = Pool {
            scheduler: Arc::new(Scheduler::new()),
            threads: Vec::new(),
        };
        for index in 0..threads.get() {
            let scheduler = Arc::clone(&pool.scheduler);
            let thread = std::thread::Builder::new().name(format!("md5-{index}"));
            pool.threads
                .push(thread.spawn(move || hash_turns(&scheduler))?);
        }
        Ok(Self {
            pool: Arc::new(pool),
        })
    }

    /// Starts a message.
    #[must_use]
    pub fn stream(&self) -> Md5Stream {
        let writer = Writer::new(Arc::clone(&self.pool.scheduler), Md5::new());
        Md5Stream {
            writer,
            _pool: Arc::clone(&self.pool),
        }
    }
}

/// A message being hashed. May be dropped at any time, which frees what it has queued.
#[derive(Debug)]
pub struct Md5Stream {
    writer: Writer<Md5>,
    /// Keeps the threads for as long as there is a stream to hash; dropped after the writer.
    _pool: Arc<Pool>,
}

impl Md5Stream {
    /// Appends a piece to the message, without a copy. Waits while the stream has 2 MiB queued; a
    /// larger piece waits until the queue is empty.
    ///
    /// Cancelled, it has appended nothing. Once it returned, the piece is part of the message.
    ///
    /// # Panics
    /// When a hashing thread panicked while it worked on this stream; so does [`Self::finish`].
    pub async fn update(&mut self, piece: Bytes) {
        let mut piece = Some(piece);
        poll_fn(|cx| self.writer.poll_push(cx, &mut piece)).await;
    }

    /// Waits for all that was appended to be hashed and returns the digest. Cancelled, it drops
    /// the stream.
    pub async fn finish(mut self) -> [u8; 16] {
        poll_fn(|cx| self.writer.poll_finish(cx)).await.finish()
    }
}

#[derive(Debug)]
struct Pool {
    scheduler: Arc<Scheduler<Md5>>,
    threads: Vec<JoinHandle<()>>,
}

impl Drop for Pool {
    /// Waits for the threads: no stream is left, so none has more than its current turn to do.
    fn drop(&mut self) {
        self.scheduler.close();
        for thread in self.threads.drain(..) {
            // A thread catches the panics of hashing; were one to end otherwise, its streams
            // have been told already.
            let _ = thread.join();
        }
    }
}

fn hash_turns(scheduler: &Scheduler<Md5>) {
    let mut done = Vec::new();
    while let Some(mut turn) = scheduler.next_turn(done) {
        let hashing = || update_all(turn.iter_mut().map(Share::parts));
        // After a panic the states are not trusted: dropping the turn tells their writers.
        done = match catch_unwind(AssertUnwindSafe(hashing)) {
            Ok(()) => turn,
            Err(_) => Vec::new(),
        };
    }
}
