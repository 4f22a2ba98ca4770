//! Requests for listings.

use bytes::Bytes;
use storage_engine::{Cursor, ListBuckets, ListRequest};

use crate::operation::{After, Listing, Operation};
use crate::oracle::{Bucket, Item, Page, Place};
use crate::world::{Expected, PREFIXES, Request, World, bucket, key};

impl World {
    pub(super) fn plan_list(&self, operation: &Operation) -> Option<(Request, Expected)> {
        match operation {
            Operation::List {
                what,
                bucket: b,
                prefix,
                delimiter,
                after,
                limit,
            } => {
                let prefix = PREFIXES[usize::from(*prefix) % PREFIXES.len()];
                let delimiter: &[u8] = if *delimiter { b"/" } else { b"" };
                Some(self.list(
                    *what,
                    &bucket(*b),
                    (prefix, delimiter),
                    *after,
                    usize::from(*limit),
                ))
            }
            Operation::ListBuckets { after, limit } => {
                let (after, limit) = (after.map(bucket), usize::from(*limit));
                let behind = |name: &&String| after.as_ref().is_none_or(|after| *name > after);
                let mut names: Vec<String> =
                    self.oracle.buckets.keys().filter(behind).cloned().collect();
                let more = limit > 0 && names.len() > limit;
                names.truncate(limit);
                let request = ListBuckets {
                    after,
                    limit,
                    ..ListBuckets::default()
                };
                Some((
                    Request::ListBuckets(request),
                    Expected::Buckets { names, more },
                ))
            }
            _ => None,
        }
    }

    fn list(
        &self,
        what: Listing,
        name: &str,
        (prefix, delimiter): (&'static [u8], &'static [u8]),
        after: After,
        limit: usize,
    ) -> (Request, Expected) {
        let found = self.oracle.bucket(name);
        let place = match &found {
            Ok(bucket) => self.place(what, name, bucket, (prefix, delimiter), after),
            Err(_) => Place::Start,
        };
        let request = ListRequest {
            bucket: name.to_owned(),
            prefix: Bytes::from_static(prefix),
            delimiter: Bytes::from_static(delimiter),
            after: cursor(&place),
            limit,
        };
        let expected = match (found, what) {
            (Err(refusal), _) => Expected::Refused(refusal),
            (Ok(bucket), Listing::Objects) => {
                Expected::Objects(bucket.list_objects(prefix, delimiter, &place, limit))
            }
            (Ok(bucket), Listing::Versions) => {
                Expected::Versions(bucket.list_versions(prefix, delimiter, &place, limit))
            }
            (Ok(bucket), Listing::Uploads) => {
                Expected::Uploads(bucket.list_uploads(prefix, delimiter, &place, limit))
            }
        };
        let request = match what {
            Listing::Objects => Request::ListObjects(request),
            Listing::Versions => Request::ListVersions(request),
            Listing::Uploads => Request::ListUploads(request),
        };
        (request, expected)
    }

    fn place(
        &self,
        what: Listing,
        name: &str,
        bucket: &Bucket,
        (prefix, delimiter): (&[u8], &[u8]),
        after: After,
    ) -> Place {
        match after {
            After::Start => Place::Start,
            After::Key(number) => Place::AfterKey(key(number)),
            After::Prefix(number) => {
                let key = key(number);
                match key.iter().position(|byte| *byte == b'/') {
                    Some(at) => Place::AfterPrefix(key.slice(..=at)),
                    None => Place::AfterKey(key),
                }
            }
            After::Version(number) => self.place_of_one(what, name, bucket, number),
            After::Previous => {
                let start = Place::Start;
                match what {
                    Listing::Objects => {
                        let page = bucket.list_objects(prefix, delimiter, &start, 2);
                        end(&page, |(key, _)| Place::AfterKey(key.clone()))
                    }
                    Listing::Versions => {
                        let page = bucket.list_versions(prefix, delimiter, &start, 2);
                        end(&page, |(key, version, _)| match version.id {
                            Some(id) => Place::AfterVersion(key.clone(), id),
                            None => Place::Start,
                        })
                    }
                    Listing::Uploads => {
                        let page = bucket.list_uploads(prefix, delimiter, &start, 2);
                        end(&page, |upload| match upload.name {
                            Some(name) => Place::AfterUpload(upload.key.clone(), name),
                            None => Place::Start,
                        })
                    }
                }
            }
        }
    }

    /// Behind one version or upload that exists.
    fn place_of_one(&self, what: Listing, name: &str, bucket: &Bucket, number: u8) -> Place {
        match what {
            Listing::Objects => Place::AfterKey(key(number)),
            Listing::Versions => {
                let there = |(b, key, id): &&(String, Bytes, _)| {
                    *b == name && bucket.version(key, *id).is_some()
                };
                let known: Vec<_> = self.versions.iter().filter(there).collect();
                match known.len() {
                    0 => Place::Start,
                    len => {
                        let (_, key, id) = known[usize::from(number) % len];
                        Place::AfterVersion(key.clone(), *id)
                    }
                }
            }
            Listing::Uploads => match bucket.uploads.len() {
                0 => Place::Start,
                len => {
                    let upload = &bucket.uploads[usize::from(number) % len];
                    let behind = |name| Place::AfterUpload(upload.key.clone(), name);
                    upload.name.map_or(Place::Start, behind)
                }
            },
        }
    }
}

fn end<E>(page: &Page<E>, behind: impl Fn(&E) -> Place) -> Place {
    match page.items.last() {
        None => Place::Start,
        Some(Item::Prefix(prefix)) => Place::AfterPrefix(prefix.clone()),
        Some(Item::Entry(entry)) => behind(entry),
    }
}

pub fn cursor(place: &Place) -> Cursor {
    match place.clone() {
        Place::Start => Cursor::Start,
        Place::AfterKey(key) => Cursor::AfterKey(key),
        Place::AfterPrefix(prefix) => Cursor::AfterPrefix(prefix),
        Place::AfterVersion(key, id) => Cursor::AfterVersion(key, id),
        Place::AfterUpload(key, name) => Cursor::AfterUpload(key, name),
    }
}
