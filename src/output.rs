//! What commands show.

use std::io::{self, IsTerminal, Write};

pub(crate) fn say(text: &str) {
    // If nobody listens there is nobody to tell; the exit code tells all the same.
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

/// Whether somebody looks, and whether colours are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tint {
    /// A program reads it.
    Piped,
    /// On a terminal whose owner wants none, or that has none.
    Plain,
    Coloured,
}

impl Tint {
    pub(crate) fn of_standard_output() -> Tint {
        Tint::of(io::stdout().is_terminal())
    }

    pub(crate) fn of_standard_error() -> Tint {
        Tint::of(io::stderr().is_terminal())
    }

    fn of(is_terminal: bool) -> Tint {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match (is_terminal, is_set("NO_COLOR") || is_dumb) {
            (false, _) => Tint::Piped,
            (true, true) => Tint::Plain,
            (true, false) => Tint::Coloured,
        }
    }

    pub(crate) fn is_for_people(self) -> bool {
        self != Tint::Piped
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(crate) fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.with("31", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        match self {
            Tint::Coloured => format!("\x1b[{code}m{text}\x1b[0m"),
            Tint::Plain | Tint::Piped => text.to_owned(),
        }
    }
}
