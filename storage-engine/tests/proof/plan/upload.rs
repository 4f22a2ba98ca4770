//! Requests about multipart uploads.

use storage_engine::hash::Checksum;
use storage_engine::row::ChecksumKind;
use storage_engine::{CompletePart, CompleteUpload, CopyPart, CreateUpload, UploadTarget};

use super::terms::{
    algorithm, conditions, encryption, new_object, new_version, secret_key, staged,
};
use super::{put, target};
use crate::body;
use crate::operation::{self, At, Claim, Operation, PartList, Pick, Terms, WishFor};
use crate::oracle::{Completion, Listed, Refusal, Tagged, Way, holds};
use crate::told;
use crate::world::{Expected, KnownUpload, Request, World, bucket, key, span};

impl World {
    pub(super) fn plan_upload(&mut self, operation: &Operation) -> Option<(Request, Expected)> {
        Some(match operation {
            Operation::CreateUpload {
                at,
                terms,
                composite,
            } => self.create_upload(*at, terms, *composite),
            Operation::UploadPart {
                upload,
                number,
                body,
            } => self.upload_part(*upload, *number, *body),
            Operation::CopyPart {
                upload,
                number,
                from,
                version,
                source_wish,
                range,
            } => {
                let from = self.existing(*from);
                self.copy_part((*upload, *number), (from, *version), *source_wish, *range)
            }
            Operation::ListParts {
                upload,
                after,
                limit,
            } => {
                let known = self.upload(*upload);
                let (after, limit) = (u16::from(*after), usize::from(*limit));
                let found = self.find(&known);
                let expected = match found {
                    Ok(upload) => Expected::Parts {
                        upload: Box::new(upload),
                        after,
                        limit,
                    },
                    Err(refusal) => Expected::Refused(refusal),
                };
                (
                    Request::ListParts(upload_target(&known), after, limit),
                    expected,
                )
            }
            Operation::Complete {
                upload,
                list,
                wish,
                claim,
            } => self.complete(*upload, *list, *wish, *claim),
            Operation::Abort { upload } => {
                let known = self.upload(*upload);
                let answer = self.oracle.abort(&known.bucket, &known.key, known.name);
                (Request::Abort(upload_target(&known)), super::done(answer))
            }
            Operation::Expire { bucket: b, seconds } => {
                let before = self.oracle.now.saturating_sub(u64::from(*seconds) * 1000);
                let answer = self.oracle.expire(&bucket(*b), before);
                (Request::Expire(bucket(*b), before), super::done(answer))
            }
            _ => return None,
        })
    }

    fn find(&self, known: &KnownUpload) -> Result<crate::oracle::Upload, Refusal> {
        let bucket = self.oracle.bucket(&known.bucket)?;
        bucket.upload(&known.key, known.name).cloned()
    }

    fn create_upload(&mut self, at: At, terms: &Terms, composite: bool) -> (Request, Expected) {
        let new = new_version(terms, self.is_lockable(at.bucket), self.oracle.now);
        let kind = match composite {
            true => ChecksumKind::Composite,
            false => ChecksumKind::FullObject,
        };
        let checksum = terms.checksum.map(|number| (algorithm(number), kind));
        let request = CreateUpload {
            bucket: bucket(at.bucket),
            key: key(at.key),
            object: new_object(&new),
            checksum,
            encryption: terms.secret.map(secret_key),
        };
        let (b, k) = (bucket(at.bucket), key(at.key));
        let answer = self
            .oracle
            .create_upload(&b, &k, new, checksum, terms.secret);
        let expected = answer.map_or_else(Expected::Refused, |()| Expected::Started { bucket: b });
        (Request::CreateUpload(request), expected)
    }

    fn upload_part(
        &mut self,
        upload: u8,
        number: u8,
        spec: operation::Body,
    ) -> (Request, Expected) {
        let known = self.upload(upload);
        let now = self.upload_now(&known);
        let (secret, algorithm) = now.map_or((None, None), |upload| {
            (
                upload.secret,
                upload.checksum.map(|(algorithm, _)| algorithm),
            )
        });
        let bucket = crate::world::BUCKETS
            .iter()
            .position(|name| *name == known.bucket);
        let bucket = u8::try_from(bucket.unwrap_or(0)).expect("there are few buckets");
        let body = staged(bucket, spec, algorithm, secret);
        let part = (body.bytes.clone(), algorithm, secret);
        let number = u16::from(number);
        let answer = self.oracle.upload_part(
            &known.bucket,
            &known.key,
            known.name,
            number,
            part,
            Way::Bytes,
        );
        let expected = part_expected(answer, &known, number);
        (
            Request::UploadPart(upload_target(&known), number, body),
            expected,
        )
    }

    fn copy_part(
        &mut self,
        (upload, number): (u8, u8),
        (from, version): (At, Pick),
        source_wish: Option<WishFor>,
        range: Option<(u8, u8)>,
    ) -> (Request, Expected) {
        let known = self.upload(upload);
        let id = self.pick(from, version);
        let number = u16::from(number);
        let own = self.find(&known);
        let source = self.readable(from, id).map(|version| version.object);
        let object = source.as_ref().ok().and_then(Option::as_ref);
        let size = object.map_or(0, |object| object.body.len() as u64);
        let range = range.map(|range| span(range, size));
        let source_secret = object.and_then(|object| object.secret);
        let secret = own.as_ref().ok().and_then(|upload| upload.secret);
        let wishes = self.wishes(from, id, source_wish);
        let request = CopyPart {
            target: upload_target(&known),
            number,
            source: target(from, id),
            source_conditions: conditions(&wishes),
            range: range.clone(),
            source_key: source_secret.map(secret_key),
            encryption: secret.map(encryption),
        };
        let answer = own.and_then(|upload| {
            let object = source?.expect("what is readable is no marker");
            holds(&wishes, self.readable(from, id).ok().as_ref())?;
            let range = range.unwrap_or(0..size);
            let at = |offset: u64| usize::try_from(offset).expect("bodies of tests are short");
            let bytes = object.body.slice(at(range.start)..at(range.end));
            let algorithm = upload.checksum.map(|(algorithm, _)| algorithm);
            let part = (bytes, algorithm, upload.secret);
            let way = match (source_secret, upload.secret) {
                (None, None) => Way::Reference,
                _ => Way::Bytes,
            };
            self.oracle
                .upload_part(&known.bucket, &known.key, known.name, number, part, way)
        });
        (
            Request::CopyPart(request),
            part_expected(answer, &known, number),
        )
    }

    fn complete(
        &mut self,
        upload: u8,
        list: PartList,
        wish: Option<WishFor>,
        claim: Claim,
    ) -> (Request, Expected) {
        let known = self.upload(upload);
        let mut listed: Vec<Listed> = Vec::new();
        for (number, part) in self.upload_now(&known).into_iter().flat_map(|u| &u.parts) {
            let Tagged::Is(etag) = part.etag else {
                continue;
            };
            listed.push(Listed {
                number: *number,
                etag: Some(etag),
            });
        }
        if self.upload_now(&known).is_none() {
            // Asked for again, or never heard of: the list does not matter any more.
            listed.push(Listed {
                number: 1,
                etag: None,
            });
        }
        let mut part_bytes_min = 0;
        match list {
            PartList::All => {}
            PartList::AllBut(n) if listed.len() > 1 => {
                listed.remove(usize::from(n) % listed.len());
            }
            PartList::AllBut(_) => {}
            PartList::OneMissing => listed.push(Listed {
                number: 9_000,
                etag: None,
            }),
            PartList::WrongTag(n) => {
                let len = listed.len().max(1);
                if let Some(part) = listed.get_mut(usize::from(n) % len) {
                    part.etag = Some(body::etag(b"wrong"));
                }
            }
            PartList::Reversed => listed.reverse(),
            PartList::Empty => listed.clear(),
            PartList::Largish => part_bytes_min = 65_537,
        }
        let number = |all: &[&[u8]], wanted: &[u8]| {
            let at = all.iter().position(|one| *one == wanted).unwrap_or(0);
            u8::try_from(at).expect("there are few names")
        };
        let buckets = crate::world::BUCKETS.map(str::as_bytes);
        let at = At {
            bucket: number(&buckets, known.bucket.as_bytes()),
            key: number(&crate::world::KEYS, &known.key),
        };
        let wishes = self.wishes(at, None, wish);
        let (size, checksum) = self.claimed(&known, &listed, claim);
        let part = |part: &Listed| CompletePart {
            number: part.number,
            etag: part.etag,
            checksum: None,
        };
        let request = CompleteUpload {
            target: upload_target(&known),
            parts: listed.iter().map(part).collect(),
            part_bytes_min,
            conditions: conditions(&wishes),
            checksum,
            size,
            size_max: None,
            notes: told::asked(),
        };
        let KnownUpload { bucket, key, name } = known;
        let terms = Completion {
            part_bytes_min,
            wishes,
            size,
            checksum,
        };
        let answer = self.oracle.complete(&bucket, &key, name, &listed, &terms);
        (Request::Complete(request), put(answer, bucket, key))
    }
}

impl World {
    /// Size and checksum that the caller says the object must come to.
    fn claimed(
        &self,
        known: &KnownUpload,
        listed: &[Listed],
        claim: Claim,
    ) -> (Option<u64>, Option<Checksum>) {
        let joined = self
            .upload_now(known)
            .filter(|_| !listed.is_empty())
            .and_then(|upload| upload.joined(known.name, listed, 0).ok());
        let (size, checksum) = match &joined {
            Some(object) => (object.body.len() as u64, object.checksum.as_ref()),
            None => (0, None),
        };
        let checksum = checksum.map(|sum| sum.checksum);
        match claim {
            Claim::Nothing => (None, None),
            Claim::Right => (Some(size), checksum),
            Claim::WrongSize => (Some(size + 1), None),
            Claim::WrongChecksum => {
                let algorithm = checksum.map_or(algorithm(0), |sum| sum.algorithm());
                (None, Some(body::checksum(algorithm, b"wrong")))
            }
        }
    }
}

fn part_expected(answer: Result<(), Refusal>, known: &KnownUpload, number: u16) -> Expected {
    let (bucket, upload) = (known.bucket.clone(), known.name);
    answer.map_or_else(Expected::Refused, |()| Expected::Part {
        bucket,
        upload,
        number,
    })
}

fn upload_target(known: &KnownUpload) -> UploadTarget {
    let KnownUpload { bucket, key, name } = known.clone();
    UploadTarget {
        bucket,
        key,
        upload: name,
    }
}
