//! How often passwords may be guessed: counted by name, by address, and by both. Codes of a second
//! factor are counted by whose they are: who comes that far knows the password.

use crate::limits::{
    GUESS_SECONDS, GUESSERS_MAX, GUESSES_PER_ADDRESS_MAX, GUESSES_PER_NAME_MAX,
    GUESSES_PER_PAIR_MAX, GUESSES_PER_SECOND_FACTOR_MAX,
};
use crate::refused::Refused;
use http::StatusCode;
use identity::model::Holder;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
pub(crate) struct Guesses {
    windows: Mutex<HashMap<Guesser, Window>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Guesser {
    /// A digest: names are as long as people make them.
    Name([u8; 32]),
    Address(IpAddr),
    Pair([u8; 32], IpAddr),
    SecondFactor([u8; 32]),
}

#[derive(Debug, Clone, Copy)]
struct Window {
    begun: u64,
    count: u32,
}

impl Window {
    /// A clock that was put back must not make it last until the clock is there again.
    fn seen_at(&mut self, now: u64) -> &Window {
        self.begun = self.begun.min(now);
        self
    }
}

impl Guesses {
    /// Counts an attempt, or refuses it uncounted.
    pub(crate) fn admit(&self, name: &str, address: IpAddr, now: u64) -> Result<(), Refused> {
        self.count(&guessers(name, address), now)
    }

    /// The same for a code of somebody's second factor.
    pub(crate) fn admit_code(&self, holder: &Holder, now: u64) -> Result<(), Refused> {
        self.count(&[second_factor(holder)], now)
    }

    fn count(&self, guessers: &[(Guesser, u32)], now: u64) -> Result<(), Refused> {
        let mut windows = self.windows();
        let is_over = |window: &Window| now.saturating_sub(window.begun) >= GUESS_SECONDS;
        if windows.len() + guessers.len() > GUESSERS_MAX {
            windows.retain(|_, window| !is_over(window.seen_at(now)));
        }
        for (guesser, _) in guessers {
            windows.get_mut(guesser).map(|window| window.seen_at(now));
        }
        let is_full = windows.len() + guessers.len() > GUESSERS_MAX;
        for (guesser, max) in guessers {
            let window = windows.get(guesser).filter(|window| !is_over(window));
            let left = window.map(|it| (it.begun + GUESS_SECONDS).saturating_sub(now).max(1));
            if window.is_some_and(|window| window.count >= *max) {
                return Err(too_many(left.unwrap_or(GUESS_SECONDS)));
            }
        }
        // Forgetting somebody would let him guess on.
        if is_full {
            return Err(too_many(GUESS_SECONDS));
        }
        for (guesser, _) in guessers {
            let fresh = Window {
                begun: now,
                count: 0,
            };
            let window = windows.entry(guesser.clone()).or_insert(fresh);
            if is_over(window) {
                *window = fresh;
            }
            window.count += 1;
        }
        Ok(())
    }

    /// Who knows the password has guessed nothing.
    pub(crate) fn succeeded(&self, name: &str, address: IpAddr) {
        let mut windows = self.windows();
        for (guesser, _) in guessers(name, address) {
            match &guesser {
                Guesser::Pair(..) => {
                    windows.remove(&guesser);
                }
                // What others tried still counts.
                Guesser::Name(_) | Guesser::Address(_) | Guesser::SecondFactor(_) => {
                    if let Some(window) = windows.get_mut(&guesser) {
                        window.count = window.count.saturating_sub(1);
                    }
                }
            }
        }
    }

    /// Who has the device has guessed nothing.
    pub(crate) fn code_was_right(&self, holder: &Holder) {
        self.windows().remove(&second_factor(holder).0);
    }

    fn windows(&self) -> MutexGuard<'_, HashMap<Guesser, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn guessers(name: &str, address: IpAddr) -> [(Guesser, u32); 3] {
    let name = *blake3::hash(name.as_bytes()).as_bytes();
    let address = network(address);
    [
        (Guesser::Pair(name, address), GUESSES_PER_PAIR_MAX),
        (Guesser::Name(name), GUESSES_PER_NAME_MAX),
        (Guesser::Address(address), GUESSES_PER_ADDRESS_MAX),
    ]
}

fn second_factor(holder: &Holder) -> (Guesser, u32) {
    let name = blake3::hash(&crate::passwords::key(holder));
    let guesser = Guesser::SecondFactor(*name.as_bytes());
    (guesser, GUESSES_PER_SECOND_FACTOR_MAX)
}

/// Who has one address of IPv6 has all of its network.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !(u128::MAX >> 64))),
        },
        v4 => v4,
    }
}

fn too_many(seconds: u64) -> Refused {
    Refused {
        retry_after_seconds: Some(seconds),
        ..Refused::new(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyAttempts",
            "Too many wrong passwords or codes. Wait a while, then try again.",
        )
    }
}

#[cfg(test)]
mod tests;
