//! Checking a store that is being changed: as it was at one moment.
//!
//! A checkpoint of the index is one moment of the store, and every row in it stands still. What its
//! rows name lies in segments below the ends they record, where nothing is ever written again. So
//! the checkpoint is checked instead of the index, while changes go on. Segments that it names are
//! held for as long as that takes: one that is given up meanwhile gives its file back only then.
//!
//! The checkpoint lies in a folder of its own in the data folder, where tables of the index need not
//! be copied but get a second name. Nothing of the store is in it alone. It goes when the check
//! ends; what a crash leaves of it the next start removes.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::media::Media;
use super::rows::Rows;
use super::{Check, CheckOptions, CheckReport};
use crate::commit::{accounts, applied};
use crate::engine::readers::Reading;
use crate::engine::work::{OnWork, watched};
use crate::engine::{Engine, Store};
use crate::error::{Error, Result};
use crate::ids::SegmentId;
use crate::index::{Index, RocksIndex, RocksOptions};
use crate::segment::{Segment, Segments};

/// Where the checkpoint lies, in the data folder.
const CHECKING: &str = ".checking";
const INDEX: &str = "index";
/// Memory for the copy of the index.
const INDEX_BYTES: usize = 8 << 20;

impl Engine {
    /// Verifies the store as it is at some moment during the call, while it goes on being changed.
    /// One at a time. Interrupted by `progress`, it ends with [`Error::Interrupted`].
    ///
    /// It needs room for a copy of the index's newest rows, and holds what was given up since.
    pub async fn check_running(
        &self,
        options: CheckOptions,
        progress: &mut OnWork<'_>,
    ) -> Result<CheckReport> {
        let (
            Store::Embedded {
                embedded, segments, ..
            },
            Some(folder),
        ) = (&self.store, &self.folder)
        else {
            return self.check_with(options).await;
        };
        let (index, segments) = (Arc::clone(embedded.index()), Arc::clone(segments));
        let scratch = Scratch::make(folder.path())?;
        // Before the checkpoint: what its rows name is not given up from here on.
        let reading = self.readers.begin(self.meta.store().next_sequence());
        watched(progress, move |progress| {
            let moment = Moment::take(index.as_ref(), &segments, &scratch, reading)?;
            moment.check(&segments, options, progress)
        })
        .await
    }
}

/// The folder of a check; gone when this is dropped.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Scratch {
    fn make(data: &Path) -> Result<Self> {
        let path = data.join(CHECKING);
        match fs::create_dir(&path) {
            Ok(()) => Ok(Scratch(path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Error::Invalid {
                what: "check",
                detail: "another one is under way".into(),
            }),
            Err(error) => Err(Error::io("make a folder for the check")(error)),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "what a check has made was not removed; the next start does it");
        }
    }
}

/// Removes what a check has left that did not come to its end. For who has the folder alone.
pub(in crate::engine) fn remove_left_over(data: &Path) -> Result<()> {
    match fs::remove_dir_all(data.join(CHECKING)) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Error::io("remove what a check has left")(error))
        }
        _ => Ok(()),
    }
}

/// The rows of a moment, and the segments they name.
struct Moment {
    index: RocksIndex,
    held: HashMap<SegmentId, Arc<Segment>>,
}

impl Moment {
    fn take(
        index: &dyn Index,
        segments: &Segments,
        scratch: &Scratch,
        reading: Reading,
    ) -> Result<Self> {
        let folder = scratch.0.join(INDEX);
        index.checkpoint(&folder)?;
        let options = RocksOptions {
            cache_bytes: INDEX_BYTES,
            memtable_bytes: INDEX_BYTES,
        };
        let index = RocksIndex::open(&folder, &options)?;
        let named = accounts(&index)?.into_keys();
        // One that is missing is for the check to tell.
        let held = named.filter_map(|id| Some((id, segments.get(id)?)));
        let held = held.collect();
        drop(reading);
        Ok(Moment { index, held })
    }

    fn check(
        self,
        segments: &Segments,
        options: CheckOptions,
        progress: &mut OnWork<'_>,
    ) -> Result<CheckReport> {
        let next = applied(&self.index)?.next_sequence;
        let media = Media::held(segments, &self.held);
        Check::new(Rows::Index(&self.index), Some(media), options, progress).run(next)
    }
}
