//! Whether operations on one register can have happened one after the other.

use std::collections::HashSet;

/// What is stored, by its number.
pub type Value = Option<u32>;

/// What was done and what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Put(u32),
    /// Whether it was done.
    PutIfAbsent(u32, bool),
    /// If the first is stored, store the second; whether it was done.
    PutIf(u32, u32, bool),
    Get(Value),
    Delete,
}

/// An operation between two ticks of one clock.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    pub begun: u64,
    pub ended: u64,
    pub action: Action,
}

impl Action {
    /// What is stored afterwards, if the action can be seen like this on `before`.
    fn on(self, before: Value) -> Option<Value> {
        match self {
            Action::Put(value) => Some(Some(value)),
            Action::PutIfAbsent(value, true) => before.is_none().then_some(Some(value)),
            Action::PutIfAbsent(_, false) => before.is_some().then_some(before),
            Action::PutIf(old, new, true) => (before == Some(old)).then_some(Some(new)),
            Action::PutIf(old, _, false) => (before != Some(old)).then_some(before),
            Action::Get(seen) => (before == seen).then_some(before),
            Action::Delete => Some(None),
        }
    }
}

/// Which events have been put in order.
type Done = Vec<u64>;

pub fn linearizable(history: &[Event]) -> bool {
    let mut search = Search {
        history,
        tried: HashSet::new(),
    };
    search.from(vec![0; history.len().div_ceil(64)], 0, None)
}

struct Search<'a> {
    history: &'a [Event],
    /// Configurations from which there was no way on.
    tried: HashSet<(Done, Value)>,
}

impl Search<'_> {
    fn from(&mut self, done: Done, count: usize, value: Value) -> bool {
        if count == self.history.len() {
            return true;
        }
        if !self.tried.insert((done.clone(), value)) {
            return false;
        }
        let is_done = |at: usize| done[at / 64] & (1 << (at % 64)) != 0;
        let waiting: Vec<usize> = (0..self.history.len()).filter(|at| !is_done(*at)).collect();
        // Whatever comes next must have begun before any of those still waiting had ended.
        let first_end = waiting.iter().map(|at| self.history[*at].ended).min();
        let first_end = first_end.expect("not all are done");
        for at in waiting {
            let event = self.history[at];
            if event.begun > first_end {
                continue;
            }
            let Some(after) = event.action.on(value) else {
                continue;
            };
            let mut next = done.clone();
            next[at / 64] |= 1 << (at % 64);
            if self.from(next, count + 1, after) {
                return true;
            }
        }
        false
    }
}
