//! The spellings of time in the protocol.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use time::format_description::well_known::{Iso8601, Rfc2822};
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

/// `2009-10-12T17:50:30.000Z`, as XML documents have it.
pub(crate) fn push_iso8601(out: &mut Vec<u8>, time: SystemTime) {
    let (utc, milliseconds) = civil(time);
    let mut text = *b"0000-00-00T00:00:00.000Z";
    put_civil(&mut text, &utc);
    put_digits(&mut text[20..23], milliseconds);
    out.extend_from_slice(&text);
}

/// `2009-10-12T17:50:30Z`, as IAM has it.
pub(crate) fn iso8601_seconds(time: SystemTime) -> String {
    let mut text = *b"0000-00-00T00:00:00Z";
    put_civil(&mut text, &civil(time).0);
    String::from_utf8_lossy(&text).into_owned()
}

/// Date and time of day into their places in front of what follows: a listing writes a thousand
/// of these a page.
fn put_civil(text: &mut [u8], utc: &OffsetDateTime) {
    let (year, month, day) = (year(utc), u8::from(utc.month()), utc.day());
    put_digits(&mut text[0..4], year);
    put_digits(&mut text[5..7], month.into());
    put_digits(&mut text[8..10], day.into());
    put_digits(&mut text[11..13], utc.hour().into());
    put_digits(&mut text[14..16], utc.minute().into());
    put_digits(&mut text[17..19], utc.second().into());
}

/// The same as text, for headers.
pub(crate) fn iso8601(time: SystemTime) -> String {
    let mut out = Vec::with_capacity(24);
    push_iso8601(&mut out, time);
    String::from_utf8_lossy(&out).into_owned()
}

/// Reads any moment in the extended form of ISO 8601. One without an offset is meant as UTC.
pub(crate) fn parse_iso8601(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    if let Ok(moment) = OffsetDateTime::parse(text, &Iso8601::DEFAULT) {
        return Some(moment.into());
    }
    let local = PrimitiveDateTime::parse(text, &Iso8601::DEFAULT).ok()?;
    Some(local.assume_utc().into())
}

/// `20130524T000000Z`, as signatures have it.
pub(crate) fn basic_iso8601(time: SystemTime) -> String {
    let (utc, _) = civil(time);
    let mut out = String::with_capacity(16);
    let date = (year(&utc), u8::from(utc.month()), utc.day());
    let clock = (utc.hour(), utc.minute(), utc.second());
    use std::fmt::Write as _;
    // Writing to a `String` cannot fail.
    let _ = write!(
        out,
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        date.0, date.1, date.2, clock.0, clock.1, clock.2
    );
    out
}

/// Reads `20130524T000000Z`.
pub(crate) fn parse_basic_iso8601(text: &[u8]) -> Option<SystemTime> {
    let [date @ .., b'Z'] = text else { return None };
    if date.len() != 15 || date[8] != b'T' {
        return None;
    }
    let day = parse_date(&date[..8])?;
    let hour = digits(&date[9..11])?;
    let minute = digits(&date[11..13])?;
    let second = digits(&date[13..15])?;
    let narrow = |value: u32| u8::try_from(value).ok();
    let clock = Time::from_hms(narrow(hour)?, narrow(minute)?, narrow(second)?).ok()?;
    Some(OffsetDateTime::new_utc(day, clock).into())
}

/// Reads the eight digits of a credential scope; only valid dates pass.
pub(crate) fn parse_date(text: &[u8]) -> Option<Date> {
    if text.len() != 8 {
        return None;
    }
    let year = i32::try_from(digits(&text[..4])?).ok()?;
    let month = Month::try_from(u8::try_from(digits(&text[4..6])?).ok()?).ok()?;
    Date::from_calendar_date(year, month, u8::try_from(digits(&text[6..8])?).ok()?).ok()
}

/// `Wed, 12 Oct 2009 17:50:00 GMT`. A header has whole seconds: cut off, never rounded up, so
/// that what a client got as `Last-Modified` is never later than the object.
pub(crate) fn http_date(time: SystemTime) -> String {
    httpdate::fmt_http_date(time)
}

/// Reads any of the three forms HTTP allows.
pub(crate) fn parse_http_date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}

/// Reads the form of dates in mail, which says its offset in numbers: some signers send it.
pub(crate) fn parse_mail_date(text: &str) -> Option<SystemTime> {
    let parsed = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    Some(parsed.into()).filter(|time| *time >= UNIX_EPOCH)
}

/// Cuts off the fraction of a second, for comparison with what a header can say.
pub(crate) fn whole_seconds(time: SystemTime) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(since_epoch(time).as_secs())
}

/// Times before 1970 count as 1970: no object is older.
fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn civil(time: SystemTime) -> (OffsetDateTime, u32) {
    let elapsed = since_epoch(time);
    let utc = i64::try_from(elapsed.as_secs())
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    (utc, elapsed.subsec_millis())
}

fn year(utc: &OffsetDateTime) -> u32 {
    u32::try_from(utc.year()).unwrap_or(0)
}

fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0u32, |value, &byte| {
        byte.is_ascii_digit()
            .then(|| value * 10 + u32::from(byte - b'0'))
    })
}

fn put_digits(places: &mut [u8], mut value: u32) {
    for place in places.iter_mut().rev() {
        *place = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
    }
}

#[cfg(test)]
mod tests;
