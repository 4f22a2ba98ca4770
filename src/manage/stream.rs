//! Lists that are shown while they come: there may be more of them than memory holds.

use serde_json::Value;

use super::table::{Flow, Table};
use crate::cli::JsonArgs;
use crate::output::{Tint, say};

/// Items for people, as rows beneath a head, or for programs, one document a line.
pub(crate) struct Stream {
    is_json: bool,
    tint: Tint,
    flow: Flow,
}

impl Stream {
    pub(crate) fn new(json: &JsonArgs, head: &'static [&'static str]) -> Stream {
        let tint = Tint::of_standard_output();
        Stream {
            is_json: json.wanted,
            tint,
            flow: Flow::new(head, tint),
        }
    }

    /// What people are shown before the first item.
    pub(crate) fn begin_with(&self, table: &Table) {
        if !self.is_json {
            say(&table.render(self.tint));
        }
    }

    pub(crate) fn show(&mut self, items: &[Value], row: fn(&Value) -> Vec<String>) {
        let text = match self.is_json {
            true => items.iter().map(|item| format!("{item}\n")).collect(),
            false => self.flow.render(items.iter().map(row)),
        };
        say(&text);
    }
}
