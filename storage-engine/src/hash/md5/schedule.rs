//! Who is hashed next: the queues between the writers of streams and the hashing threads.
//!
//! This file moves pieces and hashing states, it never computes. The states are a parameter `S`
//! and the locks and limits come from `super`, so that a model checker can run the very same code.
//!
//! Rules that hold between any two calls:
//! - A stream is *scheduled* from the push that finds it idle until a thread has used up its
//!   queue. A scheduled stream is in the ready queue once, or in one thread's turn.
//! - A live stream that is not scheduled has an empty queue and holds its own state.
//! - A charge of zero means an empty queue, since no piece is empty.
//! - No two locks are held at once, and no waker runs under a lock.

use super::limits::{PIECE_CHARGE_BYTES_MIN, QUEUED_BYTES_MAX, TURN_BYTES, TURN_STREAMS_MAX};
use super::sync::{Arc, Condvar, Mutex, MutexGuard};
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::PoisonError;
use std::task::{Context, Poll, Waker};

/// Shared by the writers of streams and the hashing threads.
#[derive(Debug)]
pub(super) struct Scheduler<S> {
    ready: Mutex<Ready<S>>,
    work: Condvar,
}

#[derive(Debug)]
struct Ready<S> {
    streams: VecDeque<Arc<Stream<S>>>,
    /// Threads waiting on `work`. While all are busy, a push costs no wake-up: each thread looks
    /// at the queue again after its turn.
    idle_threads: usize,
    closed: bool,
}

#[derive(Debug)]
struct Stream<S> {
    queue: Mutex<Queue<S>>,
}

#[derive(Debug)]
struct Queue<S> {
    pieces: VecDeque<Piece>,
    /// Sum of the charges of `pieces` and of what is in a turn.
    charged_bytes: usize,
    scheduled: bool,
    /// Away while a thread has the stream in its turn.
    state: Option<S>,
    /// The writer is gone; whoever meets the stream lets go of it.
    abandoned: bool,
    /// A thread panicked with this stream's state in its hands.
    lost: bool,
    waiting: Option<Waiting>,
}

#[derive(Debug)]
struct Piece {
    bytes: Bytes,
    /// Given back when the last byte was hashed.
    charge_bytes: usize,
}

/// The writer sleeps until its charge has fallen to `until_bytes`.
#[derive(Debug)]
struct Waiting {
    until_bytes: usize,
    waker: Waker,
}

impl<S> Scheduler<S> {
    pub(super) fn new() -> Self {
        let ready = Ready {
            streams: VecDeque::new(),
            idle_threads: 0,
            closed: false,
        };
        Self {
            ready: Mutex::new(ready),
            work: Condvar::new(),
        }
    }

    /// Lets every hashing thread end once the ready queue is empty.
    pub(super) fn close(&self) {
        locked(&self.ready).closed = true;
        self.work.notify_all();
    }

    /// A hashing thread's only call: hands back the turn it has done and waits for the next one.
    /// `None` when the scheduler was closed and nothing is left to do.
    pub(super) fn next_turn(&self, done: Vec<Share<S>>) -> Option<Vec<Share<S>>> {
        let mut again: Vec<_> = done.into_iter().filter_map(Share::give_back).collect();
        loop {
            let turn: Vec<_> = self
                .exchange(again)?
                .into_iter()
                .filter_map(Share::take)
                .collect();
            if !turn.is_empty() {
                return Some(turn);
            }
            again = Vec::new();
        }
    }

    /// Queues streams again behind the waiting ones and takes the first of all.
    fn exchange(&self, again: Vec<Arc<Stream<S>>>) -> Option<Vec<Arc<Stream<S>>>> {
        let mut ready = locked(&self.ready);
        ready.streams.extend(again);
        while ready.streams.is_empty() {
            if ready.closed {
                return None;
            }
            ready.idle_threads += 1;
            ready = self
                .work
                .wait(ready)
                .unwrap_or_else(PoisonError::into_inner);
            ready.idle_threads -= 1;
        }
        let count = ready.streams.len().min(TURN_STREAMS_MAX);
        Some(ready.streams.drain(..count).collect())
    }

    fn submit(&self, stream: Arc<Stream<S>>) {
        let mut ready = locked(&self.ready);
        ready.streams.push_back(stream);
        let wake = ready.idle_threads > 0;
        drop(ready);
        if wake {
            self.work.notify_one();
        }
    }
}

/// What one turn does for one stream: these pieces go into this state, in order.
///
/// Dropped without having been handed back, as when hashing panics, it marks the stream lost.
#[derive(Debug)]
pub(super) struct Share<S> {
    stream: Arc<Stream<S>>,
    /// Present until the share is handed back.
    state: Option<S>,
    pieces: Vec<Bytes>,
    /// What the writer gets back for the pieces that end in this turn.
    charge_bytes: usize,
}

impl<S> Share<S> {
    pub(super) fn parts(&mut self) -> (&mut S, &[Bytes]) {
        let state = self
            .state
            .as_mut()
            .expect("a share gives its state away only when it ends");
        (state, &self.pieces)
    }

    /// Starts a stream's turn; `None` if its writer is gone.
    fn take(stream: Arc<Stream<S>>) -> Option<Self> {
        let mut queue = locked(&stream.queue);
        if queue.abandoned {
            queue.scheduled = false;
            return None;
        }
        let state = queue.state.take();
        let (mut pieces, mut room, mut charge_bytes) = (Vec::new(), TURN_BYTES, 0);
        while room > 0
            && let Some(mut piece) = queue.pieces.pop_front()
        {
            if piece.bytes.len() > room {
                pieces.push(piece.bytes.split_to(room));
                queue.pieces.push_front(piece);
                break;
            }
            room -= piece.bytes.len();
            charge_bytes += piece.charge_bytes;
            pieces.push(piece.bytes);
        }
        drop(queue);
        Some(Self {
            stream,
            state,
            pieces,
            charge_bytes,
        })
    }

    /// Ends a stream's turn; returns the stream if it has more to do.
    fn give_back(mut self) -> Option<Arc<Stream<S>>> {
        self.pieces.clear();
        let mut queue = locked(&self.stream.queue);
        queue.state = self.state.take();
        queue.charged_bytes -= self.charge_bytes;
        queue.scheduled = !queue.abandoned && !queue.pieces.is_empty();
        let again = queue.scheduled;
        let waker = queue.due_waker();
        drop(queue);
        if let Some(waker) = waker {
            waker.wake();
        }
        again.then(|| Arc::clone(&self.stream))
    }
}

impl<S> Drop for Share<S> {
    fn drop(&mut self) {
        if self.state.is_none() {
            return;
        }
        let mut queue = locked(&self.stream.queue);
        queue.lost = true;
        queue.pieces.clear();
        let waiting = queue.waiting.take();
        drop(queue);
        if let Some(waiting) = waiting {
            waiting.waker.wake();
        }
    }
}

impl<S> Queue<S> {
    fn due_waker(&mut self) -> Option<Waker> {
        let charged_bytes = self.charged_bytes;
        let due = self
            .waiting
            .take_if(|waiting| charged_bytes <= waiting.until_bytes);
        due.map(|waiting| waiting.waker)
    }

    fn wait(&mut self, until_bytes: usize, cx: &Context<'_>) {
        self.waiting = Some(Waiting {
            until_bytes,
            waker: cx.waker().clone(),
        });
    }

    /// Passes a hashing thread's panic on to the writer, who can never get a digest any more.
    fn check_not_lost(&self) {
        assert!(
            !self.lost,
            "a hashing thread panicked while it held this stream"
        );
    }
}

/// The one writer of a stream. Dropping it frees the queue at once.
#[derive(Debug)]
pub(super) struct Writer<S> {
    scheduler: Arc<Scheduler<S>>,
    stream: Arc<Stream<S>>,
}

impl<S> Writer<S> {
    pub(super) fn new(scheduler: Arc<Scheduler<S>>, state: S) -> Self {
        let queue = Queue {
            pieces: VecDeque::new(),
            charged_bytes: 0,
            scheduled: false,
            state: Some(state),
            abandoned: false,
            lost: false,
            waiting: None,
        };
        Self {
            scheduler,
            stream: Arc::new(Stream {
                queue: Mutex::new(queue),
            }),
        }
    }

    /// Queues the piece, leaving `None` behind, or waits for room. All of the piece is queued, or
    /// nothing of it.
    pub(super) fn poll_push(&mut self, cx: &Context<'_>, piece: &mut Option<Bytes>) -> Poll<()> {
        let Some(length) = piece.as_ref().map(Bytes::len).filter(|&length| length > 0) else {
            *piece = None;
            return Poll::Ready(());
        };
        let charge_bytes = length.max(PIECE_CHARGE_BYTES_MIN);
        let mut queue = locked(&self.stream.queue);
        queue.check_not_lost();
        if queue.charged_bytes > 0 && queue.charged_bytes + charge_bytes > QUEUED_BYTES_MAX {
            // Half the queue, so that a writer faster than the hash sleeps once for many pieces.
            let room_at = QUEUED_BYTES_MAX.saturating_sub(charge_bytes);
            queue.wait(room_at.min(QUEUED_BYTES_MAX / 2), cx);
            return Poll::Pending;
        }
        queue.pieces.extend(piece.take().map(|bytes| Piece {
            bytes,
            charge_bytes,
        }));
        queue.charged_bytes += charge_bytes;
        debug_assert!(
            queue.charged_bytes <= QUEUED_BYTES_MAX || queue.charged_bytes == charge_bytes,
            "only a piece that is larger by itself exceeds the bound",
        );
        let was_scheduled = std::mem::replace(&mut queue.scheduled, true);
        drop(queue);
        if !was_scheduled {
            self.scheduler.submit(Arc::clone(&self.stream));
        }
        Poll::Ready(())
    }

    /// Waits until every queued piece is in the state, and takes the state.
    pub(super) fn poll_finish(&mut self, cx: &Context<'_>) -> Poll<S> {
        let mut queue = locked(&self.stream.queue);
        queue.check_not_lost();
        if queue.scheduled {
            queue.wait(0, cx);
            return Poll::Pending;
        }
        Poll::Ready(
            queue
                .state
                .take()
                .expect("an idle stream holds its state until it is finished"),
        )
    }
}

impl<S> Drop for Writer<S> {
    fn drop(&mut self) {
        let mut queue = locked(&self.stream.queue);
        queue.abandoned = true;
        let freed = (std::mem::take(&mut queue.pieces), queue.waiting.take());
        drop(queue);
        drop(freed);
    }
}

/// The lock, also after a panic elsewhere: nothing in this file leaves a queue half changed.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
