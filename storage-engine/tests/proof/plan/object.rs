//! Requests about objects.

use storage_engine::ids::VersionId;
use storage_engine::{CopyEncryption, CopyObject, DeleteObject, PutObject, UpdateObject};

use super::terms::{
    algorithm, attributes, conditions, encryption, new_object, new_version, retention, secret_key,
    staged, tags,
};
use super::{OWNER, keys_of, put, target};
use crate::operation::{self, At, Change, Pick, Retain, Terms, WishFor};
use crate::oracle::{Answer, Beside, CopyTerms, Object, Wish};
use crate::told;
use crate::world::{Deletion, Expected, Request, World, bucket, key};

impl World {
    pub(super) fn put(
        &mut self,
        at: At,
        spec: operation::Body,
        terms: &Terms,
    ) -> (Request, Expected) {
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

    pub(super) fn get(
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

    pub(super) fn delete(
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

    pub(super) fn delete_expected(
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
    pub(super) fn delete_many(&mut self, bucket: u8, keys: u16) -> (Request, Expected) {
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

    pub(super) fn copy(
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

    pub(super) fn update(
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
}
