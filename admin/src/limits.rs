//! Every bound of the admin interface, with its unit in the name. An attacker meets a number.

use identity::limits::DOCUMENT_BYTES_MAX;
use std::time::Duration;

/// The JSON of one request.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// The same where it lists keys: a thousand of 1,024 bytes, every byte escaped.
pub const KEYS_BODY_BYTES_MAX: usize = 8 << 20;
/// The same of a login, which anybody can send: the longest name, password and code, every byte
/// escaped.
pub const LOGIN_BODY_BYTES_MAX: usize = 16 << 10;
/// How long a body may take to arrive: 8 MiB on a slow line.
pub const BODY_WAIT_MAX: Duration = Duration::from_secs(120);
/// How long a change waits for others of the same document.
pub const DOCUMENT_WAIT_MAX: Duration = Duration::from_secs(10);
/// The same of a policy that is only looked at: as long as IAM takes one.
pub const POLICY_BODY_BYTES_MAX: usize = DOCUMENT_BYTES_MAX;
/// From so many bytes on a body takes of the memory of bodies.
pub const UNHELD_BODY_BYTES_MAX: u64 = 64 << 10;
/// What S3 answers to a request of ours: a thousand entries with the longest keys.
pub const S3_ANSWER_BYTES_MAX: usize = 32 << 20;
/// Elements in such an answer.
pub const S3_ANSWER_ELEMENTS_MAX: usize = 80_000;
/// Nesting of a document, JSON or XML.
pub const DOCUMENT_DEPTH_MAX: usize = 16;

/// Items of a page, unless another number is asked for, and at most.
pub const PAGE_ITEMS_DEFAULT: u32 = 100;
pub const PAGE_ITEMS_MAX: u32 = 1000;
/// Keys of one request that deletes many.
pub const DELETE_KEYS_MAX: usize = 1000;
/// Actions of one question what somebody may do.
pub const ASKED_ACTIONS_MAX: usize = 100;

/// How long an access token is good for.
pub const ACCESS_SECONDS: u64 = 15 * 60;
/// How long a refresh token may come again and get what it got the first time.
pub const REFRESH_GRACE_SECONDS: u64 = 10;
/// How long a session lasts that nobody uses.
pub const IDLE_SECONDS_MAX: u64 = 7 * 24 * 3600;
/// How long any session lasts.
pub const SESSION_SECONDS_MAX: u64 = 30 * 24 * 3600;
/// Sessions of one user; a further one ends the oldest.
pub const SESSIONS_PER_USER_MAX: usize = 50;
/// Sessions of everybody; beyond that nobody can log in.
pub const SESSIONS_MAX: usize = 20_000;
/// Bytes kept of what a browser calls itself.
pub const AGENT_BYTES_MAX: usize = 256;

/// A password, in characters at least and in bytes at most.
pub const PASSWORD_CHARACTERS_MIN: usize = 8;
pub const PASSWORD_BYTES_MAX: usize = 1024;
/// A name at a login, in bytes.
pub const LOGIN_NAME_BYTES_MAX: usize = 256;
/// Memory of one password hash, and how often it is gone through: the first choice of OWASP.
pub const HASH_MEMORY_KIB: u32 = 19 << 10;
pub const HASH_ROUNDS: u32 = 2;
/// Hashes computed at once. Further logins wait.
pub const HASHES_AT_ONCE_MAX: usize = 2;

/// Digits of a code of a second factor, the seconds each is shown for, and how many of them the
/// clock of a device may be off.
pub const CODE_DIGITS: u8 = 6;
pub const CODE_SECONDS: u64 = 30;
pub const CODE_STEPS_OFF_MAX: u16 = 1;
/// Bytes of what a device makes codes of: as many as SHA-1 has.
pub const SECOND_FACTOR_SECRET_BYTES: usize = 20;
/// Codes for when the device is lost.
pub const RECOVERY_CODES: usize = 10;
/// A code as it is typed, in bytes.
pub const CODE_BYTES_MAX: usize = 64;

/// Tokens of one user, and of everybody.
pub const TOKENS_PER_USER_MAX: usize = 50;
pub const TOKENS_MAX: usize = 20_000;
/// How long a token is good for.
pub const TOKEN_SECONDS_MIN: u64 = 60;
pub const TOKEN_SECONDS_MAX: u64 = 366 * 24 * 3600;
/// How long an expired one is still listed.
pub const TOKEN_SHOWN_SECONDS: u64 = 30 * 24 * 3600;
/// A token's name, in characters.
pub const TOKEN_NAME_CHARS_MAX: usize = 64;
/// Between two uses of a token that are written down.
pub const TOKEN_USE_SECONDS: u64 = 300;

/// How long a request can be repeated with its key, and how many can.
pub const REPEAT_SECONDS: u64 = 24 * 3600;
pub const REPEATS_MAX: usize = 5000;
/// An answer that is kept for it.
pub const REPEAT_ANSWER_BYTES_MAX: usize = 8 << 10;
/// Such a key, in characters.
pub const REPEAT_KEY_CHARS_MAX: usize = 255;

/// Time in which wrong passwords are counted.
pub const GUESS_SECONDS: u64 = 15 * 60;
/// Attempts on one name from one address.
pub const GUESSES_PER_PAIR_MAX: u32 = 10;
/// Attempts on one name from everywhere.
pub const GUESSES_PER_NAME_MAX: u32 = 100;
/// Attempts from one address on whatever names.
pub const GUESSES_PER_ADDRESS_MAX: u32 = 50;
/// Codes tried on one second factor from one address, by whoever knows the password.
pub const CODE_GUESSES_PER_PAIR_MAX: u32 = 10;
/// The same from all addresses where it has not been shown.
pub const CODE_GUESSES_PER_USER_MAX: u32 = 20;
/// Names and addresses that are counted.
pub const GUESSERS_MAX: usize = 50_000;

/// Entries of the audit log of each of its three classes; the oldest of who has most go first.
pub const AUDIT_ENTRIES_PER_CLASS_MAX: usize = 100_000;
/// How long they stay.
pub const AUDIT_SECONDS_MAX: u64 = 180 * 24 * 3600;
/// After so many new ones the old ones are looked through.
pub const AUDIT_ENTRIES_BETWEEN_PRUNINGS: u64 = 8192;
/// Bytes of what an entry is about.
pub const AUDIT_TARGET_BYTES_MAX: usize = 1024;
/// Entries looked at for one page of a filtered log.
pub const AUDIT_ENTRIES_SCANNED_MAX: usize = 20_000;

/// Versions and uploads looked at for one page of what lifecycle rules would do.
pub const DRY_RUN_LOOKED_AT_MAX: u64 = 20_000;

/// Jobs of one kind that have ended and are kept.
pub const JOBS_KEPT_PER_KIND_MAX: usize = 50;
/// What a job reads in a second unless another rate is asked for, and at most, in MiB.
pub const JOB_MIB_PER_SECOND: u64 = 64;
pub const JOB_MIB_PER_SECOND_MAX: u64 = 1 << 20;
/// Things that are wrong, as a job's report describes them one by one.
pub const JOB_FINDINGS_MAX: usize = 100;
/// What is kept of a job, and of why it failed.
pub const JOB_BYTES_MAX: usize = 60 << 10;
pub const JOB_ERROR_BYTES_MAX: usize = 4 << 10;
/// Buckets that are emptied at once, and versions that are deleted of each in a second.
pub const EMPTYING_AT_ONCE_MAX: usize = 4;
pub const EMPTIED_PER_SECOND_MAX: u32 = 2_000;
/// How long a job that was told to end may take to.
pub const CANCEL_PATIENCE_SECONDS: u64 = 3;
/// The same for all of them, when the server stops.
pub const STOP_PATIENCE_SECONDS: u64 = 10;

/// Keys of one ZIP, unless they are named by a prefix.
pub const ZIP_KEYS_MAX: usize = 1000;
/// How long a link to a ZIP waits for its download to begin.
pub const ZIP_TICKET_SECONDS: u64 = 60;
/// Links that wait, and bytes of the keys in them.
pub const ZIP_TICKETS_MAX: usize = 1000;
pub const ZIP_TICKETS_BYTES_MAX: usize = 32 << 20;
/// ZIPs that are being downloaded.
pub const ZIPS_AT_ONCE_MAX: usize = 32;
/// Keys listed at once for a ZIP.
pub const ZIP_PAGE_KEYS: usize = 1000;
/// Bytes of a ZIP's directory before they are put aside into a file.
pub const ZIP_DIRECTORY_BYTES_IN_MEMORY_MAX: usize = 4 << 20;
/// Bytes of the list of what was left out of a ZIP; of more only the number is told.
pub const ZIP_LEFT_OUT_BYTES_MAX: usize = 1 << 20;

/// How long a link that shows an object is good after its last use. A download that broke off is
/// gone on with much later.
pub const PREVIEW_IDLE_SECONDS: u64 = 15 * 60;
pub const DOWNLOAD_IDLE_SECONDS: u64 = READING_SECONDS_MAX;
/// The same of both at most.
pub const READING_SECONDS_MAX: u64 = 12 * 3600;
/// Such links of one session or token, of one user, and of everybody: of more the one goes that was
/// not used for longest, of everybody's one of who has most.
pub const READINGS_PER_BEARER_MAX: usize = 50;
pub const READINGS_PER_USER_MAX: usize = 500;
pub const READINGS_MAX: usize = 5000;

/// For how long back answers are looked at for errors.
pub const ERRORS_SECONDS: u64 = 300;
/// Buckets that are named as nearly full.
pub const ATTENTION_QUOTAS_MAX: usize = 100;

/// A stream of live figures that nobody had to log in for, in seconds.
pub const LOCAL_STREAM_SECONDS_MAX: u64 = 30 * 24 * 3600;
/// Streams of live figures at once.
pub const LIVE_STREAMS_MAX: usize = 64;
/// What was is kept as means of so many seconds,
pub const HISTORY_STEP_SECONDS: u64 = 10;
/// of an hour.
pub const HISTORY_MOMENTS_MAX: usize = 360;
/// How old the sum over all buckets may be that comes with them.
pub const TOTALS_SECONDS: u64 = 10;

/// Longest life of a presigned link (Amazon: 7 days).
pub const PRESIGNED_SECONDS_MAX: u64 = 7 * 24 * 3600;
