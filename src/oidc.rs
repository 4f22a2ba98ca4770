//! Keys of providers of web identities, asked for where OpenID Connect says: the provider's
//! configuration first, then the key set that it names.
//!
//! The key set may be anywhere a stranger could reach, and on this machine or its network only where
//! the configuration came from there, too. Redirections are not followed.
//!
//! Anybody may send a token, signed by nobody, so what tokens can cause is bounded: one request at
//! a time to a provider, none to providers no account has named, and none again for a while after
//! one was made.

mod documents;
mod fetch;
mod reach;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use identity::model::Provider;
use identity::sts::{KeySource, KeysFuture};
use tokio::sync::Mutex;

use crate::limits::{OIDC_FRESH_MAX, OIDC_PAUSE_MIN, OIDC_PROVIDERS_KEPT_MAX, OIDC_WAIT_MAX};
use documents::KeySet;
use fetch::Fetcher;
use reach::Reach;

/// What providers have said, each under its URL.
#[derive(Debug)]
pub(crate) struct OidcKeys {
    fetcher: Fetcher,
    providers: std::sync::Mutex<HashMap<String, Arc<Mutex<Asked>>>>,
    /// Between two requests to one provider.
    pause: Duration,
}

/// What a provider said last, and when. Held while it is being asked.
#[derive(Debug, Default)]
struct Asked {
    last: Option<(Instant, Result<KeySet, String>)>,
}

impl OidcKeys {
    pub(crate) fn new() -> Self {
        Self::with(OIDC_WAIT_MAX, OIDC_PAUSE_MIN)
    }

    fn with(wait_max: Duration, pause: Duration) -> Self {
        OidcKeys {
            fetcher: Fetcher::new(wait_max),
            providers: std::sync::Mutex::default(),
            pause,
        }
    }

    /// Dropping the future leaves what was known before.
    async fn ask(&self, url: &str, key_id: Option<&str>) -> Result<Arc<str>, String> {
        let asked = self.place_of(url);
        let mut asked = asked.lock().await;
        if let Some(known) = asked.known(key_id, self.pause) {
            return known;
        }
        let keys = self.fetch(url).await;
        let answer = keys.as_ref().map(KeySet::document).map_err(String::clone);
        if let Err(why) = &keys {
            tracing::warn!(provider = url, why, "cannot have a provider's keys");
        }
        asked.last = Some((Instant::now(), keys));
        answer
    }

    async fn fetch(&self, url: &str) -> Result<KeySet, String> {
        let place = documents::configuration_of(url);
        let configuration = self.fetcher.get(&place, Reach::Anywhere).await?;
        let key_set = documents::key_set_of(url, &configuration.bytes)?;
        // Where it came from, not where its name points by now.
        let reach = Reach::from(configuration.from);
        KeySet::parse(&self.fetcher.get(&key_set, reach).await?.bytes)
    }

    fn place_of(&self, url: &str) -> Arc<Mutex<Asked>> {
        let providers = self.providers.lock();
        let mut providers = providers.unwrap_or_else(PoisonError::into_inner);
        if providers.len() >= OIDC_PROVIDERS_KEPT_MAX && !providers.contains_key(url) {
            providers.clear();
        }
        Arc::clone(providers.entry(url.to_owned()).or_default())
    }
}

impl Asked {
    /// What was said, if it is not to be asked again: it is young and has the key, or it is so
    /// young that asking again would be a nuisance.
    fn known(&self, key_id: Option<&str>, pause: Duration) -> Option<Result<Arc<str>, String>> {
        let (when, said) = self.last.as_ref()?;
        let age = when.elapsed();
        let will_do = match said {
            Ok(keys) => age < OIDC_FRESH_MAX && keys.has(key_id),
            Err(_) => false,
        };
        (will_do || age < pause).then(|| said.as_ref().map(KeySet::document).map_err(String::clone))
    }
}

impl KeySource for OidcKeys {
    fn keys<'a>(&'a self, provider: &'a Provider, key_id: Option<&'a str>) -> KeysFuture<'a> {
        Box::pin(self.ask(&provider.url, key_id))
    }
}
