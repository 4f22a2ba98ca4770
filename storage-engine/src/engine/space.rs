//! How much room there is, asked for so often that the drive cannot be asked each time.

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::disk::Space;
use crate::error::{Error, Result};
use crate::segment::Segments;

/// How long an answer of the file system counts.
const REFRESH: Duration = Duration::from_secs(1);

/// Watches the room on the drive. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Gauge {
    segments: Arc<Segments>,
    last: Arc<Mutex<Option<Reading>>>,
    /// Not even an empty body is let in: logged when it begins and when it ends, not each time.
    full: Arc<AtomicBool>,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    at: Instant,
    space: Space,
    /// Free bytes and files that wait to be used anew, less what was promised since.
    left_bytes: u64,
}

impl Gauge {
    pub(super) fn new(segments: Arc<Segments>) -> Self {
        Gauge {
            segments,
            last: Arc::default(),
            full: Arc::default(),
        }
    }

    /// Lets a body of so many bytes begin, unless it would touch what is kept for deletes and
    /// compaction. A body of unknown length is let in while there is any room; the segments it
    /// goes to are refused at the same mark.
    pub(super) fn admit(&self, bytes: u64) -> Result<()> {
        let mut last = self.last();
        let reading = self.fresh(&mut last)?;
        let reserve = self.reserve_bytes();
        let free = reading.left_bytes;
        self.note(free, reserve);
        if free < reserve.saturating_add(bytes) {
            return Err(Error::NoSpace { free, reserve });
        }
        reading.left_bytes -= bytes;
        Ok(())
    }

    fn note(&self, free: u64, reserve: u64) {
        let full = free < reserve;
        match (self.full.swap(full, Ordering::Relaxed), full) {
            (false, true) => tracing::warn!(free, reserve, "the drive is full; bodies are refused"),
            (true, false) => tracing::info!(free, reserve, "there is room for bodies again"),
            _ => {}
        }
    }

    /// Whether bodies are refused or soon will be: then compaction comes first.
    pub(super) fn is_short(&self) -> bool {
        let left = self
            .fresh(&mut self.last())
            .map(|reading| reading.left_bytes);
        left.is_ok_and(|left| left < self.reserve_bytes().saturating_mul(2))
    }

    /// The drive as the file system sees it, and what is kept in reserve.
    pub(super) fn space(&self) -> Result<(Space, u64)> {
        let space = self.fresh(&mut self.last())?.space;
        Ok((space, self.reserve_bytes()))
    }

    /// Lets the next question go to the file system.
    pub(super) fn forget(&self) {
        *self.last() = None;
    }

    fn reserve_bytes(&self) -> u64 {
        self.segments.options().reserve_bytes
    }

    fn last(&self) -> MutexGuard<'_, Option<Reading>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh<'r>(&self, last: &'r mut Option<Reading>) -> Result<&'r mut Reading> {
        if let Some(reading) = last.take_if(|reading| reading.at.elapsed() < REFRESH) {
            return Ok(last.insert(reading));
        }
        let space = self.segments.space()?;
        let left_bytes = space.free_bytes.saturating_add(self.segments.idle_bytes());
        Ok(last.insert(Reading {
            at: Instant::now(),
            space,
            left_bytes,
        }))
    }
}
