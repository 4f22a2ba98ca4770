//! An open file of a simulated disk.

use std::future::ready;
use std::io::{self, IoSlice};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::super::{Access, Block, DiskFile, IoFuture, SharedBlock, check};
use super::folder::InodeId;
use super::state::{Power, State, Step};
use super::{Call, SECTOR_BYTES, lock};

#[derive(Debug)]
pub(super) struct SimFile {
    state: Arc<Mutex<State>>,
    inode: InodeId,
    access: Access,
    sync_failed: AtomicBool,
}

impl SimFile {
    /// The caller holds the lock that `state` is behind and has put the inode there.
    pub(super) fn new(
        shared: &Arc<Mutex<State>>,
        state: &mut State,
        inode: InodeId,
        access: Access,
    ) -> Self {
        state.inode(inode).handles += 1;
        Self {
            state: Arc::clone(shared),
            inode,
            access,
            sync_failed: AtomicBool::new(false),
        }
    }
}

impl Drop for SimFile {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        state.inode(self.inode).handles -= 1;
        state.sweep();
    }
}

impl DiskFile for SimFile {
    fn len(&self) -> io::Result<u64> {
        let mut state = lock(&self.state);
        state.look(Call::Len)?;
        Ok(state.inode(self.inode).seen().len())
    }

    fn is_direct(&self) -> bool {
        self.access == Access::Direct
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<()> {
        check::span(offset, buf.len())?;
        let mut state = lock(&self.state);
        state.look(Call::Read)?;
        let image = state.inode(self.inode).seen();
        if !buf.is_empty() && offset + buf.len() as u64 > image.len() {
            let text = format!("the file ends at {}", image.len());
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
        }
        image.read(buf, offset);
        Ok(())
    }

    fn read_cached(&self, buf: &mut [u8], offset: u64) -> usize {
        let mut state = lock(&self.state);
        if state.power == Power::Off {
            return 0;
        }
        let len = state.inode(self.inode).seen().len();
        let rest = usize::try_from(len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let there = rest.min(buf.len());
        let cached = match state.dice.up_to(3) {
            0 => 0,
            1 => state.dice.up_to(there),
            _ => there,
        };
        state
            .inode(self.inode)
            .seen()
            .read(&mut buf[..cached], offset);
        cached
    }

    fn read(&self, mut block: Block, start: usize, end: usize, offset: u64) -> IoFuture<Block> {
        let result = check::part(start, end, block.len())
            .and_then(|()| self.read_at(&mut block[start..end], offset))
            .map(|()| block);
        Box::pin(ready(result))
    }

    fn write_at(&self, pieces: &[IoSlice<'_>], offset: u64) -> io::Result<()> {
        let data: Vec<u8> = pieces
            .iter()
            .flat_map(|piece| piece.iter().copied())
            .collect();
        check::span(offset, data.len())?;
        if self.access == Access::Direct {
            check::aligned(pieces, offset)?;
        }
        let mut state = lock(&self.state);
        let step = state.step(Call::Write)?;
        match step {
            Step::Works => write_what_fits(&mut state, self.inode, &data, offset),
            // What was written before the failure must fit as well; whether it does is not the
            // error to report.
            Step::Dies(error) => {
                let _ = write_what_fits(&mut state, self.inode, &data, offset);
                Err(error)
            }
            Step::Fails(error) => {
                let sectors = state.dice.up_to(data.len() / SECTOR_BYTES);
                let part = &data[..sectors * SECTOR_BYTES];
                let _ = write_what_fits(&mut state, self.inode, part, offset);
                Err(error)
            }
        }
    }

    fn write(&self, block: SharedBlock, len: usize, offset: u64) -> IoFuture<()> {
        let result = check::part(0, len, block.len())
            .and_then(|()| self.write_at(&[IoSlice::new(&block[..len])], offset));
        Box::pin(ready(result))
    }

    fn sync(&self) -> io::Result<()> {
        if self.sync_failed.load(Ordering::Acquire) {
            return Err(io::Error::other("an earlier sync of this file failed"));
        }
        let mut state = lock(&self.state);
        match state.step(Call::Sync)? {
            Step::Works => {
                state.inode(self.inode).sync();
                Ok(())
            }
            Step::Dies(error) => Err(error),
            Step::Fails(error) => {
                self.sync_failed.store(true, Ordering::Release);
                let State { inodes, dice, .. } = &mut *state;
                if let Some(inode) = inodes.get_mut(&self.inode) {
                    inode.fail_sync(dice);
                }
                Err(error)
            }
        }
    }

    fn sync_later(&self) -> IoFuture<()> {
        Box::pin(ready(self.sync()))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        check::span(len, 0)?;
        let mut state = lock(&self.state);
        match state.step(Call::SetLen)? {
            Step::Works => {
                state.inode(self.inode).set_len(len);
                Ok(())
            }
            Step::Dies(error) => {
                state.inode(self.inode).set_len(len);
                Err(error)
            }
            Step::Fails(error) => Err(error),
        }
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        check::span(len, 0)?;
        let mut state = lock(&self.state);
        match state.step(Call::Allocate)? {
            Step::Works => {
                let has = state.inode(self.inode).room();
                if len > state.end_max(has) {
                    return Err(io::Error::from_raw_os_error(libc::ENOSPC));
                }
                state.inode(self.inode).allocate(len);
                Ok(())
            }
            Step::Dies(error) => {
                state.inode(self.inode).allocate(len);
                Err(error)
            }
            Step::Fails(error) => Err(error),
        }
    }
}

/// A full drive takes the sectors that still fit and refuses the rest.
fn write_what_fits(state: &mut State, inode: InodeId, data: &[u8], offset: u64) -> io::Result<()> {
    let has = state.inode(inode).room();
    let fits = state.end_max(has).saturating_sub(offset);
    let fits = usize::try_from(fits).unwrap_or(usize::MAX);
    if data.len() <= fits {
        state.inode(inode).write(data, offset);
        return Ok(());
    }
    let whole = fits - fits % SECTOR_BYTES;
    state.inode(inode).write(&data[..whole], offset);
    Err(io::Error::from_raw_os_error(libc::ENOSPC))
}
