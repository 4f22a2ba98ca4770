//! Tickets: who may download what, once and soon.

use crate::limits::{ZIP_TICKET_SECONDS, ZIP_TICKETS_BYTES_MAX, ZIP_TICKETS_MAX, ZIPS_AT_ONCE_MAX};
use crate::refused::Refused;
use crate::session::bearer::Bearer;
use http::StatusCode;
use http::request::Parts;
use identity::Caller;
use ring::rand::{SecureRandom, SystemRandom};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is to be downloaded, and as whom.
#[derive(Debug)]
pub(super) struct Ticket {
    /// The request that asked for it.
    pub(super) parts: Parts,
    pub(super) caller: Arc<Caller>,
    /// How he had shown who he is: he may be deleted, or be allowed less, while it is downloaded.
    pub(super) bearer: Option<Bearer>,
    pub(super) bucket: String,
    pub(super) keys: Vec<String>,
    pub(super) prefix: Option<String>,
}

impl Ticket {
    fn bytes(&self) -> usize {
        let keys = self.keys.iter().map(|key| key.len() + size_of::<String>());
        let prefix = self.prefix.as_ref().map_or(0, String::len);
        keys.sum::<usize>() + prefix + size_of::<Ticket>()
    }
}

#[derive(Debug)]
pub(crate) struct Tickets {
    issued: Mutex<HashMap<[u8; 16], (Instant, Ticket)>>,
    /// Downloads that run.
    slots: Arc<Semaphore>,
}

impl Default for Tickets {
    fn default() -> Self {
        Self {
            issued: Mutex::default(),
            slots: Arc::new(Semaphore::new(ZIPS_AT_ONCE_MAX)),
        }
    }
}

impl Tickets {
    pub(super) fn issue(&self, ticket: Ticket) -> Result<String, Refused> {
        let mut id = [0; 16];
        let filled = SystemRandom::new().fill(&mut id);
        filled.map_err(|error| Refused::failure("random numbers", &error))?;
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.retain(|_, (since, _)| is_good(*since));
        let bytes: usize = issued.values().map(|(_, ticket)| ticket.bytes()).sum();
        if issued.len() >= ZIP_TICKETS_MAX || bytes + ticket.bytes() > ZIP_TICKETS_BYTES_MAX {
            return Err(busy(
                "Too many downloads have been asked for and not begun.",
            ));
        }
        issued.insert(id, (Instant::now(), ticket));
        Ok(hex::encode(id))
    }

    /// Takes a ticket, which is good no more, and a place among those that download.
    pub(super) fn redeem(&self, id: &str) -> Result<(Ticket, OwnedSemaphorePermit), Refused> {
        let missing = || {
            let message = "This link has been used, or has expired: ask for another one.";
            Refused::not_found("NoSuchDownload", message)
        };
        let mut key = [0; 16];
        hex::decode_to_slice(id, &mut key).map_err(|_| missing())?;
        let slot = Arc::clone(&self.slots).try_acquire_owned();
        let slot = slot.map_err(|_| busy("Too many people download a ZIP at once."))?;
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let found = issued.remove(&key).filter(|(since, _)| is_good(*since));
        let (_, ticket) = found.ok_or_else(missing)?;
        Ok((ticket, slot))
    }
}

fn is_good(since: Instant) -> bool {
    since.elapsed() < Duration::from_secs(ZIP_TICKET_SECONDS)
}

fn busy(message: &'static str) -> Refused {
    Refused {
        retry_after_seconds: Some(ZIP_TICKET_SECONDS),
        ..Refused::new(StatusCode::SERVICE_UNAVAILABLE, "TooManyDownloads", message)
    }
}
