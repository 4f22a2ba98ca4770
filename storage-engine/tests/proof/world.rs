//! The oracle together with the names that operations have brought up so far, and what is expected
//! of the answer to the request that is under way.

use bytes::Bytes;
use storage_engine::ids::{Sequence, UploadId, UploadName, VersionId};
use storage_engine::{
    CompleteUpload, CopyObject, CopyPart, CreateBucket, CreateUpload, DeleteObject, ListBuckets,
    ListRequest, PutObject, StageOptions, TableGuard, TableWrite, Target, UpdateBucket,
    UpdateObject, UploadTarget,
};

use crate::operation::{At, Pick};
use crate::oracle::{Answer, Oracle, Page, Refusal, Upload, Version};

pub const BUCKETS: [&str; 3] = ["alpha", "beta", "gamma"];

/// Those whom buckets count for, and how many bytes and objects each may hold. Little enough to be
/// run into.
pub const HOLDERS: [(&str, Option<u64>, Option<u64>); 2] =
    [("anna", Some(400_000), None), ("berta", None, Some(3))];

pub const KEYS: [&[u8]; 14] = [
    b"a",
    b"a/b",
    b"a/b/c",
    b"b",
    b"a0",
    b"a/",
    b"\0",
    b"\xff\xff",
    b"b\0x",
    b"c/d/e",
    b"c/d/f",
    "\u{e9}".as_bytes(),
    b"a\0",
    b"\xff",
];

pub const PREFIXES: [&[u8]; 5] = [b"", b"a", b"a/", b"c/", b"\xff"];

/// A request with all names looked up.
#[derive(Debug)]
pub enum Request {
    CreateBucket(CreateBucket),
    DeleteBucket(String),
    UpdateBucket(String, UpdateBucket),
    Put(PutObject, Body),
    Get(Target, (u8, u8), Option<u8>),
    Head(Target),
    Delete(DeleteObject),
    DeleteMany(Vec<DeleteObject>),
    Copy(Box<CopyObject>),
    Update(Target, UpdateObject),
    CreateUpload(CreateUpload),
    UploadPart(UploadTarget, u16, Body),
    CopyPart(CopyPart),
    ListParts(UploadTarget, u16, usize),
    Complete(CompleteUpload),
    Abort(UploadTarget),
    /// Everything in a bucket that was begun before a time.
    Expire(String, u64),
    Abandon(Body, bool),
    Table(Vec<TableGuard>, Vec<TableWrite>),
    ListObjects(ListRequest),
    ListVersions(ListRequest),
    ListUploads(ListRequest),
    ListBuckets(ListBuckets),
    PutDocument(String, String, Bytes),
    GetDocument(String, String),
    DeleteDocument(String, String),
    Tidy,
    Compact,
    Scrub,
}

#[derive(Debug)]
pub struct Body {
    pub options: StageOptions,
    pub bytes: Bytes,
    pub pieces: usize,
}

/// What the answer must be.
#[derive(Debug)]
pub enum Expected {
    Refused(Refusal),
    Done,
    /// The newest version of the key, which may get its name from the answer.
    Put {
        bucket: String,
        key: Bytes,
    },
    Body {
        version: Box<Version>,
        range: (u8, u8),
    },
    Info {
        version: Box<Version>,
    },
    Deleted(Deletion),
    DeletedMany(Vec<Answer<Deletion>>),
    Part {
        bucket: String,
        upload: UploadName,
        number: u16,
    },
    Started {
        bucket: String,
    },
    Parts {
        upload: Box<Upload>,
        after: u16,
        limit: usize,
    },
    Objects(Page<(Bytes, Version)>),
    Versions(Page<(Bytes, Version, bool)>),
    Uploads(Page<Upload>),
    Buckets {
        names: Vec<String>,
        more: bool,
    },
    Document(Bytes),
}

#[derive(Debug)]
pub struct Deletion {
    pub marker: bool,
    pub bucket: String,
    pub key: Bytes,
    /// A version that was named; otherwise the marker made is the newest one, if one was made.
    pub named: Option<VersionId>,
}

#[derive(Debug)]
pub struct Plan {
    pub request: Request,
    pub expected: Expected,
}

/// An upload that is or was.
#[derive(Debug, Clone)]
pub struct KnownUpload {
    pub bucket: String,
    pub key: Bytes,
    pub name: UploadName,
}

#[derive(Debug, Clone, Default)]
pub struct World {
    pub oracle: Oracle,
    pub uploads: Vec<KnownUpload>,
    pub versions: Vec<(String, Bytes, VersionId)>,
}

impl World {
    pub fn new(now: u64) -> Self {
        World {
            oracle: Oracle {
                now,
                ..Oracle::default()
            },
            ..World::default()
        }
    }

    pub fn pick(&self, at: At, pick: Pick) -> Option<VersionId> {
        let (bucket, key) = (bucket(at.bucket), key(at.key));
        match pick {
            Pick::Current => None,
            Pick::Null => Some(VersionId::Null),
            Pick::Unknown => Some(nobody()),
            Pick::Known(number) => {
                let own = self
                    .versions
                    .iter()
                    .filter(|(b, k, _)| *b == bucket && *k == key);
                let own: Vec<VersionId> = own.map(|(_, _, id)| *id).collect();
                match own.is_empty() {
                    true => None,
                    // The latest ones are the most interesting.
                    false => Some(own[own.len() - 1 - usize::from(number) % own.len()]),
                }
            }
        }
    }

    /// A key to read: mostly one that there is.
    pub fn existing(&self, at: At) -> At {
        let keys = self
            .oracle
            .bucket(&bucket(at.bucket))
            .map(|bucket| &bucket.keys);
        match keys {
            Ok(keys) if at.key < 10 && !keys.is_empty() => {
                let key = keys.keys().nth(usize::from(at.key) % keys.len());
                let own = KEYS
                    .iter()
                    .position(|own| key.is_some_and(|key| key == own));
                let own = own.and_then(|own| u8::try_from(own).ok());
                At {
                    key: own.expect("keys come from the list"),
                    ..at
                }
            }
            _ => at,
        }
    }

    /// Mostly one that is under way.
    pub fn upload(&self, number: u8) -> KnownUpload {
        let is_live = |known: &&KnownUpload| self.upload_now(known).is_some();
        let live: Vec<&KnownUpload> = self.uploads.iter().filter(is_live).collect();
        if number < 3 && !live.is_empty() {
            return live[usize::from(number) % live.len()].clone();
        }
        match self.uploads.len() {
            0 => KnownUpload {
                bucket: bucket(0),
                key: key(0),
                name: UploadName {
                    id: UploadId(7),
                    tag: 7,
                },
            },
            len => self.uploads[len - 1 - usize::from(number) % len].clone(),
        }
    }

    /// The upload, if it is still under way.
    pub fn upload_now(&self, known: &KnownUpload) -> Option<&Upload> {
        self.oracle
            .bucket(&known.bucket)
            .ok()?
            .upload(&known.key, known.name)
            .ok()
    }

    pub fn learn_version(&mut self, bucket: &str, key: &Bytes, id: VersionId) {
        let known = (bucket.to_owned(), key.clone(), id);
        if !self.versions.contains(&known) {
            self.versions.push(known);
        }
    }
}

fn nobody() -> VersionId {
    VersionId::Numbered {
        sequence: Sequence(3),
        tag: 3,
    }
}

pub fn bucket(number: u8) -> String {
    BUCKETS[usize::from(number) % BUCKETS.len()].to_owned()
}

pub fn key(number: u8) -> Bytes {
    Bytes::from_static(KEYS[usize::from(number) % KEYS.len()])
}

/// Half-open bounds within `len` from two numbers.
pub fn span((a, b): (u8, u8), len: u64) -> std::ops::Range<u64> {
    let at = |n: u8| len * u64::from(n) / 255;
    let (a, b) = (at(a), at(b));
    a.min(b)..a.max(b)
}
