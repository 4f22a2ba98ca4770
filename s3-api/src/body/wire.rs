//! The body as it comes from the connection.

use crate::error::{Code, S3Error};
use crate::limits::{DRAIN_BYTES_MAX, DRAIN_MILLISECONDS_MAX};
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, EXPECT, TRANSFER_ENCODING};
use http_body::Body;
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

type BoxError = Box<dyn StdError + Send + Sync>;

/// A request's body, read at most once and from the front.
pub(crate) struct WireBody {
    /// Gone once the end or a failure has been seen.
    source: Option<UnsyncBoxBody<Bytes, BoxError>>,
    length: Option<u64>,
    /// The head says that there is a body, be it an empty one.
    is_announced: bool,
    read_bytes: u64,
    /// The client waits for `100 Continue`, which the connection sends at the first read.
    awaits_continue: bool,
    failed: bool,
}

/// What the connection is good for after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionFate {
    /// The request has been read to its end.
    Reusable,
    /// Part of the body has not been read. The server sends the answer, ends its side of the
    /// connection, and goes on reading for a while before it closes: closing with unread input
    /// would reset the connection and take the answer with it.
    LingerThenClose,
}

impl fmt::Debug for WireBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireBody")
            .field("read_bytes", &self.read_bytes)
            .finish_non_exhaustive()
    }
}

impl WireBody {
    pub(crate) fn new<B>(body: B, headers: &HeaderMap) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let awaits_continue = headers
            .get(EXPECT)
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        let length = headers
            .get(CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        let is_announced =
            headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING);
        let is_empty = body.is_end_stream();
        let source = (!is_empty).then(|| body.map_err(Into::into).boxed_unsync());
        let length = if is_empty { Some(0) } else { length };
        Self {
            source,
            length,
            is_announced,
            read_bytes: 0,
            awaits_continue,
            failed: false,
        }
    }

    /// A body that has nothing in it.
    pub(crate) fn empty() -> Self {
        Self {
            source: None,
            length: Some(0),
            is_announced: false,
            read_bytes: 0,
            awaits_continue: false,
            failed: false,
        }
    }

    /// The announced length; none for a body that only its end ends.
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    pub(crate) fn is_announced(&self) -> bool {
        self.is_announced
    }

    pub(crate) fn read_bytes(&self) -> u64 {
        self.read_bytes
    }

    /// The next bytes; none at the end. Safe to drop and call again.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, S3Error> {
        loop {
            let Some(source) = &mut self.source else {
                return Ok(None);
            };
            let frame = source.frame().await;
            self.awaits_continue = false;
            match frame {
                None => {
                    self.source = None;
                    return Ok(None);
                }
                Some(Err(error)) => {
                    self.source = None;
                    self.failed = true;
                    return Err(broken(error.as_ref()));
                }
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => {
                        self.read_bytes += data.len() as u64;
                        return Ok(Some(data));
                    }
                    // HTTP trailers have no meaning here.
                    _ => {}
                },
            }
        }
    }

    /// After the answer has been made: reads what is left if it is little, so that the connection
    /// can go on, and says whether it can.
    pub(crate) async fn settle(&mut self) -> ConnectionFate {
        if self.failed {
            return ConnectionFate::LingerThenClose;
        }
        if self.source.is_none() {
            return ConnectionFate::Reusable;
        }
        let left = self
            .length
            .map_or(0, |length| length.saturating_sub(self.read_bytes));
        // Reading now would invite the body that the answer makes superfluous.
        if self.awaits_continue || left > DRAIN_BYTES_MAX {
            return ConnectionFate::LingerThenClose;
        }
        let patience = Duration::from_millis(DRAIN_MILLISECONDS_MAX);
        match tokio::time::timeout(patience, self.drain()).await {
            Ok(fate) => fate,
            Err(_) => ConnectionFate::LingerThenClose,
        }
    }

    async fn drain(&mut self) -> ConnectionFate {
        let enough = self.read_bytes + DRAIN_BYTES_MAX;
        while self.read_bytes <= enough {
            match self.next().await {
                Ok(None) => return ConnectionFate::Reusable,
                Ok(Some(_)) => {}
                Err(_) => break,
            }
        }
        ConnectionFate::LingerThenClose
    }
}

/// The client went away or took too long; a server that limits time says so by an I/O error.
fn broken(error: &(dyn StdError + 'static)) -> S3Error {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            return S3Error::new(Code::RequestTimeout);
        }
        cause = error.source();
    }
    S3Error::new(Code::IncompleteBody)
}

#[cfg(test)]
mod tests;
