//! An index in memory: the reference the real one is compared with, and the one whose crashes
//! cost nothing.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::{CatchUp, Index, IndexStats, Ready, RowChange, Step};
use crate::error::{Error, Result};
use crate::key::{Key, KeyRange};

type Rows = BTreeMap<Key, Bytes>;

/// The file of a checkpoint.
const ROWS_FILE: &str = "rows";

/// An ordered map that keeps what a crash may take away apart from what it may not.
#[derive(Debug, Default)]
pub struct MemoryIndex {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What readers see. Shared with the walks under way: a change copies the map only then.
    rows: Arc<Rows>,
    /// What a crash leaves at least.
    flushed: Rows,
    /// What was applied since the last flush, batch by batch.
    unflushed: Vec<Vec<RowChange>>,
    fail_next_apply: bool,
    /// Calls of apply and flush so far.
    calls: u64,
    full: Option<Full>,
    stopped: Option<Error>,
}

/// When there is no room.
#[derive(Debug, Clone, Copy)]
struct Full {
    /// From this call of apply or flush on.
    from_call: u64,
    /// So many attempts to open the index anew find no room either.
    refusals: u64,
    seed: u64,
}

impl MemoryIndex {
    pub fn new() -> Self {
        MemoryIndex::default()
    }

    /// The index that [`Index::checkpoint`] wrote into `folder`; all of it counts as flushed.
    pub fn open_checkpoint(folder: &Path) -> Result<Self> {
        let bytes = fs::read(folder.join(ROWS_FILE)).map_err(Error::io("reading a checkpoint"))?;
        let rows: Vec<(Vec<u8>, Vec<u8>)> = postcard::from_bytes(&bytes)
            .map_err(|e| Error::Index(format!("reading a checkpoint: {e}")))?;
        let rows = rows
            .into_iter()
            .map(|(key, value)| (Key::from_bytes(key), Bytes::from(value)));
        Ok(MemoryIndex::from_rows(rows.collect()))
    }

    /// What a crash at this moment leaves: everything flushed, and of the batches applied since
    /// none, some of the first, or all. The same seed gives the same answer.
    pub fn crash(&self, seed: u64) -> MemoryIndex {
        let state = self.state();
        let outcomes = state.unflushed.len() as u64 + 1;
        let kept = usize::try_from(scatter(seed) % outcomes).unwrap_or(usize::MAX);
        let mut rows = state.flushed.clone();
        for batch in state.unflushed.iter().take(kept) {
            write(&mut rows, batch);
        }
        MemoryIndex::from_rows(rows)
    }

    /// Lets the next [`Index::apply`] fail; none of its changes is made.
    pub fn fail_next_apply(&self) {
        self.state().fail_next_apply = true;
    }

    /// Takes no changes for want of room from the `call`th call of [`Index::apply`] and
    /// [`Index::flush`] on, the first one being 0, until it was opened anew after `refusals` vain
    /// attempts. `seed` decides how much is found then.
    pub fn fill_up_at(&self, call: u64, refusals: u64, seed: u64) {
        self.state().full = Some(Full {
            from_call: call,
            refusals,
            seed,
        });
    }

    /// Calls of [`Index::apply`] and [`Index::flush`] so far.
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    fn from_rows(rows: Rows) -> Self {
        let state = State {
            rows: Arc::new(rows.clone()),
            flushed: rows,
            ..State::default()
        };
        MemoryIndex {
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half way through a change of the state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn check(&self) -> Result<()> {
        self.stopped.clone().map_or(Ok(()), Err)
    }

    /// As [`State::check`], for one who is about to change something.
    fn enter(&mut self) -> Result<()> {
        self.check()?;
        let call = self.calls;
        self.calls += 1;
        if self.full.is_some_and(|full| call >= full.from_call) {
            self.stopped = Some(no_room());
        }
        self.check()
    }
}

fn no_room() -> Error {
    Error::NoSpace {
        free: 0,
        reserve: 0,
    }
}

impl Index for MemoryIndex {
    fn get(&self, key: &Key) -> Result<Option<Bytes>> {
        Ok(self.state().rows.get(key).cloned())
    }

    fn get_ready(&self, key: &Key) -> Result<Ready> {
        Ok(match self.get(key)? {
            Some(value) => Ready::Found(value),
            None => Ready::Missing,
        })
    }

    fn walk(&self, range: &KeyRange, visit: &mut dyn FnMut(&[u8], &[u8]) -> Step) -> Result<()> {
        let rows = Arc::clone(&self.state().rows);
        let mut from = Bound::Included(range.start.clone());
        while !is_empty(&from, &range.end) {
            let next = rows
                .range((from, Bound::Excluded(range.end.clone())))
                .next();
            let Some((key, value)) = next else {
                break;
            };
            from = match visit(key.as_bytes(), value) {
                Step::Seek(target) if target > *key => Bound::Included(target),
                Step::Seek(_) | Step::Next => Bound::Excluded(key.clone()),
                Step::Stop => break,
            };
        }
        Ok(())
    }

    fn apply(&self, changes: &[RowChange]) -> Result<()> {
        let mut state = self.state();
        state.check()?;
        if std::mem::take(&mut state.fail_next_apply) {
            let reason = "applying a batch: failure asked for".to_owned();
            state.stopped = Some(Error::Stopped {
                reason: reason.clone(),
            });
            return Err(Error::Index(reason));
        }
        if let Err(refused) = state.enter() {
            // Nobody sees it now; whoever opens the index anew may.
            state.unflushed.push(changes.to_vec());
            return Err(refused);
        }
        write(Arc::make_mut(&mut state.rows), changes);
        state.unflushed.push(changes.to_vec());
        Ok(())
    }

    fn flush(&self) -> Result<()> {
        let mut state = self.state();
        state.enter()?;
        for batch in std::mem::take(&mut state.unflushed) {
            write(&mut state.flushed, &batch);
        }
        Ok(())
    }

    fn ready(&self) -> Result<()> {
        self.state().check()
    }

    fn renew(&self, catch_up: &mut CatchUp<'_>) -> Result<()> {
        let full = {
            let mut state = self.state();
            match state.check() {
                Err(Error::NoSpace { .. }) => {}
                other => return other,
            }
            let Some(full) = &mut state.full else {
                return Err(no_room());
            };
            if full.refusals > 0 {
                full.refusals -= 1;
                return Err(no_room());
            }
            *full
        };
        let fresh = self.crash(full.seed);
        catch_up(&fresh)?;
        let fresh = std::mem::take(&mut *fresh.state());
        let mut state = self.state();
        let calls = state.calls;
        *state = State { calls, ..fresh };
        Ok(())
    }

    fn checkpoint(&self, folder: &Path) -> Result<()> {
        let rows = {
            let state = self.state();
            state.check()?;
            Arc::clone(&state.rows)
        };
        let rows: Vec<(&[u8], &[u8])> = rows
            .iter()
            .map(|(key, value)| (key.as_bytes(), value.as_ref()))
            .collect();
        let bytes = postcard::to_stdvec(&rows)
            .map_err(|e| Error::Index(format!("writing a checkpoint: {e}")))?;
        fs::create_dir(folder).map_err(Error::io("creating the folder of a checkpoint"))?;
        fs::write(folder.join(ROWS_FILE), bytes).map_err(Error::io("writing a checkpoint"))
    }

    fn stats(&self) -> IndexStats {
        let state = self.state();
        let bytes = |(key, value): (&Key, &Bytes)| key.as_bytes().len() + value.len();
        IndexStats {
            memtable_bytes: state.rows.iter().map(bytes).sum::<usize>() as u64,
            ..IndexStats::default()
        }
    }

    /// Has no files: whoever holds it may go on.
    fn close(&self) {}
}

fn write(rows: &mut Rows, changes: &[RowChange]) {
    for (key, value) in changes {
        match value {
            Some(value) => rows.insert(key.clone(), value.clone()),
            None => rows.remove(key),
        };
    }
}

/// Whether nothing can lie between: the map refuses to be asked for such a range.
fn is_empty(from: &Bound<Key>, end: &Key) -> bool {
    match from {
        Bound::Included(key) | Bound::Excluded(key) => key >= end,
        Bound::Unbounded => false,
    }
}

/// Neighbouring seeds give unrelated numbers (the finaliser of SplitMix64).
fn scatter(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
