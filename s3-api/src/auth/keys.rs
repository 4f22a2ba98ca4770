//! Derived signing keys, kept for the day they are good for.

use super::scope::Scope;
use crate::date::parse_date;
use crate::limits::SIGNING_KEYS_MAX;
use identity::model::Secret;
use ring::hmac;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

/// At most [`SIGNING_KEYS_MAX`] keys, by credential scope. When full it starts anew: deriving a
/// key costs microseconds, keeping track of their use would cost more.
#[derive(Default)]
pub(crate) struct SigningKeys {
    entries: RwLock<HashMap<Box<str>, Entry>>,
}

struct Entry {
    /// The secret it was derived from; another one makes the entry stale.
    secret: Secret,
    key: Arc<hmac::Key>,
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeys(..)")
    }
}

impl SigningKeys {
    /// The kept key, or a derived one that is not kept yet.
    pub(crate) fn find(&self, scope: &Scope<'_>, secret: &Secret) -> FoundKey {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        match entries.get(scope.text) {
            Some(entry) if entry.secret == *secret => FoundKey::Kept(Arc::clone(&entry.key)),
            _ => FoundKey::Derived(Arc::new(derive(scope, secret.expose()))),
        }
    }

    /// Keeps a key that has proved itself: only a valid signature may take room.
    pub(crate) fn keep(&self, scope: &Scope<'_>, secret: &Secret, key: &Arc<hmac::Key>) {
        let entry = Entry {
            secret: secret.clone(),
            key: Arc::clone(key),
        };
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= SIGNING_KEYS_MAX {
            entries.clear();
        }
        entries.insert(scope.text.into(), entry);
    }
}

/// A signing key and whether it was kept before.
pub(crate) enum FoundKey {
    Kept(Arc<hmac::Key>),
    Derived(Arc<hmac::Key>),
}

impl FoundKey {
    pub(crate) fn key(&self) -> &Arc<hmac::Key> {
        match self {
            FoundKey::Kept(key) | FoundKey::Derived(key) => key,
        }
    }
}

fn derive(scope: &Scope<'_>, secret: &str) -> hmac::Key {
    // A scope holds a valid date; at midnight UTC its text form is the same eight digits again.
    let time = parse_date(scope.date.as_bytes()).map_or(SystemTime::UNIX_EPOCH, |date| {
        date.midnight().assume_utc().into()
    });
    let key = aws_sigv4::sign::v4::generate_signing_key(secret, time, scope.region, scope.service);
    hmac::Key::new(hmac::HMAC_SHA256, key.as_ref())
}

#[cfg(test)]
mod tests;
