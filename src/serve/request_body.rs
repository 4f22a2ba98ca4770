//! A request's body with a bound on how long its client may take.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::patience::{Patience, Watchdog};
use super::socket::Reading;
use crate::limits::PROGRESS_BYTES_PER_SECOND_MIN;

/// What has come of a request's body, and how long it was waited for. In the request's extensions.
#[derive(Debug, Default)]
pub(crate) struct Inflow {
    bytes: AtomicU64,
    waited_nanos: AtomicU64,
}

impl Inflow {
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn waited(&self) -> Duration {
        Duration::from_nanos(self.waited_nanos.load(Ordering::Relaxed))
    }

    pub(crate) fn came(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn waited_for(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.waited_nanos.fetch_add(nanos, Ordering::Relaxed);
    }
}

/// Fails with `TimedOut` when the client makes too little progress, and with `ConnectionReset` when
/// it leaves in the middle.
#[derive(Debug)]
pub(crate) struct RequestBody {
    inner: Incoming,
    watchdog: Watchdog,
    reading: Arc<Reading>,
    inflow: Arc<Inflow>,
    /// Since when somebody waits for more of it.
    waiting: Option<Instant>,
}

impl RequestBody {
    pub(super) fn new(
        inner: Incoming,
        reading: Arc<Reading>,
        inflow: Arc<Inflow>,
        wait_max: Duration,
    ) -> RequestBody {
        if inner.is_end_stream() {
            reading.finished();
        }
        RequestBody {
            inner,
            watchdog: Watchdog::new(Patience::new(wait_max, PROGRESS_BYTES_PER_SECOND_MIN)),
            reading,
            inflow,
            waiting: None,
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.inner).poll_frame(cx);
        let Poll::Ready(frame) = polled else {
            this.waiting.get_or_insert_with(Instant::now);
            return this.watchdog.poll_wait(cx).map(|()| Some(Err(too_slow())));
        };
        if let Some(since) = this.waiting.take() {
            this.inflow.waited_for(since.elapsed());
        }
        match frame {
            Some(Ok(frame)) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                this.inflow.came(bytes);
                this.watchdog.progress(bytes);
                if this.inner.is_end_stream() {
                    this.reading.finished();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Some(Err(e)) => {
                Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::ConnectionReset, e))))
            }
            None => {
                this.reading.finished();
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the client sends too slowly")
}
