//! Events: every change of an object asks to be told, and whatever a store holds was told of.

use std::collections::BTreeMap;

use bytes::Bytes;
use storage_engine::ids::Sequence;
use storage_engine::row::{EventRow, Happened};
use storage_engine::{Engine, Note, Notes, VersionEntry};

use crate::settle::{Verdict, same};

const QUEUE: &str = "proof";

/// Asks for everything.
pub fn asked() -> Notes {
    let all = [
        Happened::Created,
        Happened::Changed,
        Happened::Deleted,
        Happened::Hidden,
    ];
    let note = |on| Note {
        queue: QUEUE.to_owned(),
        on,
        text: Bytes::from_static(b"note"),
    };
    all.into_iter().map(note).collect()
}

/// All events there are, by the changes they tell of.
pub async fn events(engine: &Engine) -> Result<BTreeMap<Sequence, EventRow>, String> {
    let (mut events, mut after) = (BTreeMap::new(), None);
    loop {
        let page = engine.events(QUEUE, after, 100).await;
        let page = page.map_err(|error| format!("events: {error}"))?;
        after = page.events.last().map(|event| event.id);
        for event in page.events {
            if let Some(twin) = events.insert(event.id.sequence, event.row) {
                return Err(format!("one change told twice: {twin:?}"));
            }
        }
        if !page.more {
            return Ok(events);
        }
    }
}

/// A version that is there was told of by the change that made it.
pub fn check(
    events: &BTreeMap<Sequence, EventRow>,
    key: &Bytes,
    version: &VersionEntry,
) -> Verdict {
    let summary = &version.summary;
    let event = events.get(&summary.sequence);
    let event = event.ok_or_else(|| format!("no event of {summary:?}"))?;
    let happened = match summary.marker {
        true => Happened::Hidden,
        false => Happened::Created,
    };
    same!("event of a version", happened, event.happened);
    same!("key of an event", *key, event.key);
    same!("size in an event", summary.size, event.size);
    same!("time of an event", summary.modified, event.at);
    if let Some(told) = event.version {
        same!("version of an event", summary.version_id(), told);
    }
    Ok(())
}
