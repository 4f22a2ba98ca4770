//! Lets something happen right before a chosen look at the rows: the moment that two threads would
//! have to hit, hit every time.

use std::fmt;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::runtime::Handle;

use crate::error::Result;
use crate::ids::Sequence;
use crate::index::{Ready, Step};
use crate::key::{Key, KeyRange, Table};
use crate::meta::{Change, Meta, MetaStore};

/// A look at the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Look {
    /// At one row of a table.
    Row(Table),
    /// At a range of them.
    Rows(Table),
}

type Event = Box<dyn FnOnce() + Send>;

/// A store in front of another one, with the events still to come.
pub(in crate::engine) struct Between {
    store: Arc<dyn MetaStore>,
    events: Mutex<Vec<(Look, Event)>>,
}

impl Between {
    pub(in crate::engine) fn over(meta: &Meta) -> (Meta, Arc<Between>) {
        let between = Arc::new(Between {
            store: Arc::clone(meta.store()),
            events: Mutex::default(),
        });
        (
            Meta::new(Arc::clone(&between) as Arc<dyn MetaStore>),
            between,
        )
    }

    /// Lets `event` happen before the next such look, once those asked for before have happened.
    /// Needs a runtime; the looks of the event itself set off nothing.
    pub(in crate::engine) fn before(
        &self,
        look: Look,
        event: impl Future<Output = ()> + Send + 'static,
    ) {
        let runtime = Handle::current();
        let event = move || runtime.block_on(event);
        self.events.lock().unwrap().push((look, Box::new(event)));
    }

    /// Whether everything has happened.
    pub(in crate::engine) fn is_over(&self) -> bool {
        self.events.lock().unwrap().is_empty()
    }

    fn is_next(&self, is_look: impl Fn(Look) -> bool) -> bool {
        let events = self.events.lock().unwrap();
        events.first().is_some_and(|(look, _)| is_look(*look))
    }

    fn happen(&self, is_look: impl Fn(Look) -> bool) {
        let event = {
            let mut events = self.events.lock().unwrap();
            match events.first() {
                Some((look, _)) if is_look(*look) => events.remove(0).1,
                _ => return,
            }
        };
        event();
    }
}

fn row_of(key: &Key) -> impl Fn(Look) -> bool {
    |look| matches!(look, Look::Row(table) if key.is_of(table))
}

impl MetaStore for Between {
    fn get(&self, key: &Key) -> Result<Option<Bytes>> {
        self.happen(row_of(key));
        self.store.get(key)
    }

    /// What waits for an event may block, so it must not be answered here.
    fn get_ready(&self, key: &Key) -> Result<Ready> {
        match self.is_next(row_of(key)) {
            true => Ok(Ready::Unknown),
            false => self.store.get_ready(key),
        }
    }

    fn walk(&self, range: &KeyRange, visit: &mut dyn FnMut(&[u8], &[u8]) -> Step) -> Result<()> {
        self.happen(|look| matches!(look, Look::Rows(table) if range.start.is_of(table)));
        self.store.walk(range, visit)
    }

    fn next_sequence(&self) -> Sequence {
        self.store.next_sequence()
    }

    fn submit(&self, change: Box<dyn Change>) {
        self.store.submit(change);
    }
}

impl fmt::Debug for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Between")
    }
}
