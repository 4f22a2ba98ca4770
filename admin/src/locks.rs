//! One at a time of each name, and nothing kept of names that nobody waits for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Mutex as Gate, OwnedMutexGuard};

/// A digest of what is to be held.
pub(crate) type Name = [u8; 32];

type Gates = HashMap<Name, Arc<Gate<()>>>;

#[derive(Debug, Default)]
pub(crate) struct Locks(Arc<Mutex<Gates>>);

/// While there is this, nobody else has that name.
pub(crate) struct Held {
    gates: Arc<Mutex<Gates>>,
    name: Name,
    gate: Option<Arc<Gate<()>>>,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Locks {
    pub(crate) async fn hold(&self, name: Name) -> Held {
        let gate = Arc::clone(lock(&self.0).entry(name).or_default());
        // Made before it is waited for, so that who stops waiting leaves nothing either.
        let mut held = Held {
            gates: Arc::clone(&self.0),
            name,
            gate: Some(Arc::clone(&gate)),
            guard: None,
        };
        held.guard = Some(gate.lock_owned().await);
        held
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut gates = lock(&self.gates);
        drop(self.guard.take());
        drop(self.gate.take());
        // Only the table has it: nobody waits.
        let is_last = gates.get(&self.name);
        if is_last.is_some_and(|gate| Arc::strong_count(gate) == 1) {
            gates.remove(&self.name);
        }
    }
}

fn lock(gates: &Mutex<Gates>) -> MutexGuard<'_, Gates> {
    gates.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
