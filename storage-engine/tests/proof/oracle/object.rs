//! Versions of objects: written, hidden, removed, copied, changed.

use bytes::Bytes;
use storage_engine::hash::{Algorithm, ETag};
use storage_engine::ids::{Timestamp, VersionId};
use storage_engine::row::{
    Attribute, ChecksumKind, Lock, ObjectChecksum, Retention, RetentionMode, Tag, Versioning,
};

use super::{Answer, Bucket, Object, Oracle, Refusal, Tagged, Version};
use crate::body;

/// Everything of a new version but its body.
#[derive(Debug, Clone, Default)]
pub struct NewVersion {
    pub owner: String,
    pub label: String,
    pub attributes: Vec<Attribute>,
    pub tags: Vec<Tag>,
    pub lock: Lock,
}

/// What must hold of the current version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    Absent,
    Present,
    Etag(ETag),
    NotEtag(ETag),
    Version(VersionId),
    Second(u64),
    Size(u64),
}

/// A change of what lies beside a body.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    pub tags: Option<Vec<Tag>>,
    pub attributes: Option<Vec<Attribute>>,
    pub retention: Option<Option<Retention>>,
    pub legal_hold: Option<bool>,
    pub wishes: Vec<Wish>,
    pub bypass: bool,
}

/// What a copy changes of what it copies.
#[derive(Debug, Clone, Default)]
pub struct CopyTerms {
    pub owner: String,
    pub attributes: Option<(String, Vec<Attribute>)>,
    pub tags: Option<Vec<Tag>>,
    pub lock: Lock,
    pub source_wishes: Vec<Wish>,
    pub wishes: Vec<Wish>,
    pub checksum: Option<Algorithm>,
    pub source_secret: Option<u8>,
    pub secret: Option<u8>,
}

impl Object {
    pub fn new(
        new: NewVersion,
        body: Bytes,
        checksum: Option<Algorithm>,
        secret: Option<u8>,
    ) -> Self {
        let etag = match secret {
            None => Tagged::Is(body::etag(&body)),
            Some(_) => Tagged::Unseen,
        };
        let checksum = checksum.map(|algorithm| full(algorithm, &body));
        Object {
            etag,
            checksum,
            body,
            label: new.label,
            attributes: new.attributes,
            tags: new.tags,
            lock: new.lock,
            secret,
            parts: Vec::new(),
            upload: None,
        }
    }
}

pub fn full(algorithm: Algorithm, body: &[u8]) -> ObjectChecksum {
    ObjectChecksum {
        checksum: body::checksum(algorithm, body),
        kind: ChecksumKind::FullObject,
    }
}

impl Bucket {
    pub fn current(&self, key: &[u8]) -> Option<&Version> {
        self.keys
            .get(key)?
            .last()
            .filter(|version| !version.is_marker())
    }

    pub fn version(&self, key: &[u8], id: VersionId) -> Option<&Version> {
        self.keys
            .get(key)?
            .iter()
            .find(|version| version.is_named(id))
    }

    /// Whether a delete marker is the newest version.
    fn is_hidden(&self, key: &[u8]) -> bool {
        let newest = self.keys.get(key).and_then(|versions| versions.last());
        newest.is_some_and(Version::is_marker)
    }

    /// The version a reader gets.
    pub fn readable(&self, key: &[u8], id: Option<VersionId>) -> Answer<&Version> {
        let Some(id) = id else {
            let hidden = self.is_hidden(key);
            return self.current(key).ok_or(Refusal::NoSuchKey { hidden });
        };
        let version = self.version(key, id).ok_or(Refusal::NoSuchVersion)?;
        match version.is_marker() {
            true => Err(Refusal::IsMarker),
            false => Ok(version),
        }
    }

    /// Puts a version in front. Without versioning, and while it is suspended, it is the null
    /// version, of which there is only one.
    pub fn push(&mut self, key: &Bytes, now: u64, owner: &str, mut object: Option<Object>) {
        let null = self.versioning != Versioning::Enabled;
        if let (Some(object), Some(default)) = (&mut object, self.default_retention) {
            object.lock.retention = object.lock.retention.or(Some(Retention {
                mode: default.mode,
                until: Timestamp(now + default.milliseconds),
            }));
        }
        let versions = self.keys.entry(key.clone()).or_default();
        if null {
            versions.retain(|version| !version.null);
        }
        let id = null.then_some(VersionId::Null);
        versions.push(Version {
            id,
            null,
            modified: now,
            owner: owner.into(),
            object,
        });
    }

    /// Gives the version in front the name that the engine has told.
    pub fn name_newest(&mut self, key: &[u8], id: Option<VersionId>) {
        let newest = self
            .keys
            .get_mut(key)
            .and_then(|versions| versions.last_mut());
        if let (Some(newest), Some(id)) = (newest, id) {
            newest.id = Some(id);
        }
    }

    fn remove(&mut self, key: &[u8], id: VersionId) {
        if let Some(versions) = self.keys.get_mut(key) {
            versions.retain(|version| !version.is_named(id));
            if versions.is_empty() {
                self.keys.remove(key);
            }
        }
    }
}

pub fn holds(wishes: &[Wish], version: Option<&Version>) -> Answer<()> {
    for wish in wishes {
        let Some(version) = version else {
            match wish {
                Wish::Absent | Wish::NotEtag(_) => continue,
                _ => return Err(Refusal::NoSuchKey { hidden: false }),
            }
        };
        let etag = version.object.as_ref().map(|object| object.etag);
        let held = match wish {
            Wish::Absent => false,
            Wish::Present => true,
            Wish::Etag(wanted) => etag == Some(Tagged::Is(*wanted)),
            Wish::NotEtag(unwanted) => etag != Some(Tagged::Is(*unwanted)),
            Wish::Version(id) => version.is_named(*id),
            Wish::Second(second) => version.modified / 1000 == *second,
            Wish::Size(size) => version.size() == *size,
        };
        if !held {
            return Err(Refusal::Condition);
        }
    }
    Ok(())
}

fn deletable(version: &Version, now: u64, bypass: bool) -> Answer<()> {
    let Some(object) = &version.object else {
        return Ok(());
    };
    let kept = object
        .lock
        .retention
        .filter(|retention| retention.until.0 > now);
    let retained = kept.is_some_and(|kept| kept.mode == RetentionMode::Compliance || !bypass);
    match object.lock.legal_hold || retained {
        true => Err(Refusal::Locked),
        false => Ok(()),
    }
}

impl Oracle {
    pub fn put(
        &mut self,
        bucket: &str,
        key: &Bytes,
        wishes: &[Wish],
        owner: &str,
        object: Object,
    ) -> Answer<()> {
        let now = self.now;
        let room = self.room(bucket);
        self.bucket_mut(bucket)?.within_quota(room, |bucket| {
            holds(wishes, bucket.current(key))?;
            bucket.push(key, now, owner, Some(object));
            Ok(())
        })
    }

    /// Whether a marker was made or removed.
    pub fn delete(
        &mut self,
        bucket: &str,
        key: &Bytes,
        id: Option<VersionId>,
        wishes: &[Wish],
        owner: &str,
        bypass: bool,
    ) -> Answer<bool> {
        let now = self.now;
        let bucket = self.bucket_mut(bucket)?;
        if let Some(id) = id {
            let found = bucket.version(key, id);
            holds(wishes, found)?;
            let Some(found) = found else { return Ok(false) };
            deletable(found, now, bypass)?;
            let marker = found.is_marker();
            bucket.remove(key, id);
            return Ok(marker);
        }
        let current = bucket.current(key);
        match holds(wishes, current) {
            Err(Refusal::NoSuchKey { .. }) if bucket.is_hidden(key) => {
                return Err(Refusal::Condition);
            }
            held => held?,
        }
        if bucket.versioning == Versioning::Off {
            bucket.remove(key, VersionId::Null);
            return Ok(false);
        }
        bucket.push(key, now, owner, None);
        Ok(true)
    }

    /// Amazon's copy: all of the source's bytes under a new version.
    pub fn copy(
        &mut self,
        source: (&str, &Bytes, Option<VersionId>),
        bucket: &str,
        key: &Bytes,
        terms: &CopyTerms,
    ) -> Answer<()> {
        let from = self.bucket(source.0)?.readable(source.1, source.2)?;
        let old = from.object.clone().expect("markers are not readable");
        if old.secret != terms.source_secret {
            return Err(Refusal::WrongKey);
        }
        holds(&terms.source_wishes, Some(from))?;
        let rewritten = terms.source_secret.is_some() || terms.secret.is_some();
        let (label, attributes) = terms
            .attributes
            .clone()
            .unwrap_or((old.label.clone(), old.attributes.clone()));
        let tags = terms.tags.clone().unwrap_or(old.tags.clone());
        let new = NewVersion {
            owner: terms.owner.clone(),
            label,
            attributes,
            tags,
            lock: terms.lock.clone(),
        };
        let kept = old.checksum.as_ref().map(|sum| sum.checksum.algorithm());
        let object = match rewritten {
            true => Object::new(new, old.body.clone(), terms.checksum.or(kept), terms.secret),
            false => Object {
                label: new.label.clone(),
                attributes: new.attributes.clone(),
                tags: new.tags.clone(),
                lock: new.lock.clone(),
                checksum: match terms.checksum {
                    None => old.checksum.clone(),
                    Some(algorithm) => Some(full(algorithm, &old.body)),
                },
                ..old
            },
        };
        let owner = terms.owner.clone();
        self.put(bucket, key, &terms.wishes, &owner, object)
    }

    pub fn update(
        &mut self,
        bucket: &str,
        key: &Bytes,
        id: Option<VersionId>,
        change: &Beside,
    ) -> Answer<()> {
        let now = self.now;
        let bucket = self.bucket_mut(bucket)?;
        holds(&change.wishes, Some(bucket.readable(key, id)?))?;
        let lockable = bucket.lockable;
        let versions = bucket
            .keys
            .get_mut(key)
            .expect("a readable key has versions");
        let version = match id {
            None => versions.last_mut(),
            Some(id) => versions.iter_mut().find(|version| version.is_named(id)),
        };
        let object = version.and_then(|version| version.object.as_mut());
        let object = object.expect("it was readable");
        let mut new = object.clone();
        if let Some(tags) = &change.tags {
            new.tags.clone_from(tags);
        }
        if let Some(attributes) = &change.attributes {
            new.attributes.clone_from(attributes);
        }
        if (change.retention.is_some() || change.legal_hold.is_some()) && !lockable {
            return Err(Refusal::NotLockable);
        }
        if let Some(retention) = change.retention {
            let running = object.lock.retention.filter(|old| old.until.0 > now);
            if !may_replace(running, retention, change.bypass) {
                return Err(Refusal::Locked);
            }
            new.lock.retention = retention;
        }
        if let Some(hold) = change.legal_hold {
            new.lock.legal_hold = hold;
        }
        *object = new;
        Ok(())
    }
}

/// A running retention can only be made longer. A governance retention gives way to anything else
/// for those with the special right.
fn may_replace(running: Option<Retention>, new: Option<Retention>, bypass: bool) -> bool {
    let Some(old) = running else { return true };
    let is_extension = new.is_some_and(|new| new.until >= old.until && new.mode == old.mode);
    is_extension || (bypass && old.mode == RetentionMode::Governance)
}
