//! Answers and their bodies.

mod late;

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
pub struct ResponseBody(Kind);

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
        Self(Kind::Empty)
    }

    pub(crate) fn full(bytes: Bytes) -> Self {
        Self(if bytes.is_empty() {
            Kind::Empty
        } else {
            Kind::Full(bytes)
        })
    }

    /// Exactly `length` bytes of a stream.
    pub(crate) fn stream(source: BodyStream, length: u64) -> Self {
        Self(if length == 0 {
            Kind::Empty
        } else {
            Kind::Stream {
                source,
                left: length,
            }
        })
    }

    /// Bytes that are still to come, as far as that is known.
    pub fn remaining_bytes(&self) -> u64 {
        match &self.0 {
            Kind::Empty => 0,
            Kind::Full(bytes) => bytes.len() as u64,
            Kind::Stream { left, .. } => *left,
            Kind::Late(_) => 0,
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
        match std::mem::replace(&mut self.0, Kind::Empty) {
            Kind::Empty => Poll::Ready(None),
            Kind::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Kind::Stream { mut source, left } => match Pin::new(&mut source).poll_next(context) {
                Poll::Pending => {
                    self.0 = Kind::Stream { source, left };
                    Poll::Pending
                }
                Poll::Ready(piece) => Poll::Ready(Some(self.take(piece, source, left))),
            },
            Kind::Late(mut late) => {
                let piece = late.poll(context);
                if !matches!(piece, Poll::Ready(Piece::Last(_))) {
                    self.0 = Kind::Late(late);
                }
                piece.map(|piece| Some(Ok(Frame::data(piece.into_bytes()))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.0, Kind::Empty)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
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
            self.0 = Kind::Stream {
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
    let mut answer = Response::new(ResponseBody(Kind::Late(Box::new(late))));
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
