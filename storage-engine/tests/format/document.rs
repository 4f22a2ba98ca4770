//! Reading what a document says: its tables, by heading and name of the first column.

use std::fs;
use std::path::Path;

/// The cells of a row, trimmed.
pub(crate) type Row = Vec<String>;

pub(crate) struct Document {
    text: String,
    name: String,
}

impl Document {
    pub(crate) fn read(name: &str) -> Document {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../docs")
            .join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        Document {
            text,
            name: name.to_owned(),
        }
    }

    /// The rows of the table whose first column is called `first`, in the part under `heading`.
    pub(crate) fn table(&self, heading: &str, first: &str) -> Vec<Row> {
        let is_heading = |line: &str| line.trim_start_matches('#').trim() == heading;
        let lines = self
            .text
            .lines()
            .skip_while(|line| !(line.starts_with('#') && is_heading(line)));
        let table = lines.skip_while(|line| cells(line).first().is_none_or(|cell| cell != first));
        let rows: Vec<Row> = table
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .map(cells)
            .collect();
        assert!(
            !rows.is_empty(),
            "{}: no table of {first} under {heading}",
            self.name
        );
        rows
    }

    /// The context of a derived key.
    pub(crate) fn context(&self, name: &str) -> String {
        let table = self.table("Keys", "for");
        plain(&table.iter().find(|row| row[0] == name).unwrap()[1])
    }
}

fn cells(line: &str) -> Row {
    let line = line
        .strip_prefix('|')
        .and_then(|line| line.strip_suffix('|'));
    let cells = line.map(|line| line.split('|').map(|cell| cell.trim().to_owned()));
    cells.map(Iterator::collect).unwrap_or_default()
}

/// A cell without its backticks.
pub(crate) fn plain(cell: &str) -> String {
    cell.trim_matches('`').to_owned()
}

/// The document and the code name the same constants, with the same values.
pub(crate) fn assert_numbers(rows: &[Row], code: &[(&str, u64)]) {
    let documented: Vec<(String, u64)> = rows
        .iter()
        .map(|row| (plain(&row[0]), row[1].parse().unwrap()))
        .collect();
    let code: Vec<(String, u64)> = code
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value))
        .collect();
    assert_eq!(documented, code);
}

/// The key that a pattern such as `bucket u64, esc(key), !sequence u64` makes of samples.
pub(crate) fn index_key(table: &str, pattern: &str, number: u64, key: &[u8]) -> Vec<u8> {
    let text = |name: &str| match name {
        "name" | "queue" => b"name".to_vec(),
        "key" => key.to_vec(),
        other => panic!("{other}"),
    };
    let mut bytes = vec![u8::from_str_radix(table, 16).unwrap()];
    for field in plain(pattern).split(", ") {
        if let Some(name) = field
            .strip_prefix("esc(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            for byte in text(name) {
                bytes.push(byte);
                bytes.extend((byte == 0).then_some(0xff));
            }
            bytes.extend([0, 1]);
        } else if field.ends_with(" u64") {
            let inverted = field.starts_with('!');
            bytes.extend((if inverted { !number } else { number }).to_be_bytes());
        } else if field.ends_with(" u16") {
            bytes.extend(0x090a_u16.to_be_bytes());
        } else if field == "digest[..16]" {
            bytes.extend([0xdd; 16]);
        } else {
            bytes.extend(text(field));
        }
    }
    bytes
}
