//! The `Range` header: one range of bytes. Anything else is ignored, as HTTP allows and Amazon
//! does.

use std::ops::Range;

/// What a request gets of a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    Whole,
    Part(Range<u64>),
    /// The range lies behind the end.
    Unsatisfiable,
}

pub(crate) fn select(header: &[u8], size: u64) -> Selection {
    let Some((first, last)) = parse(header) else {
        return Selection::Whole;
    };
    match (first, last) {
        (None, Some(0)) => Selection::Unsatisfiable,
        (None, Some(_)) if size == 0 => Selection::Unsatisfiable,
        (None, Some(count)) => Selection::Part(size.saturating_sub(count)..size),
        (Some(first), _) if first >= size => Selection::Unsatisfiable,
        (Some(first), None) => Selection::Part(first..size),
        (Some(first), Some(last)) => Selection::Part(first..last.saturating_add(1).min(size)),
        (None, None) => Selection::Whole,
    }
}

/// `bytes=first-last`, either of which may be missing, but not both.
fn parse(header: &[u8]) -> Option<(Option<u64>, Option<u64>)> {
    let text = std::str::from_utf8(header).ok()?.trim();
    let (unit, range) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    let first = position(first.trim())?;
    let last = position(last.trim())?;
    match (first, last) {
        (None, None) => None,
        (Some(first), Some(last)) if last < first => None,
        ends => Some(ends),
    }
}

/// A number, or nothing where there is none; `None` where it is something else.
fn position(text: &str) -> Option<Option<u64>> {
    if text.is_empty() {
        return Some(None);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Too many digits for a number name a place behind the end of everything.
    Some(Some(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests;
