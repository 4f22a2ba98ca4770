//! An open file of a [`FileDisk`](super::FileDisk).

use std::future::ready;
use std::io::{self, IoSlice};
use std::sync::{Arc, OnceLock};

use super::super::uring::{RingFile, RingHandle};
use super::super::workers::Workers;
use super::super::{Block, DiskFile, IoFuture, SharedBlock, check};
use super::gate::Gate;
use super::handle::Handle;

#[derive(Debug)]
pub(super) struct OpenFile {
    /// Shared with the operations under way: the descriptors outlive the last of them.
    handle: Arc<Handle>,
    workers: Workers,
    ring: Option<OnRing>,
    gate: Gate,
}

/// The ring, and what it knows this file by once a read went there; most files never need that.
#[derive(Debug)]
struct OnRing {
    ring: RingHandle,
    file: OnceLock<Option<Arc<RingFile>>>,
}

impl OpenFile {
    pub(super) fn new(
        handle: Handle,
        workers: Workers,
        ring: Option<RingHandle>,
        gate: Gate,
    ) -> Self {
        let on_ring = |ring| OnRing {
            ring,
            file: OnceLock::new(),
        };
        Self {
            handle: Arc::new(handle),
            workers,
            ring: ring.map(on_ring),
            gate,
        }
    }

    /// `None` where threads must read: no ring, a dead one, or no descriptor was left for it.
    fn on_ring(&self) -> Option<&Arc<RingFile>> {
        let on_ring = self.ring.as_ref()?;
        let adopt = || on_ring.ring.adopt(self.handle.buffered()).ok();
        let adopted = on_ring.file.get_or_init(adopt);
        adopted.as_ref().filter(|file| file.is_alive())
    }
}

impl DiskFile for OpenFile {
    fn len(&self) -> io::Result<u64> {
        self.handle.len()
    }

    fn is_direct(&self) -> bool {
        self.handle.is_direct()
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<()> {
        self.handle.read_at(buf, offset)
    }

    fn read_cached(&self, buf: &mut [u8], offset: u64) -> usize {
        self.handle.read_cached(buf, offset)
    }

    fn read(&self, mut block: Block, start: usize, end: usize, offset: u64) -> IoFuture<Block> {
        let checked =
            check::part(start, end, block.len()).and_then(|()| check::span(offset, end - start));
        if let Err(error) = checked {
            return Box::pin(ready(Err(error)));
        }
        if let Some(file) = self.on_ring() {
            return file.read(block, start, end, offset);
        }
        let handle = Arc::clone(&self.handle);
        self.workers.run(move || {
            handle.read_at(&mut block[start..end], offset)?;
            Ok(block)
        })
    }

    fn write_at(&self, pieces: &[IoSlice<'_>], offset: u64) -> io::Result<()> {
        self.gate.pass(|| self.handle.write_at(pieces, offset))
    }

    fn write(&self, block: SharedBlock, len: usize, offset: u64) -> IoFuture<()> {
        if let Err(error) = check::part(0, len, block.len()) {
            return Box::pin(ready(Err(error)));
        }
        let (handle, gate) = (Arc::clone(&self.handle), self.gate.clone());
        self.workers
            .run(move || gate.pass(|| handle.write_at(&[IoSlice::new(&block[..len])], offset)))
    }

    fn sync(&self) -> io::Result<()> {
        self.handle.sync()
    }

    fn sync_later(&self) -> IoFuture<()> {
        let handle = Arc::clone(&self.handle);
        self.workers.run(move || handle.sync())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.gate.pass(|| self.handle.set_len(len))
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        self.gate.pass(|| self.handle.allocate(len))
    }
}
