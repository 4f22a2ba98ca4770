//! Every bound of this crate, with its unit in the name.

use std::time::Duration;

/// Rules of one bucket (Amazon).
pub const RULES_MAX: usize = 1000;
/// The identifier of a rule, in characters (Amazon).
pub const RULE_ID_CHARACTERS_MAX: usize = 255;
/// A bucket's rules before they are compressed, in bytes; what a reader unpacks at most.
pub const RULES_BYTES_MAX: usize = 4 << 20;

/// Versions or uploads looked at in one step.
pub const STEP_ENTRIES_MAX: usize = 1000;
/// Changes of one step that are under way at the same time: they share a synced append.
pub const STEP_CHANGES_AT_ONCE_MAX: usize = 64;
/// Versions and uploads looked at in a second.
pub const LOOKED_AT_PER_SECOND_MAX: u32 = 50_000;
/// Changes made in a second.
pub const CHANGES_PER_SECOND_MAX: u32 = 2_000;
/// How long a step waits when others have changed something since the last one.
pub const PAUSE_FOR_OTHERS: Duration = Duration::from_millis(20);

/// How often it is looked whether rules have changed.
pub const RULES_POLL: Duration = Duration::from_millis(250);
/// Looking for changed rules takes at most this part of the time, one in so many, while a look takes no
/// longer than 15 seconds.
pub const RULES_SEARCH_SHARE: u32 = 20;
/// And it rests no longer than this.
pub const RULES_REST_MAX: Duration = Duration::from_secs(300);
/// How often the place a run has come to is stored.
pub const POSITION_INTERVAL: Duration = Duration::from_secs(5);
/// How long the loop rests after a failure of the store.
pub const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// Reports kept.
pub const REPORTS_MAX: u64 = 100;
/// Errors of one run that are logged one by one; the rest is only counted.
pub const ERRORS_LOGGED_MAX: u64 = 10;
/// The shortest day, in milliseconds.
pub const DAY_MILLISECONDS_MIN: u64 = 100;

/// Rules of one bucket about events (Amazon).
pub const EVENT_RULES_MAX: usize = 100;
/// What keys must begin or end with for a rule about events, in bytes (Amazon).
pub const EVENT_FILTER_BYTES_MAX: usize = 1024;
/// The name of a target of events, in bytes.
pub const TARGET_NAME_BYTES_MAX: usize = 64;
/// Events of one target that one round tells.
pub const ROUND_EVENTS_MAX: usize = 64;
/// Events of one target that are being told at the same time.
pub const EVENTS_AT_ONCE_MAX: usize = 8;
/// Events of one target that a round looks at, past those whose keys have to wait.
pub const ROUND_SCAN_MAX: usize = 4096;
/// Keys of one target that wait by themselves; beyond that the target as a whole waits.
pub const KEYS_HELD_MAX: usize = 1024;
/// How long the first pause after a failure is; each further one is twice as long.
pub const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after a failure.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// How often an event is told to a target that refuses it before it is given up.
pub const REFUSALS_MAX: u32 = 8;
/// How long an event is kept for a target that cannot be reached before it is given up.
pub const EVENT_AGE_MAX: Duration = Duration::from_secs(24 * 3600);
/// Dead letters kept for one target; the oldest go first.
pub const DEAD_LETTERS_MAX: u64 = 10_000;
/// Events of one queue that are counted for who asks how many there are.
pub const EVENTS_COUNTED_MAX: u64 = 1_000_000;
/// Dead letters put back at the same time: they share a synced append.
pub const RETRIES_AT_ONCE_MAX: usize = 32;
/// Why an event was not told, in bytes; the rest is cut off.
pub const REASON_BYTES_MAX: usize = 256;
/// How often a queue is looked at though nobody has said that there is something in it.
pub const QUEUE_POLL: Duration = Duration::from_secs(5);
/// How often queues are looked at whose targets the server does not have.
pub const ORPHANS_POLL: Duration = Duration::from_secs(60);
