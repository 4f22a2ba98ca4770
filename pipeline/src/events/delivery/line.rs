//! What is remembered of one target between two rounds. None of it outlives the process: after a
//! start every target gets a fresh chance.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use storage_engine::Event;
use storage_engine::ids::{EventId, Sequence};

use super::Patience;
use crate::limits::{KEYS_HELD_MAX, QUEUE_POLL};

/// The target's name is that of its queue.
#[derive(Debug)]
pub(super) struct Line {
    target: String,
    /// Nothing lies in the queue up to here: what comes later lies behind it.
    floor: Option<EventId>,
    /// Keys whose first event was refused.
    held: HashMap<Vec<u8>, Held>,
    /// How often in a row the target could not be reached.
    failures: u32,
    pause: Option<Instant>,
    /// How many there are, and after how often some were thrown away that was counted.
    dead_letters: Option<(u64, u64)>,
    /// How often dead letters have been put back, as far as this has been heeded.
    retries: u64,
}

#[derive(Debug)]
struct Held {
    event: EventId,
    refusals: u32,
    until: Instant,
}

/// How long there is nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    None,
    Until(Instant),
}

impl Line {
    pub(super) fn new(target: &str) -> Line {
        Line {
            target: target.to_owned(),
            floor: None,
            held: HashMap::new(),
            failures: 0,
            pause: None,
            dead_letters: None,
            retries: 0,
        }
    }

    /// Begins anew where dead letters have been put back since: they lie below the floor, and
    /// whoever put them back believes that they will be taken now.
    pub(super) fn heed(&mut self, retries: u64) {
        if self.retries != retries {
            *self = Line {
                retries,
                ..Line::new(&self.target)
            };
        }
    }

    /// How often in a row the target could not be reached.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    pub(super) fn target(&self) -> &str {
        &self.target
    }

    pub(super) fn floor(&self) -> Option<EventId> {
        self.floor
    }

    /// This is the first event of the queue. Where many have been taken out, looking for it from
    /// the very beginning would take longer each time.
    pub(super) fn begins_at(&mut self, first: EventId) {
        let EventId { sequence, number } = first;
        self.floor = match (number.checked_sub(1), sequence.0.checked_sub(1)) {
            (Some(number), _) => Some(EventId { sequence, number }),
            (None, Some(before)) => Some(EventId {
                sequence: Sequence(before),
                number: u16::MAX,
            }),
            (None, None) => None,
        };
    }

    /// Whether the target as a whole has to wait.
    pub(super) fn pauses(&self) -> bool {
        self.pause.is_some_and(|until| until > Instant::now())
    }

    /// Until when there is nothing to do, if nothing new comes.
    pub(super) fn rest(&self) -> Rest {
        let now = Instant::now();
        if let Some(until) = self.pause.filter(|until| *until > now) {
            return Rest::Until(until);
        }
        let due = self.held.values().map(|held| held.until).min();
        let poll = now + QUEUE_POLL;
        Rest::Until(due.map_or(poll, |due| due.min(poll)))
    }

    pub(super) fn reached(&mut self) {
        self.failures = 0;
    }

    pub(super) fn unreachable(&mut self, patience: &Patience) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let pause = patience.pause(self.failures);
        self.pause = Some(Instant::now() + pause);
        pause
    }

    /// Whether a key has to wait.
    pub(super) fn holds(&self, key: &[u8]) -> bool {
        let held = self.held.get(key);
        held.is_some_and(|held| held.until > Instant::now())
    }

    /// Whether an event that was refused is still to be told.
    pub(super) fn holds_any(&self) -> bool {
        !self.held.is_empty()
    }

    /// Lets the event's key wait, and says how often this event was refused.
    pub(super) fn hold(&mut self, event: &Event, patience: &Patience) -> u32 {
        let known = self.held.get(&event.row.key);
        let before = known.filter(|held| held.event == event.id);
        let refusals = before.map_or(0, |held| held.refusals) + 1;
        let until = Instant::now() + patience.pause(refusals);
        if self.held.len() >= KEYS_HELD_MAX {
            // Whoever refuses so much refuses everything.
            self.pause = Some(until);
        }
        let held = Held {
            event: event.id,
            refusals,
            until,
        };
        self.held.insert(event.row.key.clone(), held);
        refusals
    }

    pub(super) fn release(&mut self, key: &[u8]) {
        self.held.remove(key);
    }

    /// How many there are, if they have been counted since some were last thrown away.
    pub(super) fn dead_letters(&self, discards: u64) -> Option<u64> {
        let counted = self.dead_letters.filter(|(_, since)| *since == discards);
        counted.map(|(letters, _)| letters)
    }

    pub(super) fn set_dead_letters(&mut self, letters: u64, discards: u64) {
        self.dead_letters = Some((letters, discards));
    }
}
