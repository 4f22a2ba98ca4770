//! How things are written in a line.

use crate::encoding::{Keep, push_percent_encoded};
use http::{HeaderMap, HeaderName};
use std::time::SystemTime;

/// It is unknown, or there is no such thing.
pub(super) const NOTHING: &str = "-";

pub(super) fn nothing() -> String {
    NOTHING.to_owned()
}

pub(super) fn or_nothing(value: Option<impl ToString>) -> String {
    value.map_or_else(nothing, |value| value.to_string())
}

pub(super) fn encoded(key: &[u8]) -> String {
    if key.is_empty() {
        return nothing();
    }
    let mut out = Vec::with_capacity(key.len());
    push_percent_encoded(&mut out, key, Keep::Slash);
    String::from_utf8_lossy(&out).into_owned()
}

/// What clients say must not end a field, or a line.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("%22"),
            letter if letter.is_control() => {
                out.push_str(&format!("%{:02X}", u32::from(letter)));
            }
            letter => out.push(letter),
        }
    }
    out
}

pub(super) fn header(headers: &HeaderMap, name: &HeaderName) -> String {
    let Some(value) = headers.get(name) else {
        return nothing();
    };
    let text = quoted(&String::from_utf8_lossy(value.as_bytes()));
    match text.is_empty() {
        true => nothing(),
        false => text,
    }
}

pub(super) fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// `06/Feb/2019:00:00:38 +0000`
pub(super) fn log_time(time: SystemTime) -> String {
    let form = time::macros::format_description!(
        "[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000"
    );
    let utc = time::OffsetDateTime::from(time);
    utc.format(&form).unwrap_or_default()
}
