//! From an operation to a request and to what must be answered. The oracle is changed here, as if
//! the request had been carried out.

mod bucket;
mod list;
mod object;
mod other;
mod terms;
mod upload;

pub use other::expired_one_by_one;
pub use terms::secret_key;

use bytes::Bytes;
use storage_engine::Target;
use storage_engine::ids::VersionId;

use crate::body;
use crate::operation::{At, Operation, WishFor};
use crate::oracle::{Answer, Tagged, Version, Wish};
use crate::world::{Expected, Plan, Request, World, bucket, key};

/// Who writes everything.
pub const OWNER: &str = "owner";

impl World {
    /// `None` for what is no request: time passing, restarts.
    pub fn plan(&mut self, operation: &Operation) -> Option<Plan> {
        let (request, expected) = match operation {
            Operation::CreateBucket { .. }
            | Operation::DeleteBucket { .. }
            | Operation::UpdateBucket { .. }
            | Operation::PutDocument { .. }
            | Operation::GetDocument { .. }
            | Operation::DeleteDocument { .. }
            | Operation::Hand { .. } => self.plan_bucket(operation)?,
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
