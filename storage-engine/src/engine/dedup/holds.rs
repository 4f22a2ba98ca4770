//! Chunks between two moments: found but not yet named again, let go but not yet gone.
//!
//! The two exclude each other. Whoever finds a chunk holds it and only then looks whether it is
//! there; whoever frees one says so before the change is submitted and until it is visible.
//! Neither waits for the other: who comes second takes another way.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::ids::ExtentId;

/// The chunks concerned at the moment. Clones are the same. Bounded by the chunks of bodies under
/// way and of the changes that free some.
#[derive(Debug, Clone, Default)]
pub(in crate::engine) struct Holds(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    held: HashMap<ExtentId, usize>,
    leaving: HashSet<ExtentId>,
}

/// Keeps a chunk from being freed until it is dropped.
#[derive(Debug)]
pub(in crate::engine) struct Hold {
    holds: Holds,
    extent: ExtentId,
}

/// Keeps chunks from being held until it is dropped.
#[derive(Debug)]
pub(in crate::engine) struct Leaving {
    holds: Holds,
    chunks: Vec<ExtentId>,
}

impl Holds {
    /// Holds a chunk; `None` if it is about to go.
    pub(super) fn hold(&self, extent: ExtentId) -> Option<Hold> {
        let mut table = self.table();
        if table.leaving.contains(&extent) {
            return None;
        }
        *table.held.entry(extent).or_default() += 1;
        let holds = self.clone();
        Some(Hold { holds, extent })
    }

    /// Lets nobody hold these chunks from now on, but for those that somebody holds already:
    /// they are returned, each once.
    pub(in crate::engine) fn leave(&self, chunks: &[ExtentId]) -> (Leaving, Vec<ExtentId>) {
        let mut table = self.table();
        let (mut own, mut held) = (Vec::new(), Vec::new());
        for extent in chunks {
            if table.held.contains_key(extent) {
                if !held.contains(extent) {
                    held.push(*extent);
                }
            } else if table.leaving.insert(*extent) {
                own.push(*extent);
            }
        }
        let (holds, chunks) = (self.clone(), own);
        (Leaving { holds, chunks }, held)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Nothing panics while it holds this lock: it guards plain assignments.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut table = self.holds.table();
        if let Some(count) = table.held.get_mut(&self.extent) {
            *count -= 1;
            if *count == 0 {
                table.held.remove(&self.extent);
            }
        }
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        let mut table = self.holds.table();
        for extent in &self.chunks {
            table.leaving.remove(extent);
        }
    }
}
