//! Rows and columns: aligned and with a head where somebody looks, else one row a line, with tabs
//! between its cells, for programs that want no JSON.

use std::borrow::Cow;

use serde_json::Value;

use crate::output::Tint;
use crate::telemetry::printable::Legible;

/// What stands for nothing.
pub(crate) const NOTHING: &str = "-";

#[derive(Debug)]
pub(crate) struct Table {
    head: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &'static [&'static str]) -> Table {
        Table {
            head,
            rows: Vec::new(),
        }
    }

    pub(crate) fn of<'v, T: 'v>(
        head: &'static [&'static str],
        items: impl IntoIterator<Item = &'v T>,
        row: impl Fn(&'v T) -> Vec<String>,
    ) -> Table {
        let mut table = Table::new(head);
        for item in items {
            table.push(row(item));
        }
        table
    }

    pub(crate) fn push(&mut self, row: Vec<String>) {
        debug_assert_eq!(row.len(), self.head.len());
        self.rows.push(row.iter().map(|cell| shown(cell)).collect());
    }

    pub(crate) fn render(&self, tint: Tint) -> String {
        match tint.is_for_people() && self.rows.is_empty() {
            true => "none\n".to_owned(),
            false => Flow::new(self.head, tint).part(self),
        }
    }

    fn width(&self, at: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(at));
        let widest = cells.map(|cell| cell.chars().count()).max();
        widest.unwrap_or(0).max(self.head[at].chars().count())
    }
}

/// A table that is shown part by part: its columns are as wide as the first part wants them.
#[derive(Debug)]
pub(crate) struct Flow {
    head: &'static [&'static str],
    tint: Tint,
    widths: Vec<usize>,
}

impl Flow {
    pub(crate) fn new(head: &'static [&'static str], tint: Tint) -> Flow {
        Flow {
            head,
            tint,
            widths: Vec::new(),
        }
    }

    /// The next part; the head stands before the first one that has rows.
    pub(crate) fn render(&mut self, rows: impl Iterator<Item = Vec<String>>) -> String {
        let mut table = Table::new(self.head);
        rows.for_each(|row| table.push(row));
        self.part(&table)
    }

    fn part(&mut self, table: &Table) -> String {
        if !self.tint.is_for_people() {
            let lines = table.rows.iter().map(|row| row.join("\t") + "\n");
            return lines.collect();
        }
        let mut text = String::new();
        if self.widths.is_empty() && !table.rows.is_empty() {
            self.widths = (0..self.head.len()).map(|at| table.width(at)).collect();
            let head: Vec<String> = self.head.iter().map(|name| name.to_uppercase()).collect();
            text = self.tint.bold(&line(&head, &self.widths)) + "\n";
        }
        for row in &table.rows {
            text.push_str(&line(row, &self.widths));
            text.push('\n');
        }
        text
    }
}

/// Cells padded to their columns, but for the last one.
fn line(cells: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
        text.push_str(cell);
        if at + 1 < cells.len() {
            let padding = width.saturating_sub(cell.chars().count()) + 2;
            text.extend(std::iter::repeat_n(' ', padding));
        }
    }
    text
}

/// One thing, by its properties.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(Cow<'static, str>, String)>);

impl Fields {
    pub(crate) fn with(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<String>,
    ) -> Fields {
        let name = shown(&name.into());
        self.0.push((name.into(), shown(&value.into())));
        self
    }

    /// What somebody has found out, field by field, each under its own name.
    pub(crate) fn with_report(self, report: &Value) -> Fields {
        match report {
            Value::Object(fields) => fields.iter().fold(self, |shown, (name, value)| {
                shown.with_reported(name.replace('_', " "), value)
            }),
            other => self.with_reported("report".to_owned(), other),
        }
    }

    /// A list has a line for each of its items.
    fn with_reported(self, name: String, value: &Value) -> Fields {
        match value {
            Value::Null => self,
            Value::String(text) => self.with(name, text),
            Value::Array(items) => items
                .iter()
                .fold(self, |shown, item| shown.with_item(name.clone(), item)),
            Value::Object(_) => self.with_report(value),
            other => self.with(name, other.to_string()),
        }
    }

    /// An item with several fields has what it is about in the first line, under the name of the list,
    /// which says why it is told; what belongs to it follows.
    fn with_item(self, name: String, item: &Value) -> Fields {
        let Value::Object(fields) = item else {
            return self.with_reported(name, item);
        };
        let is_one = |value: &Value| !(value.is_null() || value.is_array() || value.is_object());
        let Some((first, value)) = fields.iter().find(|(_, value)| is_one(value)) else {
            return self.with_report(item);
        };
        let rest = fields.iter().filter(|(name, _)| *name != first);
        let shown = self.with_reported(name, value);
        rest.fold(shown, |shown, (name, value)| {
            shown.with_reported(name.replace('_', " "), value)
        })
    }

    /// Leaves it out where there is nothing to say.
    pub(crate) fn maybe(self, name: &'static str, value: Option<impl Into<String>>) -> Fields {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(crate) fn render(&self, tint: Tint) -> String {
        let names = self.0.iter().map(|(name, _)| name.chars().count());
        let width = names.max().unwrap_or(0) + 2;
        let lines = self.0.iter().map(|(name, value)| {
            if !tint.is_for_people() {
                return format!("{name}\t{value}\n");
            }
            let padding = " ".repeat(width - name.chars().count());
            format!("{}{padding}{value}\n", tint.faint(name))
        });
        lines.collect()
    }
}

/// As it may be written to a terminal, whatever somebody has called something.
fn shown(cell: &str) -> String {
    match cell {
        "" => NOTHING.to_owned(),
        cell => Legible(cell).to_string(),
    }
}

#[cfg(test)]
mod tests;
