//! Whether an answer is what was expected, and what is learned from it.

use bytes::Bytes;
use storage_engine::ids::VersionId;
use storage_engine::row::{Summary, Versioning};
use storage_engine::{
    BucketPage, Cursor, DeleteOutcome, ListPage, ObjectEntry, ObjectInfo, PartOutcome, PartPage,
    PutOutcome, Result, UploadInfo, VersionEntry,
};

use crate::oracle::{Answer, Item, Object, Page, Tagged, Upload, Version};
use crate::send::{Reply, refusal};
use crate::world::{Deletion, Expected, KnownUpload, World, span};

/// What is wrong, in words.
pub type Verdict = std::result::Result<(), String>;

macro_rules! same {
    ($what:expr, $expected:expr, $seen:expr) => {
        match (&$expected, &$seen) {
            (expected, seen) if *expected == *seen => {}
            (expected, seen) => {
                return Err(format!(
                    "{}: expected {expected:?}, the engine has {seen:?}",
                    $what
                ));
            }
        }
    };
}
pub(crate) use same;

impl World {
    pub fn settle(&mut self, expected: Expected, seen: Result<Reply>) -> Verdict {
        let reply = match (&expected, seen) {
            (Expected::Refused(wanted), Err(error)) => {
                same!(format!("refusal ({error})"), *wanted, refusal(&error));
                return Ok(());
            }
            (Expected::Refused(wanted), Ok(reply)) => {
                return Err(format!("expected {wanted:?}, the engine did it: {reply:?}"));
            }
            (_, Err(error)) => {
                return Err(format!("expected {expected:?}, the engine says {error}"));
            }
            (_, Ok(reply)) => reply,
        };
        match (expected, reply) {
            (Expected::Done, Reply::Done | Reply::Bucket(_)) => Ok(()),
            (Expected::Put { bucket, key }, Reply::Put(outcome)) => {
                self.settle_put(&bucket, &key, &outcome)
            }
            (Expected::Body { version, range }, Reply::Body { info, bytes }) => {
                same_info(&version, &info)?;
                same_body(&version, range, &bytes)
            }
            (Expected::Info { version }, Reply::Info(info)) => same_info(&version, &info),
            (Expected::Deleted(deletion), Reply::Deleted(outcome)) => {
                self.settle_delete(&deletion, outcome)
            }
            (Expected::DeletedMany(expected), Reply::DeletedMany(seen)) => {
                self.settle_deletes(expected, seen)
            }
            (
                Expected::Part {
                    bucket,
                    upload,
                    number,
                },
                Reply::Part(outcome),
            ) => self.settle_part(&bucket, upload, number, &outcome),
            (Expected::Started { bucket }, Reply::Started(name)) => {
                let uploads = &mut self
                    .oracle
                    .buckets
                    .get_mut(&bucket)
                    .expect("it is there")
                    .uploads;
                let upload = uploads.last_mut().expect("it was begun");
                upload.name = Some(name);
                let key = upload.key.clone();
                self.uploads.push(KnownUpload { bucket, key, name });
                Ok(())
            }
            (
                Expected::Parts {
                    upload,
                    after,
                    limit,
                },
                Reply::Parts(page),
            ) => same_parts(&upload, after, limit, &page),
            (Expected::Objects(page), Reply::Objects(seen)) => same_objects(&page, &seen),
            (Expected::Versions(page), Reply::Versions(seen)) => same_versions(&page, &seen),
            (Expected::Uploads(page), Reply::Uploads(seen)) => same_uploads(&page, &seen),
            (Expected::Buckets { names, more }, Reply::Buckets(seen)) => {
                same_buckets(&names, more, &seen)
            }
            (Expected::Document(document), Reply::Document(seen)) => {
                same!("document", document, seen);
                Ok(())
            }
            (expected, reply) => Err(format!("expected {expected:?}, the engine says {reply:?}")),
        }
    }

    fn settle_put(&mut self, bucket: &str, key: &Bytes, outcome: &PutOutcome) -> Verdict {
        let own = self.oracle.buckets.get_mut(bucket).expect("it is there");
        let versioning = own.versioning;
        let newest = own
            .keys
            .get_mut(key)
            .and_then(|versions| versions.last_mut());
        let newest = newest.expect("it was put");
        if !newest.null && newest.id.is_none() {
            newest.id = Some(outcome.summary.version_id());
        }
        if let Some(Object {
            etag: etag @ Tagged::Unseen,
            body,
            ..
        }) = &mut newest.object
        {
            let tag = outcome.summary.etag.ok_or("an object without a tag")?;
            if tag == crate::body::etag(body) {
                return Err("the tag of an encrypted object tells its content".into());
            }
            *etag = Tagged::Is(tag);
        }
        same_summary(newest, &outcome.summary)?;
        let name = newest.id.expect("it has been learned");
        let named = (versioning != Versioning::Off).then_some(name);
        same!("name of the new version", named, outcome.version);
        self.learn_version(bucket, key, name);
        Ok(())
    }

    fn settle_delete(&mut self, expected: &Deletion, seen: DeleteOutcome) -> Verdict {
        let Deletion {
            marker,
            bucket,
            key,
            named,
        } = expected;
        same!("marker", *marker, seen.marker);
        let made = *marker && named.is_none();
        if let (true, Some(id)) = (made, seen.version) {
            let own = self.oracle.buckets.get_mut(bucket).expect("it is there");
            let newest = own.keys.get(key).and_then(|versions| versions.last());
            let null = newest.is_some_and(|marker| marker.null);
            same!("null marker", null, id == VersionId::Null);
            own.name_newest(key, Some(id));
            self.learn_version(bucket, key, id);
            return Ok(());
        }
        same!("version deleted", *named, seen.version);
        Ok(())
    }

    fn settle_deletes(
        &mut self,
        expected: Vec<Answer<Deletion>>,
        seen: Vec<Result<DeleteOutcome>>,
    ) -> Verdict {
        same!("answers", expected.len(), seen.len());
        for (expected, seen) in expected.into_iter().zip(seen) {
            match (expected, seen) {
                (Ok(expected), Ok(seen)) => self.settle_delete(&expected, seen)?,
                (Err(wanted), Err(error)) => same!("refusal", wanted, refusal(&error)),
                (expected, seen) => {
                    return Err(format!("expected {expected:?}, the engine says {seen:?}"));
                }
            }
        }
        Ok(())
    }

    fn settle_part(
        &mut self,
        bucket: &str,
        upload: storage_engine::ids::UploadName,
        number: u16,
        seen: &PartOutcome,
    ) -> Verdict {
        let uploads = &mut self
            .oracle
            .buckets
            .get_mut(bucket)
            .expect("it is there")
            .uploads;
        let upload = uploads.iter_mut().find(|own| own.name == Some(upload));
        let part = upload
            .and_then(|upload| upload.parts.get_mut(&number))
            .expect("it was put");
        if part.etag == Tagged::Unseen {
            part.etag = Tagged::Is(seen.etag);
        }
        same!("tag of the part", part.etag, Tagged::Is(seen.etag));
        same!("size of the part", part.body.len() as u64, seen.size);
        same!("checksum of the part", part.checksum, seen.checksum);
        same!("time of the part", part.modified, seen.modified.0);
        Ok(())
    }
}

pub fn same_summary(version: &Version, seen: &Summary) -> Verdict {
    if let Some(id) = version.id {
        same!("version id", id, seen.version_id());
    }
    same!("null", version.null, seen.null);
    same!("marker", version.is_marker(), seen.marker);
    same!("time", version.modified, seen.modified.0);
    same!("owner", version.owner, seen.owner);
    same!("size", version.size(), seen.size);
    let Some(object) = &version.object else {
        same!("tag of a marker", None, seen.etag);
        return Ok(());
    };
    if let Tagged::Is(etag) = object.etag {
        same!("tag", Some(etag), seen.etag);
    }
    same!("label", object.label, seen.label);
    same!("checksum", object.checksum, seen.checksum);
    Ok(())
}

pub fn same_info(version: &Version, seen: &ObjectInfo) -> Verdict {
    same_summary(version, &seen.row.summary)?;
    let object = version.object.as_ref().ok_or("a marker was read")?;
    let detail = seen
        .row
        .detail
        .as_ref()
        .ok_or("an object without its detail")?;
    same!("attributes", object.attributes, detail.attributes);
    same!("tags", object.tags, detail.tags);
    same!("lock", object.lock, detail.lock);
    same!(
        "encrypted",
        object.secret.is_some(),
        detail.key_check.is_some()
    );
    Ok(())
}

pub fn same_body(version: &Version, range: (u8, u8), seen: &Bytes) -> Verdict {
    let body = &version.object.as_ref().ok_or("a marker was read")?.body;
    let range = span(range, body.len() as u64);
    let at = |offset: u64| usize::try_from(offset).expect("bodies of tests are short");
    let wanted = body.slice(at(range.start)..at(range.end));
    if wanted == *seen {
        return Ok(());
    }
    let differs = wanted.iter().zip(seen.iter()).position(|(a, b)| a != b);
    Err(format!(
        "{range:?} of a body of {} bytes: {} bytes came, the first wrong one is {differs:?}",
        body.len(),
        seen.len(),
    ))
}

fn same_parts(upload: &Upload, after: u16, limit: usize, seen: &PartPage) -> Verdict {
    same!("upload", upload.name, Some(seen.upload.name));
    let mut wanted: Vec<_> = upload.parts.range(after.saturating_add(1)..).collect();
    let more = limit > 0 && wanted.len() > limit;
    wanted.truncate(limit);
    let numbers = |parts: &[(&u16, _)]| parts.iter().map(|(n, _)| **n).collect::<Vec<u16>>();
    same!(
        "parts",
        numbers(&wanted),
        seen.parts.iter().map(|p| p.number).collect::<Vec<_>>()
    );
    for ((_, part), seen) in wanted.iter().zip(&seen.parts) {
        same!("size", part.body.len() as u64, seen.size);
        same!("checksum", part.checksum, seen.checksum);
        same!("time", part.modified, seen.modified.0);
        if let Tagged::Is(etag) = part.etag {
            same!("tag", etag, seen.etag);
        }
    }
    let next = wanted.last().map(|(number, _)| **number).filter(|_| more);
    same!("next part", next, seen.next);
    Ok(())
}

/// Entries, common prefixes, and where the next page begins.
fn same_page<E, S>(
    page: &Page<E>,
    seen: &ListPage<S>,
    same: impl Fn(&E, &S) -> Verdict,
    behind: impl Fn(&S) -> Cursor,
) -> Verdict {
    let prefix = |item: &Item<E>| match item {
        Item::Prefix(prefix) => Some(prefix.clone()),
        Item::Entry(_) => None,
    };
    let prefixes: Vec<Bytes> = page.items.iter().filter_map(prefix).collect();
    same!("common prefixes", prefixes, seen.prefixes);
    let entries: Vec<&E> = page.items.iter().filter_map(entry_ref).collect();
    same!("number of entries", entries.len(), seen.entries.len());
    for (entry, seen) in entries.iter().zip(&seen.entries) {
        same(entry, seen)?;
    }
    let next = match page.items.last().filter(|_| page.more) {
        None => None,
        Some(Item::Prefix(prefix)) => Some(Cursor::AfterPrefix(prefix.clone())),
        Some(Item::Entry(_)) => seen.entries.last().map(behind),
    };
    same!("next page", next, seen.next);
    Ok(())
}

fn entry_ref<E>(item: &Item<E>) -> Option<&E> {
    match item {
        Item::Entry(entry) => Some(entry),
        Item::Prefix(_) => None,
    }
}

pub fn same_objects(page: &Page<(Bytes, Version)>, seen: &ListPage<ObjectEntry>) -> Verdict {
    same_page(
        page,
        seen,
        |(key, version), seen| {
            same!("key", *key, seen.key);
            same_summary(version, &seen.summary)
        },
        |last| Cursor::AfterKey(last.key.clone()),
    )
}

pub fn same_versions(
    page: &Page<(Bytes, Version, bool)>,
    seen: &ListPage<VersionEntry>,
) -> Verdict {
    same_page(
        page,
        seen,
        |(key, version, latest), seen| {
            same!("key", *key, seen.key);
            same!("latest", *latest, seen.latest);
            same_summary(version, &seen.summary)
        },
        |last| Cursor::AfterVersion(last.key.clone(), last.summary.version_id()),
    )
}

pub fn same_uploads(page: &Page<Upload>, seen: &ListPage<UploadInfo>) -> Verdict {
    same_page(
        page,
        seen,
        |upload, seen| {
            same!("key", upload.key, seen.key);
            if let Some(name) = upload.name {
                same!("name", name, seen.name);
            }
            same!("begun", upload.started, seen.started.0);
            same!("owner", upload.object.owner, seen.owner);
            same!("label", upload.object.label, seen.label);
            same!("checksum", upload.checksum, seen.checksum);
            same!(
                "encrypted",
                upload.secret.is_some(),
                seen.key_check.is_some()
            );
            Ok(())
        },
        |last| Cursor::AfterUpload(last.key.clone(), last.name),
    )
}

fn same_buckets(names: &[String], more: bool, seen: &BucketPage) -> Verdict {
    let seen_names: Vec<String> = seen
        .buckets
        .iter()
        .map(|bucket| bucket.name.clone())
        .collect();
    same!("buckets", names.to_vec(), seen_names);
    same!(
        "next bucket",
        names.last().filter(|_| more).cloned(),
        seen.next
    );
    Ok(())
}
