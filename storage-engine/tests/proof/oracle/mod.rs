//! What the store must answer: plain maps and the rules of Amazon's documentation.
//!
//! Nothing here comes from the engine but the types of its answers. A version knows its name only
//! once the engine has told it; until then `id` is empty, which is what a change whose answer was
//! lost in a crash looks like.

mod bucket;
mod list;
mod object;
mod upload;

pub use list::{Item, Page, Place};
pub use object::{Beside, CopyTerms, NewVersion, Wish, holds};
pub use upload::{Completion, Listed, Part, Way};

use std::collections::BTreeMap;

use bytes::Bytes;
use storage_engine::hash::{Algorithm, ETag};
use storage_engine::ids::{UploadName, VersionId};
use storage_engine::row::{
    Attribute, ChecksumKind, Compression, DefaultRetention, Lock, ObjectChecksum, Quota, Tag,
    Versioning,
};
use storage_engine::{HOLDER, Holding};

use crate::world::HOLDERS;

/// Why something is refused. What the engine adds for people is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    NoSuchBucket,
    BucketExists,
    BucketNotEmpty,
    NoSuchDocument,
    /// Whether a delete marker hides the object.
    NoSuchKey {
        hidden: bool,
    },
    NoSuchVersion,
    IsMarker,
    NoSuchUpload,
    InvalidPart(u16),
    PartOrder,
    PartTooSmall(u16),
    Condition,
    WrongKey,
    DigestMismatch,
    Locked,
    VersioningRequired,
    NotLockable,
    Quota,
    /// What the holder of the bucket may hold in all its buckets.
    Allowance,
    TooLarge,
    Invalid,
    /// None of those a caller can bring about.
    Other(String),
}

pub type Answer<T> = Result<T, Refusal>;

/// The tag of a version or part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tagged {
    Is(ETag),
    /// Random, and not seen yet.
    Unseen,
}

#[derive(Debug, Clone, Default)]
pub struct Oracle {
    pub buckets: BTreeMap<String, Bucket>,
    /// Rows of the one named table.
    pub table: BTreeMap<Bytes, Bytes>,
    pub now: u64,
}

#[derive(Debug, Clone)]
pub struct Bucket {
    pub owner: String,
    pub versioning: Versioning,
    pub lockable: bool,
    pub default_retention: Option<DefaultRetention>,
    pub quota: Quota,
    pub compression: Compression,
    pub deduplicate: bool,
    pub tags: Vec<Tag>,
    pub documents: BTreeMap<String, Bytes>,
    /// Oldest version first. Keys without versions are not kept.
    pub keys: BTreeMap<Bytes, Vec<Version>>,
    /// In the order of their beginnings.
    pub uploads: Vec<Upload>,
}

#[derive(Debug, Clone)]
pub struct Version {
    pub id: Option<VersionId>,
    pub null: bool,
    pub modified: u64,
    pub owner: String,
    /// Absent for a delete marker.
    pub object: Option<Object>,
}

#[derive(Debug, Clone)]
pub struct Object {
    pub body: Bytes,
    pub etag: Tagged,
    pub checksum: Option<ObjectChecksum>,
    pub label: String,
    pub attributes: Vec<Attribute>,
    pub tags: Vec<Tag>,
    pub lock: Lock,
    /// Key it is encrypted under.
    pub secret: Option<u8>,
    /// Number and size of each, for a completed upload.
    pub parts: Vec<(u16, u64)>,
    /// The upload it was completed from, for those who ask twice.
    pub upload: Option<UploadName>,
}

#[derive(Debug, Clone)]
pub struct Upload {
    pub name: Option<UploadName>,
    pub key: Bytes,
    pub started: u64,
    pub object: NewVersion,
    pub checksum: Option<(Algorithm, ChecksumKind)>,
    pub secret: Option<u8>,
    pub parts: BTreeMap<u16, Part>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    pub objects: u64,
    pub versions: u64,
    pub bytes: u64,
    pub upload_bytes: u64,
    pub uploads: u64,
}

impl Oracle {
    pub fn bucket(&self, name: &str) -> Answer<&Bucket> {
        self.buckets.get(name).ok_or(Refusal::NoSuchBucket)
    }

    pub fn bucket_mut(&mut self, name: &str) -> Answer<&mut Bucket> {
        self.buckets.get_mut(name).ok_or(Refusal::NoSuchBucket)
    }
}

/// How much more whoever a bucket counts for may hold of bytes and of objects; none is no bound.
/// Below zero where it holds more than it may by now.
#[derive(Debug, Clone, Copy, Default)]
pub struct Room {
    bytes: Option<i64>,
    objects: Option<i64>,
}

impl Oracle {
    /// What all buckets of somebody hold.
    pub fn holding(&self, holder: &str) -> Holding {
        let own = self
            .buckets
            .values()
            .filter(|bucket| bucket.is_held_by(holder));
        own.fold(Holding::default(), |sum, bucket| {
            let usage = bucket.usage();
            Holding {
                buckets: sum.buckets + 1,
                objects: sum.objects + usage.objects,
                bytes: sum.bytes + usage.bytes + usage.upload_bytes,
            }
        })
    }

    /// For a bucket that there may be.
    pub fn room(&self, name: &str) -> Room {
        let bucket = self.buckets.get(name);
        let holder = |it: &&(&str, _, _)| bucket.is_some_and(|bucket| bucket.is_held_by(it.0));
        let Some((holder, bytes, objects)) = HOLDERS.iter().find(holder) else {
            return Room::default();
        };
        let held = self.holding(holder);
        let left = |max: Option<u64>, held: u64| max.map(|max| signed(max) - signed(held));
        Room {
            bytes: left(*bytes, held.bytes),
            objects: left(*objects, held.objects),
        }
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).expect("tests hold little")
}

impl Version {
    pub fn is_marker(&self) -> bool {
        self.object.is_none()
    }

    pub fn size(&self) -> u64 {
        self.object
            .as_ref()
            .map_or(0, |object| object.body.len() as u64)
    }

    pub fn is_named(&self, id: VersionId) -> bool {
        match id {
            VersionId::Null => self.null,
            numbered => self.id == Some(numbered),
        }
    }
}

impl Bucket {
    pub fn usage(&self) -> Usage {
        let versions = || self.keys.values().flatten();
        let visible = |versions: &&Vec<Version>| versions.last().is_some_and(|v| !v.is_marker());
        let parts = || self.uploads.iter().flat_map(|upload| upload.parts.values());
        Usage {
            objects: self.keys.values().filter(visible).count() as u64,
            versions: versions().count() as u64,
            bytes: versions().map(Version::size).sum(),
            upload_bytes: parts().map(|part| part.body.len() as u64).sum(),
            uploads: self.uploads.len() as u64,
        }
    }

    fn is_held_by(&self, holder: &str) -> bool {
        let document = self.documents.get(HOLDER);
        document.is_some_and(|document| **document == *holder.as_bytes())
    }

    /// Undoes what `change` did if it made the bucket outgrow its quota, or its holder what it may
    /// hold.
    pub fn within_quota<T>(
        &mut self,
        room: Room,
        change: impl FnOnce(&mut Bucket) -> Answer<T>,
    ) -> Answer<T> {
        let (before, was) = (self.clone(), self.usage());
        let outcome = change(self);
        let is = self.usage();
        let stored = |usage: Usage| usage.bytes + usage.upload_bytes;
        let growth = signed(stored(is)) - signed(stored(was));
        let grown = signed(is.objects) - signed(was.objects);
        let beyond =
            |left: Option<i64>, growth: i64| left.is_some_and(|left| growth > 0 && growth > left);
        if outcome.is_ok() && (beyond(room.bytes, growth) || beyond(room.objects, grown)) {
            *self = before;
            return Err(Refusal::Allowance);
        }
        let over =
            |max: Option<u64>, was: u64, is: u64| max.is_some_and(|max| is > was && is > max);
        let refused = over(self.quota.bytes_max, stored(was), stored(is))
            || over(self.quota.objects_max, was.objects, is.objects);
        match outcome {
            Ok(_) if refused => {
                *self = before;
                Err(Refusal::Quota)
            }
            Err(refusal) => {
                *self = before;
                Err(refusal)
            }
            done => done,
        }
    }
}
