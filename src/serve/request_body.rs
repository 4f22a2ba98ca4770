//! A request's body with a bound on how long its client may take.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::patience::{Patience, Watchdog};
use super::socket::Reading;
use crate::limits::PROGRESS_BYTES_PER_SECOND_MIN;

/// Fails with `TimedOut` when the client makes too little progress, and with `ConnectionReset` when
/// it leaves in the middle.
#[derive(Debug)]
pub(crate) struct RequestBody {
    inner: Incoming,
    watchdog: Watchdog,
    reading: Arc<Reading>,
}

impl RequestBody {
    pub(super) fn new(inner: Incoming, reading: Arc<Reading>, wait_max: Duration) -> RequestBody {
        if inner.is_end_stream() {
            reading.finished();
        }
        RequestBody {
            inner,
            watchdog: Watchdog::new(Patience::new(wait_max, PROGRESS_BYTES_PER_SECOND_MIN)),
            reading,
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
            return this.watchdog.poll_wait(cx).map(|()| Some(Err(too_slow())));
        };
        match frame {
            Some(Ok(frame)) => {
                this.watchdog
                    .progress(frame.data_ref().map_or(0, Bytes::len));
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
