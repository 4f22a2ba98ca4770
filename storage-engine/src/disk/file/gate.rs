//! The end of all changes of a folder.

use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use super::super::fatal::Closed;

/// Lets changes through until it is closed. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Gate {
    closed: Arc<RwLock<bool>>,
}

impl Gate {
    /// Makes a change, or refuses it if the folder may belong to somebody else by now.
    pub(super) fn pass<T>(&self, change: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let closed = self.closed.read().unwrap_or_else(PoisonError::into_inner);
        match *closed {
            true => Err(io::Error::other(Closed)),
            false => change(),
        }
    }

    /// Waits for the changes under way; there are none after that.
    pub(super) fn close(&self) {
        *self.closed.write().unwrap_or_else(PoisonError::into_inner) = true;
    }
}
