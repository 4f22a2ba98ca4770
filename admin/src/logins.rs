//! When people last logged in. A row each in a table of the engine, and all of them in memory, so
//! that lists can tell. It goes in the change that whoever it is about goes in.

use crate::inner::OpenError;
use crate::passwords::key;
use bytes::Bytes;
use identity::ForeignRow;
use identity::model::Holder;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use storage_engine::{Engine, TableWrite};

const TABLE: &str = "admin-login";
/// Rows read at once.
const STEP: usize = 1000;

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    last: u64,
}

#[derive(Debug)]
pub(crate) struct Logins {
    engine: Arc<Engine>,
    /// Seconds, by what the rows are called.
    last: RwLock<HashMap<Bytes, u64>>,
}

impl Logins {
    pub(crate) async fn open(engine: Arc<Engine>) -> Result<Self, OpenError> {
        let mut last = HashMap::new();
        let mut after: Option<Bytes> = None;
        loop {
            let page = engine
                .table_scan(TABLE, b"", after.as_deref(), STEP)
                .await?;
            for (key, row) in &page.rows {
                let row: Row = serde_json::from_slice(row).map_err(|error| OpenError::Damaged {
                    table: TABLE,
                    detail: error.to_string(),
                })?;
                last.insert(key.clone(), row.last);
            }
            after = page.rows.last().map(|(key, _)| key.clone());
            if !page.more {
                break;
            }
        }
        Ok(Self {
            engine,
            last: RwLock::new(last),
        })
    }

    /// Somebody has logged in. He has, whether or not it can be written down.
    pub(crate) async fn note(&self, holder: &Holder, now: u64) {
        let key = key(holder);
        self.set(key.clone(), now);
        let row = serde_json::to_vec(&Row { last: now }).unwrap_or_default();
        let write = TableWrite::Put(key, row.into());
        let written = self.engine.table_commit(TABLE, Vec::new(), vec![write]);
        if let Err(error) = written.await {
            tracing::error!(%error, "cannot write when somebody last logged in");
        }
    }

    fn set(&self, key: Bytes, now: u64) {
        let mut last = self.last.write().unwrap_or_else(PoisonError::into_inner);
        last.insert(key, now);
    }

    /// In seconds; nothing of who never did.
    pub(crate) fn last(&self, holder: &Holder) -> Option<u64> {
        let last = self.last.read().unwrap_or_else(PoisonError::into_inner);
        last.get(&key(holder)).copied()
    }

    /// Its row is gone.
    pub(crate) fn forget(&self, holder: &Holder) {
        let mut last = self.last.write().unwrap_or_else(PoisonError::into_inner);
        last.remove(&key(holder));
    }
}

/// What goes with somebody.
pub(crate) fn row_of(holder: &Holder) -> ForeignRow {
    (TABLE, key(holder))
}
