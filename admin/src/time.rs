//! Times as answers show them.

use crate::refused::Refused;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

pub(crate) fn shown(seconds: u64) -> String {
    behind_epoch(Duration::from_secs(seconds))
}

pub(crate) fn shown_milliseconds(milliseconds: u64) -> String {
    behind_epoch(Duration::from_millis(milliseconds))
}

pub(crate) fn of_system(at: SystemTime) -> String {
    behind_epoch(at.duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// `2026-11-26T04:05:06.078Z`: RFC 3339 in UTC, always as long, so that times sort as text. A row may
/// be of a time that no such text is of: it is shown as the last one.
fn behind_epoch(since: Duration) -> String {
    let nanoseconds = i128::try_from(since.as_nanos()).unwrap_or(i128::MAX);
    let at = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds);
    let at = at.unwrap_or_else(|_| PrimitiveDateTime::MAX.assume_utc());
    let (date, time) = (at.date(), at.time());
    let (hour, minute, second, millisecond) = time.as_hms_milli();
    let month = u8::from(date.month());
    format!(
        "{:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z",
        date.year(),
        date.day(),
    )
}

/// Reads what a client sends.
pub(crate) fn parse(field: &'static str, text: &str) -> Result<SystemTime, Refused> {
    let parsed = OffsetDateTime::parse(text, &Rfc3339);
    let parsed = parsed
        .map_err(|_| Refused::field(field, "A time looks like 2026-11-26T04:05:06Z (RFC 3339)."))?;
    // Answers show it in UTC, where it may be in a year of five digits.
    let in_utc = parsed.checked_to_offset(UtcOffset::UTC);
    let is_shown = in_utc.is_some_and(|it| (0..=9999).contains(&it.year()));
    match is_shown {
        true => Ok(parsed.into()),
        false => Err(Refused::field(
            field,
            format!("{text} is not within the years 0000 to 9999 of UTC."),
        )),
    }
}

/// Reads a time of HTTP.
pub(crate) fn of_http(text: &str) -> Option<SystemTime> {
    // HTTP names the zone as RFC 2822 did before it became obsolete.
    let parsed = OffsetDateTime::parse(&text.replace("GMT", "+0000"), &Rfc2822);
    parsed.ok().map(SystemTime::from)
}

pub(crate) fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

pub(crate) fn milliseconds(at: SystemTime) -> u64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
