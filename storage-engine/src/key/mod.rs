//! Keys of the index: byte strings whose order is the order of what they name.
//!
//! One byte names the table. Integers are big-endian. An object key in front of further fields is
//! escaped ([`push_escaped`]); where it ends the index key it stands as it is.

#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use crate::ids::{BucketId, EventId, ExtentId, SegmentId, Sequence, Timestamp, UploadId};

/// First byte of every index key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Table {
    /// name → what the store knows of itself
    System = 0x01,
    /// bucket name → [`crate::row::BucketRow`]
    Bucket = 0x02,
    /// bucket, kind → configuration document, opaque
    Document = 0x03,
    /// bucket → [`crate::row::UsageRow`]
    Usage = 0x04,
    /// bucket, key → current [`crate::row::VersionRow`]
    Current = 0x10,
    /// bucket, key, sequence (newest first) → noncurrent [`crate::row::VersionRow`]
    Version = 0x11,
    /// bucket, key → sequence of the null version, where it is noncurrent
    Null = 0x12,
    /// bucket, key, upload → [`crate::row::UploadRow`]
    Upload = 0x18,
    /// upload, number → [`crate::row::PartRow`]
    Part = 0x19,
    /// upload → [`crate::row::ManifestRow`]
    Manifest = 0x1a,
    /// upload, page → [`crate::row::ManifestPage`]
    Page = 0x1b,
    /// extent → [`crate::row::ExtentRow`]
    Extent = 0x20,
    /// segment → [`crate::row::SegmentRow`]
    Segment = 0x21,
    /// scope, digest → [`crate::row::DedupRow`]
    Dedup = 0x22,
    /// sequence, number → [`crate::row::TrashRow`]
    Trash = 0x23,
    /// time, bucket, key, sequence → nothing: a hint, the version's row holds the truth
    Expiry = 0x24,
    /// queue, sequence, number → [`crate::row::EventRow`]
    Event = 0x25,
    /// table name, key → whatever other crates keep here
    Named = 0x30,
}

/// A key of the index.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Vec<u8>);

/// A half-open range of index keys.
pub type KeyRange = Range<Key>;

impl Key {
    /// A key from its bytes, as found in the index or in the log.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Key(bytes)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn system(name: &str) -> Self {
        Key::of(Table::System, &[name.as_bytes()])
    }

    pub fn bucket(name: &str) -> Self {
        Key::of(Table::Bucket, &[name.as_bytes()])
    }

    pub fn document(bucket: BucketId, kind: &str) -> Self {
        Key::of(Table::Document, &[&be(bucket.0), kind.as_bytes()])
    }

    pub fn usage(bucket: BucketId) -> Self {
        Key::of(Table::Usage, &[&be(bucket.0)])
    }

    pub fn current(bucket: BucketId, key: &[u8]) -> Self {
        Key::of(Table::Current, &[&be(bucket.0), key])
    }

    pub fn version(bucket: BucketId, key: &[u8], sequence: Sequence) -> Self {
        Key::escaped(Table::Version, &be(bucket.0), key, &be(!sequence.0))
    }

    pub fn null(bucket: BucketId, key: &[u8]) -> Self {
        Key::of(Table::Null, &[&be(bucket.0), key])
    }

    pub fn upload(bucket: BucketId, key: &[u8], upload: UploadId) -> Self {
        Key::escaped(Table::Upload, &be(bucket.0), key, &be(upload.0))
    }

    pub fn part(upload: UploadId, number: u16) -> Self {
        Key::of(Table::Part, &[&be(upload.0), &number.to_be_bytes()])
    }

    pub fn manifest(upload: UploadId) -> Self {
        Key::of(Table::Manifest, &[&be(upload.0)])
    }

    pub fn page(upload: UploadId, page: u16) -> Self {
        Key::of(Table::Page, &[&be(upload.0), &page.to_be_bytes()])
    }

    pub fn extent(extent: ExtentId) -> Self {
        Key::of(Table::Extent, &[&be(extent.0)])
    }

    pub fn segment(segment: SegmentId) -> Self {
        Key::of(Table::Segment, &[&be(segment.0)])
    }

    /// `digest` is cut to its first 16 bytes.
    pub fn dedup(scope: u64, digest: &[u8; 32]) -> Self {
        Key::of(Table::Dedup, &[&be(scope), &digest[..16]])
    }

    pub fn trash(sequence: Sequence, number: u16) -> Self {
        Key::of(Table::Trash, &[&be(sequence.0), &number.to_be_bytes()])
    }

    pub fn expiry(at: Timestamp, bucket: BucketId, key: &[u8], sequence: Sequence) -> Self {
        let mut front = be(at.0).to_vec();
        front.extend(be(bucket.0));
        Key::escaped(Table::Expiry, &front, key, &be(sequence.0))
    }

    pub fn event(queue: &str, id: EventId) -> Self {
        let mut back = be(id.sequence.0).to_vec();
        back.extend(id.number.to_be_bytes());
        Key::escaped(Table::Event, &[], queue.as_bytes(), &back)
    }

    pub fn named(table: &str, key: &[u8]) -> Self {
        Key::escaped(Table::Named, &[], table.as_bytes(), key)
    }

    fn of(table: Table, fields: &[&[u8]]) -> Self {
        let mut bytes = Vec::with_capacity(1 + fields.iter().map(|f| f.len()).sum::<usize>());
        bytes.push(table as u8);
        for field in fields {
            bytes.extend_from_slice(field);
        }
        Key(bytes)
    }

    fn escaped(table: Table, front: &[u8], key: &[u8], back: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(1 + front.len() + key.len() + 2 + back.len());
        bytes.push(table as u8);
        bytes.extend_from_slice(front);
        push_escaped(&mut bytes, key);
        bytes.extend_from_slice(back);
        Key(bytes)
    }

    pub fn is_of(&self, table: Table) -> bool {
        self.0.first() == Some(&(table as u8))
    }

    /// The smallest key greater than this one.
    pub fn after(&self) -> Self {
        let mut bytes = self.0.clone();
        bytes.push(0);
        Key(bytes)
    }

    /// The smallest key greater than every key that begins with this one.
    pub fn after_prefix(&self) -> Self {
        Key(successor_of_prefix(&self.0).unwrap_or_else(|| Vec::from([0xff; 9])))
    }

    /// All keys that begin with this one.
    pub fn prefixed(self) -> KeyRange {
        let end = self.after_prefix();
        self..end
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.0.escape_ascii())
    }
}

/// All rows of a table.
pub fn table(table: Table) -> KeyRange {
    Key(vec![table as u8]).prefixed()
}

/// All current versions of a bucket whose keys begin with `prefix`.
pub fn currents(bucket: BucketId, prefix: &[u8]) -> KeyRange {
    Key::current(bucket, prefix).prefixed()
}

/// All noncurrent versions of a bucket whose keys begin with `prefix`.
pub fn versions(bucket: BucketId, prefix: &[u8]) -> KeyRange {
    escaped_prefix(Table::Version, bucket, prefix).prefixed()
}

/// All noncurrent versions of one key, newest first.
pub fn versions_of(bucket: BucketId, key: &[u8]) -> KeyRange {
    Key::escaped(Table::Version, &be(bucket.0), key, &[]).prefixed()
}

/// All unfinished uploads of a bucket whose keys begin with `prefix`.
pub fn uploads(bucket: BucketId, prefix: &[u8]) -> KeyRange {
    escaped_prefix(Table::Upload, bucket, prefix).prefixed()
}

/// All parts of an upload, in the order of their numbers.
pub fn parts(upload: UploadId) -> KeyRange {
    Key::of(Table::Part, &[&be(upload.0)]).prefixed()
}

/// All manifest pages of a completed upload.
pub fn pages(upload: UploadId) -> KeyRange {
    Key::of(Table::Page, &[&be(upload.0)]).prefixed()
}

/// All configuration documents of a bucket.
pub fn documents(bucket: BucketId) -> KeyRange {
    Key::of(Table::Document, &[&be(bucket.0)]).prefixed()
}

/// All events of a queue, in the order of their changes.
pub fn events(queue: &str) -> KeyRange {
    Key::escaped(Table::Event, &[], queue.as_bytes(), &[]).prefixed()
}

/// All rows of a named table whose keys begin with `prefix`.
pub fn named(table: &str, prefix: &[u8]) -> KeyRange {
    Key::named(table, prefix).prefixed()
}

/// The object key in a key of [`Table::Current`] or [`Table::Null`].
pub fn object_key_of_current(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(9..)
}

/// Object key and trailing number of a key of [`Table::Version`] (the sequence) or
/// [`Table::Upload`] (the upload's id).
pub fn object_key_and_number(bytes: &[u8]) -> Option<(Vec<u8>, u64)> {
    let (key, rest) = split_escaped(bytes.get(9..)?)?;
    let number = u64::from_be_bytes(rest.try_into().ok()?);
    let inverted = bytes.first() == Some(&(Table::Version as u8));
    Some((key, if inverted { !number } else { number }))
}

/// The queue's name and the event's in a key of [`Table::Event`].
pub fn queue_and_event(bytes: &[u8]) -> Option<(Vec<u8>, EventId)> {
    let (queue, rest) = split_escaped(bytes.get(1..)?)?;
    let (sequence, number) = rest.split_at_checked(8)?;
    let id = EventId {
        sequence: Sequence(u64::from_be_bytes(sequence.try_into().ok()?)),
        number: u16::from_be_bytes(number.try_into().ok()?),
    };
    Some((queue, id))
}

/// The number behind the table byte of a key that consists of nothing else.
pub fn number_of(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(1..9)?.try_into().ok()?))
}

fn escaped_prefix(table: Table, bucket: BucketId, prefix: &[u8]) -> Key {
    let mut bytes = vec![table as u8];
    bytes.extend(be(bucket.0));
    push_escaped(&mut bytes, prefix);
    bytes.truncate(bytes.len() - TERMINATOR.len());
    Key(bytes)
}

fn be(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

/// Ends an escaped key. Smaller than the escape of a zero byte, so that a key sorts before its
/// extensions whatever follows.
const TERMINATOR: [u8; 2] = [0x00, 0x01];
const ESCAPED_ZERO: [u8; 2] = [0x00, 0xff];

/// Appends `key` so that the order of keys is kept whatever is appended behind it.
fn push_escaped(bytes: &mut Vec<u8>, key: &[u8]) {
    for &byte in key {
        match byte {
            0 => bytes.extend_from_slice(&ESCAPED_ZERO),
            other => bytes.push(other),
        }
    }
    bytes.extend_from_slice(&TERMINATOR);
}

/// The key that [`push_escaped`] put at the front, and what follows it.
fn split_escaped(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut key = Vec::with_capacity(bytes.len());
    let mut at = 0;
    loop {
        match (*bytes.get(at)?, bytes.get(at + 1)) {
            (0, Some(0xff)) => {
                key.push(0);
                at += 2;
            }
            (0, Some(0x01)) => return Some((key, &bytes[at + 2..])),
            (0, _) => return None,
            (other, _) => {
                key.push(other);
                at += 1;
            }
        }
    }
}

/// The smallest byte string greater than all that begin with `prefix`; none if there is none.
pub fn successor_of_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|&byte| byte != 0xff)?;
    let mut next = prefix[..=last].to_vec();
    next[last] += 1;
    Some(next)
}
