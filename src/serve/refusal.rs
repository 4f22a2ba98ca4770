//! What is no HTTP never reaches the service: hyper answers it by itself, with a bare status. On
//! its way to the client that answer is exchanged for one that looks like all others.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use bytes::Bytes;
use http::{Response, StatusCode};

/// Says what is wrong with a request that nobody could read. The answer's status does not count.
pub(crate) type Refuse = Arc<dyn Fn(StatusCode) -> Response<Bytes> + Send + Sync>;

/// How far the answers of a connection are. Only while none is under way can a head that is
/// written be hyper's own: everything else might be the middle of an object that looks like one.
#[derive(Debug, Default)]
pub(super) struct Answers(AtomicU8);

const NONE: u8 = 0;
const BEING_MADE: u8 = 1;
/// hyper has all of it, and may not have written all of it.
const HANDED_OVER: u8 = 2;

impl Answers {
    pub(super) fn begin(&self) {
        self.0.store(BEING_MADE, Ordering::Relaxed);
    }

    /// hyper flushes only once it has written everything.
    pub(super) fn flushed(&self) {
        let from = HANDED_OVER;
        // Any other state stays as it is.
        let _ = self
            .0
            .compare_exchange(from, NONE, Ordering::Relaxed, Ordering::Relaxed);
    }

    fn none_is_under_way(&self) -> bool {
        self.0.load(Ordering::Relaxed) == NONE
    }
}

/// Held by an answer's body: hyper drops it with the last byte taken over.
pub(super) struct UnderWay(pub(super) Arc<Answers>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.store(HANDED_OVER, Ordering::Relaxed);
    }
}

/// What is written instead of hyper's own answer.
pub(super) struct Instead {
    bytes: Vec<u8>,
    sent: usize,
    /// What hyper believes to have written once it is.
    pub(super) stands_for: usize,
}

impl Instead {
    /// `written` is what hyper is about to write, `all` how much of it there is.
    pub(super) fn of(
        written: &[u8],
        all: usize,
        answers: &Answers,
        refuse: &Refuse,
    ) -> Option<Instead> {
        let status = status_of(written).filter(|_| answers.none_is_under_way())?;
        let head = std::str::from_utf8(written).ok()?;
        let (answer, body) = refuse(status).into_parts();
        // Status, date and what becomes of the connection stay hyper's.
        let mut text: String = head
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with("content-length:"))
            .flat_map(|line| [line, "\r\n"])
            .collect();
        for (name, value) in &answer.headers {
            let value = value.to_str().unwrap_or_default();
            // Writing to a `String` cannot fail.
            let _ = write!(text, "{name}: {value}\r\n");
        }
        let _ = write!(text, "content-length: {}\r\n\r\n", body.len());
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&body);
        Some(Instead {
            bytes,
            sent: 0,
            stands_for: all,
        })
    }

    /// What is still to be sent.
    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.sent..]
    }

    pub(super) fn sent(&mut self, bytes: usize) {
        self.sent += bytes;
    }
}

/// The status of a head that refuses, and nothing where it is anything else.
fn status_of(head: &[u8]) -> Option<StatusCode> {
    let is_whole = head.ends_with(b"\r\n\r\n");
    let rest = head.strip_prefix(b"HTTP/1.1 4").filter(|_| is_whole)?;
    let digits = [b'4', *rest.first()?, *rest.get(1)?];
    StatusCode::from_bytes(&digits).ok()
}
