//! Text from outside, made safe for a line of the log.

use std::fmt::{self, Write};

#[cfg(test)]
mod tests;

/// Shows text with everything escaped that could end the line, move the cursor or pass for another
/// field: control characters, what reorders or hides text, quotes and backslashes.
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '"' | '\\' => write!(f, "\\{c}"),
            _ => show(c, f),
        })
    }
}

/// The same for people, where no quotes stand around it: they and backslashes stay as they are.
pub(crate) struct Legible<'a>(pub(crate) &'a str);

impl fmt::Display for Legible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '"' | '\'' | '\\' => f.write_char(c),
            _ => show(c, f),
        })
    }
}

fn show(c: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match c {
        ' '..='~' => f.write_char(c),
        // Debug escapes what is not printable, format and bidirectional controls included.
        _ => write!(f, "{}", c.escape_debug()),
    }
}
