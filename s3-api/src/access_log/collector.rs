//! Lines that wait to be written.

use crate::bucket::Bucket;
use crate::bucket::logging::{DateSource, KeyFormat};
use crate::limits::{LOG_BUFFER_BYTES_MAX, LOG_OBJECT_BYTES_MAX};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::Notify;

const DAY_SECONDS: u64 = 24 * 3600;

/// Where lines go together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) source: String,
    /// Of the bucket that is logged.
    pub(super) owner: String,
    pub(super) target: String,
    pub(super) prefix: String,
    pub(super) keys: KeyFormat,
    /// Since 1970, where each day has logs of its own.
    pub(super) day: Option<u64>,
}

impl Place {
    /// For what is done to a bucket at that time; none where its owner wants no log.
    pub(super) fn of(bucket: &Bucket, time: SystemTime) -> Option<Self> {
        let target = bucket.logging.as_ref()?;
        let seconds = time
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let by_day = target.keys == KeyFormat::Partitioned(DateSource::EventTime);
        Some(Self {
            source: bucket.row.name.clone(),
            owner: bucket.row.owner.clone(),
            target: target.bucket.clone(),
            prefix: target.prefix.clone(),
            keys: target.keys,
            day: by_day.then_some(seconds / DAY_SECONDS),
        })
    }
}

#[derive(Debug)]
pub(super) struct Batch {
    pub(super) lines: Vec<u8>,
    /// When the first of the requests came.
    pub(super) since: SystemTime,
}

/// What became of the lines since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccessLogStats {
    pub lines: u64,
    /// Objects written.
    pub objects: u64,
    /// Lines for which there was no room, or which could not be written.
    pub dropped: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Collector {
    gathered: Mutex<Gathered>,
    full: Notify,
    lines: AtomicU64,
    objects: AtomicU64,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct Gathered {
    batches: HashMap<Place, Batch>,
    bytes: usize,
}

impl Collector {
    pub(super) fn add(&self, place: Place, time: SystemTime, line: &str) {
        self.lines.fetch_add(1, Ordering::Relaxed);
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        if gathered.bytes + line.len() > LOG_BUFFER_BYTES_MAX {
            drop(gathered);
            self.dropped(1);
            return;
        }
        gathered.bytes += line.len();
        let batch = gathered.batches.entry(place).or_insert_with(|| Batch {
            lines: Vec::new(),
            since: time,
        });
        batch.lines.extend_from_slice(line.as_bytes());
        if batch.lines.len() >= LOG_OBJECT_BYTES_MAX {
            self.full.notify_one();
        }
    }

    /// Returns when some batch has grown so long that it should be written.
    pub(super) async fn full(&self) {
        self.full.notified().await;
    }

    /// Hands out everything there is.
    pub(super) fn take(&self) -> Vec<(Place, Batch)> {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        gathered.bytes = 0;
        gathered.batches.drain().collect()
    }

    pub(super) fn written(&self) {
        self.objects.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn dropped(&self, lines: usize) {
        self.dropped.fetch_add(lines as u64, Ordering::Relaxed);
    }

    pub(crate) fn stats(&self) -> AccessLogStats {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        AccessLogStats {
            lines: read(&self.lines),
            objects: read(&self.objects),
            dropped: read(&self.dropped),
        }
    }
}
