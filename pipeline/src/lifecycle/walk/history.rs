//! What is remembered of the key whose versions are going by, newest first.

use storage_engine::VersionEntry;
use storage_engine::ids::{Sequence, Timestamp};

use bytes::Bytes;

use crate::lifecycle::decide::{Place, Versions};

#[derive(Debug, Default)]
pub(super) struct History {
    key: Bytes,
    /// The version that went by last: all that follow are older.
    last: Option<(Sequence, Timestamp)>,
    /// Noncurrent objects that went by.
    noncurrent: u32,
}

impl History {
    /// Where the next version stands. None for one that went by already: a version that becomes
    /// noncurrent while it is listed may be listed twice.
    pub(super) fn place(
        &mut self,
        entry: &VersionEntry,
        is_last_of_key: bool,
        versions: Versions,
    ) -> Option<Place> {
        let summary = &entry.summary;
        if self.key != entry.key {
            *self = History {
                key: entry.key.clone(),
                ..History::default()
            };
        }
        let newer = self.last;
        if newer.is_some_and(|(sequence, _)| sequence <= summary.sequence) {
            return None;
        }
        self.last = Some((summary.sequence, summary.modified));
        match newer {
            // It is some other's turn to be the newest, or the listing begins in the middle of a
            // key: nothing is known of what is newer, so nothing is done.
            None if !entry.latest => None,
            None if !summary.marker => Some(Place::Current { versions }),
            None if is_last_of_key => Some(Place::LoneMarker),
            None => Some(Place::Marker),
            Some((_, since)) => {
                let place = Place::Noncurrent {
                    // The clock may have been set back between the two.
                    since: since.max(summary.modified),
                    newer: self.noncurrent,
                    marker: summary.marker,
                };
                self.noncurrent += u32::from(!summary.marker);
                Some(place)
            }
        }
    }
}
