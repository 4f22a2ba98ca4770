//! Dead letters: events that could not be told. They lie in queues of their own, which nobody
//! empties but an operator.

use futures_util::stream::{self, TryStreamExt};
use serde::{Deserialize, Serialize};
use storage_engine::clock::Clock;
use storage_engine::ids::{EventId, Timestamp, VersionId};
use storage_engine::{Engine, Error, Event};

use super::note::Told;
use crate::limits::{EVENTS_COUNTED_MAX, RETRIES_AT_ONCE_MAX};

const ENDING: &str = "/dead";
const PAGE: usize = 1000;

/// The queue of a target's dead letters. No target can have such a name.
pub(super) fn dead_queue(target: &str) -> String {
    format!("{target}{ENDING}")
}

pub(super) fn is_dead_queue(queue: &str) -> bool {
    queue.ends_with(ENDING)
}

/// An event that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    pub target: String,
    pub id: EventId,
    pub at: Timestamp,
    /// Empty where the note cannot be read, like bucket and reason.
    pub event: &'static str,
    pub bucket: String,
    pub key: Vec<u8>,
    pub version: Option<VersionId>,
    pub reason: String,
    /// How often it was tried in vain; zero where nobody has counted.
    pub tries: u32,
}

/// A place among all dead letters: behind this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterCursor {
    pub target: String,
    pub id: EventId,
}

/// Dead letters, those of one target after the other, the oldest first.
#[derive(Debug, Clone)]
pub struct LetterPage {
    pub letters: Vec<DeadLetter>,
    /// Where to go on; absent at the end.
    pub next: Option<LetterCursor>,
}

/// What lies in the queues of a target, each counted up to a million.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub target: String,
    /// Still to be told.
    pub events: u64,
    /// Since when the first of them is; absent where there are none.
    pub oldest: Option<Timestamp>,
    pub given_up: u64,
}

/// A page of the dead letters of one target, or of all.
pub async fn letter_page(
    engine: &Engine,
    target: Option<&str>,
    after: Option<LetterCursor>,
    limit: usize,
) -> Result<LetterPage, Error> {
    let (events, next) = event_page(engine, target, after, limit).await?;
    let letters = events.into_iter();
    let letters = letters.map(|(target, event)| letter(target, event));
    Ok(LetterPage {
        letters: letters.collect(),
        next,
    })
}

/// The same as they lie in their queues, each with the target it was for.
async fn event_page(
    engine: &Engine,
    target: Option<&str>,
    mut after: Option<LetterCursor>,
    limit: usize,
) -> Result<(Vec<(String, Event)>, Option<LetterCursor>), Error> {
    let mut found: Vec<(String, Event)> = Vec::new();
    for queue in engine.event_queues().await? {
        let Some(own) = queue.strip_suffix(ENDING) else {
            continue;
        };
        let is_passed = |after: &LetterCursor| dead_queue(&after.target) > queue;
        if target.is_some_and(|target| target != own) || after.as_ref().is_some_and(is_passed) {
            continue;
        }
        let begun = after.take_if(|after| after.target == own);
        let mut from = begun.map(|after| after.id);
        loop {
            let wanted = (limit - found.len()).min(PAGE);
            let page = engine.events(&queue, from, wanted).await?;
            from = page.events.last().map(|event| event.id);
            let read = page.events.into_iter();
            found.extend(read.map(|event| (own.to_owned(), event)));
            if found.len() >= limit {
                // Whether more follow in other queues, the next page finds out.
                let next = found.last().map(|(target, event)| LetterCursor {
                    target: target.clone(),
                    id: event.id,
                });
                return Ok((found, next));
            }
            if !page.more {
                break;
            }
        }
    }
    Ok((found, None))
}

/// What is still to be told and what was given up, by target.
pub async fn waiting(engine: &Engine) -> Result<Vec<Waiting>, Error> {
    let mut waiting: Vec<Waiting> = Vec::new();
    for queue in engine.event_queues().await? {
        let count = engine.count_events(&queue, EVENTS_COUNTED_MAX).await?;
        let target = queue.strip_suffix(ENDING).unwrap_or(&queue).to_owned();
        let known = waiting.iter().position(|known| known.target == target);
        let at = known.unwrap_or_else(|| {
            waiting.push(Waiting {
                target,
                events: 0,
                oldest: None,
                given_up: 0,
            });
            waiting.len() - 1
        });
        if is_dead_queue(&queue) {
            waiting[at].given_up = count;
            continue;
        }
        let first = engine.events(&queue, None, 1).await?.events;
        waiting[at].events = count;
        waiting[at].oldest = first.first().map(|event| event.row.at);
    }
    Ok(waiting)
}

/// Puts dead letters back among what is to be told, where their patience begins anew: those of one
/// target, or all. Tells how many. For a store that is delivering nothing at the moment; one that
/// does has [`super::Delivery::retry`].
pub async fn retry(
    engine: &Engine,
    clock: &dyn Clock,
    target: Option<&str>,
) -> Result<usize, Error> {
    let mut moved = 0;
    let mut after = None;
    loop {
        let (events, next) = event_page(engine, target, after, PAGE).await?;
        moved += events.len();
        let moves = stream::iter(events.into_iter().map(Ok));
        let moves = moves.try_for_each_concurrent(RETRIES_AT_ONCE_MAX, |(own, event)| {
            put_back(engine, clock.now(), own, event)
        });
        moves.await?;
        // Goes on behind where they were: what is given up again meanwhile is not met twice, and
        // so this comes to an end.
        after = next;
        if after.is_none() {
            return Ok(moved);
        }
    }
}

/// Throws away all dead letters of a target, and tells how many. What is given up meanwhile may be
/// among them or not. For a store that is delivering nothing at the moment, likewise; else it is
/// [`super::Delivery::discard`].
pub(super) async fn discard(engine: &Engine, target: &str) -> Result<usize, Error> {
    let dead = dead_queue(target);
    let mut discarded = 0;
    loop {
        let page = engine.events(&dead, None, PAGE).await?;
        let ids: Vec<EventId> = page.events.iter().map(|event| event.id).collect();
        discarded += ids.len();
        if !ids.is_empty() {
            engine.remove_events(&dead, ids).await?;
        }
        if !page.more {
            return Ok(discarded);
        }
    }
}

async fn put_back(
    engine: &Engine,
    now: Timestamp,
    target: String,
    mut event: Event,
) -> Result<(), Error> {
    if let Some(mut told) = Told::read(&event.row.note) {
        told.again = Some(now);
        told.reason = None;
        told.tries = 0;
        event.row.note = told.to_bytes();
    }
    engine
        .move_event(&dead_queue(&target), &target, event)
        .await
}

fn letter(target: String, event: Event) -> DeadLetter {
    let (id, row) = (event.id, event.row);
    let told = Told::read(&row.note);
    let event = told.as_ref().map_or("", |told| told.event.text());
    let tries = told.as_ref().map_or(0, |told| told.tries);
    let (bucket, reason) = told
        .map(|told| (told.origin.bucket, told.reason))
        .unwrap_or_default();
    DeadLetter {
        target,
        id,
        at: row.at,
        event,
        bucket,
        key: row.key,
        version: row.version,
        reason: reason.unwrap_or_default(),
        tries,
    }
}
