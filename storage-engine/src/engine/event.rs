//! Events: who wants to be told of a change gives notes along with it. Those that fit what the
//! change turns out to do are written in the same batch, each into the queue it names, together
//! with what only the commit knows. So an event and its change are both there or neither is.
//!
//! Queues are read in the order of the changes and emptied by whoever tells. The engine knows
//! neither who that is nor what a note says.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch;

use super::Engine;
use super::put::within;
use super::versions::KeyChange;
use crate::error::{Damage, Error, Result};
use crate::ids::EventId;
use crate::index::Step;
use crate::key::{self, Key};
use crate::limits;
use crate::meta::{Batch, LogBody, MetaStore, Stamp, View};
use crate::row::{self, EventRow, Happened, Summary, Versioning};

/// Asks to be told if a change turns out to do this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub queue: String,
    pub on: Happened,
    /// Comes back in the event as it is.
    pub text: Bytes,
}

/// The notes that go with a change; none costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Notes(Option<Arc<[Note]>>);

impl Notes {
    pub fn none() -> Notes {
        Notes::default()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// These and those.
    pub(super) fn with(&self, others: &Notes) -> Notes {
        self.iter().chain(others.iter()).cloned().collect()
    }

    fn iter(&self) -> impl Iterator<Item = &Note> {
        self.0.iter().flat_map(|notes| notes.iter())
    }

    fn check(&self) -> Result<()> {
        within("notes", self.iter().count(), limits::NOTES_MAX)?;
        for note in self.iter() {
            within("note", note.text.len(), limits::NOTE_BYTES_MAX)?;
            check_queue(&note.queue)?;
        }
        Ok(())
    }
}

impl FromIterator<Note> for Notes {
    fn from_iter<I: IntoIterator<Item = Note>>(notes: I) -> Self {
        let notes: Vec<Note> = notes.into_iter().collect();
        Notes((!notes.is_empty()).then(|| notes.into()))
    }
}

/// An event as it lies in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub id: EventId,
    pub row: EventRow,
}

/// Events in the order of their changes, and whether there may be more behind them.
#[derive(Debug, Clone)]
pub struct EventPage {
    pub events: Vec<Event>,
    pub more: bool,
}

/// Counts changes that may have left events.
#[derive(Debug, Clone)]
pub(super) struct Written(watch::Sender<u64>);

impl Default for Written {
    fn default() -> Self {
        Written(watch::channel(0).0)
    }
}

impl KeyChange<'_> {
    /// Tells those who asked for it what became of a version of the key.
    pub(super) fn tell(&mut self, notes: &Notes, happened: Happened, summary: &Summary) {
        let versioned = self.bucket.versioning != Versioning::Off;
        for note in notes.iter().filter(|note| note.on == happened) {
            let row = EventRow {
                happened,
                at: self.stamp.now,
                key: self.key.to_vec(),
                version: versioned.then(|| summary.version_id()),
                size: summary.size,
                etag: summary.etag,
                note: note.text.to_vec(),
            };
            let id = EventId {
                sequence: self.stamp.sequence,
                number: self.events,
            };
            self.batch.put(Key::event(&note.queue, id), &row);
            self.events += 1;
        }
    }
}

impl Engine {
    /// Changes after each change that may have left an event.
    pub fn events_written(&self) -> watch::Receiver<u64> {
        self.written.0.subscribe()
    }

    /// Commits a change that `notes` go with.
    pub(super) async fn commit_telling<T: Send + 'static>(
        &self,
        notes: &Notes,
        body: Option<LogBody>,
        decide: impl FnMut(&dyn View, &Stamp) -> Result<(Batch, T)> + Send + 'static,
    ) -> Result<T> {
        notes.check()?;
        let outcome = self.meta.commit(body, decide).await;
        if !notes.is_empty() {
            self.written.0.send_modify(|count| *count += 1);
        }
        outcome
    }

    /// The names of queues that have something in them, in order.
    pub async fn event_queues(&self) -> Result<Vec<String>> {
        self.meta.blocking(queues).await
    }

    /// Events behind `after`, the oldest first.
    pub async fn events(
        &self,
        queue: &str,
        after: Option<EventId>,
        limit: usize,
    ) -> Result<EventPage> {
        let limit = limit.min(limits::LIST_MAX);
        let mut range = key::events(queue);
        if let Some(after) = after {
            range.start = Key::event(queue, after).after();
        }
        let walk = move |store: &dyn MetaStore| {
            let mut page = EventPage {
                events: Vec::new(),
                more: false,
            };
            let mut failed = Ok(());
            store.walk(&range, &mut |key, value| {
                if page.events.len() >= limit {
                    page.more = true;
                    return Step::Stop;
                }
                match read(key, value) {
                    Ok(event) => {
                        page.events.push(event);
                        Step::Next
                    }
                    Err(damage) => {
                        failed = Err(damage);
                        Step::Stop
                    }
                }
            })?;
            failed.map(|()| page)
        };
        self.meta.blocking(walk).await
    }

    /// How many events a queue has, counted up to a bound.
    pub async fn count_events(&self, queue: &str, at_most: u64) -> Result<u64> {
        let range = key::events(queue);
        let walk = move |store: &dyn MetaStore| {
            let mut count = 0;
            store.walk(&range, &mut |_, _| {
                if count >= at_most {
                    return Step::Stop;
                }
                count += 1;
                Step::Next
            })?;
            Ok(count)
        };
        self.meta.blocking(walk).await
    }

    /// Takes events out of a queue: they have been told.
    pub async fn remove_events(&self, queue: &str, ids: Vec<EventId>) -> Result<()> {
        within("events at once", ids.len(), limits::LIST_MAX)?;
        let queue = queue.to_owned();
        self.meta
            .commit(None, move |_, _| {
                let mut batch = Batch::default();
                for id in &ids {
                    batch.delete(Key::event(&queue, *id));
                }
                Ok((batch, ()))
            })
            .await
    }

    /// Puts an event from one queue into another, as it is now given. One that is not in the first
    /// queue any more is left alone.
    pub async fn move_event(&self, from: &str, to: &str, event: Event) -> Result<()> {
        check_queue(to)?;
        within("note", event.row.note.len(), limits::NOTE_BYTES_MAX)?;
        let (from, to) = (Key::event(from, event.id), Key::event(to, event.id));
        self.meta
            .commit(None, move |view, _| {
                let mut batch = Batch::default();
                if view.get(&from)?.is_some() {
                    batch.delete(from.clone());
                    batch.put(to.clone(), &event.row);
                }
                Ok((batch, ()))
            })
            .await?;
        self.written.0.send_modify(|count| *count += 1);
        Ok(())
    }
}

fn check_queue(name: &str) -> Result<()> {
    match name.is_empty() {
        true => Err(Error::Invalid {
            what: "name of a queue",
            detail: "it is empty".into(),
        }),
        false => within("name of a queue", name.len(), limits::QUEUE_NAME_BYTES_MAX),
    }
}

fn read(key: &[u8], value: &[u8]) -> Result<Event> {
    let (_, id) = key::queue_and_event(key).ok_or_else(strange_key)?;
    let row = row::decode(value)?;
    Ok(Event { id, row })
}

fn strange_key() -> Error {
    Error::damaged(Damage::Other("an event has a key that is none".into()))
}

/// From the first event of one queue on to the first one behind all of its events.
fn queues(store: &dyn MetaStore) -> Result<Vec<String>> {
    let mut range = key::table(key::Table::Event);
    let mut names: Vec<String> = Vec::new();
    while names.len() < limits::LIST_MAX {
        let mut found = None;
        store.walk(&range, &mut |key, _| {
            found = Some(key.to_vec());
            Step::Stop
        })?;
        let Some(key) = found else { break };
        let (name, _) = key::queue_and_event(&key).ok_or_else(strange_key)?;
        let name = String::from_utf8(name).map_err(|_| strange_key())?;
        range.start = key::events(&name).end;
        names.push(name);
    }
    Ok(names)
}
