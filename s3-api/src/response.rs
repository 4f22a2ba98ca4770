//! Answers and their bodies.

mod late;

use crate::load::{Memory, Slot};
use crate::xml::writer::Writer;
use bytes::Bytes;
use futures_util::Stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use late::{Late, Piece};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use storage_engine::BodyStream;
use storage_engine::hash::ETag;

/// What an operation gives back.
pub(crate) type Answer = Response<ResponseBody>;

/// The body of an answer: nothing, one piece, or verified bytes as the engine reads them. The
/// first bytes of a small object are ready at the first poll, so that head and body can go out in
/// one write.
pub struct ResponseBody {
    kind: Kind,
    /// What the request takes up until its answer is whole.
    slot: Option<Slot>,
    memory: Option<Memory>,
}

enum Kind {
    Empty,
    Full(Bytes),
    Stream { source: BodyStream, left: u64 },
    Late(Box<Late>),
}

/// The engine could not read on, or found damage. The connection has to break, because the
/// promised length cannot be kept: better no bytes than wrong ones.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("object could not be read to its end: {0}")]
    Engine(#[from] storage_engine::Error),
    #[error("object ended {left} bytes early")]
    Short { left: u64 },
}

impl ResponseBody {
    pub(crate) fn empty() -> Self {
        Kind::Empty.into()
    }

    pub(crate) fn full(bytes: Bytes) -> Self {
        let kind = match bytes.is_empty() {
            true => Kind::Empty,
            false => Kind::Full(bytes),
        };
        kind.into()
    }

    /// Exactly `length` bytes of a stream.
    pub(crate) fn stream(source: BodyStream, length: u64) -> Self {
        let left = length;
        let kind = match left {
            0 => Kind::Empty,
            _ => Kind::Stream { source, left },
        };
        kind.into()
    }

    /// Keeps a place taken for as long as it is there.
    pub(crate) fn keep(&mut self, slot: Slot) {
        self.slot = Some(slot);
    }

    /// The same with memory.
    pub(crate) fn occupy(&mut self, memory: Memory) {
        self.memory = Some(memory);
    }

    /// Bytes that the engine is still to read.
    pub(crate) fn streamed_bytes(&self) -> u64 {
        match &self.kind {
            Kind::Stream { left, .. } => *left,
            _ => 0,
        }
    }

    /// Bytes that are still to come, as far as that is known.
    pub fn remaining_bytes(&self) -> u64 {
        match &self.kind {
            Kind::Empty => 0,
            Kind::Full(bytes) => bytes.len() as u64,
            Kind::Stream { left, .. } => *left,
            Kind::Late(_) => 0,
        }
    }
}

impl From<Kind> for ResponseBody {
    fn from(kind: Kind) -> Self {
        Self {
            kind,
            slot: None,
            memory: None,
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseBody({} bytes)", self.remaining_bytes())
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match std::mem::replace(&mut self.kind, Kind::Empty) {
            Kind::Empty => Poll::Ready(None),
            Kind::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Kind::Stream { mut source, left } => match Pin::new(&mut source).poll_next(context) {
                Poll::Pending => {
                    self.kind = Kind::Stream { source, left };
                    Poll::Pending
                }
                Poll::Ready(piece) => Poll::Ready(Some(self.take(piece, source, left))),
            },
            Kind::Late(mut late) => {
                let piece = late.poll(context);
                if !matches!(piece, Poll::Ready(Piece::Last(_))) {
                    self.kind = Kind::Late(late);
                }
                piece.map(|piece| Some(Ok(Frame::data(piece.into_bytes()))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.kind, Kind::Empty)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Late(_) => SizeHint::default(),
            _ => SizeHint::with_exact(self.remaining_bytes()),
        }
    }
}

impl ResponseBody {
    /// Counts a frame of the stream, which stays current if more is to come.
    fn take(
        &mut self,
        piece: Option<Result<Bytes, storage_engine::Error>>,
        source: BodyStream,
        left: u64,
    ) -> Result<Frame<Bytes>, BodyError> {
        let piece = match piece {
            Some(piece) => piece.map_err(BodyError::Engine),
            None => Err(BodyError::Short { left }),
        };
        let mut bytes = piece.inspect_err(|error| {
            tracing::error!(%error, "an answer was cut off");
        })?;
        let count = (bytes.len() as u64).min(left);
        bytes.truncate(usize::try_from(count).unwrap_or(usize::MAX));
        if left > count {
            self.kind = Kind::Stream {
                source,
                left: left - count,
            };
        }
        Ok(Frame::data(bytes))
    }
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(ResponseBody::empty());
    *answer.status_mut() = status;
    answer
}

/// An answer that is a document.
pub(crate) fn document(xml: Writer) -> Answer {
    document_bytes(StatusCode::OK, xml.finish())
}

pub(crate) fn document_bytes(status: StatusCode, bytes: Bytes) -> Answer {
    let mut answer = Response::new(ResponseBody::full(bytes));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    answer
}

/// An answer whose document is still being made.
/// The client hears of it every `silence`.
pub(crate) fn late(
    silence: Duration,
    making: impl Future<Output = Bytes> + Send + 'static,
) -> Answer {
    let late = Late::new(silence, Box::pin(making));
    let mut answer = Response::new(Kind::Late(Box::new(late)).into());
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    answer
}

pub(crate) const VERSION_ID: HeaderName = HeaderName::from_static("x-amz-version-id");
pub(crate) const DELETE_MARKER: HeaderName = HeaderName::from_static("x-amz-delete-marker");
pub(crate) const CHECKSUM_TYPE: HeaderName = HeaderName::from_static("x-amz-checksum-type");
pub(crate) const CHECKSUM_ALGORITHM: HeaderName =
    HeaderName::from_static("x-amz-checksum-algorithm");

/// Sets a header from text of ours, which is ASCII; anything else is left out.
pub(crate) fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

pub(crate) fn set_etag(headers: &mut HeaderMap, etag: &ETag) {
    set(headers, ETAG, &format!("\"{etag}\""));
}

pub(crate) fn set_length(headers: &mut HeaderMap, length: u64) {
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
}

#[cfg(test)]
mod tests;
