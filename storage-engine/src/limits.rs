//! Every bound of the engine, with its unit in the name. An attacker meets a number.

/// Longest object key, in bytes.
pub const KEY_BYTES_MAX: usize = 1024;
/// Longest bucket name, in bytes.
pub const BUCKET_NAME_BYTES_MAX: usize = 255;
/// Largest object, in bytes.
pub const OBJECT_BYTES_MAX: u64 = 5 << 40;
/// All attribute names and values of one object together, in bytes.
pub const ATTRIBUTES_BYTES_MAX: usize = 24 << 10;
/// The label of a version, in bytes, where it is changed.
pub const LABEL_BYTES_MAX: usize = 256;
/// All tag keys and values of one object together, in bytes.
pub const TAGS_BYTES_MAX: usize = 16 << 10;
/// All tag keys and values of one bucket together, in bytes.
pub const BUCKET_TAGS_BYTES_MAX: usize = 48 << 10;
/// One configuration document of a bucket, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 60 << 10;

/// Notes that one change may bring along.
pub const NOTES_MAX: usize = 16;
/// What a note says, in bytes.
pub const NOTE_BYTES_MAX: usize = 16 << 10;
/// The name of a queue of events, in bytes.
pub const QUEUE_NAME_BYTES_MAX: usize = 255;

/// Rows of buckets kept in memory.
pub const BUCKET_ROWS_KEPT_MAX: usize = 1024;

/// Bodies up to this many bytes lie inside the object's row.
pub const INLINE_BYTES_MAX: usize = 512;
/// Bodies up to this many bytes travel through the log, larger ones go to bulk segments.
pub const LOG_BODY_BYTES_MAX: usize = 128 << 10;
/// A body is cut into chunks of this many bytes; only the last one of a run is shorter.
pub const CHUNK_BYTES: usize = 1 << 20;
/// A checksum covers this many bytes: what a ranged read must verify at least.
pub const FRAME_BYTES: usize = 64 << 10;
/// Chunks one row may name. A longer body becomes several parts.
pub const ROW_CHUNKS_MAX: usize = 5 << 10;
/// Longest part of an upload, in bytes: what one row can name.
pub const PART_BYTES_MAX: u64 = (ROW_CHUNKS_MAX * CHUNK_BYTES) as u64;

/// Parts of one upload.
pub const PARTS_MAX: u16 = 10_000;
/// Parts one manifest page lists.
pub const PAGE_PARTS_MAX: usize = 512;

/// Rows one list call may return.
pub const LIST_MAX: usize = 1000;
/// Keys of a listing that share an allocation: some two hundred short ones, four of the longest.
pub const LIST_KEYS_BYTES: usize = 4 << 10;
/// Changes one group takes from the queue.
pub const GROUP_CHANGES_MAX: usize = 512;
/// Body bytes one group takes from the queue before it stops gathering.
pub const GROUP_BODY_BYTES_MAX: usize = 4 << 20;
/// Changes that may wait for the committer; a sender beyond that waits.
pub const QUEUE_CHANGES_MAX: usize = 4096;
/// Row bytes and keys one change may write.
pub const BATCH_BYTES_MAX: usize = 1 << 20;
/// Longest value of a row, in bytes.
pub const VALUE_BYTES_MAX: usize = 64 << 10;
/// Buckets one list call may return.
pub const LIST_BUCKETS_MAX: usize = 10_000;
