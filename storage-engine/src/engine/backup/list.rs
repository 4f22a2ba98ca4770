//! What a backup holds of each segment, as lines of text beside it.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::error::{Error, Result};

/// How much of a segment there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Copied {
    pub(super) end: u64,
    pub(super) capacity: u64,
    pub(super) state: CopyState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CopyState {
    /// It was being written to, or something in it is damaged: the next backup copies it anew.
    Open,
    /// Nothing below the end can have changed since.
    Fixed,
    /// The same, and every chunk of it has been read.
    Verified,
}

impl CopyState {
    const ALL: [(&str, CopyState); 3] = [
        ("open", CopyState::Open),
        ("fixed", CopyState::Fixed),
        ("verified", CopyState::Verified),
    ];

    fn word(self) -> &'static str {
        let known = Self::ALL.iter().find(|(_, state)| *state == self);
        known.map_or("open", |(word, _)| word)
    }

    fn read(word: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|(known, _)| *known == word);
        known.map(|(_, state)| *state)
    }

    /// Once every chunk has been looked at, and was sound or not.
    pub(super) fn once_read(self, is_sound: bool) -> Self {
        match (self, is_sound) {
            (CopyState::Open, _) | (_, false) => CopyState::Open,
            (CopyState::Fixed | CopyState::Verified, true) => CopyState::Verified,
        }
    }
}

/// By the names of their files.
pub(super) type List = BTreeMap<String, Copied>;

/// Reads a list; none is an empty one. A line that was cut off, or that another hand has written,
/// stands for a segment that has to be copied again.
pub(super) fn read(path: &Path) -> Result<List> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        text => text.map_err(Error::io("read the list of a backup"))?,
    };
    Ok(text.lines().filter_map(parse).collect())
}

/// Adds a line; durable when this returns.
pub(super) fn append(path: &Path, name: &str, copied: Copied) -> Result<()> {
    let add = || -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(line(name, copied).as_bytes())?;
        file.sync_all()
    };
    add().map_err(Error::io("write the list of a backup"))
}

/// Writes a whole list; durable when this returns, but for its name.
pub(super) fn write(path: &Path, list: &List) -> Result<()> {
    let text: String = list
        .iter()
        .map(|(name, copied)| line(name, *copied))
        .collect();
    let all = || -> io::Result<()> {
        let mut file = fs::File::create(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    all().map_err(Error::io("write the list of a backup"))
}

fn line(name: &str, copied: Copied) -> String {
    let Copied {
        end,
        capacity,
        state,
    } = copied;
    format!("{name} {end} {capacity} {}\n", state.word())
}

fn parse(line: &str) -> Option<(String, Copied)> {
    let mut words = line.split(' ');
    let name = words.next()?.to_owned();
    let end = words.next()?.parse().ok()?;
    let capacity = words.next()?.parse().ok()?;
    let state = CopyState::read(words.next()?)?;
    words.next().is_none().then_some((
        name,
        Copied {
            end,
            capacity,
            state,
        },
    ))
}
