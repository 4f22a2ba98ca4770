//! Removing hints that lead nowhere.
//!
//! Where the last name of a chunk goes, its content is not known any more, so the hint stays. Here
//! all hints are walked over from time to time and those removed whose chunks are gone: a million
//! rows for each TiB, a page at a time. A pass that is interrupted has removed some and not others.

use bytes::Bytes;

use super::{Hints, INTERVAL};
use crate::error::Result;
use crate::index::Step;
use crate::key::{self, Key, KeyRange, Table};
use crate::meta::{Batch, MetaStore};
use crate::row::{self, DedupRow};

/// Hints looked at in one go, and the most that one change removes.
const HINTS_PER_PAGE: usize = 1024;

/// Some hints, of which these lead nowhere.
struct Page {
    stale: Vec<(Key, Bytes)>,
    /// Where the next page begins; none behind the last one.
    next: Option<Key>,
}

impl Hints {
    /// Runs until it is dropped.
    pub(in crate::engine) async fn run(self) {
        let mut pruned_at = self.meta.store().next_sequence();
        loop {
            tokio::time::sleep(INTERVAL).await;
            let now = self.meta.store().next_sequence();
            if now == pruned_at {
                continue;
            }
            match self.prune().await {
                Ok(_) => pruned_at = now,
                Err(error) => tracing::warn!(%error, "stale hints will be looked for again"),
            }
        }
    }

    /// Removes hints of chunks that are gone. Returns how many.
    pub(in crate::engine) async fn prune(&self) -> Result<u64> {
        let mut removed = 0;
        let mut rest = key::table(Table::Dedup);
        loop {
            let range = rest.clone();
            let page = self.meta.blocking(move |store| page(store, &range)).await?;
            removed += page.stale.len() as u64;
            if !page.stale.is_empty() {
                self.remove(page.stale).await?;
            }
            match page.next {
                Some(next) => rest.start = next,
                None => return Ok(removed),
            }
        }
    }

    async fn remove(&self, stale: Vec<(Key, Bytes)>) -> Result<()> {
        let removed = self.meta.commit(None, move |view, _| {
            let mut batch = Batch::default();
            for (key, value) in &stale {
                // Since then the content may have come again.
                if view.get(key)?.as_ref() == Some(value) {
                    batch.delete(key.clone());
                }
            }
            Ok((batch, ()))
        });
        removed.await
    }
}

fn page(store: &dyn MetaStore, range: &KeyRange) -> Result<Page> {
    let mut hints = Vec::new();
    store.walk(range, &mut |key, value| {
        let hint = (Key::from_bytes(key.to_vec()), Bytes::copy_from_slice(value));
        hints.push(hint);
        match hints.len() < HINTS_PER_PAGE {
            true => Step::Next,
            false => Step::Stop,
        }
    })?;
    let full = hints.len() >= HINTS_PER_PAGE;
    let next = hints.last().filter(|_| full).map(|(key, _)| key.after());
    let mut stale = Vec::new();
    for (key, value) in hints {
        if leads_nowhere(store, &value)? {
            stale.push((key, value));
        }
    }
    Ok(Page { stale, next })
}

/// Chunk and hint are written in one step, so a chunk that is not there has gone, for good.
fn leads_nowhere(store: &dyn MetaStore, hint: &[u8]) -> Result<bool> {
    match row::decode::<DedupRow>(hint) {
        Ok(hint) => Ok(store.get(&Key::extent(hint.extent))?.is_none()),
        Err(_) => Ok(true),
    }
}
