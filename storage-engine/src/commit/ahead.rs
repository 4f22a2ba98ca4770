//! The log segment that comes next, made before it is needed.
//!
//! Making one takes two syncs, and a whole allocation where no old file can be used anew. While the
//! committer does that, everybody waits; so a thread does it while the last part of the segment
//! before is being filled.
//!
//! Nothing else changes by it. A segment is durable, with its header and its name, before it is
//! handed over. Only the log makes log segments, and never two at a time, so they are filled in the
//! order of their ids, which is the order in which replay reads them. One that was made and not
//! needed holds nothing, and no later process writes to it: each begins with a segment of its own.

use std::sync::Arc;
use std::thread::JoinHandle;

use crate::disk::is_fatal;
use crate::error::{Error, Result};
use crate::failure::Failure;
use crate::row::SegmentKind;
use crate::segment::{Segment, Segments};

#[derive(Debug)]
pub(super) struct Ahead {
    segments: Arc<Segments>,
    failure: Failure,
    making: Option<JoinHandle<Result<Arc<Segment>>>>,
}

impl Ahead {
    pub(super) fn new(segments: Arc<Segments>, failure: Failure) -> Self {
        Ahead {
            segments,
            failure,
            making: None,
        }
    }

    /// Starts to make the next segment, unless that has been done.
    pub(super) fn begin(&mut self) {
        if self.making.is_some() {
            return;
        }
        let (segments, failure) = (Arc::clone(&self.segments), self.failure.clone());
        let make = move || {
            segments
                .create(SegmentKind::Log)
                .map_err(|e| settled(&failure, e))
        };
        let thread = std::thread::Builder::new().name("next-log".into());
        // Without a thread the segment is made when it is needed.
        self.making = thread.spawn(make).ok();
    }

    /// The next segment. Blocks while it is being made. A failed attempt is repeated once here, for
    /// room may have come back since.
    pub(super) fn take(&mut self) -> Result<Arc<Segment>> {
        if let Some(Ok(Ok(segment))) = self.making.take().map(JoinHandle::join) {
            return Ok(segment);
        }
        self.failure.check()?;
        let made = self.segments.create(SegmentKind::Log);
        made.map_err(|error| settled(&self.failure, error))
    }
}

impl Drop for Ahead {
    /// Nothing of it outlives the log: the thread has ended, and what it made is put aside.
    fn drop(&mut self) {
        if let Some(Ok(Ok(segment))) = self.making.take().map(JoinHandle::join) {
            self.segments.retire(segment.id());
        }
    }
}

/// Running out of room while a segment is made leaves everything as it was; other failures of the
/// drive end the store.
fn settled(failure: &Failure, error: Error) -> Error {
    match &error {
        Error::Io { source, .. } if is_fatal(source) => failure.set(&error),
        _ => error,
    }
}
