//! What callers ask for and what they get back: plain data, no behaviour.

use std::fmt;

use bytes::Bytes;

pub use super::event::Notes;
use crate::hash::{Algorithm, Checksum, ETag};
use crate::ids::{BucketId, Sequence, Timestamp, UploadName, VersionId};
use crate::row::{
    Attribute, BucketRow, ChecksumKind, Compression, DefaultRetention, KeyCheck, Lock,
    ObjectChecksum, Quota, Retention, Summary, Tag, UsageRow, VersionRow, Versioning,
};

#[derive(Debug, Clone, Default)]
pub struct CreateBucket {
    pub name: String,
    pub owner: String,
    /// Implies versioning.
    pub lockable: bool,
    pub tags: Vec<Tag>,
    /// Its documents from the first moment, by their kind.
    pub documents: Vec<(String, Bytes)>,
}

/// A change of a bucket's settings; absent fields stay as they are.
#[derive(Debug, Clone, Default)]
pub struct UpdateBucket {
    pub versioning: Option<Versioning>,
    pub lockable: Option<bool>,
    pub default_retention: Option<Option<DefaultRetention>>,
    pub quota: Option<Quota>,
    pub compression: Option<Compression>,
    pub deduplicate: Option<bool>,
    pub tags: Option<Vec<Tag>>,
    /// Documents to put in the same step, by their kind.
    pub documents: Vec<(String, Bytes)>,
}

#[derive(Debug, Clone, Default)]
pub struct ListBuckets {
    pub prefix: String,
    /// Only names greater than this.
    pub after: Option<String>,
    pub owner: Option<String>,
    pub limit: usize,
}

#[derive(Debug, Clone)]
pub struct BucketPage {
    pub buckets: Vec<BucketRow>,
    /// Pass as `after` to go on.
    pub next: Option<String>,
}

#[derive(Debug, Clone)]
pub struct BucketUsage {
    pub bucket: BucketId,
    pub usage: UsageRow,
}

/// What must hold of the current version at the moment a change is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// There is no current object (a delete marker counts as none).
    Absent,
    /// There is one.
    Present,
    Etag(ETag),
    NotEtag(ETag),
    Version(VersionId),
    /// Modified in exactly this second.
    ModifiedSecond(u64),
    Size(u64),
}

/// Everything of a new version but its bytes.
#[derive(Debug, Clone, Default)]
pub struct NewObject {
    pub owner: String,
    /// Shown by listings, opaque to the engine.
    pub label: String,
    pub attributes: Vec<Attribute>,
    pub tags: Vec<Tag>,
    pub lock: Lock,
}

#[derive(Debug)]
pub struct PutObject {
    pub bucket: String,
    pub key: Bytes,
    pub object: NewObject,
    pub conditions: Vec<Condition>,
    pub notes: Notes,
}

#[derive(Debug, Clone)]
pub struct PutOutcome {
    /// `None` where versioning is off: the version has no name of its own then.
    pub version: Option<VersionId>,
    pub summary: Summary,
}

/// A version that exists; `version: None` asks for the current one.
#[derive(Debug, Clone)]
pub struct Target {
    pub bucket: String,
    pub key: Bytes,
    pub version: Option<VersionId>,
}

/// A version as readers see it.
#[derive(Debug, Clone)]
pub struct ObjectInfo {
    pub bucket: BucketId,
    pub versioning: Versioning,
    pub row: VersionRow,
}

#[derive(Debug, Clone)]
pub struct DeleteObject {
    pub target: Target,
    pub owner: String,
    pub conditions: Vec<Condition>,
    /// Delete in spite of a governance retention.
    pub bypass_governance: bool,
    pub notes: Notes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeleteOutcome {
    /// A delete marker was made, or one was deleted by name.
    pub marker: bool,
    /// The version deleted or the marker made; absent without versioning.
    pub version: Option<VersionId>,
}

#[derive(Debug, Clone)]
pub struct CopyObject {
    pub source: Target,
    /// What the source's current state must be; refused with [`crate::Error::Condition`].
    pub source_conditions: Vec<Condition>,
    pub bucket: String,
    pub key: Bytes,
    pub owner: String,
    /// `None` takes them over from the source.
    pub attributes: Option<(String, Vec<Attribute>)>,
    pub tags: Option<Vec<Tag>>,
    pub lock: Lock,
    pub conditions: Vec<Condition>,
    /// Ask for this checksum on the copy; read from the data where the source lacks it.
    pub checksum: Option<Algorithm>,
    pub source_key: Option<SecretKey>,
    pub encryption: CopyEncryption,
    pub notes: Notes,
}

/// What becomes of a body's encryption when it is copied.
#[derive(Debug, Clone)]
pub enum CopyEncryption {
    /// The copy names the same chunks, under the same key.
    AsSource,
    /// The copy is encrypted so, or not at all. Nothing is read where neither of the two is.
    Anew(Option<Encryption>),
}

/// Both keys are in one bucket, and may not be the same.
#[derive(Debug, Clone)]
pub struct RenameObject {
    pub bucket: String,
    pub source: Bytes,
    pub key: Bytes,
    /// Of a delete marker, where one is left behind.
    pub owner: String,
    pub source_conditions: Vec<Condition>,
    /// What must hold of the new key.
    pub conditions: Vec<Condition>,
    /// Of what becomes of the new key.
    pub notes: Notes,
    /// Of what becomes of the old one.
    pub source_notes: Notes,
}

/// A version as it was when something was decided about it. What has become something else since
/// then is left alone: the change is refused with [`crate::Error::Condition`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsSeen {
    pub version: VersionId,
    /// Null versions of a key have one name, but never one sequence.
    pub sequence: Sequence,
    /// It was the newest version of its key.
    pub latest: bool,
    /// Its tags, where the decision rests on them.
    pub tags: Option<Vec<Tag>>,
}

/// Lets a version go whose time has come.
#[derive(Debug, Clone)]
pub struct ExpireVersion {
    pub bucket: String,
    pub key: Bytes,
    pub seen: AsSeen,
    /// Of the delete marker that may come of it.
    pub owner: String,
    pub notes: Notes,
}

/// What became of a version whose time had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expired {
    /// It is gone.
    Deleted,
    /// A delete marker hides it.
    Hidden,
}

/// A change of what lies beside the body.
#[derive(Debug, Clone, Default)]
pub struct UpdateObject {
    pub label: Option<String>,
    /// Only if the version is still this one.
    pub seen: Option<AsSeen>,
    pub tags: Option<Vec<Tag>>,
    pub attributes: Option<Vec<Attribute>>,
    /// Single attributes by their names: set, or removed. The others stay as they are.
    pub single_attributes: Vec<(String, Option<Vec<u8>>)>,
    pub retention: Option<Option<Retention>>,
    pub legal_hold: Option<bool>,
    /// What the version must be at the moment of the change.
    pub conditions: Vec<Condition>,
    pub bypass_governance: bool,
    pub notes: Notes,
}

#[derive(Debug, Clone)]
pub struct CreateUpload {
    pub bucket: String,
    pub key: Bytes,
    pub object: NewObject,
    pub checksum: Option<(Algorithm, ChecksumKind)>,
    pub encryption: Option<SecretKey>,
}

#[derive(Debug, Clone)]
pub struct UploadTarget {
    pub bucket: String,
    pub key: Bytes,
    pub upload: UploadName,
}

#[derive(Debug, Clone)]
pub struct PartOutcome {
    pub etag: ETag,
    pub size: u64,
    pub modified: Timestamp,
    pub checksum: Option<Checksum>,
}

#[derive(Debug, Clone)]
pub struct CopyPart {
    pub target: UploadTarget,
    pub number: u16,
    pub source: Target,
    pub source_conditions: Vec<Condition>,
    /// Bytes of the source, end exclusive; all of it if absent.
    pub range: Option<std::ops::Range<u64>>,
    pub source_key: Option<SecretKey>,
    /// With the key of the upload.
    pub encryption: Option<Encryption>,
}

#[derive(Debug, Clone)]
pub struct CompletePart {
    pub number: u16,
    pub etag: Option<ETag>,
    pub checksum: Option<Checksum>,
}

#[derive(Debug, Clone)]
pub struct CompleteUpload {
    pub target: UploadTarget,
    pub parts: Vec<CompletePart>,
    /// All parts but the last must have at least this many bytes.
    pub part_bytes_min: u64,
    pub conditions: Vec<Condition>,
    /// Refused with [`crate::Error::DigestMismatch`] unless the result equals it.
    pub checksum: Option<Checksum>,
    /// Likewise for the size of the whole object.
    pub size: Option<u64>,
    /// Refused with [`crate::Error::TooLarge`] beyond.
    pub size_max: Option<u64>,
    pub notes: Notes,
}

#[derive(Debug, Clone)]
pub struct UploadInfo {
    pub key: Bytes,
    pub name: UploadName,
    pub started: Timestamp,
    /// Of all parts that have come so far.
    pub bytes: u64,
    pub label: String,
    pub owner: String,
    pub checksum: Option<(Algorithm, ChecksumKind)>,
    pub attributes: Vec<Attribute>,
    pub key_check: Option<KeyCheck>,
}

#[derive(Debug, Clone)]
pub struct PartInfo {
    pub number: u16,
    pub size: u64,
    pub etag: ETag,
    pub modified: Timestamp,
    pub checksum: Option<Checksum>,
}

#[derive(Debug, Clone)]
pub struct PartPage {
    pub upload: UploadInfo,
    pub parts: Vec<PartInfo>,
    /// Pass as `after` to go on.
    pub next: Option<u16>,
}

/// What to list, and from where.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    pub bucket: String,
    pub prefix: Bytes,
    /// Empty for none.
    pub delimiter: Bytes,
    pub after: Cursor,
    pub limit: usize,
}

/// The place where a listing goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Cursor {
    #[default]
    Start,
    /// Behind this key (and, where there are several entries of a key, all of them).
    AfterKey(Bytes),
    /// Behind all keys that begin with this common prefix.
    AfterPrefix(Bytes),
    /// Behind this version of this key.
    AfterVersion(Bytes, VersionId),
    /// Behind this upload of this key.
    AfterUpload(Bytes, UploadName),
}

/// One page of a listing. Entries and prefixes are each in byte order; together at most `limit`.
#[derive(Debug, Clone)]
pub struct ListPage<E> {
    pub entries: Vec<E>,
    pub prefixes: Vec<Bytes>,
    /// Where to go on; absent at the end.
    pub next: Option<Cursor>,
}

#[derive(Debug, Clone)]
pub struct ObjectEntry {
    pub key: Bytes,
    pub summary: Summary,
}

#[derive(Debug, Clone)]
pub struct VersionEntry {
    pub key: Bytes,
    pub summary: Summary,
    /// The newest version of its key.
    pub latest: bool,
}

/// A part of a completed upload, as seen in the object.
#[derive(Debug, Clone)]
pub struct ObjectPart {
    pub number: u16,
    pub offset: u64,
    pub size: u64,
    pub checksum: Option<Checksum>,
}

/// How a body is to be taken in.
#[derive(Debug, Clone, Default)]
pub struct StageOptions {
    /// The bucket the body is for: its settings decide on compression and deduplication.
    pub bucket: String,
    /// Announced length, where one is known. A body of another length is refused.
    pub length: Option<u64>,
    /// Computed in the same pass.
    pub checksums: Vec<Algorithm>,
    pub encryption: Option<Encryption>,
}

/// How a body is encrypted.
#[derive(Debug, Clone)]
pub struct Encryption {
    pub key: SecretKey,
    pub tag: EncryptedTag,
}

impl Encryption {
    /// With a tag that tells nothing.
    pub fn opaque(key: SecretKey) -> Self {
        Encryption {
            key,
            tag: EncryptedTag::Opaque,
        }
    }
}

/// What the ETag of an encrypted body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncryptedTag {
    /// As if it were not encrypted: whoever sees the tag can tell equal bodies.
    Md5,
    /// Made with the key: it tells nothing to whoever does not have that.
    Opaque,
}

/// A caller's 256-bit key. Never printed, never stored.
#[derive(Clone)]
pub struct SecretKey(pub [u8; 32]);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

/// What is known of a body once all of it has come.
#[derive(Debug, Clone)]
pub struct Digests {
    pub size: u64,
    pub md5: [u8; 16],
    pub checksums: Vec<Checksum>,
}

/// The object's checksum together with how it came to be; kept as it was asked for.
pub fn full_object(checksum: Checksum) -> ObjectChecksum {
    ObjectChecksum {
        checksum,
        kind: ChecksumKind::FullObject,
    }
}
