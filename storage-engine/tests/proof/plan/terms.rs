//! What the numbers of an operation stand for: bodies, keys, conditions, what an object carries.

use storage_engine::hash::Algorithm;
use storage_engine::ids::Timestamp;
use storage_engine::row::{Attribute, Lock, Retention, RetentionMode, Tag};
use storage_engine::{Condition, Encryption, NewObject, SecretKey, StageOptions};

use super::OWNER;
use crate::body::{self, LENGTHS};
use crate::operation::{self, Retain, Terms};
use crate::oracle::{NewVersion, Wish};
use crate::world::{Body, bucket};

pub const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::Crc32,
    Algorithm::Crc32c,
    Algorithm::Crc64Nvme,
    Algorithm::Sha256,
];

pub fn algorithm(number: u8) -> Algorithm {
    ALGORITHMS[usize::from(number) % ALGORITHMS.len()]
}

pub fn secret_key(number: u8) -> SecretKey {
    SecretKey([number + 1; 32])
}

pub(super) fn encryption(number: u8) -> Encryption {
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

pub(super) fn conditions(wishes: &[Wish]) -> Vec<Condition> {
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

pub(super) fn new_version(terms: &Terms, lockable: bool, now: u64) -> NewVersion {
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

pub(super) fn new_object(new: &NewVersion) -> NewObject {
    NewObject {
        owner: new.owner.clone(),
        label: new.label.clone(),
        attributes: new.attributes.clone(),
        tags: new.tags.clone(),
        lock: new.lock.clone(),
    }
}

pub(super) fn retention(retain: Retain, now: u64) -> Retention {
    Retention {
        mode: mode(retain.compliance),
        until: Timestamp(now + u64::from(retain.seconds) * 1000),
    }
}

pub(super) fn mode(compliance: bool) -> RetentionMode {
    match compliance {
        true => RetentionMode::Compliance,
        false => RetentionMode::Governance,
    }
}

pub(super) fn tags(number: u8) -> Vec<Tag> {
    let tag = |n: u8| Tag {
        key: format!("tag{n}"),
        value: format!("{number}"),
    };
    (0..number % 3).map(tag).collect()
}

pub(super) fn attributes(number: u8) -> Vec<Attribute> {
    let attribute = |n: u8| Attribute {
        name: format!("name{n}"),
        value: vec![number, n],
    };
    (0..number % 4).map(attribute).collect()
}
