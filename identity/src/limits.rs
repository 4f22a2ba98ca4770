//! Every bound of this crate, with its unit in its name. Amazon's quotas where Amazon has one.

/// A policy document as it is sent, whatever it is for.
pub const DOCUMENT_BYTES_MAX: usize = 128 << 10;
/// A bucket policy.
pub const BUCKET_POLICY_BYTES_MAX: usize = 20 << 10;
/// Session policies, as sent.
pub const SESSION_POLICY_BYTES_MAX: usize = 2048;
/// Trust policies, white space left out.
pub const TRUST_POLICY_BYTES_MAX: usize = 2048;
/// A version of a managed policy, white space left out.
pub const MANAGED_POLICY_BYTES_MAX: usize = 6144;
/// All inline policies together, white space left out.
pub const USER_POLICIES_BYTES_MAX: usize = 2048;
pub const GROUP_POLICIES_BYTES_MAX: usize = 5120;
pub const ROLE_POLICIES_BYTES_MAX: usize = 10_240;
/// A document as it is stored, so that its row fits the store.
pub const STORED_DOCUMENT_BYTES_MAX: usize = 24 << 10;

pub const ACCOUNTS_MAX: usize = 10_000;
/// Twice Amazon's quota, which is raised on request there: a server has one account that everybody is in.
pub const USERS_PER_ACCOUNT_MAX: usize = 10_000;
pub const GROUPS_PER_ACCOUNT_MAX: usize = 300;
pub const ROLES_PER_ACCOUNT_MAX: usize = 1000;
pub const POLICIES_PER_ACCOUNT_MAX: usize = 1500;
pub const PROVIDERS_PER_ACCOUNT_MAX: usize = 100;
pub const GROUPS_PER_USER_MAX: usize = 10;
pub const KEYS_PER_USER_MAX: usize = 2;
pub const ATTACHED_POLICIES_MAX: usize = 10;
pub const INLINE_POLICIES_MAX: usize = 100;
pub const VERSIONS_PER_POLICY_MAX: usize = 5;
pub const CLIENTS_PER_PROVIDER_MAX: usize = 100;
pub const THUMBPRINTS_PER_PROVIDER_MAX: usize = 5;
pub const TAGS_MAX: usize = 50;
/// What a managed policy may set as requests a second of whoever has it; 1 at least.
pub const REQUESTS_PER_SECOND_MAX: u32 = 1_000_000;

pub const USER_NAME_BYTES_MAX: usize = 64;
pub const ROLE_NAME_BYTES_MAX: usize = 64;
pub const GROUP_NAME_BYTES_MAX: usize = 128;
pub const POLICY_NAME_BYTES_MAX: usize = 128;
pub const SESSION_NAME_BYTES_MAX: usize = 64;
pub const PATH_BYTES_MAX: usize = 512;
pub const CANONICAL_ID_BYTES_MAX: usize = 128;
pub const DISPLAY_NAME_BYTES_MAX: usize = 256;
pub const EMAIL_BYTES_MAX: usize = 254;
pub const PROVIDER_URL_BYTES_MAX: usize = 255;
pub const CLIENT_BYTES_MAX: usize = 255;
pub const DESCRIPTION_CHARS_MAX: usize = 1000;
pub const TAG_KEY_CHARS_MAX: usize = 128;
pub const TAG_VALUE_CHARS_MAX: usize = 256;
/// Keys that are given, not made. The least is what MinIO takes, where most of them come from: no
/// such key has to be made anew, and none that is shorter can be guessed into.
pub const ACCESS_KEY_BYTES_MIN: usize = 3;
pub const ACCESS_KEY_BYTES_MAX: usize = 128;
pub const SECRET_BYTES_MIN: usize = 8;
pub const SECRET_BYTES_MAX: usize = 128;

/// What one decision may take, in steps of a few nanoseconds. All policies that somebody can have, as
/// people write them, take some ten thousands.
pub const DECISION_STEPS_MAX: u64 = 2_000_000;
/// The same of all decisions of one request: of a thousand keys that are deleted at once, or of a
/// simulation.
pub const REQUEST_STEPS_MAX: u64 = 100_000_000;
/// Steps after which a request with several decisions lets others have their turn.
pub const STEPS_BETWEEN_PAUSES: u64 = 50_000;

/// Pairs of an action and a resource that are tried in one simulation.
pub const SIMULATED_MAX: usize = 1000;
/// What is named in one.
pub const ACTION_BYTES_MAX: usize = 128;
pub const RESOURCE_BYTES_MAX: usize = 2048;
pub const CONTEXT_KEY_BYTES_MAX: usize = 256;
pub const CONTEXT_VALUE_BYTES_MAX: usize = 2048;
pub const CONTEXT_VALUES_MAX: usize = 1000;
pub const PAGE_ITEMS_DEFAULT: usize = 100;
pub const PAGE_ITEMS_MAX: usize = 1000;

pub const SESSION_SECONDS_MIN: u32 = 900;
pub const ROLE_SESSION_SECONDS_DEFAULT: u32 = 3600;
pub const ROLE_SESSION_SECONDS_MIN: u32 = 3600;
pub const ROLE_SESSION_SECONDS_MAX: u32 = 43_200;
/// GetSessionToken: half a day unless asked for, a day and a half at most, an hour for a root.
pub const USER_SESSION_SECONDS_DEFAULT: u32 = 43_200;
pub const USER_SESSION_SECONDS_MAX: u32 = 129_600;
pub const ROOT_SESSION_SECONDS_MAX: u32 = 3600;
pub const SESSION_POLICIES_MAX: usize = 10;
pub const SESSION_TOKEN_BYTES_MAX: usize = 16 << 10;
/// Between two uses of an access key that are noted.
pub const KEY_USE_SECONDS_MIN: u64 = 60;
/// How long the last uses of access keys are in memory only.
pub const KEY_USES_UNWRITTEN_SECONDS_MAX: u64 = 300;
/// Rows of last uses that are written at once.
pub const KEY_USES_WRITTEN_MAX: usize = 500;
pub const FEDERATED_NAME_BYTES_MAX: usize = 32;
/// Session tokens whose callers are kept ready.
pub const SESSIONS_CACHED_MAX: usize = 1024;
pub const WEB_IDENTITY_TOKEN_BYTES_MAX: usize = 20_000;
pub const JWKS_KEYS_MAX: usize = 100;
