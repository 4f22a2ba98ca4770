//! Named tables for the crates above: identities, jobs, shares. Rows are opaque; a change of
//! several rows of one table is atomic and may be guarded by what the rows were.

use bytes::Bytes;

use super::Engine;
use super::put::within;
use crate::error::{Error, Result};
use crate::index::Step;
use crate::key::{self, Key};
use crate::limits;
use crate::meta::Batch;

/// What must hold for a change of a table to happen.
#[derive(Debug, Clone)]
pub enum TableGuard {
    Absent(Bytes),
    Equals(Bytes, Bytes),
}

#[derive(Debug, Clone)]
pub enum TableWrite {
    Put(Bytes, Bytes),
    Delete(Bytes),
}

/// Rows of a table in the order of their keys, and whether there may be more behind them.
#[derive(Debug, Clone)]
pub struct TablePage {
    pub rows: Vec<(Bytes, Bytes)>,
    pub more: bool,
}

impl Engine {
    pub async fn table_get(&self, table: &str, key: &[u8]) -> Result<Option<Bytes>> {
        self.meta.get(Key::named(table, key)).await
    }

    /// Rows whose keys begin with `prefix` and are greater than `after`.
    pub async fn table_scan(
        &self,
        table: &str,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<TablePage> {
        let limit = limit.min(limits::LIST_MAX);
        let mut range = key::named(table, prefix);
        if let Some(after) = after {
            range.start = range.start.max(Key::named(table, after).after());
        }
        let front = Key::named(table, b"").as_bytes().len();
        self.meta
            .blocking(move |store| {
                let mut page = TablePage {
                    rows: Vec::new(),
                    more: false,
                };
                store.walk(&range, &mut |key, value| {
                    if page.rows.len() >= limit {
                        page.more = true;
                        return Step::Stop;
                    }
                    let key = Bytes::copy_from_slice(&key[front..]);
                    page.rows.push((key, Bytes::copy_from_slice(value)));
                    Step::Next
                })?;
                Ok(page)
            })
            .await
    }

    /// Writes all or nothing; refused with [`Error::Condition`] unless all guards hold.
    pub async fn table_commit(
        &self,
        table: &str,
        guards: Vec<TableGuard>,
        writes: Vec<TableWrite>,
    ) -> Result<()> {
        self.table_commit_with(table, guards, writes, Vec::new())
            .await
    }

    /// The same, with rows of other tables that go in the same change.
    pub async fn table_commit_with(
        &self,
        table: &str,
        guards: Vec<TableGuard>,
        writes: Vec<TableWrite>,
        gone: Vec<(&'static str, Bytes)>,
    ) -> Result<()> {
        let bytes = writes.iter().map(|write| match write {
            TableWrite::Put(key, value) => key.len() + value.len(),
            TableWrite::Delete(key) => key.len(),
        });
        let gone_bytes = gone.iter().map(|(table, key)| table.len() + key.len());
        let bytes = bytes.sum::<usize>() + gone_bytes.sum::<usize>();
        within("change of a table", bytes, limits::BATCH_BYTES_MAX)?;
        for (_, key) in &gone {
            within("row key", key.len(), limits::KEY_BYTES_MAX)?;
        }
        for write in &writes {
            check(write)?;
        }
        let table = table.to_owned();
        self.meta
            .commit(None, move |view, _| {
                for guard in &guards {
                    let (key, expected) = match guard {
                        TableGuard::Absent(key) => (key, None),
                        TableGuard::Equals(key, value) => (key, Some(value)),
                    };
                    if view.get(&Key::named(&table, key))?.as_ref() != expected {
                        return Err(Error::Condition {
                            condition: "row is as it was read",
                        });
                    }
                }
                let mut batch = Batch::default();
                for write in &writes {
                    match write {
                        TableWrite::Put(key, value) => {
                            batch.put_bytes(Key::named(&table, key), value.clone());
                        }
                        TableWrite::Delete(key) => batch.delete(Key::named(&table, key)),
                    }
                }
                for (table, key) in &gone {
                    batch.delete(Key::named(table, key));
                }
                Ok((batch, ()))
            })
            .await
    }
}

fn check(write: &TableWrite) -> Result<()> {
    match write {
        TableWrite::Delete(key) => within("row key", key.len(), limits::KEY_BYTES_MAX),
        TableWrite::Put(key, value) => {
            within("row key", key.len(), limits::KEY_BYTES_MAX)?;
            within("row", value.len(), limits::VALUE_BYTES_MAX)?;
            match value.is_empty() {
                true => Err(Error::Invalid {
                    what: "row",
                    detail: "it is empty".into(),
                }),
                false => Ok(()),
            }
        }
    }
}
