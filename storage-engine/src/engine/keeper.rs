//! Giving up segments that nothing names any more.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::readers::Readers;
use crate::commit::Progress;
use crate::error::Result;
use crate::ids::{SegmentId, Sequence};
use crate::key::Key;
use crate::meta::{Batch, Meta};
use crate::row::{SegmentKind, SegmentRow};
use crate::segment::{Segment, Segments};

/// How often the keeper looks around.
const INTERVAL: Duration = Duration::from_millis(500);

/// Watches how full segments are.
#[derive(Debug, Clone)]
pub(super) struct Keeper {
    meta: Meta,
    segments: Arc<Segments>,
    progress: Arc<Progress>,
    readers: Readers,
    /// Segments whose rows are gone, and the sequence from which on nobody can find them.
    leaving: Arc<Mutex<HashMap<SegmentId, Sequence>>>,
}

impl Keeper {
    pub(super) fn new(
        meta: Meta,
        segments: Arc<Segments>,
        progress: Arc<Progress>,
        readers: Readers,
    ) -> Self {
        let leaving = Arc::default();
        Keeper {
            meta,
            segments,
            progress,
            readers,
            leaving,
        }
    }

    /// After a start nothing is being read or written yet: what has no account is left over from
    /// uploads that were never finished, or from segments on their way out. A segment that has an
    /// account, if one of nothing, is given up like any other: the account goes first.
    pub(super) fn tidy_up_after_start(&self) -> Result<()> {
        for segment in self.segments.all() {
            let accounted = self.progress.accounts().contains_key(&segment.id());
            if !accounted && self.is_empty(&segment) {
                self.segments.retire(segment.id());
            }
        }
        // Half made when the machine stopped. One that rows name stays, for the check to report.
        for file in self.segments.unreadable() {
            if !self.progress.accounts().contains_key(&file.id) {
                self.segments.discard(file.id);
            }
        }
        Ok(())
    }

    /// Runs until it is dropped.
    pub(super) async fn run(self) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = self.give_up_empty().await {
                tracing::warn!(%error, "an empty segment was not given up; it will be tried again");
            }
        }
    }

    /// Gives up every segment that is empty and will stay so. Returns how many files that frees.
    pub(super) async fn give_up_empty(&self) -> Result<usize> {
        for segment in self.segments.all() {
            if self.is_empty(&segment) && !self.leaving().contains_key(&segment.id()) {
                self.forget_account(segment.id()).await?;
                let now = self.meta.store().next_sequence();
                self.leaving().insert(segment.id(), now);
            }
        }
        for id in self.accounts_of_nothing() {
            self.forget_account(id).await?;
        }
        let oldest = self.readers.oldest();
        let mut gone = Vec::new();
        self.leaving().retain(|id, since| {
            let unread = oldest.is_none_or(|oldest| oldest >= *since);
            gone.extend(unread.then_some(*id));
            !unread
        });
        for id in &gone {
            self.segments.retire(*id);
        }
        Ok(gone.len())
    }

    /// Whether nothing names a record in the segment and nothing ever will.
    fn is_empty(&self, segment: &Arc<Segment>) -> bool {
        // Asked in this order: a pin is let go only after its record has been counted.
        let sealed = self.is_sealed(segment);
        let live = |account: &SegmentRow| account.live_bytes > 0;
        sealed
            && !self
                .progress
                .accounts()
                .get(&segment.id())
                .is_some_and(live)
    }

    /// Whether nobody will write to the segment any more, or needs it to recover.
    pub(super) fn is_sealed(&self, segment: &Arc<Segment>) -> bool {
        match segment.kind() {
            SegmentKind::Log => segment.id() < self.progress.durable_segment(),
            SegmentKind::Bulk | SegmentKind::Packed => segment.writers() == 0,
        }
    }

    /// Accounts of segments that were empty when the store was opened, and went then.
    fn accounts_of_nothing(&self) -> Vec<SegmentId> {
        let accounts = self.progress.accounts();
        let empty = accounts
            .iter()
            .filter(|(_, account)| account.live_bytes == 0);
        let gone = empty.filter(|(id, _)| self.segments.get(**id).is_none());
        gone.map(|(id, _)| *id).collect()
    }

    async fn forget_account(&self, id: SegmentId) -> Result<()> {
        if !self.progress.accounts().contains_key(&id) {
            return Ok(());
        }
        let key = Key::segment(id);
        let forgotten = self.meta.commit(None, move |_, _| {
            let mut batch = Batch::default();
            batch.delete(key.clone());
            Ok((batch, ()))
        });
        forgotten.await?;
        self.progress.forget(id);
        Ok(())
    }

    fn leaving(&self) -> MutexGuard<'_, HashMap<SegmentId, Sequence>> {
        self.leaving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
