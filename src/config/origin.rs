//! Where a value came from, and what is wrong with it.

use std::fmt;
use std::path::PathBuf;

use super::setting::{Setting, Sight};
use crate::telemetry::printable::Printable;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    /// What a server is given that leaves nothing behind.
    Ephemeral,
    File(PathBuf, usize),
    Environment(String),
    Flag(String),
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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Fault(pub(super) String);

impl Fault {
    pub(crate) fn new(what: String) -> Fault {
        Fault(what)
    }

    /// Of a value. A secret one is not repeated.
    pub(super) fn of(setting: &Setting, values: &[String], origin: &Origin, what: &str) -> Fault {
        let place = match origin {
            Origin::File(..) => format!("{origin}: {}", setting.name),
            Origin::Flag(_) | Origin::Environment(_) => origin.to_string(),
            Origin::Default | Origin::Ephemeral => format!("{} ({origin})", setting.name),
        };
        Fault(match setting.sight {
            Sight::Open => {
                let joined = values.join(" ");
                format!("{place} \"{}\": {what}", Printable(&joined))
            }
            Sight::Secret => format!("{place}: {what}"),
        })
    }

    /// Of a place in a file, and all that stands there.
    pub(super) fn at(path: &std::path::Path, line: usize, what: impl fmt::Display) -> Fault {
        Fault(format!("{}:{line}: {what}", path.display()))
    }
}

/// What somebody most likely meant.
pub(super) fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const ALIKE_MIN: f64 = 0.8;
    let measured = known.map(|name| (strsim::jaro_winkler(typed, name), name));
    let best = measured.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= ALIKE_MIN).then_some(best.1)
}
