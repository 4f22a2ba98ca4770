//! Dead letters: events that could not be told. They lie in queues of their own, which nobody
//! empties but an operator.

use storage_engine::clock::Clock;
use storage_engine::ids::{EventId, Timestamp, VersionId};
use storage_engine::{Engine, Error, Event};

use super::note::Told;

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
    pub at: Timestamp,
    /// Empty where the note cannot be read, like bucket and reason.
    pub event: &'static str,
    pub bucket: String,
    pub key: Vec<u8>,
    pub version: Option<VersionId>,
    pub reason: String,
}

/// How many events of a target are still to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub target: String,
    pub events: usize,
    pub oldest: Timestamp,
}

/// Shows every dead letter, those of one target after the other, the oldest first.
pub async fn dead_letters(engine: &Engine, mut show: impl FnMut(DeadLetter)) -> Result<(), Error> {
    for queue in engine.event_queues().await? {
        let Some(target) = queue.strip_suffix(ENDING) else {
            continue;
        };
        each(engine, &queue, |event| show(letter(target, event))).await?;
    }
    Ok(())
}

/// What is still to be told, by target.
pub async fn waiting(engine: &Engine) -> Result<Vec<Waiting>, Error> {
    let mut waiting = Vec::new();
    for queue in engine.event_queues().await? {
        if is_dead_queue(&queue) {
            continue;
        }
        let (mut events, mut oldest) = (0, None);
        each(engine, &queue, |event| {
            events += 1;
            oldest.get_or_insert(event.row.at);
        })
        .await?;
        waiting.push(Waiting {
            target: queue,
            events,
            oldest: oldest.unwrap_or_default(),
        });
    }
    Ok(waiting)
}

/// Puts dead letters back among what is to be told, where their patience begins anew: those of one
/// target, or all. Tells how many. For a store that is delivering nothing at the moment.
pub async fn retry(
    engine: &Engine,
    clock: &dyn Clock,
    target: Option<&str>,
) -> Result<usize, Error> {
    let mut moved = 0;
    for queue in engine.event_queues().await? {
        let Some(own) = queue.strip_suffix(ENDING) else {
            continue;
        };
        if target.is_some_and(|target| target != own) {
            continue;
        }
        loop {
            let page = engine.events(&queue, None, PAGE).await?;
            for mut event in page.events {
                if let Some(mut told) = Told::read(&event.row.note) {
                    told.again = Some(clock.now());
                    told.reason = None;
                    event.row.note = told.to_bytes();
                }
                engine.move_event(&queue, own, event).await?;
                moved += 1;
            }
            if !page.more {
                break;
            }
        }
    }
    Ok(moved)
}

async fn each(engine: &Engine, queue: &str, mut show: impl FnMut(Event)) -> Result<(), Error> {
    let mut after: Option<EventId> = None;
    loop {
        let page = engine.events(queue, after, PAGE).await?;
        after = page.events.last().map(|event| event.id);
        page.events.into_iter().for_each(&mut show);
        if !page.more {
            return Ok(());
        }
    }
}

fn letter(target: &str, event: Event) -> DeadLetter {
    let row = event.row;
    let told = Told::read(&row.note);
    let event = told.as_ref().map_or("", |told| told.event.text());
    let (bucket, reason) = told
        .map(|told| (told.origin.bucket, told.reason))
        .unwrap_or_default();
    DeadLetter {
        target: target.to_owned(),
        at: row.at,
        event,
        bucket,
        key: row.key,
        version: row.version,
        reason: reason.unwrap_or_default(),
    }
}
