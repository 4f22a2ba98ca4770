//! What a provider's two documents say. Pure.

use std::sync::Arc;

use serde::Deserialize;

#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kid: Option<String>,
}

/// A key set as it came, and what its keys are called.
#[derive(Debug)]
pub(super) struct KeySet {
    document: Arc<str>,
    ids: Vec<String>,
}

/// Where a provider keeps its configuration.
pub(super) fn configuration_of(url: &str) -> String {
    let url = url.trim_end_matches('/');
    format!("{url}/.well-known/openid-configuration")
}

/// Where the key set is. A configuration that speaks for another issuer is none of this one's.
pub(super) fn key_set_of(url: &str, configuration: &[u8]) -> Result<String, String> {
    let configuration: Configuration = serde_json::from_slice(configuration)
        .map_err(|_| "the provider's configuration cannot be read".to_owned())?;
    let bare = |url: &str| url.trim_end_matches('/').to_owned();
    match bare(&configuration.issuer) == bare(url) {
        true => Ok(configuration.jwks_uri),
        false => Err("the provider's configuration is another issuer's".to_owned()),
    }
}

impl KeySet {
    pub(super) fn parse(document: &[u8]) -> Result<Self, String> {
        let unreadable = || "the provider's keys cannot be read".to_owned();
        let text = std::str::from_utf8(document).map_err(|_| unreadable())?;
        let keys: Keys = serde_json::from_str(text).map_err(|_| unreadable())?;
        Ok(KeySet {
            document: text.into(),
            ids: keys.keys.into_iter().filter_map(|key| key.kid).collect(),
        })
    }

    pub(super) fn document(&self) -> Arc<str> {
        Arc::clone(&self.document)
    }

    /// A token that calls its key by no name is tried with all of them.
    pub(super) fn has(&self, key_id: Option<&str>) -> bool {
        key_id.is_none_or(|id| self.ids.iter().any(|known| known == id))
    }
}
