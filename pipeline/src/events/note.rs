//! What goes along with a change: who asked to be told, and what the engine does not know of it.

use serde::{Deserialize, Serialize};
use storage_engine::ids::Timestamp;
use storage_engine::{Note, Notes};

use super::configuration::Configuration;
use super::name::EventName;

/// First byte of a stored note.
const FORMAT: u8 = 1;

/// Where a change comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub bucket: String,
    pub bucket_owner: String,
    /// Whoever asked for the change.
    pub principal: String,
    pub address: String,
    pub request_id: String,
    pub host_id: String,
}

/// What a note says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) event: EventName,
    pub(super) rule: String,
    pub(super) origin: Origin,
    /// Since when it is to be told once more, after it was given up.
    pub(super) again: Option<Timestamp>,
    /// Why it was given up.
    pub(super) reason: Option<String>,
    /// How often it was tried in vain before that, where that is known. Stands behind all else, so
    /// that notes without it are read as well.
    #[serde(skip)]
    pub(super) tries: u32,
}

impl Told {
    /// None for what is no note of ours.
    pub(super) fn read(bytes: &[u8]) -> Option<Told> {
        let [FORMAT, packed @ ..] = bytes else {
            return None;
        };
        let (mut told, rest): (Told, _) = postcard::take_from_bytes(packed).ok()?;
        told.tries = postcard::from_bytes(rest).unwrap_or_default();
        Some(told)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // A plain structure in memory always encodes.
        let bytes = postcard::to_extend(self, vec![FORMAT]).unwrap_or_default();
        match self.tries {
            0 => bytes,
            tries => postcard::to_extend(&tries, bytes).unwrap_or_default(),
        }
    }
}

/// The notes for a change of a key that may turn out to be any of these events.
pub fn notes(
    configuration: &Configuration,
    key: &[u8],
    events: &[EventName],
    origin: impl Fn() -> Origin,
) -> Notes {
    let asked = events.iter().flat_map(|event| {
        let rules = configuration.about(*event, key);
        rules.map(move |rule| (*event, rule))
    });
    let note = |(event, rule): (EventName, &super::configuration::Rule)| {
        let told = Told {
            event,
            rule: rule.id.clone(),
            origin: origin(),
            again: None,
            reason: None,
            tries: 0,
        };
        Note {
            queue: rule.target.target().to_owned(),
            on: event.happens_when(),
            text: told.to_bytes().into(),
        }
    };
    asked.map(note).collect()
}
