//! A line of the log, finished when the answer has been sent.

use super::collector::{Collector, Place};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Put into the extensions of an answer whose request is to be logged. Whoever sends the answer
/// finishes it; dropped, the request is not logged.
#[derive(Clone, Debug)]
pub struct AccessEntry {
    pub(super) place: Place,
    pub(super) time: SystemTime,
    /// Up to the error.
    pub(super) front: String,
    pub(super) size: String,
    /// From the referer on.
    pub(super) back: String,
    pub(super) collector: Arc<Collector>,
}

impl AccessEntry {
    /// `turn_around` is the time until the answer began, `total` until it ended.
    pub fn finish(self, sent_bytes: u64, turn_around: Duration, total: Duration) {
        let sent = match sent_bytes {
            0 => "-".to_owned(),
            bytes => bytes.to_string(),
        };
        let (total, turn_around) = (total.as_millis(), turn_around.as_millis());
        let Self {
            front, size, back, ..
        } = &self;
        let line = format!("{front} {sent} {size} {total} {turn_around} {back}\n");
        self.collector.add(self.place, self.time, &line);
    }
}
