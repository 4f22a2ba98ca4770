//! Where in a document a statement stands, for people who look for it.

use serde::Deserialize;
use serde_json::value::RawValue;

/// Both count from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(rename = "Statement", borrow)]
    statement: &'a RawValue,
}

/// The first character of a statement and the one behind its last. `number` counts from 0.
pub(crate) fn of_statement(document: &str, number: usize) -> Option<(Position, Position)> {
    let outline: Outline<'_> = serde_json::from_str(document).ok()?;
    let all = outline.statement.get();
    let one = match all.starts_with('[') {
        true => {
            let list: Vec<&RawValue> = serde_json::from_str(all).ok()?;
            list.get(number)?.get()
        }
        false => Some(all).filter(|_| number == 0)?,
    };
    // It is a part of the document, not a copy.
    let from = (one.as_ptr() as usize).checked_sub(document.as_ptr() as usize)?;
    let start = place(document.get(..from)?);
    let end = place(document.get(..from + one.len())?);
    Some((start, end))
}

/// Behind that text.
fn place(before: &str) -> Position {
    let line = before.rsplit('\n').next().unwrap_or_default();
    Position {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    }
}

#[cfg(test)]
mod tests;
