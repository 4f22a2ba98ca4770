//! Whether a declared bucket keeps versions: yes or no, as commands and the interface say it, or in S3's
//! words.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use super::Versioning;

impl<'de> Deserialize<'de> for Versioning {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Versioning, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Versioning;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false, \"enabled\" or \"suspended\"")
    }

    fn visit_bool<E: Error>(self, keeps: bool) -> Result<Versioning, E> {
        Ok(match keeps {
            true => Versioning::Enabled,
            false => Versioning::Off,
        })
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Versioning, E> {
        match word.to_ascii_lowercase().as_str() {
            "enabled" => Ok(Versioning::Enabled),
            "suspended" => Ok(Versioning::Suspended),
            _ => Err(E::invalid_value(Unexpected::Str(word), &self)),
        }
    }
}
