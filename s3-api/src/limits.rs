//! Every bound of the protocol layer, with its unit in the name.
//!
//! Where Amazon documents a number we use it; the others are ours and say so.

/// Longest object key, in bytes after percent-decoding (Amazon).
pub const KEY_BYTES_MAX: usize = 1024;

/// Entries a page of any listing may hold (Amazon).
pub const LIST_ENTRIES_MAX: u32 = 1000;

/// Buckets a page of `ListBuckets` may hold (Amazon).
pub const LIST_BUCKETS_MAX: u32 = 10_000;

/// Keys in one `DeleteObjects` request (Amazon).
pub const DELETE_KEYS_MAX: usize = 1000;

/// Largest body of one `PutObject` or `UploadPart` (Amazon: 5 GiB).
pub const UPLOAD_BYTES_MAX: u64 = 5 << 30;

/// Largest source of one `CopyObject` (Amazon: 5 GiB).
pub const COPY_BYTES_MAX: u64 = 5 << 30;

/// Smallest part of a multipart upload, except the last (Amazon: 5 MiB).
pub const PART_BYTES_MIN: u64 = 5 << 20;

/// Highest part number (Amazon).
pub const PART_NUMBER_MAX: u32 = 10_000;

/// Names and values of `x-amz-meta-*` together (Amazon: 2 KiB).
pub const USER_METADATA_BYTES_MAX: usize = 2048;

/// Tags of one object (Amazon).
pub const OBJECT_TAGS_MAX: usize = 10;

/// Tags of one bucket (Amazon).
pub const BUCKET_TAGS_MAX: usize = 50;

/// Characters of a tag's key (Amazon).
pub const TAG_KEY_CHARACTERS_MAX: usize = 128;

/// Characters of a tag's value (Amazon).
pub const TAG_VALUE_CHARACTERS_MAX: usize = 256;

/// Longest default retention of a bucket (Amazon: 100 years).
pub const RETENTION_DAYS_MAX: u64 = 36_500;

/// The document of a bucket's tags (ours; 50 of the longest, every character four bytes).
pub const TAGS_DOCUMENT_BYTES_MAX: usize = 96 << 10;

/// Request documents with many entries: `DeleteObjects`, `CompleteMultipartUpload` (ours; a
/// thousand keys of 1,024 bytes, every byte an entity, is 6 MiB).
pub const LARGE_DOCUMENT_BYTES_MAX: usize = 8 << 20;

/// Lifecycle rules: a thousand of them with long prefixes and several tags each (ours).
pub const LIFECYCLE_DOCUMENT_BYTES_MAX: usize = 4 << 20;

/// All other request documents (ours).
pub const SMALL_DOCUMENT_BYTES_MAX: usize = 64 << 10;

/// Elements in one request document (ours; 10,000 parts of six elements each, and their root).
pub const DOCUMENT_ELEMENTS_MAX: usize = 80_000;

/// Nesting of a request document (ours).
pub const DOCUMENT_DEPTH_MAX: usize = 16;

/// Rules in one CORS configuration (Amazon).
pub const CORS_RULES_MAX: usize = 100;

/// Routing rules of one website (Amazon).
pub const ROUTING_RULES_MAX: usize = 50;

/// Characters in the name of a rule (Amazon).
pub const RULE_ID_CHARACTERS_MAX: usize = 255;

/// Names and values of the fields before the file of a form (Amazon: 20 KB).
pub const FORM_FIELDS_BYTES_MAX: usize = 20 << 10;

/// Those fields with what stands between them, before a further piece of a form is read (ours).
pub const FORM_HEAD_BYTES_MAX: usize = 32 << 10;

/// Conditions in the policy of a form (ours).
pub const FORM_CONDITIONS_MAX: usize = 256;

/// Buckets whose settings are kept in memory (ours; a few KiB each).
pub const BUCKETS_KEPT_MAX: usize = 4096;

/// Bytes of a document about notifications: a hundred rules with two filters each (ours).
pub const NOTIFICATION_DOCUMENT_BYTES_MAX: usize = 1 << 20;

/// Bytes of what the keys of access logs begin with (ours: account, region, bucket and time follow).
pub const LOG_PREFIX_BYTES_MAX: usize = 512;

/// Bytes of the access logs of all buckets that wait in memory (ours); lines beyond are dropped.
pub const LOG_BUFFER_BYTES_MAX: usize = 32 << 20;

/// Bytes of one access log that are written before their time has come (ours).
pub const LOG_OBJECT_BYTES_MAX: usize = 4 << 20;

/// Grants of one access control list (Amazon).
pub const GRANTS_MAX: usize = 100;

/// Bytes of a bucket policy (Amazon).
pub const POLICY_BYTES_MAX: usize = 20 << 10;

/// Parameters in one query string (ours).
pub const QUERY_PARAMETERS_MAX: usize = 128;

/// Names in `SignedHeaders` (ours).
pub const SIGNED_HEADERS_MAX: usize = 128;

/// The form of one call of IAM or STS (ours; a policy document of 128 KiB, every byte escaped).
pub const CALL_BYTES_MAX: usize = 512 << 10;

/// The form of a call that nobody signed (ours; it brings a token of 20,000 bytes).
pub const UNSIGNED_CALL_BYTES_MAX: usize = 64 << 10;

/// Parameters of one call (ours; fifty tags are a hundred, a hundred clients another hundred).
pub const CALL_PARAMETERS_MAX: usize = 512;

/// How far a request's time may be from ours (Amazon: 15 minutes).
pub const CLOCK_SKEW_SECONDS_MAX: u64 = 15 * 60;

/// Longest life of a presigned URL (Amazon: 7 days).
pub const PRESIGNED_SECONDS_MAX: u64 = 7 * 24 * 3600;

/// Derived signing keys kept (ours). One is needed per access key and day.
pub const SIGNING_KEYS_MAX: usize = 1024;

/// The size line of one `aws-chunked` chunk, with its extensions (ours; a signed one has about 85).
pub const CHUNK_LINE_BYTES_MAX: usize = 256;

/// Declared size of one `aws-chunked` chunk (ours: the largest upload).
pub const CHUNK_BYTES_MAX: u64 = UPLOAD_BYTES_MAX;

/// One trailer line of an `aws-chunked` body (ours).
pub const TRAILER_LINE_BYTES_MAX: usize = 512;

/// Trailer lines of an `aws-chunked` body (ours).
pub const TRAILER_LINES_MAX: usize = 16;

/// What we read of a refused body so that the client sees our answer instead of a reset (ours).
pub const DRAIN_BYTES_MAX: u64 = 256 << 10;

/// How long we wait for that (ours).
pub const DRAIN_MILLISECONDS_MAX: u64 = 2_000;

/// How long a client hears nothing of a copy that takes long, unless told otherwise (ours).
pub const SILENCE_SECONDS_MAX: u64 = 10;

/// Bytes of the name of a key that wraps others (ours; Amazon: 2,048).
pub const KMS_KEY_ID_BYTES_MAX: usize = 256;

/// Versions of such a key (ours; its row has room for twice as many).
pub const KMS_KEY_VERSIONS_MAX: usize = 256;

/// Bytes of an encryption context as JSON (ours; Amazon: 8 KiB).
pub const KMS_CONTEXT_BYTES_MAX: usize = 4096;

/// Who is counted at the same time, each for one kind of limit: sets, a power of two, of this many
/// places (ours; a mebibyte).
pub const RATE_SETS: usize = 1 << 13;
pub const RATE_PLACES: usize = 8;

/// Bytes that memory for bodies is handed out by (ours).
pub const MEMORY_UNIT_BYTES: u64 = 1 << 10;

/// What one body on its way in takes of it at most (ours: the chunk that fills and three on their
/// way to the drive, and what the connection has read).
pub const INTAKE_BYTES_MAX: u64 = (4 << 20) + (128 << 10);

/// The same on its way out (ours: two chunks that are read ahead, and the one that leaves).
pub const OUTLET_BYTES_MAX: u64 = 3 << 20;

/// How long a request waits for such memory (ours).
pub const MEMORY_MILLISECONDS_MAX: u64 = 1000;

/// Bodies of requests that the server makes itself for whoever is logged in take none of it, if
/// they are no longer than this (ours).
pub const OWN_DOCUMENT_BYTES_MAX: u64 = 64 << 10;
