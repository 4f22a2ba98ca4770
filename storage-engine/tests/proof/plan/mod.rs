//! From an operation to a request and to what must be answered. The oracle is changed here, as if
//! the request had been carried out.

mod list;
mod other;
mod upload;

pub use other::expired_one_by_one;

use bytes::Bytes;
use storage_engine::hash::Algorithm;
use storage_engine::ids::{Timestamp, VersionId};
use storage_engine::row::{
    Attribute, Compression, DefaultRetention, Lock, Quota, Retention, RetentionMode, Tag,
    Versioning,
};
use storage_engine::{
    Condition, CopyEncryption, CopyObject, CreateBucket, DeleteObject, Encryption, NewObject,
    PutObject, SecretKey, StageOptions, Target, UpdateBucket, UpdateObject,
};

use crate::body::{self, LENGTHS};
use crate::operation::{self, At, Change, Operation, Pick, Retain, Setting, Terms, WishFor};
use crate::oracle::{Answer, Beside, CopyTerms, NewVersion, Object, Tagged, Version, Wish};
use crate::told;
use crate::world::{Body, Deletion, Expected, Plan, Request, World, bucket, key};

/// Who writes everything.
pub const OWNER: &str = "owner";

pub const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::Crc32,
    Algorithm::Crc32c,
    Algorithm::Crc64Nvme,
    Algorithm::Sha256,
];

impl World {
    /// `None` for what is no request: time passing, restarts.
    pub fn plan(&mut self, operation: &Operation) -> Option<Plan> {
        let (request, expected) = match operation {
            Operation::CreateBucket { .. }
            | Operation::DeleteBucket { .. }
            | Operation::UpdateBucket { .. }
            | Operation::PutDocument { .. }
            | Operation::GetDocument { .. }
            | Operation::DeleteDocument { .. } => self.plan_bucket(operation)?,
            Operation::Put { at, body, terms } => self.put(*at, *body, terms),
            Operation::Get {
                at,
                version,
                range,
                secret,
            } => self.get(self.existing(*at), *version, *range, *secret),
            Operation::Head { at, version } => {
                let at = &self.existing(*at);
                let id = self.pick(*at, *version);
                let expected = match self.readable(*at, id) {
                    Ok(version) => Expected::Info {
                        version: Box::new(version),
                    },
                    Err(refusal) => Expected::Refused(refusal),
                };
                (Request::Head(target(*at, id)), expected)
            }
            Operation::Delete {
                at,
                version,
                wish,
                bypass,
            } => self.delete(self.existing(*at), *version, *wish, *bypass),
            Operation::DeleteMany { bucket: b, keys } => self.delete_many(*b, *keys),
            Operation::Copy {
                from,
                version,
                to,
                terms,
                source_wish,
                keep,
            } => {
                let from = self.existing(*from);
                self.copy((from, *version), *to, terms, *source_wish, *keep)
            }
            Operation::Update {
                at,
                version,
                change,
                wish,
                bypass,
            } => self.update((self.existing(*at), *version), *change, *wish, *bypass),
            Operation::CreateUpload { .. }
            | Operation::UploadPart { .. }
            | Operation::CopyPart { .. }
            | Operation::ListParts { .. }
            | Operation::Complete { .. }
            | Operation::Abort { .. }
            | Operation::Expire { .. } => self.plan_upload(operation)?,
            Operation::List { .. } | Operation::ListBuckets { .. } => self.plan_list(operation)?,
            Operation::Abandon {
                bucket,
                body,
                sealed,
            } => self.abandon(*bucket, *body, *sealed),
            Operation::Table { write, guard } => self.table(*write, *guard),
            Operation::Tidy => (Request::Tidy, Expected::Done),
            Operation::Compact => (Request::Compact, Expected::Done),
            Operation::Scrub => (Request::Scrub, Expected::Done),
            Operation::Wait { .. }
            | Operation::Restart
            | Operation::Hold { .. }
            | Operation::ReadOn { .. } => return None,
        };
        Some(Plan { request, expected })
    }

    fn plan_bucket(&mut self, operation: &Operation) -> Option<(Request, Expected)> {
        Some(match operation {
            Operation::CreateBucket {
                bucket: b,
                lockable,
            } => {
                let (name, owner) = (bucket(*b), OWNER.to_owned());
                let request = CreateBucket {
                    name,
                    owner,
                    lockable: *lockable,
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

    fn put(&mut self, at: At, spec: operation::Body, terms: &Terms) -> (Request, Expected) {
        let lockable = self.is_lockable(at.bucket);
        let new = new_version(terms, lockable, self.oracle.now);
        let wishes = self.wishes(at, None, terms.wish);
        let body = staged(at.bucket, spec, terms.checksum.map(algorithm), terms.secret);
        let request = PutObject {
            bucket: bucket(at.bucket),
            key: key(at.key),
            object: new_object(&new),
            conditions: conditions(&wishes),
            notes: told::asked(),
        };
        let object = Object::new(
            new,
            body.bytes.clone(),
            terms.checksum.map(algorithm),
            terms.secret,
        );
        let (b, k) = (bucket(at.bucket), key(at.key));
        let answer = self.oracle.put(&b, &k, &wishes, OWNER, object);
        (Request::Put(request, body), put(answer, b, k))
    }

    fn get(
        &mut self,
        at: At,
        version: Pick,
        range: (u8, u8),
        secret: Option<bool>,
    ) -> (Request, Expected) {
        let id = self.pick(at, version);
        let found = self.readable(at, id);
        let own = found
            .as_ref()
            .ok()
            .and_then(|v| v.object.as_ref())
            .and_then(|o| o.secret);
        // Nearly always the right key.
        let presented = match secret {
            None => own,
            Some(true) => Some(own.map_or(0, |own| own + 1)),
            Some(false) => None,
        };
        let expected = match found {
            Ok(_) if presented != own => Expected::Refused(crate::oracle::Refusal::WrongKey),
            Ok(version) => Expected::Body {
                version: Box::new(version),
                range,
            },
            Err(refusal) => Expected::Refused(refusal),
        };
        (Request::Get(target(at, id), range, presented), expected)
    }

    fn delete(
        &mut self,
        at: At,
        version: Pick,
        wish: Option<WishFor>,
        bypass: bool,
    ) -> (Request, Expected) {
        let id = self.pick(at, version);
        let wishes = self.wishes(at, id, wish.filter(|_| id.is_none()));
        let request = DeleteObject {
            target: target(at, id),
            owner: OWNER.into(),
            conditions: conditions(&wishes),
            bypass_governance: bypass,
            notes: told::asked(),
        };
        let answer = self.delete_expected(at, id, &wishes, bypass);
        (
            Request::Delete(request),
            answer.map_or_else(Expected::Refused, Expected::Deleted),
        )
    }

    fn delete_expected(
        &mut self,
        at: At,
        id: Option<VersionId>,
        wishes: &[Wish],
        bypass: bool,
    ) -> Answer<Deletion> {
        let (bucket, key) = (bucket(at.bucket), key(at.key));
        let marker = self
            .oracle
            .delete(&bucket, &key, id, wishes, OWNER, bypass)?;
        Ok(Deletion {
            marker,
            bucket,
            key,
            named: id,
        })
    }

    /// Each key once: the engine may take them in any order.
    fn delete_many(&mut self, bucket: u8, keys: u16) -> (Request, Expected) {
        let (mut requests, mut expected) = (Vec::new(), Vec::new());
        for key in keys_of(keys) {
            let at = At { bucket, key };
            requests.push(DeleteObject {
                target: target(at, None),
                owner: OWNER.into(),
                conditions: Vec::new(),
                bypass_governance: false,
                notes: told::asked(),
            });
            expected.push(self.delete_expected(at, None, &[], false));
        }
        (
            Request::DeleteMany(requests),
            Expected::DeletedMany(expected),
        )
    }

    fn copy(
        &mut self,
        (from, version): (At, Pick),
        to: At,
        terms: &Terms,
        source_wish: Option<WishFor>,
        keep: bool,
    ) -> (Request, Expected) {
        let id = self.pick(from, version);
        let source = self
            .readable(from, id)
            .ok()
            .and_then(|version| version.object);
        let source_secret = source.and_then(|source| source.secret);
        let new = new_version(terms, self.is_lockable(to.bucket), self.oracle.now);
        let copy = CopyTerms {
            owner: OWNER.into(),
            attributes: (!keep).then(|| (new.label.clone(), new.attributes.clone())),
            tags: (!keep).then(|| new.tags.clone()),
            lock: new.lock.clone(),
            source_wishes: self.wishes(from, id, source_wish),
            wishes: self.wishes(to, None, terms.wish),
            checksum: terms.checksum.map(algorithm),
            source_secret,
            secret: terms.secret,
        };
        let request = CopyObject {
            source: target(from, id),
            source_conditions: conditions(&copy.source_wishes),
            bucket: bucket(to.bucket),
            key: key(to.key),
            owner: OWNER.into(),
            attributes: copy.attributes.clone(),
            tags: copy.tags.clone(),
            lock: copy.lock.clone(),
            conditions: conditions(&copy.wishes),
            checksum: copy.checksum,
            source_key: source_secret.map(secret_key),
            encryption: CopyEncryption::Anew(terms.secret.map(encryption)),
            notes: told::asked(),
        };
        let (b, k) = (bucket(to.bucket), key(to.key));
        let source = (&*bucket(from.bucket), &key(from.key), id);
        let answer = self.oracle.copy(source, &b, &k, &copy);
        (Request::Copy(Box::new(request)), put(answer, b, k))
    }

    fn update(
        &mut self,
        (at, version): (At, Pick),
        change: Change,
        wish: Option<WishFor>,
        bypass: bool,
    ) -> (Request, Expected) {
        let id = self.pick(at, version);
        let mut beside = Beside {
            bypass,
            wishes: self.wishes(at, id, wish),
            ..Beside::default()
        };
        match change {
            Change::Tags(n) => beside.tags = Some(tags(n)),
            Change::Attributes(n) => beside.attributes = Some(attributes(n)),
            Change::Keep {
                seconds,
                compliance,
            } => {
                let retain = Retain {
                    seconds,
                    compliance,
                    hold: false,
                };
                beside.retention = Some(Some(retention(retain, self.oracle.now)));
            }
            Change::Release => beside.retention = Some(None),
            Change::LegalHold(hold) => beside.legal_hold = Some(hold),
        }
        let request = UpdateObject {
            tags: beside.tags.clone(),
            attributes: beside.attributes.clone(),
            retention: beside.retention,
            legal_hold: beside.legal_hold,
            conditions: conditions(&beside.wishes),
            bypass_governance: bypass,
            ..UpdateObject::default()
        };
        let answer = self
            .oracle
            .update(&bucket(at.bucket), &key(at.key), id, &beside);
        let expected = match answer.and_then(|()| self.readable(at, id)) {
            Ok(version) => Expected::Info {
                version: Box::new(version),
            },
            // Changing does not ask what hides an object.
            Err(crate::oracle::Refusal::NoSuchKey { .. }) => {
                Expected::Refused(crate::oracle::Refusal::NoSuchKey { hidden: false })
            }
            Err(refusal) => Expected::Refused(refusal),
        };
        (Request::Update(target(at, id), request), expected)
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

    fn readable(&self, at: At, id: Option<VersionId>) -> Answer<Version> {
        self.oracle
            .bucket(&bucket(at.bucket))?
            .readable(&key(at.key), id)
            .cloned()
    }

    fn is_lockable(&self, b: u8) -> bool {
        self.oracle
            .bucket(&bucket(b))
            .is_ok_and(|bucket| bucket.lockable)
    }

    /// Conditions on what a key holds at the moment, met or not.
    fn wishes(&self, at: At, id: Option<VersionId>, wish: Option<WishFor>) -> Vec<Wish> {
        let Some(wish) = wish else { return Vec::new() };
        let version = self.readable(at, id).ok();
        let etag = version
            .as_ref()
            .and_then(|v| v.object.as_ref())
            .map(|object| object.etag);
        let own = match etag {
            Some(Tagged::Is(etag)) => etag,
            _ => body::etag(b"own"),
        };
        let other = body::etag(b"another");
        let modified = version
            .as_ref()
            .map_or(0, |version| version.modified / 1000);
        let size = version.as_ref().map_or(0, Version::size);
        let name = version
            .and_then(|version| version.id)
            .unwrap_or(VersionId::Null);
        vec![match wish {
            WishFor::Absent => Wish::Absent,
            WishFor::Present => Wish::Present,
            WishFor::SameEtag => Wish::Etag(own),
            WishFor::OtherEtag => Wish::Etag(other),
            WishFor::NotSameEtag => Wish::NotEtag(own),
            WishFor::NotOtherEtag => Wish::NotEtag(other),
            WishFor::SameVersion => Wish::Version(name),
            WishFor::SameSecond => Wish::Second(modified),
            WishFor::OtherSecond => Wish::Second(modified + 1),
            WishFor::SameSize => Wish::Size(size),
            WishFor::OtherSize => Wish::Size(size + 1),
        }]
    }
}

/// The keys whose bits are set.
pub fn keys_of(bits: u16) -> impl Iterator<Item = u8> {
    (0..16).filter(move |key| bits & (1 << key) != 0)
}

fn done(answer: Answer<()>) -> Expected {
    answer.map_or_else(Expected::Refused, |()| Expected::Done)
}

fn put(answer: Answer<()>, bucket: String, key: Bytes) -> Expected {
    answer.map_or_else(Expected::Refused, |()| Expected::Put { bucket, key })
}

fn target(at: At, version: Option<VersionId>) -> Target {
    Target {
        bucket: bucket(at.bucket),
        key: key(at.key),
        version,
    }
}

pub fn algorithm(number: u8) -> Algorithm {
    ALGORITHMS[usize::from(number) % ALGORITHMS.len()]
}

pub fn secret_key(number: u8) -> SecretKey {
    SecretKey([number + 1; 32])
}

fn encryption(number: u8) -> Encryption {
    Encryption::opaque(secret_key(number))
}

pub fn staged(
    to: u8,
    spec: operation::Body,
    checksum: Option<Algorithm>,
    secret: Option<u8>,
) -> Body {
    let bytes = body::bytes(LENGTHS[usize::from(spec.len) % LENGTHS.len()], spec.flavour);
    let options = StageOptions {
        bucket: bucket(to),
        length: spec.announced.then_some(bytes.len() as u64),
        checksums: checksum.into_iter().collect(),
        encryption: secret.map(encryption),
    };
    Body {
        options,
        bytes,
        pieces: usize::from(spec.pieces.max(1)),
    }
}

fn conditions(wishes: &[Wish]) -> Vec<Condition> {
    let condition = |wish: &Wish| match wish {
        Wish::Absent => Condition::Absent,
        Wish::Present => Condition::Present,
        Wish::Etag(etag) => Condition::Etag(*etag),
        Wish::NotEtag(etag) => Condition::NotEtag(*etag),
        Wish::Version(id) => Condition::Version(*id),
        Wish::Second(second) => Condition::ModifiedSecond(*second),
        Wish::Size(size) => Condition::Size(*size),
    };
    wishes.iter().map(condition).collect()
}

fn new_version(terms: &Terms, lockable: bool, now: u64) -> NewVersion {
    let lock = terms.lock.filter(|_| lockable).map(|retain| Lock {
        retention: (retain.seconds > 0).then(|| retention(retain, now)),
        legal_hold: retain.hold,
    });
    NewVersion {
        owner: OWNER.into(),
        label: format!("label{}", terms.extras),
        attributes: attributes(terms.extras),
        tags: tags(terms.extras),
        lock: lock.unwrap_or_default(),
    }
}

fn new_object(new: &NewVersion) -> NewObject {
    NewObject {
        owner: new.owner.clone(),
        label: new.label.clone(),
        attributes: new.attributes.clone(),
        tags: new.tags.clone(),
        lock: new.lock.clone(),
    }
}

fn retention(retain: Retain, now: u64) -> Retention {
    Retention {
        mode: mode(retain.compliance),
        until: Timestamp(now + u64::from(retain.seconds) * 1000),
    }
}

fn mode(compliance: bool) -> RetentionMode {
    match compliance {
        true => RetentionMode::Compliance,
        false => RetentionMode::Governance,
    }
}

fn tags(number: u8) -> Vec<Tag> {
    let tag = |n: u8| Tag {
        key: format!("tag{n}"),
        value: format!("{number}"),
    };
    (0..number % 3).map(tag).collect()
}

fn attributes(number: u8) -> Vec<Attribute> {
    let attribute = |n: u8| Attribute {
        name: format!("name{n}"),
        value: vec![number, n],
    };
    (0..number % 4).map(attribute).collect()
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
