//! Requests about buckets and their documents.

use bytes::Bytes;
use storage_engine::row::{Compression, DefaultRetention, Quota, Versioning};
use storage_engine::{CreateBucket, HOLDER, UpdateBucket};

use super::terms::{mode, tags};
use super::{OWNER, done};
use crate::body;
use crate::operation::{Operation, Setting};
use crate::oracle::Bucket;
use crate::world::{Expected, HOLDERS, Request, World, bucket};

impl World {
    pub(super) fn plan_bucket(&mut self, operation: &Operation) -> Option<(Request, Expected)> {
        Some(match operation {
            Operation::CreateBucket {
                bucket: b,
                lockable,
                holder,
            } => {
                let (name, owner) = (bucket(*b), OWNER.to_owned());
                let holder = holder_named(*holder).into_iter();
                let request = CreateBucket {
                    name,
                    owner,
                    lockable: *lockable,
                    documents: holder.map(|it| (HOLDER.to_owned(), it)).collect(),
                    ..CreateBucket::default()
                };
                let expected = done(self.oracle.create_bucket(&request));
                (Request::CreateBucket(request), expected)
            }
            Operation::DeleteBucket { bucket: b } => {
                let expected = done(self.oracle.delete_bucket(&bucket(*b)));
                (Request::DeleteBucket(bucket(*b)), expected)
            }
            Operation::UpdateBucket { bucket: b, setting } => {
                let change = bucket_change(*setting);
                let expected = done(self.oracle.update_bucket(&bucket(*b), &change));
                (Request::UpdateBucket(bucket(*b), change), expected)
            }
            Operation::PutDocument {
                bucket: b,
                kind,
                len,
            } => self.put_document(*b, *kind, *len),
            Operation::Hand { bucket: b, holder } => self.hand(*b, *holder),
            Operation::GetDocument { bucket: b, kind } => {
                let document = self.oracle.bucket(&bucket(*b)).and_then(|bucket| {
                    let found = bucket.documents.get(&kind.to_string()).cloned();
                    found.ok_or(crate::oracle::Refusal::NoSuchDocument)
                });
                let expected = document.map_or_else(Expected::Refused, Expected::Document);
                (Request::GetDocument(bucket(*b), kind.to_string()), expected)
            }
            Operation::DeleteDocument { bucket: b, kind } => {
                let gone = self.oracle.bucket_mut(&bucket(*b));
                let gone = gone.map(|bucket| bucket.documents.remove(&kind.to_string()));
                (
                    Request::DeleteDocument(bucket(*b), kind.to_string()),
                    done(gone.map(|_| ())),
                )
            }
            _ => return None,
        })
    }

    fn hand(&mut self, b: u8, holder: u8) -> (Request, Expected) {
        let (name, kind) = (bucket(b), HOLDER.to_owned());
        let known = self.oracle.bucket_mut(&name);
        match holder_named(holder) {
            Some(holder) => {
                let kept = |bucket: &mut Bucket| {
                    bucket.documents.insert(HOLDER.to_owned(), holder.clone());
                };
                let expected = done(known.map(kept));
                (Request::PutDocument(name, kind, holder), expected)
            }
            None => {
                let gone = |bucket: &mut Bucket| {
                    bucket.documents.remove(HOLDER);
                };
                let expected = done(known.map(gone));
                (Request::DeleteDocument(name, kind), expected)
            }
        }
    }

    fn put_document(&mut self, b: u8, kind: u8, len: u8) -> (Request, Expected) {
        let (name, kind) = (bucket(b), kind.to_string());
        let document = body::bytes(usize::from(len) * 1000, len);
        let known = self.oracle.bucket_mut(&name);
        let expected = match known {
            _ if document.is_empty() => Expected::Refused(crate::oracle::Refusal::Invalid),
            Ok(bucket) => {
                bucket.documents.insert(kind.clone(), document.clone());
                Expected::Done
            }
            Err(refusal) => Expected::Refused(refusal),
        };
        (Request::PutDocument(name, kind, document), expected)
    }
}

fn holder_named(number: u8) -> Option<Bytes> {
    let number = usize::from(number).checked_sub(1)?;
    HOLDERS
        .get(number)
        .map(|(name, ..)| Bytes::from_static(name.as_bytes()))
}

fn bucket_change(setting: Setting) -> UpdateBucket {
    let mut change = UpdateBucket::default();
    match setting {
        Setting::Enable => change.versioning = Some(Versioning::Enabled),
        Setting::Suspend => change.versioning = Some(Versioning::Suspended),
        Setting::Off => change.versioning = Some(Versioning::Off),
        Setting::Lockable => change.lockable = Some(true),
        Setting::DefaultRetention {
            seconds,
            compliance,
        } => {
            change.default_retention = Some(Some(DefaultRetention {
                mode: mode(compliance),
                milliseconds: u64::from(seconds) * 1000,
            }));
        }
        Setting::Quota { kilobytes, objects } => {
            change.quota = Some(Quota {
                bytes_max: kilobytes.map(|kilobytes| u64::from(kilobytes) * 1000),
                objects_max: objects.map(u64::from),
            });
        }
        Setting::Compress(0) => change.compression = Some(Compression::None),
        Setting::Compress(1) => change.compression = Some(Compression::Lz4),
        Setting::Compress(_) => change.compression = Some(Compression::Zstd),
        Setting::Deduplicate(on) => change.deduplicate = Some(on),
        Setting::BucketTags(number) => change.tags = Some(tags(number)),
        Setting::NoDefaultRetention => change.default_retention = Some(None),
    }
    change
}
