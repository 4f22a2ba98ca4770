//! Tickets: who may read what, for a while, again and again.

use super::Reading;
use crate::limits::{READING_SECONDS_MAX, READINGS_MAX, READINGS_PER_BEARER_MAX};
use crate::random::random;
use crate::refused::Refused;
use crate::session::bearer::{Bearer, By};
use identity::Caller;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

type Id = [u8; 16];

/// What is read, and by whom.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub(super) caller: Arc<Caller>,
    pub(super) bearer: Option<Bearer>,
    /// Of the object as it was when it was asked for.
    pub(super) etag: Arc<str>,
    pub(super) reading: Arc<Reading>,
}

impl Ticket {
    fn by(&self) -> Option<By> {
        self.bearer.as_ref().map(|bearer| bearer.by)
    }
}

#[derive(Debug)]
struct Issued {
    ticket: Ticket,
    /// What the browser shows with it. A session has one for all of them.
    secret: Id,
    since: u64,
    used: u64,
}

pub(super) struct Made {
    pub(super) id: Id,
    pub(super) secret: Id,
}

#[derive(Debug)]
pub(crate) struct Readings {
    idle_seconds: u64,
    issued: Mutex<HashMap<Id, Issued>>,
}

impl Readings {
    /// Each is good for so long after its last use.
    pub(crate) fn idle(idle_seconds: u64) -> Self {
        let issued = Mutex::default();
        Self {
            idle_seconds,
            issued,
        }
    }

    pub(super) fn idle_seconds(&self) -> u64 {
        self.idle_seconds
    }

    fn is_good(&self, it: &Issued, now: u64) -> bool {
        now < it.used + self.idle_seconds && now < it.since + READING_SECONDS_MAX
    }

    pub(super) fn issue(&self, ticket: Ticket, now: u64) -> Result<Made, Refused> {
        let (id, fresh): (Id, Id) = (random()?, random()?);
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.retain(|_, it| self.is_good(it, now));
        let own = |(_, it): &(&Id, &Issued)| it.ticket.by() == ticket.by();
        // A browser has one cookie: what it reads already goes on.
        let secret = issued.iter().find(own).map_or(fresh, |(_, it)| it.secret);
        // The one that was not used for longest goes: what is being sent needs its ticket no more.
        let longest = |(_, it): &(&Id, &Issued)| it.used;
        let gone = if issued.iter().filter(own).count() >= READINGS_PER_BEARER_MAX {
            issued.iter().filter(own).min_by_key(longest)
        } else if issued.len() >= READINGS_MAX {
            issued.iter().min_by_key(longest)
        } else {
            None
        };
        if let Some(gone) = gone.map(|(id, _)| *id) {
            issued.remove(&gone);
        }
        let (since, used) = (now, now);
        let made = Issued {
            ticket,
            secret,
            since,
            used,
        };
        issued.insert(id, made);
        Ok(Made { id, secret })
    }

    /// What a ticket is for, which is used by this.
    pub(super) fn find(&self, id: &str, secret: &str, now: u64) -> Option<Ticket> {
        let (id, secret) = (bytes(id)?, bytes(secret)?);
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let found = issued.get_mut(&id)?;
        // Compared without telling by the time it takes how much of it was right.
        let is_shown = blake3::hash(&found.secret) == blake3::hash(&secret);
        if !is_shown || !self.is_good(found, now) {
            return None;
        }
        found.used = now;
        Some(found.ticket.clone())
    }
}

fn bytes(text: &str) -> Option<Id> {
    let mut bytes = Id::default();
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}
