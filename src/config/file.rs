//! The configuration file: TOML, each value with the line it stands on.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::declared::{Declared, Reader, TABLES};
use super::effective::Chosen;
use super::origin::{Fault, Origin, nearest};
use super::setting::{Kind, Setting, Sight};
use super::table::{SETTINGS, named};
use crate::limits::CONFIG_FILE_BYTES_MAX;
use crate::secret_file;

/// What a file says, and everything that is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) chosen: Vec<Chosen>,
    pub(super) declared: Declared,
    /// The name of a key that holds one.
    secret: Option<&'static str>,
    pub(super) faults: Vec<Fault>,
}

pub(super) fn read(path: &Path) -> Document {
    match text_of(path) {
        Ok((text, mode)) => {
            let mut document = parse(path, &text);
            document.faults.extend(exposed(path, mode, &document));
            document
        }
        Err(error) => Document {
            faults: vec![Fault::new(format!("{}: {error}", path.display()))],
            ..Document::default()
        },
    }
}

pub(super) fn text_of(path: &Path) -> io::Result<(String, u32)> {
    let file = File::open(path)?;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    let mut text = String::new();
    let mut file = file.take(CONFIG_FILE_BYTES_MAX + 1);
    match file.read_to_string(&mut text)? as u64 > CONFIG_FILE_BYTES_MAX {
        true => Err(io::Error::other(format!(
            "longer than {CONFIG_FILE_BYTES_MAX} bytes"
        ))),
        false => Ok((text, mode)),
    }
}

/// A secret in a file is one only as long as nobody else may read it.
fn exposed(path: &Path, mode: u32, document: &Document) -> Option<Fault> {
    let name = document.secret?;
    secret_file::is_exposed(path, mode).then(|| {
        let path = path.display();
        Fault::new(format!(
            "{path} holds {name} and may be read or written by others than its owner (mode \
             {mode:03o}); run: chmod 600 {path}"
        ))
    })
}

pub(super) fn parse(path: &Path, text: &str) -> Document {
    let mut document = Document::default();
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        document.faults.push(Fault::at(path, line, error.message()));
    }
    // What could be made of a broken file is not worth a word.
    if !document.faults.is_empty() {
        return document;
    }
    let mut reader = Reader::new(path, text);
    for (key, value) in table.into_inner() {
        if TABLES.contains(&&**key.get_ref()) {
            reader.read(key.get_ref(), value);
            continue;
        }
        let line = line_of(text, key.span().start);
        match setting(path, text, line, key.get_ref(), &value) {
            Ok(chosen) => document.chosen.push(chosen),
            Err(fault) => document.faults.push(fault),
        }
    }
    let mut settings = document.chosen.iter().map(|chosen| chosen.setting);
    let secret = settings.find(|setting| setting.sight == Sight::Secret);
    document.secret = secret.map(|setting| setting.name).or(reader.holds_secrets);
    document.declared = reader.declared;
    document.faults.extend(reader.faults);
    document
}

pub(super) fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    1 + before.filter(|byte| **byte == b'\n').count()
}

fn setting(
    path: &Path,
    text: &str,
    line: usize,
    key: &str,
    value: &Spanned<DeValue<'_>>,
) -> Result<Chosen, Fault> {
    let Some(setting) = named(key) else {
        return Err(Fault::at(path, line, unknown(key)));
    };
    let values = values(setting, path, value.get_ref()).ok_or_else(|| {
        let (expected, found) = (setting.kind.expected(), value.get_ref().type_str());
        let what = format!("{key}: expected {expected}, this is of type {found}");
        Fault::at(path, line, what)
    })?;
    Ok(Chosen {
        setting,
        values,
        origin: Origin::File(path.to_owned(), line),
        lines: lines(text, value.get_ref()),
    })
}

/// Where each of several values stands.
fn lines(text: &str, value: &DeValue<'_>) -> Vec<usize> {
    let line = |value: &Spanned<DeValue<'_>>| line_of(text, value.span().start);
    match value {
        DeValue::Array(items) => items.iter().map(line).collect(),
        DeValue::Table(pairs) => pairs.values().map(line).collect(),
        _ => Vec::new(),
    }
}

fn unknown(key: &str) -> String {
    let known = SETTINGS.iter().map(|setting| setting.name);
    let known = known.chain(TABLES);
    match nearest(key, known) {
        Some(name) => format!("there is no setting {key:?}; did you mean {name}?"),
        None => format!("there is no setting {key:?}"),
    }
}

/// As text, like everywhere else. None if the value is of another type.
fn values(setting: &Setting, path: &Path, value: &DeValue<'_>) -> Option<Vec<String>> {
    let one = |text: String| Some(vec![text]);
    match setting.kind {
        Kind::Text | Kind::Choice(_) => one(value.as_str()?.to_owned()),
        Kind::Path => one(beside(path, value.as_str()?)),
        Kind::Switch => one(value.as_bool()?.to_string()),
        Kind::Whole { .. } => one(value.as_integer()?.to_string()),
        Kind::List(_) => match value {
            DeValue::String(text) => one(text.clone().into_owned()),
            _ => texts(value),
        },
        Kind::Paths(_) => {
            let given = match value {
                DeValue::String(text) => vec![text.clone().into_owned()],
                _ => texts(value)?,
            };
            Some(given.iter().map(|given| beside(path, given)).collect())
        }
        Kind::Pairs(_) => pairs(value, str::to_owned),
        Kind::PathPairs(_) => pairs(value, |value| beside(path, value)),
    }
}

fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    let items = value.as_array()?.iter();
    let texts = items.map(|item| item.get_ref().as_str().map(str::to_owned));
    texts.collect()
}

fn pairs(value: &DeValue<'_>, of: impl Fn(&str) -> String) -> Option<Vec<String>> {
    let pairs = value.as_table()?.iter().map(|(name, value)| {
        let value = value.get_ref().as_str()?;
        Some(format!("{}={}", name.get_ref(), of(value)))
    });
    pairs.collect()
}

/// A path in a file begins at the folder the file is in: where the server was started from is an
/// accident.
pub(super) fn beside(file: &Path, path: &str) -> String {
    let folder = file.parent().unwrap_or(file);
    folder.join(path).to_string_lossy().into_owned()
}
