//! What the server takes on: how often somebody may ask, how many requests are under way at once,
//! and how much memory bodies take that are coming and going.
//!
//! Whatever is asked of it is decided in memory, in nanoseconds, and nothing here grows with the
//! number of those who ask.

mod memory;
mod rates;

use crate::client::Client;
use crate::error::{Code, S3Error};
use http::header::RETRY_AFTER;
use http::request::Parts;
use identity::Caller;
use memory::Bodies;
pub use memory::Memory;
use rates::Rates;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Bounds that an operator sets; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadLimits {
    pub key_requests_per_second: u32,
    pub user_requests_per_second: u32,
    pub address_requests_per_second: u32,
    pub requests_at_once: u32,
    /// Of bodies that are coming and going.
    pub body_bytes: u64,
}

/// What was run into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Key,
    User,
    Address,
    Requests,
    Memory,
}

/// A request that has to come again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    pub bound: Bound,
    /// Whole seconds, as `Retry-After` says them.
    pub retry_seconds: u64,
}

/// Requests refused since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadStats {
    pub by_key: u64,
    pub by_user: u64,
    pub by_address: u64,
    pub by_requests: u64,
    pub by_memory: u64,
    /// Bytes of bodies that are coming and going, where they are bounded.
    pub body_bytes: u64,
}

/// Decides whether a request is taken on. Everything that takes requests shares one.
#[derive(Debug)]
pub struct Load {
    started: Instant,
    per_key: AtomicU32,
    per_user: AtomicU32,
    per_address: AtomicU32,
    at_once: AtomicU32,
    keys: Rates,
    users: Rates,
    addresses: Rates,
    under_way: Arc<AtomicUsize>,
    bodies: Bodies,
    refused: [AtomicU64; 5],
}

/// Room of one request; free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Slot(Arc<AtomicUsize>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Default for Load {
    /// Takes on everything.
    fn default() -> Self {
        Self::new(LoadLimits::default())
    }
}

impl Load {
    pub fn new(limits: LoadLimits) -> Self {
        let load = Self {
            started: Instant::now(),
            per_key: AtomicU32::new(0),
            per_user: AtomicU32::new(0),
            per_address: AtomicU32::new(0),
            at_once: AtomicU32::new(0),
            keys: Rates::default(),
            users: Rates::default(),
            addresses: Rates::default(),
            under_way: Arc::default(),
            bodies: Bodies::default(),
            refused: Default::default(),
        };
        load.set(limits);
        load
    }

    /// Counts from the next request on. Call within a runtime, unless it is the first time.
    pub fn set(&self, limits: LoadLimits) {
        let LoadLimits {
            key_requests_per_second,
            user_requests_per_second,
            address_requests_per_second,
            requests_at_once,
            body_bytes,
        } = limits;
        for (bound, value) in [
            (&self.per_key, key_requests_per_second),
            (&self.per_user, user_requests_per_second),
            (&self.per_address, address_requests_per_second),
            (&self.at_once, requests_at_once),
        ] {
            bound.store(value, Ordering::Relaxed);
        }
        self.bodies.resize(body_bytes);
    }

    /// Before anything is known but where a request comes from.
    pub fn admit_address(&self, address: IpAddr) -> Result<(), Busy> {
        let Some(rate) = NonZeroU32::new(self.per_address.load(Ordering::Relaxed)) else {
            return Ok(());
        };
        let taken = self.addresses.take(&network(address), rate, self.now());
        self.judge(Bound::Address, taken)
    }

    /// Once it is known who asks: by which key, and as whom.
    pub fn admit(&self, caller: &Caller) -> Result<(), Busy> {
        let per_key = NonZeroU32::new(self.per_key.load(Ordering::Relaxed));
        let key = caller.access_key();
        if let Some(rate) = per_key.filter(|_| !key.is_empty()) {
            let taken = self.keys.take(key, rate, self.now());
            self.judge(Bound::Key, taken)?;
        }
        if let Some(rate) = self.rate_of(caller) {
            let taken = self.users.take(caller.counts_as(), rate, self.now());
            self.judge(Bound::User, taken)?;
        }
        Ok(())
    }

    /// The server's bound, or the user's own where that is lower. Nobody is no user.
    fn rate_of(&self, caller: &Caller) -> Option<NonZeroU32> {
        if caller.is_anonymous() {
            return None;
        }
        let own = caller.limits().requests_per_second.map(|own| own.max(1));
        let all = NonZeroU32::new(self.per_user.load(Ordering::Relaxed));
        let own = own.and_then(NonZeroU32::new);
        own.into_iter().chain(all).min()
    }

    /// Room for one request more, from before it is read until it is answered whole.
    pub(crate) fn begin(&self) -> Result<Slot, Busy> {
        let max = self.at_once.load(Ordering::Relaxed) as usize;
        let slot = Slot(Arc::clone(&self.under_way));
        let before = self.under_way.fetch_add(1, Ordering::Relaxed);
        match max != 0 && before >= max {
            // Which gives the room back.
            true => Err(self.refuse(Bound::Requests, Duration::ZERO)),
            false => Ok(slot),
        }
    }

    /// Takes on a request that has just come, whoever sent it.
    pub(crate) fn arrive(&self, parts: &Parts) -> Result<Slot, Busy> {
        let client = parts.extensions.get::<Client>();
        client.map_or(Ok(()), |client| self.admit_address(client.address))?;
        self.begin()
    }

    /// Memory for this much of a body. Waits a moment for others to give theirs back.
    pub async fn hold(&self, bytes: u64) -> Result<Memory, Busy> {
        let held = self.bodies.take(bytes).await;
        held.ok_or_else(|| self.refuse(Bound::Memory, Duration::ZERO))
    }

    pub fn stats(&self) -> LoadStats {
        let refused = |bound: Bound| self.refused[bound as usize].load(Ordering::Relaxed);
        LoadStats {
            by_key: refused(Bound::Key),
            by_user: refused(Bound::User),
            by_address: refused(Bound::Address),
            by_requests: refused(Bound::Requests),
            by_memory: refused(Bound::Memory),
            body_bytes: self.bodies.held_bytes(),
        }
    }

    fn judge(&self, bound: Bound, taken: Result<(), Duration>) -> Result<(), Busy> {
        taken.map_err(|wait| self.refuse(bound, wait))
    }

    fn refuse(&self, bound: Bound, wait: Duration) -> Busy {
        self.refused[bound as usize].fetch_add(1, Ordering::Relaxed);
        let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Busy {
            bound,
            retry_seconds: whole.max(1),
        }
    }

    /// Since the start. It ends in some centuries.
    #[allow(clippy::cast_possible_truncation)]
    fn now(&self) -> u64 {
        self.started.elapsed().as_nanos() as u64
    }
}

/// What counts as one place. Whoever has an address of version 6 has at least as many as a /64 holds.
pub fn network(address: IpAddr) -> [u8; 9] {
    let mut network = [0; 9];
    match address.to_canonical() {
        IpAddr::V4(address) => {
            network[0] = 4;
            network[1..5].copy_from_slice(&address.octets());
        }
        IpAddr::V6(address) => {
            network[0] = 6;
            network[1..].copy_from_slice(&address.octets()[..8]);
        }
    }
    network
}

impl Busy {
    /// What people are told.
    pub fn sentence(self) -> &'static str {
        match self.bound {
            Bound::Key => "Too many requests by this access key: please reduce your request rate.",
            Bound::User => "Too many requests by this user: please reduce your request rate.",
            Bound::Address => {
                "Too many requests from this address: please reduce your request rate."
            }
            Bound::Requests => {
                "The server has as many requests under way as it takes on: please try again."
            }
            Bound::Memory => {
                "The server has as many bytes under way as it takes on: please try again."
            }
        }
    }

    pub(crate) fn refusal(self) -> S3Error {
        S3Error::new(Code::SlowDown)
            .message(self.sentence())
            .header(RETRY_AFTER, &self.retry_seconds.to_string())
    }
}

#[cfg(test)]
mod tests;
