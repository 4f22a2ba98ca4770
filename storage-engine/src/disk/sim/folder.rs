//! The names of a simulated disk.

use std::collections::{BTreeMap, BTreeSet};

use super::Survival;
use super::dice::Dice;

pub(super) type InodeId = u64;

/// A change of one entry. A rename is one change: journalling file systems never tear it.
#[derive(Debug, Clone)]
enum Change {
    Create {
        name: String,
        inode: InodeId,
    },
    Remove {
        name: String,
    },
    Rename {
        from: String,
        to: String,
        inode: InodeId,
    },
}

/// As with the bytes of a file: what is seen, what is durable, and the changes between them.
#[derive(Debug, Clone, Default)]
pub(super) struct Folder {
    seen: BTreeMap<String, InodeId>,
    durable: BTreeMap<String, InodeId>,
    unsynced: Vec<Change>,
}

impl Folder {
    pub(super) fn get(&self, name: &str) -> Option<InodeId> {
        self.seen.get(name).copied()
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.seen.keys().cloned().collect()
    }

    pub(super) fn create(&mut self, name: &str, inode: InodeId) {
        let name = name.to_owned();
        self.change(Change::Create { name, inode });
    }

    pub(super) fn remove(&mut self, name: &str) {
        let name = name.to_owned();
        self.change(Change::Remove { name });
    }

    pub(super) fn rename(&mut self, from: &str, to: &str, inode: InodeId) {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.change(Change::Rename { from, to, inode });
    }

    fn change(&mut self, change: Change) {
        apply(&mut self.seen, &change);
        self.unsynced.push(change);
    }

    pub(super) fn sync(&mut self) {
        for change in std::mem::take(&mut self.unsynced) {
            apply(&mut self.durable, &change);
        }
    }

    /// As for a file: what did not reach the drive will never do so by a later sync.
    pub(super) fn fail_sync(&mut self, dice: &mut Dice) {
        let changes = std::mem::take(&mut self.unsynced);
        survive_any(&mut self.durable, &changes, dice);
    }

    /// All files that a name leads to, now or after some crash.
    pub(super) fn reachable(&self) -> BTreeSet<InodeId> {
        let named = self.seen.values().chain(self.durable.values()).copied();
        let between = self.unsynced.iter().filter_map(|change| match change {
            Change::Create { inode, .. } | Change::Rename { inode, .. } => Some(*inode),
            Change::Remove { .. } => None,
        });
        named.chain(between).collect()
    }

    /// What a restart finds.
    pub(super) fn after_crash(&self, survival: Survival, dice: &mut Dice) -> Self {
        let mut names = self.durable.clone();
        match survival {
            Survival::Nothing => {}
            Survival::Everything => self
                .unsynced
                .iter()
                .for_each(|change| apply(&mut names, change)),
            Survival::Prefix => {
                let kept = dice.up_to(self.unsynced.len());
                self.unsynced[..kept]
                    .iter()
                    .for_each(|change| apply(&mut names, change));
            }
            Survival::Any => survive_any(&mut names, &self.unsynced, dice),
        }
        Self {
            seen: names.clone(),
            durable: names,
            unsynced: Vec::new(),
        }
    }
}

fn apply(names: &mut BTreeMap<String, InodeId>, change: &Change) {
    match change {
        Change::Create { name, inode } => {
            names.insert(name.clone(), *inode);
        }
        Change::Remove { name } => {
            names.remove(name);
        }
        Change::Rename { from, to, inode } => {
            // After a crash the old name may never have been there, or may be another file's.
            if names.get(from) == Some(inode) {
                names.remove(from);
            }
            names.insert(to.clone(), *inode);
        }
    }
}

fn survive_any(names: &mut BTreeMap<String, InodeId>, changes: &[Change], dice: &mut Dice) {
    for change in changes {
        if dice.chance(50) {
            apply(names, change);
        }
    }
}
