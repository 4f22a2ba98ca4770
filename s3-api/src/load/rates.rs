//! How often somebody may ask: a bucket of tokens for each, in a table of fixed size.
//!
//! A bucket is one number, the time at which it will be full again (the generic cell rate
//! algorithm). It holds as many tokens as come in a second.
//!
//! The table never grows. It has sets of a few places each, and whoever comes into a full set takes
//! the place of whoever has the fullest bucket there: of somebody who has not asked for a while,
//! unless everybody in the set is asking. What is lost is a debt of less than a second. Which set
//! somebody is in nobody can foresee, since the hash is keyed with random numbers; two who share all
//! 64 bits of it would share a bucket. Crates for this keep a map that grows with the number of
//! addresses until somebody sweeps it.

use crate::limits::{RATE_PLACES, RATE_SETS};
use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;

#[derive(Debug, Default)]
pub(super) struct Rates {
    hasher: RandomState,
    /// Made when somebody is counted for the first time.
    sets: OnceLock<Box<[Mutex<Set>]>>,
}

type Set = [Place; RATE_PLACES];

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// The hash of who has it; 0 is nobody's.
    who: u64,
    /// When the bucket is full, in nanoseconds.
    full: u64,
}

impl Rates {
    /// Takes a token, or says how long it takes until there is one. `now` is in nanoseconds since
    /// whenever, the same for all calls.
    pub(super) fn take(
        &self,
        who: &(impl Hash + ?Sized),
        per_second: NonZeroU32,
        now: u64,
    ) -> Result<(), Duration> {
        let hash = self.hasher.hash_one(who) | 1;
        let sets = self.sets.get_or_init(|| {
            let empty = || Mutex::new(Set::default());
            std::iter::repeat_with(empty).take(RATE_SETS).collect()
        });
        // The sets are a power of two; the lowest bit says nothing.
        let set = &sets[(hash >> 1) as usize & (RATE_SETS - 1)];
        let mut set = set.lock().unwrap_or_else(PoisonError::into_inner);
        let place = place_of(&mut set, hash);
        take_from(&mut place.full, per_second, now)
    }
}

fn place_of(set: &mut Set, who: u64) -> &mut Place {
    let known = set.iter().position(|place| place.who == who);
    let at = known.unwrap_or_else(|| {
        let fullest = set.iter().enumerate().min_by_key(|(_, place)| place.full);
        let at = fullest.map_or(0, |(at, _)| at);
        set[at] = Place { who, full: 0 };
        at
    });
    &mut set[at]
}

/// A bucket that is full in the past is full.
fn take_from(full: &mut u64, per_second: NonZeroU32, now: u64) -> Result<(), Duration> {
    let interval = SECOND / u64::from(per_second.get());
    let debt = (*full).saturating_sub(now);
    // Room for one more in the debt of a second.
    let most = SECOND.saturating_sub(interval);
    match debt.checked_sub(most + 1) {
        None => {
            *full = now + debt + interval;
            Ok(())
        }
        Some(over) => Err(Duration::from_nanos(over + 1)),
    }
}
