//! What is stored of a key: a line about it, then each of its versions, sealed, in hexadecimal.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::KeyState;

const FORMAT: &str = "1";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) state: KeyState,
    pub(super) created_milliseconds: u64,
    /// Oldest first.
    pub(super) versions: Vec<Vec<u8>>,
}

impl Row {
    pub(super) fn encode(&self) -> Vec<u8> {
        let state = match self.state {
            KeyState::Enabled => "enabled",
            KeyState::Disabled => "disabled",
        };
        let mut text = format!("{FORMAT} {state} {}", self.created_milliseconds);
        for version in &self.versions {
            text.push('\n');
            text.push_str(&hex::encode(version));
        }
        text.into_bytes()
    }

    /// Nothing, if it is no row of ours.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut lines = std::str::from_utf8(bytes).ok()?.split('\n');
        let mut about = lines.next()?.split(' ');
        let format = about.next()?;
        let state = match about.next()? {
            "enabled" => KeyState::Enabled,
            "disabled" => KeyState::Disabled,
            _ => return None,
        };
        let created_milliseconds = about.next()?.parse().ok()?;
        let versions: Option<Vec<_>> = lines.map(|line| hex::decode(line).ok()).collect();
        let versions = versions.filter(|versions| !versions.is_empty())?;
        (format == FORMAT && about.next().is_none()).then_some(Self {
            state,
            created_milliseconds,
            versions,
        })
    }

    pub(super) fn created(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.created_milliseconds)
    }
}
