//! What clients were told, and what may therefore be found after a crash.
//!
//! A change that was acknowledged before another one began that was acknowledged too is gone;
//! every other change, acknowledged or not, may be the last one of its key. A key that only one
//! client changes therefore has its acknowledged state or that of the one change in flight.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::content::Content;

/// What a key has; none where it does not exist.
pub(crate) type State = Option<Content>;

/// All keys, by bucket and name.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    clock: u64,
    keys: BTreeMap<Name, Vec<Attempt>>,
}

pub(crate) type Name = (&'static str, String);

#[derive(Debug)]
struct Attempt {
    begun: u64,
    acknowledged: Option<u64>,
    state: State,
}

/// An attempt that has begun.
#[derive(Debug)]
pub(crate) struct Begun {
    name: Name,
    at: u64,
}

impl Ledger {
    /// To be called before the first byte of the request leaves.
    pub(crate) fn begin(&self, name: &Name, state: State) -> Begun {
        let mut inside = self.0.lock().unwrap();
        let begun = inside.tick();
        inside.attempts(name).push(Attempt {
            begun,
            acknowledged: None,
            state,
        });
        Begun {
            name: name.clone(),
            at: begun,
        }
    }

    /// To be called when the answer is there, before anything else is asked for.
    pub(crate) fn acknowledge(&self, begun: Begun) {
        let mut inside = self.0.lock().unwrap();
        let now = inside.tick();
        let attempts = inside.attempts(&begun.name);
        for attempt in attempts.iter_mut().filter(|a| a.begun == begun.at) {
            attempt.acknowledged = Some(now);
        }
        attempts.retain(|a| a.acknowledged.is_none_or(|end| end >= begun.at));
    }

    /// The states of which exactly one must be found now, while nothing is in flight.
    pub(crate) fn possible(&self, name: &Name) -> Vec<State> {
        let mut inside = self.0.lock().unwrap();
        let attempts = inside.attempts(name);
        attempts
            .iter()
            .map(|attempt| attempt.state.clone())
            .collect()
    }

    /// How many changes nobody was told of.
    pub(crate) fn untold(&self, name: &Name) -> usize {
        let mut inside = self.0.lock().unwrap();
        let attempts = inside.attempts(name).iter();
        attempts.filter(|a| a.acknowledged.is_none()).count()
    }

    /// What was found is the truth from now on: there is one state only. True where it came of a
    /// change nobody had been told of.
    pub(crate) fn settle(&self, name: &Name, found: &State) -> bool {
        let mut inside = self.0.lock().unwrap();
        let now = inside.tick();
        let attempts = inside.attempts(name);
        let told = attempts
            .iter()
            .any(|a| a.acknowledged.is_some() && a.state == *found);
        *attempts = vec![Attempt {
            begun: now,
            acknowledged: Some(now),
            state: found.clone(),
        }];
        !told
    }

    /// Every key anybody ever tried to change.
    pub(crate) fn names(&self) -> Vec<Name> {
        self.0.lock().unwrap().keys.keys().cloned().collect()
    }
}

impl Inside {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// A key that was never changed does not exist, and everybody knows.
    fn attempts(&mut self, name: &Name) -> &mut Vec<Attempt> {
        self.keys.entry(name.clone()).or_insert_with(|| {
            vec![Attempt {
                begun: 0,
                acknowledged: Some(0),
                state: None,
            }]
        })
    }
}
