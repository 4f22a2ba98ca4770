//! Tickets: who may read what, for a while, again and again.

use super::Reading;
use crate::limits::{
    READING_SECONDS_MAX, READINGS_MAX, READINGS_PER_BEARER_MAX, READINGS_PER_USER_MAX,
};
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

    /// Whose it is, whatever sessions and tokens there are of him.
    fn user(&self) -> &str {
        self.caller.unique_id()
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
        if let Some(gone) = one_too_many(&issued, &ticket) {
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

/// What has to go for a further one: of what there is too much of, the one that was not used for
/// longest. What is being sent needs its ticket no more.
fn one_too_many(issued: &HashMap<Id, Issued>, ticket: &Ticket) -> Option<Id> {
    let by_bearer = |it: &Ticket| it.by() == ticket.by() && it.user() == ticket.user();
    let by_user = |it: &Ticket| it.user() == ticket.user();
    let count = |is: &dyn Fn(&Ticket) -> bool| issued.values().filter(|it| is(&it.ticket)).count();
    let longest = |is: &dyn Fn(&Ticket) -> bool| {
        let those = issued.iter().filter(|(_, it)| is(&it.ticket));
        those.min_by_key(|(_, it)| it.used).map(|(id, _)| *id)
    };
    if count(&by_bearer) >= READINGS_PER_BEARER_MAX {
        return longest(&by_bearer);
    }
    if count(&by_user) >= READINGS_PER_USER_MAX {
        return longest(&by_user);
    }
    if issued.len() < READINGS_MAX {
        return None;
    }
    // Nobody loses one to somebody who has more.
    let mut held: HashMap<&str, usize> = HashMap::new();
    for it in issued.values() {
        *held.entry(it.ticket.user()).or_default() += 1;
    }
    let (most, _) = held.into_iter().max_by_key(|(_, count)| *count)?;
    longest(&|it: &Ticket| it.user() == most)
}

fn bytes(text: &str) -> Option<Id> {
    let mut bytes = Id::default();
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}
