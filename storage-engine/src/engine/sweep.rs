//! Freeing what was let go: bodies of many chunks, parts of uploads that ended.
//!
//! The step that let them go left a note in the trash. Here the note is worked off in small
//! changes, each of which is whole: a crash between two of them leaves the rest of the note. What
//! somebody is about to name again ([`super::dedup`]), or for the first time ([`super::homes`]), is
//! left for another time.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify, OwnedMutexGuard};

use super::dedup::Holds;
use super::homes::Homes;
use super::multipart::part_rows;
use super::readers::Readers;
use crate::error::Result;
use crate::ids::{ExtentId, Sequence, UploadId};
use crate::index::Step;
use crate::key::{self, Key, KeyRange, Table};
use crate::meta::{Batch, ExtentChange, Meta, MetaStore};
use crate::row::{self, Body, ExtentRow, IdList, PartRow, Run, TrashRow};

/// Chunks one change frees: what the committer does in one go stays small beside a sync.
const CHUNKS_PER_CHANGE: usize = 256;
/// Parts one change frees.
const PARTS_PER_CHANGE: usize = 64;
/// Notes looked at in one go.
const NOTES_PER_ROUND: usize = 64;
/// How long the sweeper sleeps when nobody wakes it.
const INTERVAL: Duration = Duration::from_secs(1);

/// Works off the trash in the background.
#[derive(Debug, Clone)]
pub(super) struct Sweeper {
    meta: Meta,
    readers: Readers,
    holds: Holds,
    homes: Homes,
    wake: Arc<Notify>,
    turn: Arc<Mutex<()>>,
}

/// One sweep. Its turn lasts until its last change is done, even if nobody waits for that any
/// more: two at a time would free what one note names twice.
struct Round {
    meta: Meta,
    holds: Holds,
    turn: Arc<OwnedMutexGuard<()>>,
}

/// What became of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    /// Some of it has to wait.
    Held,
}

impl Sweeper {
    pub(super) fn new(meta: Meta, readers: Readers, holds: Holds, homes: Homes) -> Self {
        let (wake, turn) = (Arc::new(Notify::new()), Arc::default());
        Sweeper {
            meta,
            readers,
            holds,
            homes,
            wake,
            turn,
        }
    }

    /// There may be something to free.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Runs until it is dropped.
    pub(super) async fn run(self) {
        loop {
            let _ = tokio::time::timeout(INTERVAL, self.wake.notified()).await;
            if let Err(error) = self.sweep().await {
                tracing::warn!(%error, "the trash was not emptied; it will be tried again");
            }
        }
    }

    /// Frees everything that nobody can be reading or about to name again. Returns how many notes
    /// are done.
    pub(super) async fn sweep(&self) -> Result<u64> {
        let turn = Arc::new(Arc::clone(&self.turn).lock_owned().await);
        let round = Round {
            meta: self.meta.clone(),
            holds: self.holds.clone(),
            turn,
        };
        let mut done = 0;
        let mut rest = key::table(Table::Trash);
        loop {
            let (until, range) = (self.unread(), rest.clone());
            // Asked before the notes are read, see there.
            let coming = self.homes.held();
            let notes = self
                .meta
                .blocking(move |store| notes(store, &range, until))
                .await?;
            let Some((last, _)) = notes.last() else {
                return Ok(done);
            };
            // Notes that are held stay behind.
            rest.start = last.after();
            for (key, note) in notes {
                if matches!(&note, TrashRow::Upload { home, .. } if coming.contains(home)) {
                    continue;
                }
                done += u64::from(round.work_off(key, note).await? == Outcome::Done);
            }
        }
    }

    /// Notes older than this concern nobody: readers that begin from now on find what is newer.
    fn unread(&self) -> Sequence {
        // Asked in this order: a reader that is not registered yet has not looked at any row yet,
        // and will find the rows as they are now or later.
        let now = self.meta.store().next_sequence();
        self.readers.oldest().map_or(now, |oldest| oldest.min(now))
    }
}

impl Round {
    async fn work_off(&self, key: Key, note: TrashRow) -> Result<Outcome> {
        match note {
            TrashRow::Body(body) => self.free_body(key, body).await,
            TrashRow::Parts { home, numbers } => self.free_parts(key, home, numbers).await,
            TrashRow::Upload { home, .. } => self.free_upload(key, home).await,
        }
    }

    async fn free_body(&self, key: Key, body: Body) -> Result<Outcome> {
        let ids = chunk_ids(&body);
        let mut rest = ids.as_slice();
        while let Some((now, later)) = rest.split_at_checked(CHUNKS_PER_CHANGE.min(rest.len())) {
            let mut batch = Batch::default();
            match later.is_empty() {
                true => batch.delete(key.clone()),
                false => batch.put(key.clone(), &TrashRow::Body(loose_chunks(later))),
            }
            if self.free(now, batch).await? == Outcome::Held {
                return Ok(Outcome::Held);
            }
            if later.is_empty() {
                break;
            }
            rest = later;
        }
        Ok(Outcome::Done)
    }

    async fn free_parts(&self, key: Key, home: UploadId, numbers: Vec<u16>) -> Result<Outcome> {
        let mut rest = numbers.as_slice();
        loop {
            let (now, later) = rest.split_at(rest.len().min(PARTS_PER_CHANGE));
            let mut parts = Vec::new();
            for number in now {
                parts.extend(self.meta.row::<PartRow>(Key::part(home, *number)).await?);
            }
            if self.free_chunks_of(home, &parts).await? == Outcome::Held {
                return Ok(Outcome::Held);
            }
            let mut batch = Batch::default();
            match later.is_empty() {
                true => batch.delete(key.clone()),
                false => {
                    let numbers = later.to_vec();
                    batch.put(key.clone(), &TrashRow::Parts { home, numbers });
                }
            }
            self.change(batch).await?;
            if later.is_empty() {
                return Ok(Outcome::Done);
            }
            rest = later;
        }
    }

    async fn free_upload(&self, key: Key, home: UploadId) -> Result<Outcome> {
        loop {
            let parts = self.meta.blocking(move |store| {
                part_rows(store, home, 0, PARTS_PER_CHANGE).map(|(rows, _)| rows)
            });
            let parts = parts.await?;
            if parts.is_empty() {
                break;
            }
            if self.free_chunks_of(home, &parts).await? == Outcome::Held {
                return Ok(Outcome::Held);
            }
        }
        let pages = self
            .meta
            .blocking(move |store| keys(store, key::pages(home)))
            .await?;
        let mut batch = Batch::default();
        for page in pages {
            batch.delete(page);
        }
        batch.delete(key);
        self.change(batch).await?;
        Ok(Outcome::Done)
    }

    /// Frees parts one by one; the row of a part goes together with its last chunks.
    async fn free_chunks_of(&self, home: UploadId, parts: &[PartRow]) -> Result<Outcome> {
        for part in parts {
            let ids = chunk_ids(&part.body);
            let mut rest = ids.as_slice();
            loop {
                let (now, later) = rest.split_at(rest.len().min(CHUNKS_PER_CHANGE));
                let mut batch = Batch::default();
                let key = Key::part(home, part.number);
                match later.is_empty() {
                    true => batch.delete(key),
                    false => {
                        batch.put(
                            key,
                            &PartRow {
                                body: loose_chunks(later),
                                ..part.clone()
                            },
                        );
                    }
                }
                if self.free(now, batch).await? == Outcome::Held {
                    return Ok(Outcome::Held);
                }
                if later.is_empty() {
                    break;
                }
                rest = later;
            }
        }
        Ok(Outcome::Done)
    }

    /// Lets chunks go together with what `batch` does to the note, unless somebody is about to
    /// name one of them again that nothing else names. What else is named may go: a chunk that is
    /// everywhere, such as one of zeros, would otherwise never be let go by anybody.
    async fn free(&self, chunks: &[ExtentId], mut batch: Batch) -> Result<Outcome> {
        let (leaving, held) = self.holds.leave(chunks);
        for extent in held {
            let row: Option<ExtentRow> = self.meta.row(Key::extent(extent)).await?;
            let names = chunks.iter().filter(|chunk| **chunk == extent).count();
            if row.is_some_and(|row| row.refs as usize <= names) {
                return Ok(Outcome::Held);
            }
        }
        let released = chunks.iter().copied().map(ExtentChange::Release);
        batch.extents.extend(released);
        let turn = Arc::clone(&self.turn);
        let freed = self.meta.commit(None, move |_, _| {
            // Owned by the change, which may outlast everybody who waits for it.
            let _held = (&leaving, &turn);
            Ok((batch.clone(), ()))
        });
        freed.await?;
        Ok(Outcome::Done)
    }

    async fn change(&self, batch: Batch) -> Result<()> {
        let turn = Arc::clone(&self.turn);
        let changed = self.meta.commit(None, move |_, _| {
            let _turn = &turn;
            Ok((batch.clone(), ()))
        });
        changed.await
    }
}

/// The oldest notes of a range before `until`.
fn notes(store: &dyn MetaStore, range: &KeyRange, until: Sequence) -> Result<Vec<(Key, TrashRow)>> {
    let mut notes = Vec::new();
    let mut failed = None;
    store.walk(range, &mut |key, value| {
        let too_young = key::number_of(key).is_some_and(|number| number >= until.0);
        if notes.len() >= NOTES_PER_ROUND || too_young {
            return Step::Stop;
        }
        match row::decode(value) {
            Ok(note) => {
                notes.push((Key::from_bytes(key.to_vec()), note));
                Step::Next
            }
            Err(damage) => {
                failed = Some(damage);
                Step::Stop
            }
        }
    })?;
    failed.map_or(Ok(notes), |damage| Err(damage.into()))
}

fn keys(store: &dyn MetaStore, range: key::KeyRange) -> Result<Vec<Key>> {
    let mut keys = Vec::new();
    store.walk(&range, &mut |key, _| {
        keys.push(Key::from_bytes(key.to_vec()));
        Step::Next
    })?;
    Ok(keys)
}

fn chunk_ids(body: &Body) -> Vec<ExtentId> {
    match body {
        Body::Runs(runs) => runs.iter().flat_map(|run| run.ids.iter()).collect(),
        Body::Inline(_) | Body::Parts { .. } => Vec::new(),
    }
}

/// Chunks that are only waiting to be freed; their lengths no longer matter.
fn loose_chunks(ids: &[ExtentId]) -> Body {
    let ids: IdList = ids.iter().copied().collect();
    Body::Runs(vec![Run {
        skip: 0,
        len: 0,
        ids,
    }])
}
