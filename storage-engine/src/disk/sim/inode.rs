//! One simulated file: what programs see, what the drive holds, and what lies between.

use std::cmp::Ordering;

use super::dice::Dice;
use super::image::Image;
use super::{SECTOR_BYTES, Survival, remainder};

#[derive(Debug, Clone)]
enum Change {
    Write { offset: u64, data: Vec<u8> },
    Length(u64),
}

/// The drive holds `durable`; applying `unsynced` to it in order gives `seen`, unless a failed sync
/// dropped something.
#[derive(Debug, Clone, Default)]
pub(super) struct Inode {
    seen: Image,
    durable: Image,
    unsynced: Vec<Change>,
    /// Bytes of the drive this file takes: the furthest end written or allocated.
    room: u64,
    /// Open handles; the file stays while there are any, with or without a name.
    pub(super) handles: usize,
}

impl Inode {
    pub(super) fn seen(&self) -> &Image {
        &self.seen
    }

    pub(super) fn room(&self) -> u64 {
        self.room
    }

    pub(super) fn write(&mut self, data: &[u8], offset: u64) {
        if data.is_empty() {
            return;
        }
        self.seen.write(data, offset);
        self.room = self.room.max(offset + data.len() as u64);
        let data = data.to_vec();
        self.unsynced.push(Change::Write { offset, data });
    }

    pub(super) fn set_len(&mut self, len: u64) {
        self.seen.set_len(len);
        self.room = self.room.min(len);
        self.unsynced.push(Change::Length(len));
    }

    pub(super) fn allocate(&mut self, len: u64) {
        if len > self.seen.len() {
            self.set_len(len);
        }
        self.room = self.room.max(len);
    }

    pub(super) fn sync(&mut self) {
        for change in std::mem::take(&mut self.unsynced) {
            apply(&mut self.durable, &change);
        }
    }

    /// As Linux does it: some of the data reached the drive, the rest is forgotten, all of it is
    /// still seen, and no later sync writes it again.
    pub(super) fn fail_sync(&mut self, dice: &mut Dice) {
        let changes = std::mem::take(&mut self.unsynced);
        survive_any(&mut self.durable, &changes, dice);
    }

    /// What a restart finds.
    pub(super) fn after_crash(&self, survival: Survival, dice: &mut Dice) -> Self {
        let mut image = self.durable.clone();
        match survival {
            Survival::Nothing => {}
            Survival::Everything => self
                .unsynced
                .iter()
                .for_each(|change| apply(&mut image, change)),
            Survival::Prefix => survive_prefix(&mut image, &self.unsynced, dice),
            Survival::Any => survive_any(&mut image, &self.unsynced, dice),
        }
        Self {
            seen: image.clone(),
            room: image.len(),
            durable: image,
            unsynced: Vec::new(),
            handles: 0,
        }
    }

    /// Changes from outside are there at once, above and below, and find the file as synced.
    pub(super) fn flip(&mut self, offset: u64, bit: u32) {
        self.sync();
        self.seen.flip(offset, bit);
        if offset < self.durable.len() {
            self.durable.flip(offset, bit);
        }
    }

    pub(super) fn truncate(&mut self, len: u64) {
        self.sync();
        self.seen.set_len(len);
        self.durable.set_len(len);
        self.room = self.room.min(len);
    }
}

fn apply(image: &mut Image, change: &Change) {
    match change {
        Change::Write { offset, data } => image.write(data, *offset),
        Change::Length(len) => image.set_len(*len),
    }
}

/// The first changes, the last of them cut at a sector.
fn survive_prefix(image: &mut Image, changes: &[Change], dice: &mut Dice) {
    let whole = dice.up_to(changes.len());
    changes[..whole]
        .iter()
        .for_each(|change| apply(image, change));
    if let Some(Change::Write { offset, data }) = changes.get(whole) {
        image.write(&data[..prefix(*offset, data.len(), dice)], *offset);
    }
}

/// Any sectors of any writes, each by itself. Changes of the length are metadata that journalling
/// file systems keep in order: those up to some moment survive, and what lies behind is cut off.
fn survive_any(image: &mut Image, changes: &[Change], dice: &mut Dice) {
    let lengths = dice.up_to(changes.len());
    let percent = [10, 50, 90][dice.up_to(2)];
    let mut len = image.len();
    for (at, change) in changes.iter().enumerate() {
        match change {
            Change::Write { offset, data } => {
                for sector in sectors(*offset, data.len()) {
                    if dice.chance(percent) {
                        image.write(&data[sector.clone()], offset + sector.start as u64);
                    }
                }
                let grown = match at.cmp(&lengths) {
                    Ordering::Less => data.len(),
                    Ordering::Equal => prefix(*offset, data.len(), dice),
                    Ordering::Greater => 0,
                };
                if grown > 0 {
                    len = len.max(offset + grown as u64);
                }
            }
            Change::Length(new) if at < lengths => {
                if *new < image.len() {
                    image.set_len(*new);
                }
                len = *new;
            }
            Change::Length(_) => {}
        }
    }
    image.set_len(len);
}

/// How many bytes of a write are done when it stops after some whole sectors.
fn prefix(offset: u64, len: usize, dice: &mut Dice) -> usize {
    let ends: Vec<usize> = sectors(offset, len).map(|sector| sector.end).collect();
    match dice.up_to(ends.len()) {
        0 => 0,
        sectors => ends[sectors - 1],
    }
}

/// The parts of a write that are torn from one another, as ranges of its data.
fn sectors(offset: u64, len: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let first = SECTOR_BYTES - remainder(offset, SECTOR_BYTES);
    let mut start = 0;
    std::iter::from_fn(move || {
        let size = if start == 0 { first } else { SECTOR_BYTES };
        let range = start..(start + size).min(len);
        start = range.end;
        (!range.is_empty()).then_some(range)
    })
}
