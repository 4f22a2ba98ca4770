//! Listing all versions: current objects and older versions with delete markers, merged by key.

use std::collections::VecDeque;

use bytes::Bytes;

use super::collect::{Collector, Verdict, first_key};
use crate::engine::Engine;
use crate::engine::requests::{Cursor, ListPage, ListRequest, VersionEntry};
use crate::error::{Error, Result};
use crate::ids::{BucketId, Sequence, VersionId};
use crate::index::Step;
use crate::key::{self, Key, KeyRange};
use crate::meta::MetaStore;
use crate::row::{self, Summary, VersionRow};

/// Rows read ahead from each of the two tables.
const READ_AHEAD_ROWS: usize = 128;

impl Engine {
    /// A page of versions: by key, newest first. Each table is read in small consistent pieces; a
    /// version that becomes noncurrent while the page is gathered may be seen twice or not at all.
    pub async fn list_versions(&self, request: ListRequest) -> Result<ListPage<VersionEntry>> {
        let bucket = self.bucket(&request.bucket).await?.id;
        self.meta
            .blocking(move |store| list(store, bucket, request))
            .await
    }
}

fn list(
    store: &dyn MetaStore,
    bucket: BucketId,
    request: ListRequest,
) -> Result<ListPage<VersionEntry>> {
    let ListRequest {
        prefix,
        delimiter,
        after,
        limit,
        ..
    } = request;
    let start = first_key(&prefix, &after);
    let behind =
        |entry: &VersionEntry| Cursor::AfterVersion(entry.key.clone(), entry.summary.version_id());
    let mut collector = Collector::new(prefix.clone(), delimiter, &after, limit, behind);
    let Some(start) = start.filter(|_| limit > 0) else {
        return Ok(collector.finish());
    };
    let mut versions = Merged {
        current: Source::new(Table::Current, bucket, key::currents(bucket, &prefix)),
        old: Source::new(Table::Old, bucket, key::versions(bucket, &prefix)),
    };
    versions.seek(&start);
    // What lies in front of the place to go on from has been listed already.
    let passed = match &after {
        Cursor::AfterVersion(key, version) => {
            Some((key.clone(), sequence_of(store, bucket, key, *version)?))
        }
        _ => None,
    };
    let mut last_key = passed.as_ref().map(|(key, _)| key.to_vec());
    while let Some((key, summary)) = versions.peek(store)? {
        if passed
            .as_ref()
            .is_some_and(|(k, s)| k == key && summary.sequence >= *s)
        {
            versions.pop(store)?;
            continue;
        }
        match collector.offer(key) {
            Verdict::Entry => {
                let latest = last_key.as_ref() != Some(key);
                let Some((key, summary)) = versions.pop(store)? else {
                    break;
                };
                last_key = Some(key.clone());
                collector.push(VersionEntry {
                    key: Bytes::from(key),
                    summary,
                    latest,
                });
            }
            Verdict::SkipTo(next) => versions.seek(&next),
            Verdict::End | Verdict::Full => break,
        }
    }
    Ok(collector.finish())
}

/// Where a named version stands or stood. A null version that has gone since stood in front of
/// everything that is left of its key, as far as anybody can tell.
fn sequence_of(
    store: &dyn MetaStore,
    bucket: BucketId,
    key: &[u8],
    version: VersionId,
) -> Result<Sequence> {
    if let VersionId::Numbered { sequence, .. } = version {
        return Ok(sequence);
    }
    if let Some(bytes) = store.get(&Key::current(bucket, key))? {
        let current: VersionRow = row::decode(&bytes)?;
        if current.summary.null {
            return Ok(current.summary.sequence);
        }
    }
    match store.get(&Key::null(bucket, key))? {
        Some(bytes) => Ok(row::decode(&bytes)?),
        None => Ok(Sequence(u64::MAX)),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Current,
    Old,
}

/// One table, read ahead a little.
#[derive(Debug)]
struct Source {
    table: Table,
    bucket: BucketId,
    rest: Option<KeyRange>,
    ready: VecDeque<(Vec<u8>, Summary)>,
}

/// Both tables in the order of a version listing.
#[derive(Debug)]
struct Merged {
    current: Source,
    old: Source,
}

impl Merged {
    fn seek(&mut self, key: &[u8]) {
        self.current.seek(key);
        self.old.seek(key);
    }

    fn peek(&mut self, store: &dyn MetaStore) -> Result<Option<(&Vec<u8>, &Summary)>> {
        Ok(self
            .front(store)?
            .and_then(|source| source.ready.front())
            .map(|(k, s)| (k, s)))
    }

    fn pop(&mut self, store: &dyn MetaStore) -> Result<Option<(Vec<u8>, Summary)>> {
        Ok(self
            .front(store)?
            .and_then(|source| source.ready.pop_front()))
    }

    /// The source whose next version comes first; of the same key, the current one does.
    fn front(&mut self, store: &dyn MetaStore) -> Result<Option<&mut Source>> {
        self.current.fill(store)?;
        self.old.fill(store)?;
        Ok(match (self.current.ready.front(), self.old.ready.front()) {
            (None, None) => None,
            (Some(_), None) => Some(&mut self.current),
            (None, Some(_)) => Some(&mut self.old),
            (Some((current, _)), Some((old, _))) if current <= old => Some(&mut self.current),
            (Some(_), Some(_)) => Some(&mut self.old),
        })
    }
}

impl Source {
    fn new(table: Table, bucket: BucketId, range: KeyRange) -> Self {
        Source {
            table,
            bucket,
            rest: Some(range),
            ready: VecDeque::new(),
        }
    }

    fn seek(&mut self, key: &[u8]) {
        while self
            .ready
            .front()
            .is_some_and(|(front, _)| front.as_slice() < key)
        {
            self.ready.pop_front();
        }
        if self.ready.is_empty()
            && let Some(rest) = &mut self.rest
        {
            let start = match self.table {
                Table::Current => Key::current(self.bucket, key),
                Table::Old => key::versions_of(self.bucket, key).start,
            };
            if start > rest.start {
                rest.start = start;
            }
        }
    }

    fn fill(&mut self, store: &dyn MetaStore) -> Result<()> {
        let Some(range) = self.rest.take_if(|_| self.ready.is_empty()) else {
            return Ok(());
        };
        if range.start >= range.end {
            return Ok(());
        }
        let mut next = None;
        let mut failed = None;
        store.walk(&range, &mut |index_key, value| {
            if self.ready.len() >= READ_AHEAD_ROWS {
                next = Some(Key::from_bytes(index_key.to_vec()));
                return Step::Stop;
            }
            let key = match self.table {
                Table::Current => key::object_key_of_current(index_key).map(<[u8]>::to_vec),
                Table::Old => key::object_key_and_number(index_key).map(|(key, _)| key),
            };
            match (key, row::decode_leading::<Summary>(value)) {
                (Some(key), Ok(summary)) => {
                    self.ready.push_back((key, summary));
                    Step::Next
                }
                (None, _) => Step::Next,
                (_, Err(damage)) => {
                    failed = Some(damage);
                    Step::Stop
                }
            }
        })?;
        self.rest = next.map(|next| next..range.end);
        failed.map_or(Ok(()), |damage| Err(Error::from(damage)))
    }
}
