//! How many connections one address may have, so that no single one keeps all others out.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use s3_api::network;

pub(crate) struct Shares {
    most: usize,
    /// Behind a proxy there are many, and it tells them apart itself.
    is_many: Box<dyn Fn(IpAddr) -> bool + Send + Sync>,
    held: Mutex<HashMap<[u8; 9], usize>>,
}

/// Given back when it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    of: Arc<Shares>,
    place: Option<[u8; 9]>,
}

impl fmt::Debug for Shares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shares({})", self.most)
    }
}

impl Shares {
    pub(crate) fn new(
        most: usize,
        is_many: impl Fn(IpAddr) -> bool + Send + Sync + 'static,
    ) -> Arc<Shares> {
        Arc::new(Shares {
            most,
            is_many: Box::new(is_many),
            held: Mutex::default(),
        })
    }

    /// Nothing where the address has all it may have.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Share> {
        let address = address.to_canonical();
        let place = (!(self.is_many)(address)).then(|| network(address));
        if let Some(place) = place {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            let count = held.entry(place).or_default();
            if *count == self.most {
                return None;
            }
            *count += 1;
        }
        let of = Arc::clone(self);
        Some(Share { of, place })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let Some(place) = self.place else { return };
        let mut held = self.of.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.get_mut(&place) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(held.remove(&place)),
        }
    }
}

#[cfg(test)]
mod tests;
