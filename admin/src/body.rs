//! Bodies, as they come and as they go.

use bytes::Bytes;
use futures_util::Stream;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use s3_api::ResponseBody;
use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// The body of a request, whatever it comes from.
pub(crate) type RequestBody = UnsyncBoxBody<Bytes, BoxError>;

/// Pieces of an answer as they come to be.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = Bytes> + Send>>;

/// The same where it may turn out that there can be no more.
pub(crate) type FalliblePieces = Pin<Box<dyn Stream<Item = Result<Bytes, BodyError>> + Send>>;

/// The body of an answer.
pub struct AdminBody(Kind);

enum Kind {
    Full(Bytes),
    S3(ResponseBody),
    Pieces(Pieces),
    Fallible(FalliblePieces),
}

/// Why an answer that has begun has no end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// An object could not be read on.
    #[error(transparent)]
    Object(#[from] s3_api::BodyError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Other(String),
}

impl BodyError {
    pub(crate) fn other(what: &dyn fmt::Display) -> Self {
        Self::Other(what.to_string())
    }
}

impl AdminBody {
    pub(crate) fn full(bytes: impl Into<Bytes>) -> Self {
        Self(Kind::Full(bytes.into()))
    }

    pub(crate) fn s3(body: ResponseBody) -> Self {
        Self(Kind::S3(body))
    }

    /// All of it, where it is at hand.
    pub(crate) fn whole(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Full(bytes) => Some(bytes),
            Kind::S3(_) | Kind::Pieces(_) | Kind::Fallible(_) => None,
        }
    }

    pub(crate) fn pieces(pieces: Pieces) -> Self {
        Self(Kind::Pieces(pieces))
    }

    pub(crate) fn parts(pieces: FalliblePieces) -> Self {
        Self(Kind::Fallible(pieces))
    }
}

impl fmt::Debug for AdminBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminBody(..)")
    }
}

impl Body for AdminBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.0 {
            Kind::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Kind::S3(body) => Pin::new(body).poll_frame(context).map_err(BodyError::from),
            Kind::Pieces(pieces) => {
                let piece = pieces.as_mut().poll_next(context);
                piece.map(|piece| piece.map(|bytes| Ok(Frame::data(bytes))))
            }
            Kind::Fallible(pieces) => {
                let piece = pieces.as_mut().poll_next(context);
                piece.map(|piece| piece.map(|bytes| bytes.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Full(bytes) => bytes.is_empty(),
            Kind::S3(body) => body.is_end_stream(),
            Kind::Pieces(_) | Kind::Fallible(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::S3(body) => body.size_hint(),
            Kind::Pieces(_) | Kind::Fallible(_) => SizeHint::default(),
        }
    }
}
