//! The reference: rows in one ordered map, changes decided under one lock. What is right here is
//! right; the embedded store is compared with it step by step.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::{Change, MetaStore, Place, Stamp};
use crate::chunk::MemoryChunks;
use crate::clock::Clock;
use crate::commit::{Group, Holders, Tags};
use crate::error::Result;
use crate::ids::{ExtentId, SegmentId, Sequence};
use crate::index::{Index, MemoryIndex, Ready, Step};
use crate::key::{Key, KeyRange};
use crate::record::{Padding, chunk_record_bytes};
use crate::row::SegmentKind;

#[derive(Debug)]
pub(crate) struct MemoryMeta {
    index: MemoryIndex,
    chunks: Arc<MemoryChunks>,
    clock: Arc<dyn Clock>,
    tags: Tags,
    holders: Arc<Holders>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    next: Sequence,
    accounts: HashMap<SegmentId, crate::row::SegmentRow>,
}

impl MemoryMeta {
    pub(crate) fn new(chunks: Arc<MemoryChunks>, clock: Arc<dyn Clock>, tags: Tags) -> Self {
        MemoryMeta {
            index: MemoryIndex::default(),
            chunks,
            clock,
            tags,
            holders: Arc::default(),
            state: Mutex::new(State {
                next: Sequence(1),
                accounts: HashMap::new(),
            }),
        }
    }

    pub(crate) fn holders(&self) -> &Arc<Holders> {
        &self.holders
    }

    fn take(&self, state: &mut State, change: &mut dyn Change) -> Result<()> {
        let stamp = Stamp {
            sequence: state.next,
            tag: self.tags.of(state.next),
            now: self.clock.now(),
        };
        let mut group = Group::new(&self.index, Arc::clone(&self.holders));
        // A refusal is an answer the change keeps itself.
        let Ok(batch) = change.evaluate(&group, &stamp) else {
            return Ok(());
        };
        let body = change.body();
        let appended = group.accept(batch, body.map(|body| body.extent))?;
        let mut places = Vec::new();
        if let Some(body) = body.filter(|_| appended) {
            places.push(place_of(
                body.extent,
                chunk_record_bytes(&body.chunk, Padding::Tight),
            ));
            self.chunks.insert(body.extent, body.chunk.clone());
        }
        let finished = group.finish(&places, &state.accounts, &|_| SegmentKind::Log)?;
        self.index.apply(&finished.rows)?;
        self.holders.apply(finished.movements);
        state.accounts.extend(finished.segments);
        state.next = Sequence(state.next.0 + 1);
        Ok(())
    }
}

/// Nothing has a place in memory; the extent's number stands for one.
fn place_of(extent: ExtentId, record_bytes: u32) -> Place {
    Place {
        segment: SegmentId(0),
        offset: extent.0,
        record_bytes,
    }
}

impl MetaStore for MemoryMeta {
    fn get(&self, key: &Key) -> Result<Option<Bytes>> {
        self.index.get(key)
    }

    fn get_ready(&self, key: &Key) -> Result<Ready> {
        self.index.get_ready(key)
    }

    fn walk(&self, range: &KeyRange, visit: &mut dyn FnMut(&[u8], &[u8]) -> Step) -> Result<()> {
        self.index.walk(range, visit)
    }

    fn next_sequence(&self) -> Sequence {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next
    }

    fn submit(&self, mut change: Box<dyn Change>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = self.take(&mut state, change.as_mut());
        drop(state);
        change.done(outcome);
    }
}
