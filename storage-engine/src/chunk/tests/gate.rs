//! A disk whose asynchronous writes and syncs take as long as a test wants.

use std::io::{self, IoSlice};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use crate::disk::sim::SimDisk;
use crate::disk::{Access, Block, Disk, DiskFile, IoFuture, SharedBlock, Space};

#[derive(Debug, Clone)]
pub(super) struct GateDisk {
    pub(super) disk: SimDisk,
    pub(super) gates: Arc<Gates>,
}

/// Each permit lets one operation through.
#[derive(Debug)]
pub(super) struct Gates {
    pub(super) writes: Semaphore,
    pub(super) syncs: Semaphore,
    pub(super) syncs_begun: AtomicUsize,
}

#[derive(Debug)]
struct GateFile {
    file: Arc<dyn DiskFile>,
    gates: Arc<Gates>,
}

impl GateDisk {
    /// With gates that are closed.
    pub(super) fn new() -> Self {
        GateDisk {
            disk: SimDisk::new(1),
            gates: Arc::new(Gates {
                writes: Semaphore::new(0),
                syncs: Semaphore::new(0),
                syncs_begun: AtomicUsize::new(0),
            }),
        }
    }

    fn wrap(&self, file: io::Result<Arc<dyn DiskFile>>) -> io::Result<Arc<dyn DiskFile>> {
        let gates = Arc::clone(&self.gates);
        file.map(|file| Arc::new(GateFile { file, gates }) as Arc<dyn DiskFile>)
    }
}

impl Disk for GateDisk {
    fn create(&self, name: &str, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        self.wrap(self.disk.create(name, access))
    }

    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        self.wrap(self.disk.open(name, access))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.disk.list()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.disk.remove(name)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.disk.sync_dir()
    }

    fn space(&self) -> io::Result<Space> {
        self.disk.space()
    }

    fn close(&self) {
        self.disk.close();
    }
}

impl DiskFile for GateFile {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_at(buf, offset)
    }

    fn read_cached(&self, buf: &mut [u8], offset: u64) -> usize {
        self.file.read_cached(buf, offset)
    }

    fn read(&self, block: Block, start: usize, end: usize, offset: u64) -> IoFuture<Block> {
        self.file.read(block, start, end, offset)
    }

    fn write_at(&self, pieces: &[IoSlice<'_>], offset: u64) -> io::Result<()> {
        self.file.write_at(pieces, offset)
    }

    fn write(&self, block: SharedBlock, len: usize, offset: u64) -> IoFuture<()> {
        let (file, gates) = (Arc::clone(&self.file), Arc::clone(&self.gates));
        Box::pin(async move {
            gates.writes.acquire().await.unwrap().forget();
            file.write(block, len, offset).await
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    fn sync_later(&self) -> IoFuture<()> {
        self.gates.syncs_begun.fetch_add(1, Ordering::SeqCst);
        let (file, gates) = (Arc::clone(&self.file), Arc::clone(&self.gates));
        Box::pin(async move {
            gates.syncs.acquire().await.unwrap().forget();
            file.sync_later().await
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        self.file.allocate(len)
    }

    fn is_direct(&self) -> bool {
        self.file.is_direct()
    }
}
