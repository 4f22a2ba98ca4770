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
/// Looking for changed rules takes at most this part of the time: one in so many.
pub const RULES_SEARCH_SHARE: u32 = 20;
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
