//! Listings.

use std::collections::BTreeSet;

use bytes::Bytes;
use storage_engine::ids::{UploadName, VersionId};

use super::{Bucket, Upload, Version};

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Start,
    AfterKey(Bytes),
    AfterPrefix(Bytes),
    AfterVersion(Bytes, VersionId),
    AfterUpload(Bytes, UploadName),
}

/// One line of a listing.
#[derive(Debug, Clone)]
pub enum Item<E> {
    Entry(E),
    Prefix(Bytes),
}

#[derive(Debug, Clone)]
pub struct Page<E> {
    pub items: Vec<Item<E>>,
    pub more: bool,
}

/// A listing under construction: entries with their keys, in order.
struct Lines<'a, E> {
    prefix: &'a [u8],
    delimiter: &'a [u8],
    entries: Vec<(Bytes, E)>,
}

impl<E> Lines<'_, E> {
    fn page(self, after: &Place, limit: usize) -> Page<E> {
        let mut folded = BTreeSet::new();
        let mut items = Vec::new();
        for (key, entry) in self.entries {
            if !key.starts_with(self.prefix) || passed(&key, after) {
                continue;
            }
            match common(self.prefix, self.delimiter, &key) {
                Some(common) if !folded.insert(common.clone()) => {}
                Some(common) => items.push(Item::Prefix(common)),
                None => items.push(Item::Entry(entry)),
            }
        }
        let more = limit > 0 && items.len() > limit;
        items.truncate(limit);
        Page { items, more }
    }
}

fn passed(key: &[u8], after: &Place) -> bool {
    match after {
        Place::Start => false,
        Place::AfterKey(last) => key <= last,
        Place::AfterPrefix(prefix) => key < prefix || key.starts_with(prefix),
        // Entries of the same key are left out before.
        Place::AfterVersion(last, _) | Place::AfterUpload(last, _) => key < last,
    }
}

fn common(prefix: &[u8], delimiter: &[u8], key: &Bytes) -> Option<Bytes> {
    if delimiter.is_empty() {
        return None;
    }
    let rest = &key[prefix.len()..];
    let at = rest
        .windows(delimiter.len())
        .position(|window| window == delimiter)?;
    Some(key.slice(..prefix.len() + at + delimiter.len()))
}

impl Bucket {
    pub fn list_objects(
        &self,
        prefix: &[u8],
        delimiter: &[u8],
        after: &Place,
        limit: usize,
    ) -> Page<(Bytes, Version)> {
        let current = self
            .keys
            .keys()
            .filter_map(|key| Some((key, self.current(key)?)));
        let entries = current.map(|(key, version)| (key.clone(), (key.clone(), version.clone())));
        Lines {
            prefix,
            delimiter,
            entries: entries.collect(),
        }
        .page(after, limit)
    }

    /// Each with whether it is the newest of its key.
    pub fn list_versions(
        &self,
        prefix: &[u8],
        delimiter: &[u8],
        after: &Place,
        limit: usize,
    ) -> Page<(Bytes, Version, bool)> {
        let mut entries = Vec::new();
        for (key, versions) in &self.keys {
            let newest_first = versions.iter().rev();
            let skip = match after {
                Place::AfterVersion(last, id) if last == key => {
                    let at = newest_first
                        .clone()
                        .position(|version| version.is_named(*id));
                    at.map_or(0, |at| at + 1)
                }
                _ => 0,
            };
            for (at, version) in newest_first.enumerate().skip(skip) {
                entries.push((key.clone(), (key.clone(), version.clone(), at == 0)));
            }
        }
        Lines {
            prefix,
            delimiter,
            entries,
        }
        .page(after, limit)
    }

    pub fn list_uploads(
        &self,
        prefix: &[u8],
        delimiter: &[u8],
        after: &Place,
        limit: usize,
    ) -> Page<Upload> {
        let mut uploads: Vec<&Upload> = self.uploads.iter().collect();
        uploads.sort_by(|a, b| a.key.cmp(&b.key));
        if let Place::AfterUpload(key, name) = after {
            let last = uploads
                .iter()
                .position(|u| u.key == *key && u.name == Some(*name));
            if let Some(last) = last {
                let behind = uploads.split_off(last + 1);
                uploads = behind;
            }
        }
        let entries = uploads
            .into_iter()
            .map(|upload| (upload.key.clone(), upload.clone()));
        Lines {
            prefix,
            delimiter,
            entries: entries.collect(),
        }
        .page(after, limit)
    }
}
