//! The file of a form, streamed.

use crate::body::wire::WireBody;
use crate::error::{Code, S3Error};
use crate::limits::FORM_HEAD_BYTES_MAX;
use bytes::Bytes;
use futures_util::{Stream, stream};
use multer::Field;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

/// The bytes of the file as they come.
pub(crate) struct File<'a>(Field<'a>);

impl fmt::Debug for File<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("File(..)")
    }
}

impl<'a> File<'a> {
    pub(crate) fn new(field: Field<'a>) -> Self {
        Self(field)
    }

    /// The next bytes; none at the end. Safe to drop and call again.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, S3Error> {
        self.0.chunk().await.map_err(refused)
    }
}

/// How far the reading of the fields before the file has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head(Arc<HeadState>);

#[derive(Debug, Default)]
struct HeadState {
    has_ended: AtomicBool,
    /// Times that more was asked for since the parser last gave anything.
    asked: AtomicUsize,
}

/// So often the parser may ask for more before it looks into what it has.
const ASKED_MAX: usize = 4;

impl Head {
    pub(crate) fn end(&self) {
        self.0.has_ended.store(true, Ordering::Relaxed);
    }

    /// The parser has given something.
    pub(crate) fn goes_on(&self) {
        self.0.asked.store(0, Ordering::Relaxed);
    }

    fn has_ended(&self) -> bool {
        self.0.has_ended.load(Ordering::Relaxed)
    }

    /// Whether the parser has found nothing in all that it has.
    fn is_stuck(&self) -> bool {
        self.0.asked.fetch_add(1, Ordering::Relaxed) >= ASKED_MAX
    }
}

type Inner<'a> = Pin<Box<dyn Stream<Item = Result<Bytes, S3Error>> + Send + 'a>>;

/// A body in pieces, never two of them in one turn: the parser takes whatever its source has
/// ready before it hands anything on, and would keep a whole file that arrives faster than the
/// store takes it.
struct Pieces<'a> {
    inner: Inner<'a>,
    head: Head,
    taken: usize,
    gave_one: bool,
}

pub(crate) fn pieces<'a>(
    body: &'a mut WireBody,
    head: &Head,
) -> impl Stream<Item = Result<Bytes, S3Error>> + Send + use<'a> {
    let inner = stream::unfold(body, |body| async {
        let piece = body.next().await.transpose()?;
        Some((piece, body))
    });
    Pieces {
        inner: Box::pin(inner),
        head: head.clone(),
        taken: 0,
        gave_one: false,
    }
}

impl Stream for Pieces<'_> {
    type Item = Result<Bytes, S3Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.gave_one {
            self.gave_one = false;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if !self.head.has_ended() && self.taken > FORM_HEAD_BYTES_MAX {
            if self.head.is_stuck() {
                return Poll::Ready(Some(Err(too_long())));
            }
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = self.inner.as_mut().poll_next(cx);
        if let Poll::Ready(Some(Ok(piece))) = &polled {
            self.taken = self.taken.saturating_add(piece.len());
            self.gave_one = true;
        }
        polled
    }
}

pub(crate) fn too_long() -> S3Error {
    S3Error::new(Code::MaxPostPreDataLengthExceededError)
}

/// Our own refusals come back through the parser; all others are its.
pub(crate) fn refused(error: multer::Error) -> S3Error {
    if let multer::Error::StreamReadFailed(source) = error {
        return match source.downcast::<S3Error>() {
            Ok(error) => *error,
            Err(_) => S3Error::new(Code::IncompleteBody),
        };
    }
    tracing::debug!(%error, "refused a form");
    S3Error::new(Code::MalformedPOSTRequest)
}
