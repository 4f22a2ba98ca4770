//! What all listings share: where a page starts, what a delimiter folds together, when it is full.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use memchr::memmem;

use super::super::requests::{Cursor, ListPage};
use crate::key::successor_of_prefix;
use crate::limits;

/// Gathers one page while object keys come by in order.
#[derive(Debug)]
pub(super) struct Collector<E> {
    prefix: Bytes,
    delimiter: Bytes,
    limit: usize,
    /// The common prefix emitted last; keys below it are folded into it.
    folded: Option<Bytes>,
    behind: fn(&E) -> Cursor,
    last: Option<Last>,
    page: ListPage<E>,
}

/// What was taken last.
#[derive(Debug, Clone, Copy)]
enum Last {
    Entry,
    Prefix,
}

/// What to do with a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is an entry of its own.
    Entry,
    /// It was folded into a common prefix: nothing before this key needs to be looked at.
    SkipTo(Vec<u8>),
    /// It was folded into the last common prefix there can be.
    End,
    /// The page is full; the key belongs to the next one.
    Full,
}

impl<E> Collector<E> {
    /// `behind` tells the place right behind an entry.
    pub(super) fn new(
        prefix: Bytes,
        delimiter: Bytes,
        after: &Cursor,
        limit: usize,
        behind: fn(&E) -> Cursor,
    ) -> Self {
        let folded = match after {
            Cursor::AfterPrefix(prefix) => Some(prefix.clone()),
            _ => None,
        };
        Collector {
            prefix,
            delimiter,
            limit: limit.min(limits::LIST_MAX),
            folded,
            behind,
            last: None,
            page: ListPage {
                entries: Vec::new(),
                prefixes: Vec::new(),
                next: None,
            },
        }
    }

    /// Decides about a key that begins with the prefix. `Entry` is to be followed by
    /// [`Collector::push`].
    pub(super) fn offer(&mut self, key: &[u8]) -> Verdict {
        let common = self.common_prefix(key);
        if let Some(common) = common
            && self.folded.as_deref() == Some(common)
        {
            return skip(common);
        }
        if self.is_full() {
            self.page.next = self.behind_last();
            return Verdict::Full;
        }
        match common {
            None => Verdict::Entry,
            Some(common) => {
                let shared = Bytes::copy_from_slice(common);
                self.folded = Some(shared.clone());
                self.last = Some(Last::Prefix);
                self.page.prefixes.push(shared);
                skip(common)
            }
        }
    }

    pub(super) fn push(&mut self, entry: E) {
        self.page.entries.push(entry);
        self.last = Some(Last::Entry);
    }

    pub(super) fn finish(self) -> ListPage<E> {
        self.page
    }

    /// The place right behind what was taken last.
    fn behind_last(&self) -> Option<Cursor> {
        match self.last? {
            Last::Entry => self.page.entries.last().map(self.behind),
            Last::Prefix => self.page.prefixes.last().cloned().map(Cursor::AfterPrefix),
        }
    }

    fn is_full(&self) -> bool {
        self.page.entries.len() + self.page.prefixes.len() >= self.limit
    }

    fn common_prefix<'k>(&self, key: &'k [u8]) -> Option<&'k [u8]> {
        if self.delimiter.is_empty() {
            return None;
        }
        let rest = key.get(self.prefix.len()..)?;
        let at = memmem::find(rest, &self.delimiter)?;
        Some(&key[..self.prefix.len() + at + self.delimiter.len()])
    }
}

fn skip(common: &[u8]) -> Verdict {
    successor_of_prefix(common).map_or(Verdict::End, Verdict::SkipTo)
}

/// The smallest object key a page may start with.
pub(super) fn first_key(prefix: &[u8], after: &Cursor) -> Option<Vec<u8>> {
    let start = match after {
        Cursor::Start => Vec::new(),
        Cursor::AfterPrefix(common) => successor_of_prefix(common)?,
        Cursor::AfterKey(key) => {
            let mut next = key.to_vec();
            next.push(0);
            next
        }
        Cursor::AfterVersion(key, _) | Cursor::AfterUpload(key, _) => key.to_vec(),
    };
    Some(start.max(prefix.to_vec()))
}
