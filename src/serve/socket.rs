//! The socket beneath hyper: counts bytes, loses patience with a client that takes nothing, and
//! closes so that the client can still read what it was told.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::ServeLimits;
use super::patience::{Patience, Watchdog};
use super::refusal::{Answers, Instead, Refuse};
use super::stream::Stream;
use crate::limits::{LINGER_BYTES_MAX, PROGRESS_BYTES_PER_SECOND_MIN};
use crate::telemetry::metrics::Metrics;

const DISCARD_BYTES: usize = 16 << 10;

/// Whether the client is in the middle of a request: bytes have come since the last one ended.
#[derive(Debug, Default)]
pub(super) struct Reading {
    unfinished: AtomicBool,
}

impl Reading {
    pub(super) fn finished(&self) {
        self.unfinished.store(false, Ordering::Relaxed);
    }

    pub(super) fn is_unfinished(&self) -> bool {
        self.unfinished.load(Ordering::Relaxed)
    }

    fn begun(&self) {
        self.unfinished.store(true, Ordering::Relaxed);
    }
}

pub(super) struct Socket {
    stream: Stream,
    reading: Arc<Reading>,
    watchdog: Watchdog,
    linger_max: Duration,
    closing: Closing,
    metrics: Arc<Metrics>,
    answers: Arc<Answers>,
    refuse: Refuse,
    instead: Option<Instead>,
}

enum Closing {
    Open,
    /// Our side is closed; what the client still sends is read and thrown away.
    Lingering {
        until: Pin<Box<Sleep>>,
        discarded: u64,
    },
}

impl Socket {
    pub(super) fn new(
        stream: Stream,
        reading: Arc<Reading>,
        limits: &ServeLimits,
        metrics: Arc<Metrics>,
        answers: Arc<Answers>,
        refuse: Refuse,
    ) -> Socket {
        let patience = Patience::new(limits.progress_wait_max, PROGRESS_BYTES_PER_SECOND_MIN);
        Socket {
            stream,
            reading,
            watchdog: Watchdog::new(patience),
            linger_max: limits.linger_max,
            closing: Closing::Open,
            metrics,
            answers,
            refuse,
            instead: None,
        }
    }

    fn after_write(
        &mut self,
        written: Poll<io::Result<usize>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.metrics.bytes_sent.inc_by(bytes as u64);
                self.watchdog.progress(bytes);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(e)) => Poll::Ready(Err(e)),
            Poll::Pending => self.watchdog.poll_wait(cx).map(|()| Err(too_slow())),
        }
    }

    /// Writes what stands for hyper's own answer, if `bytes` are one, or the rest of it.
    fn poll_instead(
        &mut self,
        bytes: &[u8],
        all: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<usize>>> {
        let begun = self.instead.take();
        let due = begun.or_else(|| Instead::of(bytes, all, &self.answers, &self.refuse));
        let Some(mut instead) = due else {
            return Poll::Ready(None);
        };
        while !instead.rest().is_empty() {
            let written = Pin::new(&mut self.stream).poll_write(cx, instead.rest());
            match self.after_write(written, cx) {
                Poll::Ready(Ok(0)) => {
                    return Poll::Ready(Some(Err(io::ErrorKind::WriteZero.into())));
                }
                Poll::Ready(Ok(bytes)) => instead.sent(bytes),
                Poll::Ready(Err(e)) => return Poll::Ready(Some(Err(e))),
                Poll::Pending => {
                    self.instead = Some(instead);
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(Some(Ok(instead.stands_for)))
    }

    /// Closing a socket with unread bytes resets the connection, and a reset makes the client's
    /// kernel throw away the answer it has not read yet. So the rest is read first, within bounds.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Closing::Lingering { until, discarded } = &mut self.closing else {
            return Poll::Ready(Ok(()));
        };
        let mut scratch = [0u8; DISCARD_BYTES];
        loop {
            if until.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut scratch);
            let read = ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer));
            let bytes = buffer.filled().len();
            *discarded += bytes as u64;
            if read.is_err() || bytes == 0 || *discarded >= LINGER_BYTES_MAX {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let bytes = buffer.filled().len() - before;
        if bytes > 0 {
            self.reading.begun();
            self.metrics.bytes_received.inc_by(bytes as u64);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(written) = ready!(self.poll_instead(bytes, bytes.len(), cx)) {
            return Poll::Ready(written);
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.after_write(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let all = slices.iter().map(|slice| slice.len()).sum();
        let first = slices.first().map_or(&[][..], |slice| &slice[..]);
        if let Some(written) = ready!(self.poll_instead(first, all, cx)) {
            return Poll::Ready(written);
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.after_write(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.answers.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if matches!(self.closing, Closing::Open) {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            if !self.reading.is_unfinished() {
                return Poll::Ready(Ok(()));
            }
            self.closing = Closing::Lingering {
                until: Box::pin(sleep(self.linger_max)),
                discarded: 0,
            };
        }
        self.poll_linger(cx)
    }
}

fn too_slow() -> io::Error {
    io::Error::new(
        io::ErrorKind::TimedOut,
        "the client takes its answer too slowly",
    )
}
