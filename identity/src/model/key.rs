//! Access keys and their secrets.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Seconds;

/// A secret access key. It shows itself to nobody who prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    pub fn new(text: &str) -> Self {
        Secret(text.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Holder {
    /// The root of an account, by canonical id.
    Account(String),
    /// By unique id.
    User(String),
}

impl Holder {
    /// The id under which policies and keys of the holder are kept.
    pub fn id(&self) -> &str {
        match self {
            Holder::Account(id) | Holder::User(id) => id,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    pub id: String,
    pub holder: Holder,
    pub created: Seconds,
    pub active: bool,
    /// From then on it is unknown.
    #[serde(default)]
    pub expires: Option<Seconds>,
    /// A policy that restricts what the key may be used for, whatever its holder may do.
    #[serde(default)]
    pub restriction: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    /// The secret, sealed under the server's master key.
    pub sealed: String,
}
