//! The latch that stops the store for good.
//!
//! After a failed sync nobody knows what the drive holds: the kernel may have dropped the dirty
//! pages and reported success to the next call. So the first such failure is final. It is set
//! once, every later change is answered with it, and the process is expected to exit and recover
//! by reading the drive anew.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use tokio::sync::watch;

use crate::error::{Error, Result};

/// Shared by everything that writes.
#[derive(Debug, Clone)]
pub struct Failure {
    reason: Arc<watch::Sender<Option<String>>>,
}

impl Default for Failure {
    fn default() -> Self {
        Failure {
            reason: Arc::new(watch::Sender::new(None)),
        }
    }
}

impl Failure {
    /// Stops the store. The first reason stays. Returns what every later caller gets too.
    pub fn set(&self, what: &Error) -> Error {
        let first = self.reason.send_if_modified(|reason| match reason {
            Some(_) => false,
            None => {
                *reason = Some(what.to_string());
                true
            }
        });
        if first {
            tracing::error!(reason = %what, "the store has stopped taking changes");
        }
        Error::Stopped {
            reason: self.reason.borrow().clone().unwrap_or_default(),
        }
    }

    /// `Ok` as long as nothing has failed.
    pub fn check(&self) -> Result<()> {
        match &*self.reason.borrow() {
            None => Ok(()),
            Some(reason) => Err(Error::Stopped {
                reason: reason.clone(),
            }),
        }
    }

    /// Waits until the store has stopped and tells why. Cancel-safe.
    pub async fn wait(&self) -> String {
        let mut receiver = self.reason.subscribe();
        let reason = receiver.wait_for(Option::is_some).await;
        // The sender lives in `self`: the channel cannot close under us.
        reason
            .map(|r| r.clone().unwrap_or_default())
            .unwrap_or_default()
    }
}
