//! Everything behind the one lock of a simulated disk.

use std::collections::{BTreeMap, VecDeque};
use std::error::Error;
use std::fmt;
use std::io;

use super::dice::Dice;
use super::folder::{Folder, InodeId};
use super::inode::Inode;
use super::{Call, Survival};

#[derive(Debug)]
pub(super) struct State {
    pub(super) folder: Folder,
    pub(super) inodes: BTreeMap<InodeId, Inode>,
    next_inode: InodeId,
    pub(super) dice: Dice,
    pub(super) capacity_bytes: u64,
    /// Steps begun so far.
    pub(super) steps: u64,
    pub(super) power: Power,
    pub(super) crash_at: Option<u64>,
    pub(super) fail_at: BTreeMap<u64, i32>,
    pub(super) fail_next: BTreeMap<Call, VecDeque<i32>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Power {
    On,
    Off,
}

/// How a step goes on.
pub(super) enum Step {
    Works,
    /// The drive reports an error; what it did before is up to the operation.
    Fails(io::Error),
    /// The power goes in the middle: the operation is begun, and nobody learns how far it came.
    Dies(io::Error),
}

/// The reason of every error after the power went off.
#[derive(Debug)]
pub(super) struct PowerOff;

impl fmt::Display for PowerOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the simulated power is off")
    }
}

impl Error for PowerOff {}

impl State {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            folder: Folder::default(),
            inodes: BTreeMap::new(),
            next_inode: 1,
            dice: Dice::new(seed),
            capacity_bytes: super::CAPACITY_BYTES,
            steps: 0,
            power: Power::On,
            crash_at: None,
            fail_at: BTreeMap::new(),
            fail_next: BTreeMap::new(),
        }
    }

    /// Begins an operation that only looks.
    pub(super) fn look(&mut self, call: Call) -> io::Result<()> {
        if self.power == Power::Off {
            return Err(power_off());
        }
        match self.injected(call) {
            Some(code) => Err(io::Error::from_raw_os_error(code)),
            None => Ok(()),
        }
    }

    /// Begins an operation that changes something; an error if the power is off already.
    pub(super) fn step(&mut self, call: Call) -> io::Result<Step> {
        if self.power == Power::Off {
            return Err(power_off());
        }
        let step = self.steps;
        self.steps += 1;
        if self.crash_at.is_some_and(|last| step >= last) {
            self.power = Power::Off;
            return Ok(Step::Dies(power_off()));
        }
        let code = self.fail_at.remove(&step).or_else(|| self.injected(call));
        Ok(match code {
            Some(code) => Step::Fails(io::Error::from_raw_os_error(code)),
            None => Step::Works,
        })
    }

    fn injected(&mut self, call: Call) -> Option<i32> {
        self.fail_next.get_mut(&call)?.pop_front()
    }

    pub(super) fn add_inode(&mut self) -> InodeId {
        let id = self.next_inode;
        self.next_inode += 1;
        self.inodes.insert(id, Inode::default());
        id
    }

    pub(super) fn inode(&mut self, id: InodeId) -> &mut Inode {
        self.inodes
            .get_mut(&id)
            .expect("a file stays while a handle or a name leads to it")
    }

    pub(super) fn used_bytes(&self) -> u64 {
        self.inodes.values().map(Inode::room).sum()
    }

    /// Room left for a file that takes `has` already, as the furthest end it may grow to.
    pub(super) fn end_max(&self, has: u64) -> u64 {
        has + self.capacity_bytes.saturating_sub(self.used_bytes())
    }

    /// Forgets files that nothing leads to.
    pub(super) fn sweep(&mut self) {
        let reachable = self.folder.reachable();
        self.inodes
            .retain(|id, inode| inode.handles > 0 || reachable.contains(id));
    }

    /// The disk a restart finds, every file by dice of its own.
    pub(super) fn after_crash(&self, survival: Survival, seed: u64) -> Self {
        let folder = self
            .folder
            .after_crash(survival, &mut Dice::for_part(seed, 0));
        let after = |(id, inode): (&InodeId, &Inode)| {
            (
                *id,
                inode.after_crash(survival, &mut Dice::for_part(seed, *id)),
            )
        };
        let mut state = Self {
            inodes: self.inodes.iter().map(after).collect(),
            next_inode: self.next_inode,
            capacity_bytes: self.capacity_bytes,
            folder,
            ..Self::new(seed)
        };
        state.sweep();
        state
    }
}

pub(super) fn power_off() -> io::Error {
    io::Error::other(PowerOff)
}
