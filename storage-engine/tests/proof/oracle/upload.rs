//! Multipart uploads.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use storage_engine::hash::{Algorithm, Checksum, ETag};
use storage_engine::ids::UploadName;
use storage_engine::row::{ChecksumKind, ObjectChecksum};

use super::object::{NewVersion, Wish, full, holds};
use super::{Answer, Bucket, Object, Oracle, Refusal, Tagged, Upload};
use crate::body;
use crate::store::ROW_BYTES_MAX;

#[derive(Debug, Clone)]
pub struct Part {
    pub body: Bytes,
    pub etag: Tagged,
    pub checksum: Option<Checksum>,
    pub modified: u64,
}

/// A part as it is listed when an upload is completed.
#[derive(Debug, Clone)]
pub struct Listed {
    pub number: u16,
    pub etag: Option<ETag>,
}

/// What must hold of an upload and of its key for it to be completed.
#[derive(Debug, Clone, Default)]
pub struct Completion {
    pub part_bytes_min: u64,
    pub wishes: Vec<Wish>,
    pub size: Option<u64>,
    pub checksum: Option<Checksum>,
}

impl Bucket {
    pub fn upload(&self, key: &[u8], name: UploadName) -> Answer<&Upload> {
        let mut uploads = self.uploads.iter();
        let found = uploads.find(|upload| upload.name == Some(name) && upload.key == key);
        found.ok_or(Refusal::NoSuchUpload)
    }

    fn upload_at(&self, key: &[u8], name: UploadName) -> Answer<usize> {
        let named = |upload: &Upload| upload.name == Some(name) && upload.key == key;
        self.uploads
            .iter()
            .position(named)
            .ok_or(Refusal::NoSuchUpload)
    }
}

/// How the bytes of a part come to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Bytes,
    /// They are another object's, and stay where they are.
    Reference,
}

impl Oracle {
    pub fn create_upload(
        &mut self,
        bucket: &str,
        key: &Bytes,
        object: NewVersion,
        checksum: Option<(Algorithm, ChecksumKind)>,
        secret: Option<u8>,
    ) -> Answer<()> {
        let started = self.now;
        if let Some((Algorithm::Sha256, ChecksumKind::FullObject)) = checksum {
            return Err(Refusal::Invalid);
        }
        let bucket = self.bucket_mut(bucket)?;
        let (key, parts) = (key.clone(), BTreeMap::new());
        bucket.uploads.push(Upload {
            name: None,
            key,
            started,
            object,
            checksum,
            secret,
            parts,
        });
        Ok(())
    }

    /// A part whose body was encrypted under `secret` and hashed with `algorithm`.
    pub fn upload_part(
        &mut self,
        bucket: &str,
        key: &[u8],
        name: UploadName,
        number: u16,
        part: (Bytes, Option<Algorithm>, Option<u8>),
        way: Way,
    ) -> Answer<()> {
        let now = self.now;
        let (body, algorithm, secret) = part;
        let room = self.room(bucket);
        let bucket = self.bucket_mut(bucket)?;
        let upload = bucket.upload_at(key, name)?;
        if bucket.uploads[upload].secret != secret {
            return Err(Refusal::WrongKey);
        }
        if way == Way::Bytes && body.len() > ROW_BYTES_MAX {
            return Err(Refusal::TooLarge);
        }
        if number == 0 || number > 10_000 {
            return Err(Refusal::Invalid);
        }
        bucket.within_quota(room, |bucket| {
            let etag = match secret {
                None => Tagged::Is(body::etag(&body)),
                Some(_) => Tagged::Unseen,
            };
            let checksum = algorithm.map(|algorithm| body::checksum(algorithm, &body));
            let part = Part {
                body,
                etag,
                checksum,
                modified: now,
            };
            bucket.uploads[upload].parts.insert(number, part);
            Ok(())
        })
    }

    pub fn abort(&mut self, bucket: &str, key: &[u8], name: UploadName) -> Answer<()> {
        let bucket = self.bucket_mut(bucket)?;
        let at = bucket.upload_at(key, name)?;
        bucket.uploads.remove(at);
        Ok(())
    }

    /// Aborts what was begun before a time.
    pub fn expire(&mut self, bucket: &str, before: u64) -> Answer<()> {
        let bucket = self.bucket_mut(bucket)?;
        bucket.uploads.retain(|upload| upload.started >= before);
        Ok(())
    }

    pub fn complete(
        &mut self,
        bucket: &str,
        key: &Bytes,
        name: UploadName,
        listed: &[Listed],
        terms: &Completion,
    ) -> Answer<()> {
        let now = self.now;
        if listed.is_empty() {
            return Err(Refusal::Invalid);
        }
        if listed
            .windows(2)
            .any(|pair| pair[0].number >= pair[1].number)
        {
            return Err(Refusal::PartOrder);
        }
        let room = self.room(bucket);
        let bucket = self.bucket_mut(bucket)?;
        let Ok(at) = bucket.upload_at(key, name) else {
            // Asked for again: the answer is the same as before while the object is the current one.
            let mut current = bucket
                .current(key)
                .into_iter()
                .filter_map(|v| v.object.as_ref());
            return match current.any(|object| object.upload == Some(name)) {
                true => Ok(()),
                false => Err(Refusal::NoSuchUpload),
            };
        };
        let upload = bucket.uploads[at].clone();
        let object = upload.joined(name, listed, terms.part_bytes_min)?;
        if terms
            .size
            .is_some_and(|size| size != object.body.len() as u64)
        {
            return Err(Refusal::DigestMismatch);
        }
        let own = object.checksum.as_ref().map(|sum| sum.checksum);
        if terms.checksum.is_some_and(|sum| own != Some(sum)) {
            return Err(Refusal::DigestMismatch);
        }
        bucket.within_quota(room, |bucket| {
            holds(&terms.wishes, bucket.current(key))?;
            bucket.uploads.remove(at);
            bucket.push(key, now, &upload.object.owner, Some(object));
            Ok(())
        })
    }
}

impl Upload {
    /// The object that these parts make.
    pub fn joined(
        &self,
        name: UploadName,
        listed: &[Listed],
        part_bytes_min: u64,
    ) -> Answer<Object> {
        let mut body = BytesMut::new();
        let mut tags = Vec::new();
        let mut sums = Vec::new();
        let mut sizes = Vec::new();
        for wanted in listed {
            let part = self
                .parts
                .get(&wanted.number)
                .ok_or(Refusal::InvalidPart(wanted.number))?;
            let Tagged::Is(etag) = part.etag else {
                panic!("a part whose answer was lost is not listed")
            };
            if wanted.etag.is_some_and(|tag| tag != etag) {
                return Err(Refusal::InvalidPart(wanted.number));
            }
            tags.push(etag);
            sizes.push((wanted.number, part.body.len() as u64));
            body.extend_from_slice(&part.body);
            sums.push((wanted.number, part.checksum));
        }
        let (_, all_but_last) = sizes.split_last().expect("there is a part");
        if let Some((number, _)) = all_but_last.iter().find(|(_, size)| *size < part_bytes_min) {
            return Err(Refusal::PartTooSmall(*number));
        }
        let body = body.freeze();
        let checksum = match self.checksum {
            None => None,
            Some((algorithm, kind)) => {
                let mut concatenated = Vec::new();
                for (number, sum) in sums {
                    let sum = sum.filter(|sum| sum.algorithm() == algorithm);
                    let sum = sum.ok_or(Refusal::InvalidPart(number))?;
                    concatenated.extend_from_slice(sum.as_bytes());
                }
                Some(match kind {
                    ChecksumKind::FullObject => full(algorithm, &body),
                    ChecksumKind::Composite => ObjectChecksum {
                        checksum: body::checksum(algorithm, &concatenated),
                        kind,
                    },
                })
            }
        };
        let new = self.object.clone();
        Ok(Object {
            etag: Tagged::Is(body::etag_of_parts(&tags)),
            checksum,
            parts: sizes,
            upload: Some(name),
            ..Object::new(new, body, None, self.secret)
        })
    }
}
