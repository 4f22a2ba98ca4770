//! A disk in memory whose power can go at any moment.
//!
//! It forgets what a real drive may forget and tears what a real drive may tear, and the same seeds
//! repeat the same crash. Every operation that changes something is a *step*; a test counts the
//! steps of a run, then repeats the run once per step with the power going there:
//!
//! ```
//! use storage_engine::disk::{Access, Disk, DiskFile};
//! use storage_engine::disk::sim::{SimDisk, Survival};
//!
//! let run = |disk: &SimDisk| -> std::io::Result<()> {
//!     let file = disk.create("a", Access::Buffered)?;
//!     file.write_at(&[std::io::IoSlice::new(b"body")], 0)?;
//!     file.sync()?;
//!     disk.sync_dir()
//! };
//! let whole = SimDisk::new(1);
//! run(&whole).unwrap();
//! for step in 0..whole.steps() {
//!     let disk = SimDisk::new(1);
//!     disk.crash_at(step);
//!     assert!(SimDisk::is_power_off(&run(&disk).unwrap_err()));
//!     for seed in 0..100 {
//!         let found = disk.restart(Survival::Any, seed);
//!         assert!(found.list().unwrap().len() <= 1);
//!     }
//! }
//! ```

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Access, Disk, DiskFile, Space, check};

mod dice;
mod file;
mod folder;
mod image;
mod inode;
mod state;

use file::SimFile;
use state::{Power, PowerOff, State, Step};

/// What a drive writes as a whole or not at all.
const SECTOR_BYTES: usize = 512;
/// Room of a new disk; see [`SimDisk::full_at`].
const CAPACITY_BYTES: u64 = 1 << 40;

/// What a crash leaves of the changes that were not synced. Synced ones always stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survival {
    /// No unsynced change.
    Nothing,
    /// All of them, as after the death of the process alone.
    Everything,
    /// In each file, and among the names, the first ones up to some moment; the last write is torn.
    Prefix,
    /// Any sectors of any writes; any changes of names; lengths up to some moment.
    Any,
}

/// The operations that [`SimDisk::fail_next`] can make fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    Create,
    Open,
    List,
    Remove,
    Rename,
    SyncDir,
    Space,
    Len,
    Read,
    Write,
    Sync,
    SetLen,
    Allocate,
}

/// A simulated disk. Clones are the same disk. Operations of several threads take turns in whatever
/// order they come; a single thread sees the same results for the same seed.
#[derive(Debug, Clone)]
pub struct SimDisk {
    state: Arc<Mutex<State>>,
}

impl SimDisk {
    /// An empty disk. The seed decides what [`DiskFile::read_cached`] finds in memory and how far
    /// failing operations come.
    pub fn new(seed: u64) -> Self {
        Self::with(State::new(seed))
    }

    fn with(state: State) -> Self {
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Steps begun so far. The next one has this number.
    pub fn steps(&self) -> u64 {
        self.lock().steps
    }

    /// Lets the power go in the middle of step `step`, or of the next one if that has passed. That
    /// step and everything after it fail, see [`SimDisk::is_power_off`].
    pub fn crash_at(&self, step: u64) {
        self.lock().crash_at = Some(step);
    }

    /// Switches the power off between two steps.
    pub fn crash(&self) {
        self.lock().power = Power::Off;
    }

    /// Switches the power off, if it is still on, and gives the disk that a restart may find. Open
    /// files stay with the old disk. Can be asked again, for what else might have survived.
    pub fn restart(&self, survival: Survival, seed: u64) -> SimDisk {
        self.crash();
        Self::with(self.lock().after_crash(survival, seed))
    }

    /// Whether an error means that the power is off.
    pub fn is_power_off(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<PowerOff>())
    }

    /// Makes the next `call` fail with a code of the system, such as `libc::EIO`. Asked several
    /// times, the next ones fail in that order. A failing write may have written its first sectors;
    /// a failing sync loses what it did not write, and no later sync brings it back.
    pub fn fail_next(&self, call: Call, code: i32) {
        let mut state = self.lock();
        state.fail_next.entry(call).or_default().push_back(code);
    }

    /// As [`SimDisk::fail_next`], for the operation that is step `step`.
    pub fn fail_at(&self, step: u64, code: i32) {
        self.lock().fail_at.insert(step, code);
    }

    /// Sets the size of the drive; growth beyond it fails with `ENOSPC`, overwriting does not.
    pub fn full_at(&self, bytes: u64) {
        self.lock().capacity_bytes = bytes;
    }

    /// Rot: changes one bit of what is stored. As everything from outside this is no step, and what
    /// the file was before counts as synced.
    pub fn flip_bit(&self, name: &str, offset: u64, bit: u32) -> io::Result<()> {
        let mut state = self.lock();
        let inode = find(&state, name)?;
        let inode = state.inode(inode);
        if offset >= inode.seen().len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        inode.flip(offset, bit);
        Ok(())
    }

    /// Somebody cuts or extends a file.
    pub fn truncate(&self, name: &str, len: u64) -> io::Result<()> {
        check::span(len, 0)?;
        let mut state = self.lock();
        let inode = find(&state, name)?;
        state.inode(inode).truncate(len);
        Ok(())
    }

    /// Somebody removes a file, durably.
    pub fn remove_from_outside(&self, name: &str) -> io::Result<()> {
        let mut state = self.lock();
        find(&state, name)?;
        state.folder.remove(name);
        state.folder.sync();
        state.sweep();
        Ok(())
    }

    /// The content of a file as programs see it.
    pub fn dump(&self, name: &str) -> io::Result<Vec<u8>> {
        let mut state = self.lock();
        let inode = find(&state, name)?;
        Ok(state.inode(inode).seen().to_vec())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Disk for SimDisk {
    fn create(&self, name: &str, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        check::name(name)?;
        let mut state = self.lock();
        let step = state.step(Call::Create)?;
        let free = is_free(&state, name);
        let mut made = None;
        change_names(&mut state, step, free, |state, ()| {
            let inode = state.add_inode();
            state.folder.create(name, inode);
            made = Some(inode);
        })?;
        let inode = made.expect("the change was made, for it did not fail");
        Ok(Arc::new(SimFile::new(
            &self.state,
            &mut state,
            inode,
            access,
        )))
    }

    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        check::name(name)?;
        let mut state = self.lock();
        state.look(Call::Open)?;
        let inode = find(&state, name)?;
        Ok(Arc::new(SimFile::new(
            &self.state,
            &mut state,
            inode,
            access,
        )))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut state = self.lock();
        state.look(Call::List)?;
        Ok(state.folder.names())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        check::name(name)?;
        let mut state = self.lock();
        let step = state.step(Call::Remove)?;
        let found = find(&state, name);
        change_names(&mut state, step, found, |state, _| {
            state.folder.remove(name)
        })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        check::name(from)?;
        check::name(to)?;
        let mut state = self.lock();
        let step = state.step(Call::Rename)?;
        let inode = find(&state, from);
        let allowed = inode.and_then(|inode| is_free(&state, to).map(|()| inode));
        change_names(&mut state, step, allowed, |state, inode| {
            state.folder.rename(from, to, inode);
        })
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut state = self.lock();
        match state.step(Call::SyncDir)? {
            Step::Works => {
                state.folder.sync();
                state.sweep();
                Ok(())
            }
            Step::Dies(error) => Err(error),
            Step::Fails(error) => {
                let State { folder, dice, .. } = &mut *state;
                folder.fail_sync(dice);
                Err(error)
            }
        }
    }

    fn space(&self) -> io::Result<Space> {
        let mut state = self.lock();
        state.look(Call::Space)?;
        Ok(Space {
            total_bytes: state.capacity_bytes,
            free_bytes: state.capacity_bytes.saturating_sub(state.used_bytes()),
        })
    }

    /// Every operation is over when its call returns, and clones are the same disk: whoever opens
    /// it next has it open too.
    fn close(&self) {}
}

/// A change that dies with the power may have been made; one that fails was not.
fn change_names<T>(
    state: &mut State,
    step: Step,
    allowed: io::Result<T>,
    change: impl FnOnce(&mut State, T),
) -> io::Result<()> {
    match step {
        Step::Works => {
            change(state, allowed?);
            Ok(())
        }
        Step::Dies(error) => {
            if let Ok(subject) = allowed {
                change(state, subject);
            }
            Err(error)
        }
        Step::Fails(error) => Err(error),
    }
}

fn find(state: &State, name: &str) -> io::Result<folder::InodeId> {
    let found = state.folder.get(name);
    found.ok_or_else(|| io::Error::from_raw_os_error(libc::ENOENT))
}

fn is_free(state: &State, name: &str) -> io::Result<()> {
    match state.folder.get(name) {
        None => Ok(()),
        Some(_) => Err(io::Error::from_raw_os_error(libc::EEXIST)),
    }
}

/// How far `offset` lies behind the last multiple of `unit`.
fn remainder(offset: u64, unit: usize) -> usize {
    usize::try_from(offset % unit as u64).expect("less than the unit, which is a usize")
}

/// A panic under the lock comes from a failed test; its other threads may go on.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
