//! Until when a certificate is good. It is one date at a known place of its DER form (RFC 5280, 4.1),
//! for which a parser of everything in it would bring a dozen crates.

#[cfg(test)]
mod tests;

use time::{Date, Month, Time};

const SEQUENCE: u8 = 0x30;
/// In front of the version, where one stands.
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// In seconds since 1970; nothing where the certificate does not say so in its form.
pub(super) fn not_after(certificate: &[u8]) -> Option<u64> {
    let (whole, _) = element(certificate, SEQUENCE)?;
    let (mut fields, _) = element(whole, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        (_, fields) = any(fields)?;
    }
    // Its number, the algorithm of its signature, and who has made it.
    for _ in 0..3 {
        (_, fields) = any(fields)?;
    }
    let (validity, _) = element(fields, SEQUENCE)?;
    let (_, end) = any(validity)?;
    let (text, years) = match end.first()? {
        &UTC_TIME => (element(end, UTC_TIME)?.0, 2),
        _ => (element(end, GENERALIZED_TIME)?.0, 4),
    };
    seconds(text, years)
}

/// What is in the first element, which is of this kind, and what stands behind it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    any(bytes).filter(|_| bytes.first() == Some(&tag))
}

fn any(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = bytes.get(1..)?.split_first()?;
    let (length, rest) = match length {
        0..0x80 => (usize::from(length), rest),
        // How many bytes the length itself has.
        _ => {
            let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            let length = (digits.len() <= 4).then_some(digits)?;
            let add = |sum: usize, digit: &u8| sum << 8 | usize::from(*digit);
            (length.iter().fold(0, add), rest)
        }
    };
    rest.split_at_checked(length)
}

/// `YYMMDDHHMMSSZ`, or with four digits of the year.
fn seconds(text: &[u8], years: usize) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let is_whole = text.len() == years + 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = is_whole.then_some(text)?;
    let year: i32 = text.get(..years)?.parse().ok()?;
    let year = match (years, year) {
        (2, 0..50) => 2000 + year,
        (2, _) => 1900 + year,
        _ => year,
    };
    let pair = |at: usize| -> Option<u8> {
        let at = years + 2 * at;
        text.get(at..at + 2)?.parse().ok()
    };
    let month = Month::try_from(pair(0)?).ok()?;
    let date = Date::from_calendar_date(year, month, pair(1)?).ok()?;
    let time = Time::from_hms(pair(2)?, pair(3)?, pair(4)?).ok()?;
    u64::try_from(date.with_time(time).assume_utc().unix_timestamp()).ok()
}
