//! How often passwords may be guessed: counted by name, by address, and by both.
//!
//! Codes of a second factor are counted by whose they are and from where they come, and by whose they
//! are alone as long as they come from strange places: who comes that far knows the password, and is
//! not to keep the owner out where the owner is known. Recovery codes are not counted: nobody guesses
//! 120 bits, and they are the way in for an owner who is kept out.

use crate::limits::{
    CODE_GUESSES_PER_PAIR_MAX, CODE_GUESSES_PER_USER_MAX, GUESS_SECONDS, GUESSERS_MAX,
    GUESSES_PER_ADDRESS_MAX, GUESSES_PER_NAME_MAX, GUESSES_PER_PAIR_MAX,
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
    Codes([u8; 32]),
    CodesFrom([u8; 32], IpAddr),
}

/// Whether the second factor has been shown where a code for it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whence {
    /// By a session that has not ended.
    Known,
    Strange,
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
    pub(crate) fn admit_code(
        &self,
        holder: &Holder,
        (address, whence): (IpAddr, Whence),
        now: u64,
    ) -> Result<(), Refused> {
        let both = code_guessers(holder, address);
        match whence {
            Whence::Known => self.count(&both[..1], now),
            Whence::Strange => self.count(&both, now),
        }
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
                _ => uncount(&mut windows, &guesser),
            }
        }
    }

    /// Who has the device has guessed nothing. What was tried elsewhere still counts.
    pub(crate) fn code_was_right(&self, holder: &Holder, (address, whence): (IpAddr, Whence)) {
        let mut windows = self.windows();
        let [(from_there, _), (from_all, _)] = code_guessers(holder, address);
        windows.remove(&from_there);
        if whence == Whence::Strange {
            uncount(&mut windows, &from_all);
        }
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

fn code_guessers(holder: &Holder, address: IpAddr) -> [(Guesser, u32); 2] {
    let whose = *blake3::hash(&crate::passwords::key(holder)).as_bytes();
    let from_there = Guesser::CodesFrom(whose, network(address));
    [
        (from_there, CODE_GUESSES_PER_PAIR_MAX),
        (Guesser::Codes(whose), CODE_GUESSES_PER_USER_MAX),
    ]
}

fn uncount(windows: &mut HashMap<Guesser, Window>, guesser: &Guesser) {
    if let Some(window) = windows.get_mut(guesser) {
        window.count = window.count.saturating_sub(1);
    }
}

/// Who has one address of IPv6 has all of its network.
pub(crate) fn network(address: IpAddr) -> IpAddr {
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
