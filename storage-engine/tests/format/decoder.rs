//! Segments taken apart by the layouts of the document, independently of the engine.

use bytes::Bytes;
use storage_engine::hash::crc64;
use storage_engine::index::RowChange;
use storage_engine::key::Key;
use storage_engine::limits::FRAME_BYTES;

use crate::document::Document;

/// Fields of a fixed layout: name, offset, length.
#[derive(Clone)]
struct Layout(Vec<(String, usize, usize)>);

impl Layout {
    /// A table of offsets and lengths without gaps.
    fn read(document: &Document, heading: &str) -> Layout {
        let mut end = 0;
        let mut fields = Vec::new();
        for row in document.table(heading, "offset") {
            let (offset, bytes): (usize, usize) =
                (row[0].parse().unwrap(), row[1].parse().unwrap());
            assert_eq!(offset, end, "{heading}: {}", row[2]);
            end = offset + bytes;
            fields.push((row[2].clone(), offset, bytes));
        }
        Layout(fields)
    }

    fn field<'b>(&self, bytes: &'b [u8], name: &str) -> &'b [u8] {
        let (_, offset, len) = self.0.iter().find(|(found, ..)| found == name).unwrap();
        &bytes[*offset..offset + len]
    }

    fn number(&self, bytes: &[u8], name: &str) -> u64 {
        let field = self.field(bytes, name);
        let mut number = [0; 8];
        number[..field.len()].copy_from_slice(field);
        u64::from_le_bytes(number)
    }

    fn bytes(&self) -> usize {
        self.0.last().map_or(0, |(_, offset, len)| offset + len)
    }
}

pub(crate) struct Segment {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    header: Layout,
    record: Layout,
    key: [u8; 32],
}

pub(crate) enum Record {
    Chunk(Chunk),
    Commit(Commit),
}

pub(crate) struct Chunk {
    pub(crate) extent: u64,
    pub(crate) logical_bytes: u64,
    pub(crate) payload_at: u64,
    pub(crate) payload: Vec<u8>,
    pub(crate) nonce: Option<Vec<u8>>,
    pub(crate) tags: Vec<Vec<u8>>,
    pub(crate) end: u64,
}

pub(crate) struct Commit {
    pub(crate) first: u64,
    pub(crate) sequences: u64,
    pub(crate) offset: u64,
    pub(crate) group_bytes: u64,
    pub(crate) payload: Vec<u8>,
    end: u64,
}

impl Segment {
    pub(crate) fn new(document: &Document, name: String, bytes: Vec<u8>) -> Segment {
        let header = Layout::read(document, "Segment header");
        let nonce = header.field(&bytes, "nonce").try_into().unwrap();
        Segment {
            name,
            header,
            ..Segment::bare(document, nonce, bytes)
        }
    }

    /// Records without a header of the segment.
    pub(crate) fn bare(document: &Document, nonce: [u8; 16], bytes: Vec<u8>) -> Segment {
        Segment {
            name: String::new(),
            bytes,
            header: Layout(Vec::new()),
            record: Layout::read(document, "Record header"),
            key: blake3::derive_key(&document.context("records"), &nonce),
        }
    }

    pub(crate) fn field(&self, name: &str) -> &[u8] {
        self.header.field(&self.bytes, name)
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        self.header.number(&self.bytes, name)
    }

    pub(crate) fn offset(&self, name: &str) -> usize {
        self.header
            .0
            .iter()
            .find(|(found, ..)| found == name)
            .unwrap()
            .1
    }

    pub(crate) fn header_bytes(&self) -> usize {
        self.header.bytes()
    }

    /// The records of a group, and where the next one may begin.
    pub(crate) fn group(&self, at: u64) -> Option<(Vec<Record>, u64)> {
        let mut records = Vec::new();
        let mut end = at;
        loop {
            let record = self.record(end)?;
            end = record.end();
            let done = matches!(record, Record::Commit(_));
            records.push(record);
            if done {
                return Some((records, end.next_multiple_of(4096)));
            }
        }
    }

    /// The record at a place, if one stands there and verifies.
    pub(crate) fn record(&self, at: u64) -> Option<Record> {
        let bytes = self.bytes.get(at as usize..)?;
        let number = |name| self.record.number(bytes, name);
        if bytes.len() < 64 || self.record.field(bytes, "magic") != b"crec" {
            return None;
        }
        let payload_at = number("payload_at") as usize;
        let extension = bytes.get(64..payload_at)?;
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&bytes[..56]).update(extension);
        if hasher.finalize().as_bytes()[..8] != *self.record.field(bytes, "check") {
            return None;
        }
        assert_eq!((number("offset"), number("zero")), (at, 0));
        let payload_end = payload_at + number("payload_bytes") as usize;
        let record = &bytes[..number("record_bytes") as usize];
        assert!(
            record[payload_end..].iter().all(|byte| *byte == 0),
            "padding at {at}"
        );
        let payload = record[payload_at..payload_end].to_vec();
        let end = at + record.len() as u64;
        Some(match number("kind") {
            1 => {
                assert_eq!((payload_at, number("flags")), (64, 0));
                assert_eq!(number("payload_crc"), crc64(&payload), "at {at}");
                Record::Commit(Commit {
                    first: number("id"),
                    sequences: number("amount"),
                    offset: at,
                    group_bytes: number("group_bytes"),
                    payload,
                    end,
                })
            }
            2 => {
                assert_eq!((number("group_bytes"), number("payload_crc")), (0, 0));
                let encrypted = number("flags") & 0x80 != 0;
                let (nonce, tags) = extended(extension, &payload, encrypted);
                let (extent, logical_bytes) = (number("id"), number("amount"));
                let payload_at = payload_at as u64;
                let chunk = Chunk {
                    extent,
                    logical_bytes,
                    payload_at,
                    payload,
                    nonce,
                    tags,
                    end,
                };
                assert_eq!(
                    chunk
                        .opened(number("flags") & 3)
                        .unwrap_or(chunk.logical_bytes),
                    logical_bytes
                );
                Record::Chunk(chunk)
            }
            kind => panic!("record of kind {kind} at {at}"),
        })
    }
}

/// Verifies the extension of a chunk and takes apart what it holds.
fn extended(extension: &[u8], payload: &[u8], encrypted: bool) -> (Option<Vec<u8>>, Vec<Vec<u8>>) {
    let (digest, mut rest) = extension.split_at(32);
    assert_eq!(digest, blake3::hash(payload).as_bytes());
    let mut take = |bytes: usize| {
        let (front, back) = rest.split_at(bytes);
        rest = back;
        front.to_vec()
    };
    let nonce = encrypted.then(|| take(12));
    let mut tags = Vec::new();
    for frame in payload.chunks(FRAME_BYTES) {
        assert_eq!(take(8), crc64(frame).to_le_bytes());
        tags.extend(encrypted.then(|| take(16)));
    }
    assert!(rest.iter().all(|byte| *byte == 0));
    (nonce, tags)
}

impl Chunk {
    /// How many bytes of the body a compressed payload makes.
    fn opened(&self, codec: u64) -> Option<u64> {
        let room = self.logical_bytes as usize;
        let bytes = match codec {
            1 => lz4_flex::block::decompress(&self.payload, room).unwrap(),
            2 => zstd::bulk::decompress(&self.payload, room).unwrap(),
            _ => return None,
        };
        Some(bytes.len() as u64)
    }
}

impl Record {
    fn end(&self) -> u64 {
        match self {
            Record::Chunk(chunk) => chunk.end,
            Record::Commit(commit) => commit.end,
        }
    }

    pub(crate) fn rows(&self) -> Vec<RowChange> {
        match self {
            Record::Chunk(_) => Vec::new(),
            Record::Commit(commit) => commit.rows(),
        }
    }
}

impl Commit {
    pub(crate) fn rows(&self) -> Vec<RowChange> {
        let mut rest = self.payload.as_slice();
        let count = varint(&mut rest);
        let take = |bytes: usize, rest: &mut &[u8]| {
            let (front, back) = rest.split_at(bytes);
            *rest = back;
            front.to_vec()
        };
        let mut rows = Vec::new();
        for _ in 0..count {
            let len = varint(&mut rest);
            let key = Key::from_bytes(take(len, &mut rest));
            let value = match varint(&mut rest) {
                0 => None,
                more => Some(Bytes::from(take(more - 1, &mut rest))),
            };
            rows.push((key, value));
        }
        assert!(rest.is_empty());
        rows
    }
}

fn varint(rest: &mut &[u8]) -> usize {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let (byte, back) = rest.split_first().unwrap();
        *rest = back;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}
