//! Where a value came from, and what is wrong with it.

use std::fmt;
use std::path::PathBuf;

use super::setting::{Setting, Sight};
use crate::telemetry::printable::Printable;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    File(PathBuf, usize),
    Environment(String),
    Flag(String),
    /// What a server is given that leaves nothing behind.
    Ephemeral,
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::Ephemeral => f.write_str("--ephemeral"),
            Origin::File(path, line) => write!(f, "{}:{line}", path.display()),
            Origin::Environment(name) | Origin::Flag(name) => f.write_str(name),
        }
    }
}

/// Why a configuration cannot be used, in one line: where, what, and what was expected.
///
/// In the order of their places: those of a file by their lines, then those of the environment, then
/// those of flags.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{text}")]
pub(crate) struct Fault {
    /// Several, where values do not fit together. What has no place comes first.
    places: Vec<Origin>,
    text: String,
}

impl Fault {
    pub(crate) fn new(text: String) -> Fault {
        Fault {
            places: Vec::new(),
            text,
        }
    }

    pub(crate) fn placed(origin: &Origin, what: impl fmt::Display) -> Fault {
        Fault {
            text: format!("{origin}: {what}"),
            places: vec![origin.clone()],
        }
    }

    /// Of values that do not fit together.
    pub(super) fn between(origins: Vec<Origin>, what: &str) -> Fault {
        let places: Vec<String> = origins.iter().map(Origin::to_string).collect();
        Fault {
            text: format!("{}: {what}", places.join(", ")),
            places: origins,
        }
    }

    /// Of a value. A secret one is not repeated.
    pub(super) fn of(setting: &Setting, values: &[String], origin: &Origin, what: &str) -> Fault {
        Fault {
            places: vec![origin.clone()],
            text: Fault::text(setting, values, origin, what),
        }
    }

    fn text(setting: &Setting, values: &[String], origin: &Origin, what: &str) -> String {
        let place = match origin {
            Origin::File(..) => format!("{origin}: {}", setting.name),
            Origin::Flag(_) | Origin::Environment(_) => origin.to_string(),
            Origin::Default | Origin::Ephemeral => format!("{} ({origin})", setting.name),
        };
        match setting.sight {
            Sight::Open => {
                let joined = values.join(" ");
                format!("{place} \"{}\": {what}", Printable(&joined))
            }
            Sight::Secret => format!("{place}: {what}"),
        }
    }

    /// Of a place in a file, and all that stands there.
    pub(super) fn at(path: &std::path::Path, line: usize, what: impl fmt::Display) -> Fault {
        Fault::placed(&Origin::File(path.to_owned(), line), what)
    }
}

/// What somebody most likely meant.
pub(super) fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const ALIKE_MIN: f64 = 0.8;
    let measured = known.map(|name| (strsim::jaro_winkler(typed, name), name));
    let best = measured.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= ALIKE_MIN).then_some(best.1)
}
