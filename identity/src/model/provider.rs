//! Providers of web identities.

use serde::{Deserialize, Serialize};

use super::{Seconds, Tag};

/// An OpenID Connect provider whose tokens an account trusts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    pub space: String,
    /// With its scheme, as tokens name it.
    pub url: String,
    /// Audiences that are accepted.
    pub clients: Vec<String>,
    pub thumbprints: Vec<String>,
    pub tags: Vec<Tag>,
    pub created: Seconds,
}

impl Provider {
    /// The URL without its scheme: its name, and the prefix of its condition keys.
    pub fn host_and_path(&self) -> &str {
        host_and_path(&self.url)
    }

    pub fn arn(&self) -> String {
        format!(
            "arn:aws:iam::{}:oidc-provider/{}",
            self.space,
            self.host_and_path()
        )
    }
}

pub(crate) fn host_and_path(url: &str) -> &str {
    let rest = url.strip_prefix("https://");
    rest.or_else(|| url.strip_prefix("http://")).unwrap_or(url)
}
