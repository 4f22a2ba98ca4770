//! The table in the storage engine. One row counts changes: whoever writes has to have seen the
//! last one, so nothing is ever decided on old rows.

use std::sync::Arc;

use bytes::Bytes;
use storage_engine::{Engine, TableGuard, TableWrite};

use super::row::{Row, RowKey, damaged};
use crate::belongings::ForeignRow;
use crate::error::{Error, Result};

/// Where rows are that are sealed under the master key.
pub const TABLE: &str = "identity";
/// Sorts before everything else.
const COUNTER: &[u8] = b"!changes";
const PAGE_ROWS: usize = 1000;

/// A change of one row.
#[derive(Debug, Clone)]
pub(crate) enum Write {
    Put(Row),
    Delete(RowKey),
}

#[derive(Debug)]
pub(crate) struct Table {
    engine: Arc<Engine>,
    /// How many changes there have been; none is no row.
    changes: u64,
}

impl Table {
    /// All rows there are.
    pub(crate) async fn open(engine: Arc<Engine>) -> Result<(Table, Vec<Row>)> {
        let mut table = Table { engine, changes: 0 };
        let rows = table.read().await?;
        Ok((table, rows))
    }

    /// Reads everything anew.
    pub(crate) async fn read(&mut self) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let mut after: Option<Bytes> = None;
        self.changes = 0;
        loop {
            let last = after.as_deref();
            let page = self.engine.table_scan(TABLE, b"", last, PAGE_ROWS).await?;
            for (key, value) in &page.rows {
                match &key[..] == COUNTER {
                    true => self.changes = counted(value)?,
                    false => rows.push(Row::decode(key, value)?),
                }
            }
            after = page.rows.last().map(|(key, _)| key.clone());
            if !page.more {
                return Ok(rows);
            }
        }
    }

    /// Durable when it returns, with rows of other tables deleted. Nothing is written if somebody else
    /// wrote in between.
    pub(crate) async fn commit(&mut self, writes: &[Write], gone: Vec<ForeignRow>) -> Result<()> {
        let counter = Bytes::from_static(COUNTER);
        let guard = match self.changes {
            0 => TableGuard::Absent(counter.clone()),
            changes => TableGuard::Equals(counter.clone(), count(changes)),
        };
        let mut batch = vec![TableWrite::Put(counter, count(self.changes + 1))];
        for write in writes {
            batch.push(match write {
                Write::Put(row) => TableWrite::Put(row.key().encode().into(), row.encode()?.into()),
                Write::Delete(key) => TableWrite::Delete(key.encode().into()),
            });
        }
        let engine = &self.engine;
        let committed = engine.table_commit_with(TABLE, vec![guard], batch, gone);
        match committed.await {
            Ok(()) => {
                self.changes += 1;
                Ok(())
            }
            Err(storage_engine::Error::Condition { .. }) => Err(Error::ConcurrentModification),
            Err(error) => Err(error.into()),
        }
    }
}

fn count(changes: u64) -> Bytes {
    changes.to_string().into()
}

fn counted(value: &[u8]) -> Result<u64> {
    let text = std::str::from_utf8(value).ok();
    let count = text.and_then(|text| text.parse().ok());
    count.ok_or_else(|| damaged("!changes", "no number"))
}
