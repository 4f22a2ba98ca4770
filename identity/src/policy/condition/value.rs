//! Values of conditions, from their text.

use ipnet::IpNet;
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime, PrimitiveDateTime};

pub(crate) fn number(text: &str) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

pub(crate) fn bool_value(text: &str) -> Option<bool> {
    match () {
        () if text.eq_ignore_ascii_case("true") => Some(true),
        () if text.eq_ignore_ascii_case("false") => Some(false),
        () => None,
    }
}

pub(crate) fn binary(text: &str) -> Option<Vec<u8>> {
    base64_simd::STANDARD.decode_to_vec(text).ok()
}

/// An address alone is a network of one.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().ok();
    network.or_else(|| Some(IpNet::from(text.parse::<std::net::IpAddr>().ok()?)))
}

/// Milliseconds since 1970, from one of the forms of ISO 8601 or from seconds since 1970.
pub(crate) fn date(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return seconds.checked_mul(1000);
    }
    let whole = OffsetDateTime::parse(text, &Rfc3339).ok();
    let whole = whole.or_else(|| OffsetDateTime::parse(text, &Iso8601::PARSING).ok());
    let local = || PrimitiveDateTime::parse(text, &Iso8601::PARSING).ok();
    let day = || Some(Date::parse(text, &Iso8601::PARSING).ok()?.midnight());
    let time = whole.or_else(|| Some(local().or_else(day)?.assume_utc()))?;
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}
