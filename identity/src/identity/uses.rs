//! When access keys were last used. Kept in memory and written now and then: a request never waits
//! for it, and a power cut loses the last minutes of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Identity;
use crate::caller::Credential;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{LastUse, Usage};
use crate::store::row::{KeyUse, Row};
use crate::store::state::State;
use crate::store::table::Write;

/// A use that no row tells of.
struct Unwritten {
    usage: Arc<Usage>,
    row: KeyUse,
}

impl Identity {
    /// Notes that a request was signed with a key, once the signature has been found right. Uses
    /// of sessions are none of the key that asked for them.
    pub fn note_use(&self, credential: &Credential, service: &str, region: &str) {
        let Some(usage) = &credential.usage else {
            return;
        };
        if usage.note(self.seconds(), service, region) {
            let pause = limits::KEY_USES_UNWRITTEN_SECONDS_MAX;
            self.write_uses_after(Duration::from_secs(pause));
        }
    }

    /// When a key was last used, to the minute; nothing if it never was.
    pub fn last_use(&self, access_key: &str) -> Option<LastUse> {
        self.state().keys.get(access_key)?.usage.last()
    }

    /// Makes durable when keys were last used. Whoever stops the server calls it; while it runs
    /// that happens of itself.
    pub async fn write_uses(&self) -> Result<()> {
        let mut table = Arc::clone(&self.inner.table).lock_owned().await;
        let unwritten = self.state().unwritten_uses();
        if unwritten.is_empty() {
            return Ok(());
        }
        let inner = Arc::clone(&self.inner);
        // Goes on where whoever waits for it stops: the table knows what has been written.
        let written = tokio::spawn(async move {
            for some in unwritten.chunks(limits::KEY_USES_WRITTEN_MAX) {
                let rows = some.iter().map(|use_| Row::Used(use_.row.clone()));
                let writes: Vec<Write> = rows.map(Write::Put).collect();
                inner.commit(&mut table, &writes, &[]).await?;
                for use_ in some {
                    use_.usage.wrote(use_.row.last.at);
                }
            }
            Ok(())
        });
        let stopped = |_| Error::Cryptography("the change was interrupted");
        written.await.map_err(stopped)?
    }

    fn write_uses_after(&self, pause: Duration) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        if self.inner.uses_pending.swap(true, Ordering::Relaxed) {
            return;
        }
        // Whoever closes the store does not wait for this.
        let inner = Arc::downgrade(&self.inner);
        runtime.spawn(async move {
            tokio::time::sleep(pause).await;
            let Some(inner) = inner.upgrade() else {
                return;
            };
            inner.uses_pending.store(false, Ordering::Relaxed);
            if let Err(error) = (Identity { inner }).write_uses().await {
                tracing::warn!(%error, "cannot write when access keys were last used");
            }
        });
    }
}

impl State {
    fn unwritten_uses(&self) -> Vec<Unwritten> {
        let keys = self.keys.iter();
        let unwritten = keys.filter_map(|(id, kept)| {
            Some(Unwritten {
                usage: Arc::clone(&kept.usage),
                row: KeyUse {
                    key: id.clone(),
                    last: kept.usage.unwritten()?,
                },
            })
        });
        unwritten.collect()
    }

    /// What another state of the same keys knows of their uses.
    pub(super) fn take_uses(&mut self, known: &State) {
        for (id, kept) in &mut self.keys {
            if let Some(known) = known.keys.get(id) {
                kept.usage = Arc::clone(&known.usage);
            }
        }
    }
}

#[cfg(test)]
mod tests;
