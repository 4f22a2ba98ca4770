//! Any history, any crash: what was synced and not touched since is intact, and what was touched
//! is one of the things it may be. The oracle keeps sets of possibilities and knows no images.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const NAMES: [&str; 3] = ["a", "b", "c"];
const FILE_BYTES_MAX: usize = 6000;

#[derive(Debug, Clone)]
enum Action {
    Create(usize),
    Write {
        name: usize,
        offset: usize,
        len: usize,
    },
    SetLen {
        name: usize,
        len: usize,
    },
    Allocate {
        name: usize,
        len: usize,
    },
    Sync(usize),
    Rename(usize, usize),
    Remove(usize),
    SyncDir,
}

fn action() -> impl Strategy<Value = Action> {
    let name = 0..NAMES.len();
    let (at, len) = (0..FILE_BYTES_MAX / 2, 0..FILE_BYTES_MAX / 2);
    prop_oneof![
        3 => name.clone().prop_map(Action::Create),
        8 => (name.clone(), at, len)
            .prop_map(|(name, offset, len)| Action::Write { name, offset, len }),
        1 => (name.clone(), 0..FILE_BYTES_MAX).prop_map(|(name, len)| Action::SetLen { name, len }),
        1 => (name.clone(), 0..FILE_BYTES_MAX)
            .prop_map(|(name, len)| Action::Allocate { name, len }),
        3 => name.clone().prop_map(Action::Sync),
        1 => (name.clone(), name.clone()).prop_map(|(from, to)| Action::Rename(from, to)),
        1 => name.prop_map(Action::Remove),
        2 => Just(Action::SyncDir),
    ]
}

/// What a file may hold after a crash.
#[derive(Debug, Clone)]
struct Expected {
    /// Now, without a crash.
    now: Vec<u8>,
    lengths: BTreeSet<usize>,
    /// For each position the values it may have; a position without any may hold zero only.
    bytes: Vec<BTreeSet<u8>>,
}

impl Expected {
    fn new() -> Self {
        Self {
            now: Vec::new(),
            lengths: BTreeSet::from([0]),
            bytes: vec![BTreeSet::new(); FILE_BYTES_MAX],
        }
    }

    fn resize(&mut self, len: usize) {
        // What a cut takes away, or an extension adds, may be found as zeros.
        let (low, high) = (len.min(self.now.len()), len.max(self.now.len()));
        self.bytes[low..high].iter_mut().for_each(|values| {
            values.insert(0);
        });
        self.now.resize(len, 0);
        self.lengths.insert(len);
    }

    fn write(&mut self, offset: usize, data: &[u8]) {
        let end = offset + data.len();
        if data.is_empty() {
            return;
        }
        if end > self.now.len() {
            // A crash may find the file grown by some of the sectors.
            let between = (self.now.len()..end).filter(|len| len.is_multiple_of(SECTOR_BYTES));
            self.lengths.extend(between);
            self.resize(end);
        }
        self.now[offset..end].copy_from_slice(data);
        for (values, byte) in self.bytes[offset..end].iter_mut().zip(data) {
            values.insert(*byte);
        }
    }

    fn sync(&mut self) {
        self.lengths = BTreeSet::from([self.now.len()]);
        self.bytes = vec![BTreeSet::new(); FILE_BYTES_MAX];
        for (values, byte) in self.bytes.iter_mut().zip(&self.now) {
            values.insert(*byte);
        }
    }

    fn admits(&self, found: &[u8]) -> bool {
        let possible = |(values, byte): (&BTreeSet<u8>, &u8)| {
            values.contains(byte) || (values.is_empty() && *byte == 0)
        };
        self.lengths.contains(&found.len()) && self.bytes.iter().zip(found).all(possible)
    }
}

/// The disk under test beside what is expected of it.
struct Pair {
    disk: SimDisk,
    files: Vec<Expected>,
    names: BTreeMap<usize, usize>,
    /// For each name the files it may lead to after a crash; `None`: it may be missing.
    possible: [BTreeSet<Option<usize>>; 3],
    writes: u8,
    /// The power goes in the next action: it fails, and has been made or not.
    dying: bool,
}

impl Pair {
    fn new() -> Self {
        Self {
            disk: SimDisk::new(1),
            files: Vec::new(),
            names: BTreeMap::new(),
            possible: std::array::from_fn(|_| BTreeSet::from([None])),
            writes: 0,
            dying: false,
        }
    }

    fn open(&self, name: usize) -> Option<(usize, Arc<dyn DiskFile>)> {
        let file = *self.names.get(&name)?;
        Some((file, self.disk.open(NAMES[name], Access::Buffered).unwrap()))
    }

    fn name(&mut self, name: usize, file: Option<usize>) {
        match file {
            Some(file) => self.names.insert(name, file),
            None => self.names.remove(&name),
        };
        self.possible[name].insert(file);
    }

    fn run(&mut self, action: &Action) {
        match *action {
            Action::Create(name) => {
                let created = self.disk.create(NAMES[name], Access::Buffered).map(drop);
                if self.was_made(created, !self.names.contains_key(&name)) {
                    self.files.push(Expected::new());
                    self.name(name, Some(self.files.len() - 1));
                }
            }
            Action::Rename(from, to) => {
                let renamed = self.disk.rename(NAMES[from], NAMES[to]);
                let file = self.names.get(&from).copied();
                if self.was_made(renamed, file.is_some() && !self.names.contains_key(&to)) {
                    self.name(from, None);
                    self.name(to, file);
                }
            }
            Action::Remove(name) => {
                let removed = self.disk.remove(NAMES[name]);
                if self.was_made(removed, self.names.contains_key(&name)) {
                    self.name(name, None);
                }
            }
            Action::SyncDir => {
                let synced = self.disk.sync_dir();
                self.was_made(synced, true);
                if !self.dying {
                    for (name, possible) in self.possible.iter_mut().enumerate() {
                        *possible = BTreeSet::from([self.names.get(&name).copied()]);
                    }
                }
            }
            Action::Write { name, .. }
            | Action::SetLen { name, .. }
            | Action::Allocate { name, .. }
            | Action::Sync(name) => {
                if let Some((id, file)) = self.open(name) {
                    self.run_on_file(action, id, &*file);
                }
            }
        }
    }

    /// Whether the model makes the change as well.
    fn was_made(&self, result: io::Result<()>, allowed: bool) -> bool {
        assert_eq!(result.is_ok(), allowed && !self.dying);
        allowed
    }

    fn run_on_file(&mut self, action: &Action, id: usize, file: &dyn DiskFile) {
        let expected = &mut self.files[id];
        let result = match *action {
            Action::Write { offset, len, .. } => {
                // Never zero, and different each time for long enough.
                self.writes = self.writes % 250 + 1;
                let data = vec![self.writes; len];
                expected.write(offset, &data);
                file.write_at(&[IoSlice::new(&data)], offset as u64)
            }
            Action::SetLen { len, .. } => {
                expected.resize(len);
                file.set_len(len as u64)
            }
            Action::Allocate { len, .. } => {
                if len > expected.now.len() {
                    expected.resize(len);
                }
                file.allocate(len as u64)
            }
            _ => {
                if !self.dying {
                    expected.sync();
                }
                file.sync()
            }
        };
        self.was_made(result, true);
    }

    fn check(&self, survival: Survival, seed: u64) {
        let found = self.disk.restart(survival, seed);
        for (name, possible) in self.possible.iter().enumerate() {
            let content = found.dump(NAMES[name]).ok();
            let fits = possible.iter().any(|file| match (file, &content) {
                (None, None) => true,
                (Some(file), Some(content)) => self.files[*file].admits(content),
                _ => false,
            });
            assert!(
                fits,
                "{survival:?}, seed {seed}: {} of {possible:?}",
                NAMES[name]
            );
        }
        // What a restart finds is durable: a second crash takes nothing away.
        let names = found.list().unwrap();
        let again = found.restart(Survival::Nothing, seed);
        assert_eq!(names, again.list().unwrap());
        for name in names {
            assert_eq!(found.dump(&name).unwrap(), again.dump(&name).unwrap());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_crash_leaves_is_possible(actions in prop::collection::vec(action(), 1..40), seed: u64) {
        let mut pair = Pair::new();
        for action in &actions {
            pair.run(action);
        }
        for (name, file) in &pair.names {
            assert_eq!(pair.disk.dump(NAMES[*name]).unwrap(), pair.files[*file].now.clone());
        }
        for survival in ALL {
            for more in 0..4 {
                pair.check(survival, seed.wrapping_add(more));
            }
        }
    }

    /// The same with the power going in the middle of the last action.
    #[test]
    fn a_dying_step_is_made_or_not(actions in prop::collection::vec(action(), 1..40), seed: u64) {
        let (last, before) = actions.split_last().unwrap();
        let mut pair = Pair::new();
        before.iter().for_each(|action| pair.run(action));
        pair.dying = true;
        pair.disk.crash_at(pair.disk.steps());
        pair.run(last);
        for survival in ALL {
            pair.check(survival, seed);
        }
    }
}
