//! Places for new chunks: one bulk segment is open and filled from front to end, the next one is
//! made before it is needed. The first one after a start is made anew, whatever room others have:
//! [`crate::segment`] says why.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::disk::is_fatal;
use crate::error::{Error, Result};
use crate::failure::Failure;
use crate::row::SegmentKind;
use crate::segment::{RECORDS_AT, SegmentPin, Segments};

/// The next segment is made when less than this part of the open one is left.
const AHEAD_DIVISOR: u64 = 4;

/// Gives out places. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Bulk(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    segments: Arc<Segments>,
    failure: Failure,
    state: Mutex<State>,
    /// Why the latest attempt to make a segment failed, if it did. Sent after each.
    made: watch::Sender<Option<Error>>,
}

#[derive(Debug, Default)]
struct State {
    open: Option<Open>,
    ahead: Option<Open>,
    making: bool,
}

/// A segment with room. Its pin keeps compaction away until it is full.
#[derive(Debug)]
struct Open {
    pin: SegmentPin,
    end: u64,
}

impl Open {
    fn reserve(&mut self, bytes: u32) -> Option<(SegmentPin, u64)> {
        let end = self.end.checked_add(u64::from(bytes))?;
        (end <= self.pin.capacity()).then(|| {
            let at = std::mem::replace(&mut self.end, end);
            (self.pin.clone(), at)
        })
    }

    fn runs_low(&self) -> bool {
        self.pin.capacity() - self.end < self.pin.capacity() / AHEAD_DIVISOR
    }
}

impl Bulk {
    pub(super) fn new(segments: Arc<Segments>, failure: Failure) -> Self {
        Bulk(Arc::new(Shared {
            segments,
            failure,
            state: Mutex::default(),
            made: watch::Sender::new(None),
        }))
    }

    /// Gives a place to one record, for this caller alone. Waits where a segment must be made
    /// first. Cancel-safe: a segment that is being made is for the next one then.
    pub(super) async fn reserve(&self, bytes: u32) -> Result<(SegmentPin, u64)> {
        // Subscribed before the look at the state: an attempt that ends in between is noticed.
        let mut made = self.0.made.subscribe();
        loop {
            self.0.failure.check()?;
            if let Some(place) = self.try_reserve(bytes)? {
                return Ok(place);
            }
            // The sender lives in `self`: the channel cannot close under us.
            let _ = made.changed().await;
            if let Some(error) = made.borrow_and_update().clone() {
                return Err(error);
            }
        }
    }

    fn try_reserve(&self, bytes: u32) -> Result<Option<(SegmentPin, u64)>> {
        let limit = self.0.segments.options().bulk_bytes - RECORDS_AT;
        if u64::from(bytes) > limit {
            let (what, size) = ("chunk", u64::from(bytes));
            return Err(Error::TooLarge { what, size, limit });
        }
        let mut state = self.0.state();
        let mut place = state.open.as_mut().and_then(|open| open.reserve(bytes));
        if place.is_none() && state.ahead.is_some() {
            // What was open is full now; its own writers still pin it.
            state.open = state.ahead.take();
            place = state.open.as_mut().and_then(|open| open.reserve(bytes));
        }
        let wanted = match &state.open {
            Some(open) => place.is_none() || open.runs_low(),
            None => true,
        };
        if wanted && state.ahead.is_none() && !state.making {
            state.making = true;
            self.make();
        }
        Ok(place)
    }

    /// Makes a segment off the runtime's threads, whoever waits for it or no longer does.
    fn make(&self) {
        let attempt = Attempt {
            shared: Arc::clone(&self.0),
            outcome: Err(Error::Stopped {
                reason: "shutting down".into(),
            }),
        };
        tokio::task::spawn_blocking(move || {
            let mut attempt = attempt;
            attempt.outcome = attempt.shared.create();
            drop(attempt);
        });
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn create(&self) -> Result<Open> {
        let created = self.segments.create_pinned(SegmentKind::Bulk);
        let pin = created.inspect_err(|error| {
            if let Error::Io { source, .. } = error
                && is_fatal(source)
            {
                self.failure.set(error);
            }
        })?;
        Ok(Open {
            pin,
            end: RECORDS_AT,
        })
    }
}

/// One attempt to make a segment. However it ends, those who wait are told when this is dropped.
struct Attempt {
    shared: Arc<Shared>,
    outcome: Result<Open>,
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let over = Err(Error::Stopped {
            reason: "told already".into(),
        });
        let outcome = std::mem::replace(&mut self.outcome, over);
        let mut state = self.shared.state();
        state.making = false;
        let error = match outcome {
            Ok(open) => {
                state.ahead = Some(open);
                None
            }
            Err(error) => Some(error),
        };
        drop(state);
        self.shared.made.send_replace(error);
    }
}
