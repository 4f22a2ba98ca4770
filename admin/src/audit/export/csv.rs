//! Entries as RFC 4180 has them, harmless in a spreadsheet.
//!
//! A spreadsheet takes a cell that begins with one of a few signs for a formula, and a formula can
//! send away what is in the table, or start a program. What stands in a log is typed by anybody who
//! can fail to log in. So a cell that would be a formula gets an apostrophe in front, by which a
//! spreadsheet knows text. So does what follows a separator inside of a cell: where a comma is the
//! sign of decimals, spreadsheets cut at semicolons and do not see our quotes.

use super::super::Entry;
use crate::body::BodyError;
use csv::{Terminator, Writer, WriterBuilder};
use std::borrow::Cow;

const COLUMNS: [&str; 11] = [
    "time",
    "who",
    "credential",
    "from",
    "action",
    "target",
    "outcome",
    "status",
    "error",
    "request_id",
    "signed_with",
];

pub(super) fn head() -> Result<Vec<u8>, BodyError> {
    write(|writer| writer.write_record(COLUMNS))
}

pub(super) fn lines(entries: &[Entry]) -> Result<Vec<u8>, BodyError> {
    write(|writer| {
        entries
            .iter()
            .try_for_each(|entry| writer.write_record(cells(entry)))
    })
}

fn write(what: impl FnOnce(&mut Writer<Vec<u8>>) -> csv::Result<()>) -> Result<Vec<u8>, BodyError> {
    let mut builder = WriterBuilder::new();
    let mut writer = builder.terminator(Terminator::CRLF).from_writer(Vec::new());
    what(&mut writer).map_err(|error| BodyError::other(&error))?;
    let written = writer.into_inner();
    written.map_err(|error| BodyError::other(&error))
}

fn cells(entry: &Entry) -> [String; COLUMNS.len()] {
    [
        &entry.time,
        &entry.who,
        &entry.credential,
        &entry.from,
        &entry.action,
        &entry.target,
        entry.outcome.name(),
        &entry.status.to_string(),
        entry.error.as_deref().unwrap_or_default(),
        &entry.request_id,
        &entry.signed_with,
    ]
    .map(|cell| harmless(cell).into_owned())
}

/// The text, with an apostrophe before whatever would begin a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    let mut made = String::new();
    let mut taken = 0;
    let mut before = None;
    for (at, sign) in text.char_indices() {
        let is_formula = match before {
            None => is_operator(sign) || is_space(sign),
            Some(before) => is_operator(sign) && (before == ';' || is_space(before)),
        };
        if is_formula {
            made.push_str(&text[taken..at]);
            made.push('\'');
            taken = at;
        }
        before = Some(sign);
    }
    match made.is_empty() {
        true => Cow::Borrowed(text),
        false => Cow::Owned(made + &text[taken..]),
    }
}

/// What formulas begin with; in the wide forms, too, where people write in those.
fn is_operator(sign: char) -> bool {
    matches!(sign, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
}

/// What may be cut away, or cut at.
fn is_space(sign: char) -> bool {
    matches!(sign, '\t' | '\r' | '\n')
}

#[cfg(test)]
mod tests;
