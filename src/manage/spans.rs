//! Times and how long ago they are, in words.

use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// `8 min`, `3 h 5 min`, `2 d 4 h`.
pub(crate) fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// `8 min`, since a time as the interface writes it. The text itself where it is no time, or one to
/// come: the clocks are not the same.
pub(crate) fn since(text: &str) -> String {
    let begun = OffsetDateTime::parse(text, &Rfc3339).map(SystemTime::from);
    let passed = begun.map(|begun| SystemTime::now().duration_since(begun));
    match passed {
        Ok(Ok(passed)) => duration(passed.as_secs()),
        _ => text.to_owned(),
    }
}

/// A time without the parts of its second.
pub(crate) fn to_the_second(text: &str) -> String {
    match OffsetDateTime::parse(text, &Rfc3339).map(|at| at.replace_nanosecond(0)) {
        Ok(Ok(at)) => at.format(&Rfc3339).unwrap_or_else(|_| text.to_owned()),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
