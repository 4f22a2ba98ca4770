//! A document that takes long to make. The client is told at once that its request is being
//! served, and hears a space now and then, so that neither it nor anything on the way gives the
//! connection up. Amazon does the same. What goes wrong from then on can be told by the document
//! only: the status has been sent.

use crate::xml::writer::DECLARATION;
use bytes::Bytes;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Interval, interval_at};

/// Makes the document. Dropped with the answer if the client goes away.
pub(crate) type Making = Pin<Box<dyn Future<Output = Bytes> + Send>>;

/// What comes next.
pub(super) enum Piece {
    Space(Bytes),
    /// The rest of the answer.
    Last(Bytes),
}

impl Piece {
    pub(super) fn into_bytes(self) -> Bytes {
        match self {
            Piece::Space(bytes) | Piece::Last(bytes) => bytes,
        }
    }
}

pub(super) struct Late {
    making: Making,
    pulse: Interval,
    /// A document may have spaces behind its declaration, not before it.
    is_declared: bool,
}

impl Late {
    pub(super) fn new(period: Duration, making: Making) -> Self {
        Self {
            making,
            // Whoever makes such an answer has been waiting for as long already.
            pulse: interval_at(Instant::now(), period),
            is_declared: false,
        }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Piece> {
        if let Poll::Ready(document) = self.making.as_mut().poll(context) {
            let sent = match self.is_declared {
                true => DECLARATION.len(),
                false => 0,
            };
            return Poll::Ready(Piece::Last(document.slice(sent..)));
        }
        ready!(self.pulse.poll_tick(context));
        Poll::Ready(Piece::Space(match self.is_declared {
            true => Bytes::from_static(b" "),
            false => {
                self.is_declared = true;
                Bytes::from_static(DECLARATION)
            }
        }))
    }
}

#[cfg(test)]
mod tests;
