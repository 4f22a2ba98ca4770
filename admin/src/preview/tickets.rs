//! Tickets: who may see what, for a while, again and again.

use crate::limits::{
    PREVIEW_IDLE_SECONDS, PREVIEW_SECONDS_MAX, PREVIEWS_MAX, PREVIEWS_PER_BEARER_MAX,
};
use crate::random::random;
use crate::refused::Refused;
use crate::session::bearer::{Bearer, By};
use http::{HeaderValue, StatusCode};
use identity::Caller;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

type Id = [u8; 16];

/// What is shown.
#[derive(Debug)]
pub(super) struct Preview {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) version: Option<String>,
    /// Of the object as it was when it was asked for.
    pub(super) etag: String,
    pub(super) kind: HeaderValue,
}

/// The same, and to whom.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub(super) caller: Arc<Caller>,
    pub(super) bearer: Option<Bearer>,
    pub(super) preview: Arc<Preview>,
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

impl Issued {
    fn is_good(&self, now: u64) -> bool {
        now < self.used + PREVIEW_IDLE_SECONDS && now < self.since + PREVIEW_SECONDS_MAX
    }
}

pub(super) struct Made {
    pub(super) id: Id,
    pub(super) secret: Id,
}

#[derive(Debug, Default)]
pub(crate) struct Previews(Mutex<HashMap<Id, Issued>>);

impl Previews {
    pub(super) fn issue(&self, ticket: Ticket, now: u64) -> Result<Made, Refused> {
        let (id, fresh): (Id, Id) = (random()?, random()?);
        let mut issued = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        issued.retain(|_, it| it.is_good(now));
        let own = || {
            issued
                .iter()
                .filter(|(_, it)| it.ticket.by() == ticket.by())
        };
        // A browser has one cookie: what it is shown already goes on.
        let secret = own().next().map_or(fresh, |(_, it)| it.secret);
        if own().count() >= PREVIEWS_PER_BEARER_MAX {
            let oldest = own().min_by_key(|(_, it)| it.used).map(|(id, _)| *id);
            oldest.map(|id| issued.remove(&id));
        }
        if issued.len() >= PREVIEWS_MAX {
            return Err(busy());
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
    pub(super) fn find(&self, id: &str, secret: &str, now: u64) -> Result<Ticket, Refused> {
        let (id, secret) = (bytes(id)?, bytes(secret)?);
        let mut issued = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = issued.get_mut(&id);
        // Compared without telling by the time it takes how much of it was right.
        let is_shown = |it: &&mut Issued| blake3::hash(&it.secret) == blake3::hash(&secret);
        let found = found.filter(is_shown).filter(|it| it.is_good(now));
        let found = found.ok_or_else(missing)?;
        found.used = now;
        Ok(found.ticket.clone())
    }
}

fn bytes(text: &str) -> Result<Id, Refused> {
    let mut bytes = Id::default();
    hex::decode_to_slice(text, &mut bytes).map_err(|_| missing())?;
    Ok(bytes)
}

fn missing() -> Refused {
    let message = "This link has expired, or is of another browser: ask for another one.";
    Refused::not_found("NoSuchPreview", message)
}

fn busy() -> Refused {
    Refused {
        retry_after_seconds: Some(PREVIEW_IDLE_SECONDS),
        ..Refused::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "TooManyPreviews",
            "Too many people look at objects at once.",
        )
    }
}
