//! `docs/FORMAT.md` says what the code does: its tables are read here and compared with the code,
//! with what it writes, and with the golden store, which is taken apart by a decoder that knows
//! nothing but the document.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

#[path = "golden/archive.rs"]
mod archive;
#[path = "format/decoder.rs"]
mod decoder;
#[path = "format/document.rs"]
mod document;
#[path = "format/rows.rs"]
mod rows;

use std::fs;
use std::path::Path;

use bytes::Bytes;
use decoder::{Chunk, Record, Segment};
use document::{Document, plain};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use storage_engine::chunk::{self, Blocks, Cipher, Transform, new_key_check};
use storage_engine::disk::DIRECT_ALIGN_BYTES;
use storage_engine::ids::{BucketId, EventId, ExtentId, SegmentId, Sequence, Timestamp, UploadId};
use storage_engine::index::RowChange;
use storage_engine::key::{self, Key, Table};
use storage_engine::limits;
use storage_engine::record::{
    self, ALIGNED_PAYLOAD_AT, FRAMES_MAX, HEADER_BYTES, PAYLOAD_AT_MAX, decode_rows,
};
use storage_engine::row::{self, AppliedRow, DedupRow, SegmentKind, SegmentRow, VersionRow};
use storage_engine::segment::{FORMAT_VERSION, RECORDS_AT, SEGMENT_HEADER_BYTES};
use storage_engine::{
    CreateBucket, Engine, EngineConfig, NewObject, Notes, PutObject, SecretKey, StageOptions,
    UpdateBucket,
};
use tempfile::TempDir;

fn format() -> Document {
    Document::read("FORMAT.md")
}

fn golden() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1");
    archive::unpack(&store, folder.path()).unwrap();
    folder
}

fn marker(folder: &Path, name: &str) -> String {
    let text = fs::read_to_string(folder.join("cairn.toml")).unwrap();
    let lines = text.lines().filter_map(|line| line.split_once(" = "));
    let mut values = lines
        .filter(|(found, _)| *found == name)
        .map(|(_, value)| value);
    values.next().unwrap().trim_matches('"').to_owned()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = (0..text.len()).step_by(2);
    digits
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn segments(folder: &Path) -> Vec<Segment> {
    let document = format();
    let mut names: Vec<String> = fs::read_dir(folder.join("segments"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.') && !name.starts_with("free-"))
        .collect();
    names.sort();
    let read = |name: String| {
        let bytes = fs::read(folder.join("segments").join(&name)).unwrap();
        Segment::new(&document, name, bytes)
    };
    names.into_iter().map(read).collect()
}

#[test]
fn numbers_are_those_of_the_code() {
    let layout = row::encode(&Sequence(7))[0];
    let folder_format: u64 = marker(golden().path(), "format").parse().unwrap();
    let code = [
        ("FOLDER_FORMAT", folder_format),
        ("FORMAT_VERSION", u64::from(FORMAT_VERSION)),
        ("LAYOUT", u64::from(layout)),
        ("SEGMENT_HEADER_BYTES", SEGMENT_HEADER_BYTES as u64),
        ("RECORDS_AT", RECORDS_AT),
        ("HEADER_BYTES", HEADER_BYTES as u64),
        ("PAYLOAD_AT_MAX", PAYLOAD_AT_MAX as u64),
        ("ALIGNED_PAYLOAD_AT", ALIGNED_PAYLOAD_AT as u64),
        ("DIRECT_ALIGN_BYTES", DIRECT_ALIGN_BYTES as u64),
        ("CHUNK_BYTES", limits::CHUNK_BYTES as u64),
        ("FRAME_BYTES", limits::FRAME_BYTES as u64),
        ("FRAMES_MAX", FRAMES_MAX as u64),
        ("INLINE_BYTES_MAX", limits::INLINE_BYTES_MAX as u64),
        ("LOG_BODY_BYTES_MAX", limits::LOG_BODY_BYTES_MAX as u64),
        ("ROW_CHUNKS_MAX", limits::ROW_CHUNKS_MAX as u64),
        ("PAGE_PARTS_MAX", limits::PAGE_PARTS_MAX as u64),
    ];
    document::assert_numbers(&format().table("Numbers", "constant"), &code);
}

/// The promises of another document, kept by the same means.
#[test]
fn limits_are_those_of_the_code() {
    let code = [
        ("KEY_BYTES_MAX", limits::KEY_BYTES_MAX as u64),
        (
            "BUCKET_NAME_BYTES_MAX",
            limits::BUCKET_NAME_BYTES_MAX as u64,
        ),
        ("OBJECT_BYTES_MAX", limits::OBJECT_BYTES_MAX),
        ("PART_BYTES_MAX", limits::PART_BYTES_MAX),
        ("ATTRIBUTES_BYTES_MAX", limits::ATTRIBUTES_BYTES_MAX as u64),
        ("LABEL_BYTES_MAX", limits::LABEL_BYTES_MAX as u64),
        ("TAGS_BYTES_MAX", limits::TAGS_BYTES_MAX as u64),
        (
            "BUCKET_TAGS_BYTES_MAX",
            limits::BUCKET_TAGS_BYTES_MAX as u64,
        ),
        ("DOCUMENT_BYTES_MAX", limits::DOCUMENT_BYTES_MAX as u64),
        ("PARTS_MAX", u64::from(limits::PARTS_MAX)),
        ("ROW_CHUNKS_MAX", limits::ROW_CHUNKS_MAX as u64),
        ("LIST_MAX", limits::LIST_MAX as u64),
        ("LIST_BUCKETS_MAX", limits::LIST_BUCKETS_MAX as u64),
        ("QUEUE_CHANGES_MAX", limits::QUEUE_CHANGES_MAX as u64),
        ("GROUP_CHANGES_MAX", limits::GROUP_CHANGES_MAX as u64),
        ("GROUP_BODY_BYTES_MAX", limits::GROUP_BODY_BYTES_MAX as u64),
        ("BATCH_BYTES_MAX", limits::BATCH_BYTES_MAX as u64),
        ("VALUE_BYTES_MAX", limits::VALUE_BYTES_MAX as u64),
    ];
    document::assert_numbers(
        &Document::read("SEMANTICS.md").table("Limits", "constant"),
        &code,
    );
}

#[test]
fn segment_headers_are_as_described() {
    let folder = golden();
    let store = unhex(&marker(folder.path(), "store"));
    let names = format().table("Segments", "name");
    for segment in segments(folder.path()) {
        let (id, ending) = segment.name.split_once('.').unwrap();
        let row = names
            .iter()
            .find(|row| plain(&row[0]) == format!("<id>.{ending}"))
            .unwrap();
        let kind: u64 = row[1].parse().unwrap();
        assert_eq!(segment.field("magic"), b"CAIRNSEG");
        assert_eq!(segment.number("version"), u64::from(FORMAT_VERSION));
        assert_eq!(segment.number("kind"), kind, "{}", segment.name);
        assert_eq!(segment.number("id"), u64::from_str_radix(id, 16).unwrap());
        assert_eq!(segment.field("store"), store);
        assert_eq!(segment.number("capacity"), segment.bytes.len() as u64);
        let crc_at = segment.offset("crc");
        assert_eq!(
            segment.number("crc"),
            storage_engine::hash::crc64(&segment.bytes[..crc_at])
        );
        assert_eq!(segment.header_bytes(), SEGMENT_HEADER_BYTES);
        for zeros in ["zero", "zeros"] {
            assert!(segment.field(zeros).iter().all(|byte| *byte == 0));
        }
    }
}

/// The whole log of the golden store, group after group, and what its rows say in the end.
#[test]
fn the_log_is_as_described() {
    let folder = golden();
    let mut next = None;
    let mut groups = 0;
    for segment in segments(folder.path())
        .iter()
        .filter(|segment| segment.name.ends_with("log"))
    {
        let mut at = RECORDS_AT;
        while let Some((records, end)) = segment.group(at) {
            let Some((Record::Commit(commit), bodies)) = records.split_last() else {
                panic!("a group without a commit")
            };
            assert!(
                bodies
                    .iter()
                    .all(|record| matches!(record, Record::Chunk(_)))
            );
            assert_eq!(commit.group_bytes, commit.offset - at);
            let follows = next.replace(commit.first + commit.sequences);
            assert!(follows.is_none_or(|next| next == commit.first), "at {at}");
            assert_eq!(decode_rows(&commit.payload).unwrap(), commit.rows());
            assert_eq!(
                applied(&commit.rows()).next_sequence.0,
                commit.first + commit.sequences
            );
            groups += 1;
            at = end;
        }
        assert_nothing_behind(segment, at);
    }
    assert!(groups > 5, "{groups} groups");
}

/// What an earlier life of the file has left behind begins like records and is none.
fn assert_nothing_behind(segment: &Segment, end: u64) {
    for at in (end..segment.bytes.len() as u64).step_by(8) {
        assert!(segment.record(at).is_none(), "{} at {at}", segment.name);
    }
}

#[test]
fn the_log_lies_in_a_file_used_before() {
    let folder = golden();
    let magic = |segment: &Segment| {
        let begins = segment
            .bytes
            .chunks(8)
            .filter(|piece| piece.starts_with(b"crec"))
            .count();
        let valid = (RECORDS_AT..segment.bytes.len() as u64)
            .step_by(8)
            .filter(|at| segment.record(*at).is_some());
        (begins, valid.count())
    };
    let all = segments(folder.path());
    let logs = all.iter().filter(|segment| segment.name.ends_with("log"));
    let recycled = logs
        .map(magic)
        .any(|(begins, valid)| begins > valid && valid > 0);
    assert!(
        recycled,
        "the store must hold what an earlier life of a file left"
    );
}

fn applied(rows: &[RowChange]) -> AppliedRow {
    let row = rows.iter().find(|(key, _)| *key == Key::system("applied"));
    row::decode(row.unwrap().1.as_ref().unwrap()).unwrap()
}

#[test]
fn chunks_in_other_segments_are_as_described() {
    let folder = golden();
    let (mut bulk, mut packed) = (0, 0);
    for segment in segments(folder.path())
        .iter()
        .filter(|segment| !segment.name.ends_with("log"))
    {
        let (step, count) = match segment.name.ends_with("bulk") {
            true => (DIRECT_ALIGN_BYTES as u64, &mut bulk),
            false => (8, &mut packed),
        };
        let mut at = RECORDS_AT;
        while let Some(Record::Chunk(chunk)) = segment.record(at) {
            assert_eq!(chunk.end % step, 0);
            if step > 8 {
                assert_eq!(chunk.payload_at, ALIGNED_PAYLOAD_AT as u64);
            }
            *count += 1;
            at = chunk.end;
        }
    }
    assert!(bulk > 8 && packed > 2, "{bulk} and {packed} chunks");
}

/// The decoder above must be able to fail.
#[test]
fn a_flipped_bit_is_no_record() {
    let folder = golden();
    let segments = segments(folder.path());
    let log = segments
        .iter()
        .find(|segment| segment.name.ends_with("log"))
        .unwrap();
    assert!(log.record(RECORDS_AT).is_some());
    for byte in [0, 8, 16, 24, 33, 56, 63] {
        let mut bytes = log.bytes.clone();
        bytes[RECORDS_AT as usize + byte] ^= 1;
        let damaged = Segment::new(&format(), log.name.clone(), bytes);
        assert!(damaged.record(RECORDS_AT).is_none(), "byte {byte}");
    }
}

#[tokio::test]
async fn tags_are_derived_as_described() {
    let folder = golden();
    let secret = unhex(&marker(folder.path(), "secret"));
    let key = blake3::derive_key(&format().context("tags"), &secret);
    let mut seen = 0;
    for segment in segments(folder.path())
        .iter()
        .filter(|segment| segment.name.ends_with("log"))
    {
        let mut at = RECORDS_AT;
        while let Some((records, end)) = segment.group(at) {
            for (name, value) in records.iter().flat_map(Record::rows) {
                let current = name.as_bytes()[0] == Table::Current as u8;
                let Some(value) = value.filter(|_| current) else {
                    continue;
                };
                let VersionRow { summary, .. } = row::decode(&value).unwrap();
                let sequence = summary.sequence.0;
                let hash = blake3::keyed_hash(&key, &sequence.to_le_bytes());
                assert_eq!(
                    summary.tag.to_le_bytes(),
                    hash.as_bytes()[..8],
                    "{sequence}"
                );
                seen += 1;
            }
            at = end;
        }
    }
    assert!(seen > 3, "{seen} versions");
}

#[test]
fn encryption_is_as_described() {
    let document = format();
    let secret = SecretKey([7; 32]);
    let check = new_key_check(&secret).unwrap();
    let derive = |name: &str| {
        let mut hasher = blake3::Hasher::new_derive_key(&document.context(name));
        hasher.update(&secret.0).update(&check.salt);
        *hasher.finalize().as_bytes()
    };
    assert_eq!(derive("proof"), check.digest);
    let transform = Transform {
        cipher: Some(Cipher::open(&secret, &check).unwrap()),
        ..Transform::default()
    };
    let body = Bytes::from((0..200_000u32).map(|n| (n / 7) as u8).collect::<Vec<_>>());
    let sealed = chunk::Chunk::seal(body.clone(), &transform, &Blocks::default()).unwrap();
    let key = record::RecordKey::derive(&[9; 16]);
    let mut bytes = Vec::new();
    let padding = record::Padding::Tight;
    record::encode_chunk(&mut bytes, &key, 0, ExtentId(5), &sealed, padding);
    let segment = Segment::bare(&document, [9; 16], bytes);
    let Some(Record::Chunk(chunk)) = segment.record(0) else {
        panic!("no chunk")
    };
    assert_eq!((chunk.extent, chunk.logical_bytes), (5, 200_000));
    assert_eq!(decrypt(&chunk, &derive("encryption")), body);
}

/// A body of one chunk in a bucket that shares by content, found again in the log it went to.
#[tokio::test]
async fn sharing_is_as_described() {
    let folder = tempfile::tempdir().unwrap();
    let config = EngineConfig {
        log_segment_bytes: 1 << 20,
        bulk_segment_bytes: 2 << 20,
        reserve_bytes: 0,
        ..EngineConfig::new(folder.path())
    };
    let engine = Engine::open_folder(&config).unwrap();
    let (name, owner) = ("b".to_owned(), "somebody".to_owned());
    let bucket = CreateBucket {
        name: name.clone(),
        owner: owner.clone(),
        lockable: false,
        ..CreateBucket::default()
    };
    engine.create_bucket(bucket).await.unwrap();
    let sharing = UpdateBucket {
        deduplicate: Some(true),
        ..UpdateBucket::default()
    };
    engine.update_bucket(&name, sharing).await.unwrap();
    let body = Bytes::from(vec![b'x'; 200_000]);
    let options = StageOptions {
        bucket: name.clone(),
        ..StageOptions::default()
    };
    let mut staging = engine.stage(options).await.unwrap();
    staging.write(body.clone()).await.unwrap();
    let put = PutObject {
        bucket: name,
        key: Bytes::from_static(b"k"),
        object: NewObject::default(),
        conditions: Vec::new(),
        notes: Notes::none(),
    };
    let staged = staging.seal().await.unwrap();
    engine.put_object(put, staged).await.unwrap();
    engine.shutdown().await.unwrap();

    let secret = unhex(&marker(folder.path(), "secret"));
    let key = blake3::derive_key(&format().context("sharing"), &secret);
    let scope = *blake3::keyed_hash(&key, owner.as_bytes()).as_bytes();
    let digest = *blake3::hash(&body).as_bytes();
    let expected = [&[Table::Dedup as u8], &scope[..8], &digest[..16]].concat();
    let rows = rows_of_the_log(folder.path());
    let found = rows.iter().find(|(key, _)| key.as_bytes() == expected);
    let row: DedupRow = row::decode(found.unwrap().1.as_ref().unwrap()).unwrap();
    assert_eq!(
        (&row.scope[..], &row.digest[..]),
        (&scope[8..16], &digest[16..])
    );
}

fn rows_of_the_log(folder: &Path) -> Vec<RowChange> {
    let mut rows = Vec::new();
    for segment in segments(folder)
        .iter()
        .filter(|segment| segment.name.ends_with("log"))
    {
        let mut at = RECORDS_AT;
        while let Some((records, end)) = segment.group(at) {
            rows.extend(records.iter().flat_map(Record::rows));
            at = end;
        }
    }
    rows
}

fn decrypt(chunk: &Chunk, key: &[u8; 32]) -> Vec<u8> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap());
    let frames = chunk
        .payload
        .chunks(limits::FRAME_BYTES)
        .zip(&chunk.tags)
        .enumerate();
    let opened = frames.map(|(number, (frame, tag))| {
        let mut nonce: [u8; 12] = chunk.nonce.clone().unwrap().try_into().unwrap();
        for (byte, number) in nonce[8..].iter_mut().zip((number as u32).to_le_bytes()) {
            *byte ^= number;
        }
        let nonce = Nonce::assume_unique_for_key(nonce);
        let aad = Aad::from((chunk.logical_bytes as u32).to_le_bytes());
        let mut sealed = [frame, tag].concat();
        key.open_in_place(nonce, aad, &mut sealed).unwrap().to_vec()
    });
    opened.collect::<Vec<_>>().concat()
}

#[test]
fn keys_are_built_as_described() {
    let (id, name, text) = (0x0102_0304_0506_0708, "name", b"k\0y".as_slice());
    let (bucket, upload, sequence) = (BucketId(id), UploadId(id), Sequence(id));
    let event = EventId {
        sequence,
        number: 0x090a,
    };
    let built = [
        ("System", Table::System, Key::system(name)),
        ("Bucket", Table::Bucket, Key::bucket(name)),
        ("Document", Table::Document, Key::document(bucket, name)),
        ("Usage", Table::Usage, Key::usage(bucket)),
        ("Current", Table::Current, Key::current(bucket, text)),
        (
            "Version",
            Table::Version,
            Key::version(bucket, text, sequence),
        ),
        ("Null", Table::Null, Key::null(bucket, text)),
        ("Upload", Table::Upload, Key::upload(bucket, text, upload)),
        ("Part", Table::Part, Key::part(upload, 0x090a)),
        ("Manifest", Table::Manifest, Key::manifest(upload)),
        ("Page", Table::Page, Key::page(upload, 0x090a)),
        ("Extent", Table::Extent, Key::extent(ExtentId(id))),
        ("Segment", Table::Segment, Key::segment(SegmentId(id))),
        ("Dedup", Table::Dedup, Key::dedup(id, &[0xdd; 32])),
        ("Trash", Table::Trash, Key::trash(sequence, 0x090a)),
        (
            "Expiry",
            Table::Expiry,
            Key::expiry(Timestamp(id), bucket, text, sequence),
        ),
        ("Event", Table::Event, Key::event(name, event)),
        ("Named", Table::Named, Key::named(name, text)),
    ];
    let rows = format().table("Index", "table");
    assert_eq!(rows.len(), built.len());
    for (row, (name, table, key)) in rows.iter().zip(built) {
        assert_eq!(row[0], name);
        assert_eq!(
            u8::from_str_radix(&row[1], 16).unwrap(),
            table as u8,
            "{name}"
        );
        assert_eq!(
            key.as_bytes(),
            document::index_key(&row[1], &row[2], id, text),
            "{name}"
        );
        assert!(key::table(table).contains(&key), "{name}");
    }
}

#[test]
fn rows_have_the_fields_described() {
    let rows = format().table("Rows", "row");
    let samples = rows::samples();
    assert_eq!(rows.len(), samples.len());
    for (row, (name, fields)) in rows.iter().zip(samples) {
        assert_eq!((row[0].as_str(), row[1].as_str()), (name, fields.as_str()));
    }
}

#[test]
fn enums_have_the_numbers_described() {
    for row in format().table("Rows", "enum") {
        assert_eq!(row[1], rows::variants(&row[0]), "{}", row[0]);
    }
    assert_eq!(format().table("Rows", "enum").len(), 10);
}

/// A whole row by hand, so that the prose about varints is covered too.
#[test]
fn a_row_is_encoded_as_described() {
    let row = SegmentRow {
        kind: SegmentKind::Packed,
        live_bytes: 300,
        end: 1 << 20,
    };
    assert_eq!(row::encode(&row), [1, 2, 0xac, 0x02, 0x80, 0x80, 0x40]);
}
