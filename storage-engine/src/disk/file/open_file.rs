//! An open file of a [`FileDisk`](super::FileDisk).

use std::future::ready;
use std::io::{self, IoSlice};
use std::sync::{Arc, OnceLock};

use super::super::uring::{RingFile, RingHandle};
use super::super::workers::Workers;
use super::super::{Block, DiskFile, IoFuture, SharedBlock, check};
use super::handle::{Handle, Way};

/// Reads and writes take the ring if there is one. Syncs do not: the kernel gives each of them a
/// thread anyway, and a failure must be noted on the handle even if nobody awaits the result.
#[derive(Debug)]
pub(super) struct OpenFile {
    /// Shared with the operations under way: the descriptors outlive the last of them.
    handle: Arc<Handle>,
    workers: Workers,
    ring: Option<OnRing>,
}

/// The descriptors of this file that the ring got so far; most files never need any.
#[derive(Debug)]
struct OnRing {
    ring: RingHandle,
    buffered: OnceLock<Option<Arc<RingFile>>>,
    direct: OnceLock<Option<Arc<RingFile>>>,
}

impl OpenFile {
    pub(super) fn new(handle: Handle, workers: Workers, ring: Option<RingHandle>) -> Self {
        let on_ring = |ring| OnRing {
            ring,
            buffered: OnceLock::new(),
            direct: OnceLock::new(),
        };
        Self {
            handle: Arc::new(handle),
            workers,
            ring: ring.map(on_ring),
        }
    }

    /// `None` where threads must do it: no ring, a dead one, or no descriptor left for it.
    fn on_ring(&self, way: Way, file: &std::fs::File) -> Option<&Arc<RingFile>> {
        let on_ring = self.ring.as_ref()?;
        let adopted = match way {
            Way::Buffered => &on_ring.buffered,
            Way::Direct => &on_ring.direct,
        };
        let adopted = adopted.get_or_init(|| on_ring.ring.adopt(file).ok());
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
        if let Some(file) = self.on_ring(Way::Buffered, self.handle.buffered()) {
            return file.read(block, start, end, offset);
        }
        let handle = Arc::clone(&self.handle);
        self.workers.run(move || {
            handle.read_at(&mut block[start..end], offset)?;
            Ok(block)
        })
    }

    fn write_at(&self, pieces: &[IoSlice<'_>], offset: u64) -> io::Result<()> {
        self.handle.write_at(pieces, offset)
    }

    fn write(&self, block: SharedBlock, len: usize, offset: u64) -> IoFuture<()> {
        let checked = check::part(0, len, block.len()).and_then(|()| {
            self.handle
                .check_write(&[IoSlice::new(&block[..len])], offset)
        });
        if let Err(error) = checked {
            return Box::pin(ready(Err(error)));
        }
        if let Some((way, file, unit)) = self.handle.proven_way()
            && let Some(file) = self.on_ring(way, file)
        {
            return file.write(block, len, offset, unit);
        }
        let handle = Arc::clone(&self.handle);
        self.workers
            .run(move || handle.write_at(&[IoSlice::new(&block[..len])], offset))
    }

    fn sync(&self) -> io::Result<()> {
        self.handle.sync()
    }

    fn sync_later(&self) -> IoFuture<()> {
        let handle = Arc::clone(&self.handle);
        self.workers.run(move || handle.sync())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.handle.set_len(len)
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        self.handle.allocate(len)
    }
}
