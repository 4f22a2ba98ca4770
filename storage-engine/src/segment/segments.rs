//! All segments of one drive.

use std::collections::BTreeMap;
use std::io::{self, IoSlice};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ring::rand::{SecureRandom, SystemRandom};

use super::header::{BadHeader, SEGMENT_HEADER_BYTES, SegmentHeader};
use super::home::{Home, lock};
use super::name::FileName;
use super::{Segment, SegmentPin};
use crate::disk::{Access, BlockPool, Disk, DiskFile, Space};
use crate::error::{Error, Result};
use crate::ids::SegmentId;
use crate::row::SegmentKind;

/// Zeros are written to a new log file in pieces of this many bytes.
const PREWRITE_BYTES: usize = 1 << 20;

/// Sizes are multiples of [`crate::disk::DIRECT_ALIGN_BYTES`].
#[derive(Debug, Clone)]
pub struct SegmentsOptions {
    /// Which store the files belong to; files of another one are refused.
    pub store: [u8; 16],
    pub log_bytes: u64,
    pub bulk_bytes: u64,
    pub packed_bytes: u64,
    /// How the committer writes to the log. The other kinds are fixed: bulk segments are written
    /// past the page cache, packed ones through it.
    pub log_access: Access,
    /// Write zeros over a log file when it is made, so that no later append has to convert blocks
    /// that are allocated but unwritten. Useless where the file system copies on write.
    pub log_prewrite: bool,
    /// Files of retired segments are kept for reuse up to this many bytes together.
    pub idle_bytes_max: u64,
    /// Bulk segments are refused if less than this would remain free; log and packed segments may
    /// use it up, for they are what deletes and compaction need.
    pub reserve_bytes: u64,
}

impl SegmentsOptions {
    fn capacity(&self, kind: SegmentKind) -> u64 {
        match kind {
            SegmentKind::Log => self.log_bytes,
            SegmentKind::Bulk => self.bulk_bytes,
            SegmentKind::Packed => self.packed_bytes,
        }
    }

    fn access(&self, kind: SegmentKind) -> Access {
        match kind {
            SegmentKind::Log => self.log_access,
            SegmentKind::Bulk => Access::Direct,
            SegmentKind::Packed => Access::Buffered,
        }
    }
}

/// A file with a segment's name whose header cannot be used.
///
/// A file that was being made when the machine stopped looks like this, and so does a damaged one:
/// only the rows can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub id: SegmentId,
    pub kind: SegmentKind,
    pub reason: String,
    /// It looks as a file does that was being made when the machine stopped: nothing was ever
    /// acknowledged that lies in it. Otherwise it was whole once.
    pub unfinished: bool,
}

/// The segments of one drive. All methods but [`Segments::get`] and [`Segments::all`] may block.
#[derive(Debug)]
pub struct Segments {
    home: Arc<Home>,
    map: RwLock<BTreeMap<SegmentId, Arc<Segment>>>,
    unreadable: Mutex<Vec<Unreadable>>,
    next_id: AtomicU64,
    /// Held while a file is made: ids become known in their order.
    creating: Mutex<()>,
    header_blocks: BlockPool,
}

impl Segments {
    /// Opens every segment file in the folder of `disk`. Reads headers only, writes nothing.
    ///
    /// Refuses the whole folder if a file belongs to another store or was written by a later
    /// version. Files without a usable header are listed by [`Segments::unreadable`].
    pub fn open(disk: Arc<dyn Disk>, options: SegmentsOptions) -> Result<Segments> {
        let names = disk.list().map_err(Error::io("list segments"))?;
        let home = Arc::new(Home::new(disk, options));
        let mut map = BTreeMap::new();
        let mut unreadable = Vec::new();
        let mut next_id = 1;
        for name in names.iter().filter_map(|name| FileName::parse(name)) {
            next_id = next_id.max(name.id().0.saturating_add(1));
            match name {
                FileName::Free(id) => home.note_idle(id),
                FileName::Segment(id, kind) => match open_segment(&home, id, kind)? {
                    Ok(segment) => {
                        map.insert(id, Arc::new(segment));
                    }
                    Err(unreadable_file) => unreadable.push(unreadable_file),
                },
            }
        }
        Ok(Segments {
            home,
            map: RwLock::new(map),
            unreadable: Mutex::new(unreadable),
            next_id: AtomicU64::new(next_id),
            creating: Mutex::new(()),
            header_blocks: BlockPool::new(SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES),
        })
    }

    pub fn get(&self, id: SegmentId) -> Option<Arc<Segment>> {
        let map = self.map.read().unwrap_or_else(PoisonError::into_inner);
        map.get(&id).cloned()
    }

    /// Every segment, in the order of their ids.
    pub fn all(&self) -> Vec<Arc<Segment>> {
        let map = self.map.read().unwrap_or_else(PoisonError::into_inner);
        map.values().cloned().collect()
    }

    /// Files found at the start that are no segments, though they should be.
    pub fn unreadable(&self) -> Vec<Unreadable> {
        lock(&self.unreadable).clone()
    }

    pub fn options(&self) -> &SegmentsOptions {
        &self.home.options
    }

    /// Ids below this one are not given to new segments. The files alone do not tell: those of the
    /// newest segments may be gone while rows or the log still remember them.
    pub fn skip_ids_below(&self, id: SegmentId) {
        self.next_id.fetch_max(id.0, Ordering::AcqRel);
    }

    /// Makes a segment. Its file, header and name are durable when this returns; if it fails, or
    /// the machine stops meanwhile, at most a file without meaning is left behind.
    pub fn create(&self, kind: SegmentKind) -> Result<Arc<Segment>> {
        self.create_pinned(kind)
            .map(|pin| Arc::clone(pin.segment()))
    }

    /// As [`Segments::create`]. The segment is pinned before anybody can see it: an empty one
    /// without a pin may be given up at any moment.
    pub fn create_pinned(&self, kind: SegmentKind) -> Result<SegmentPin> {
        let _one = lock(&self.creating);
        let options = &self.home.options;
        let id = SegmentId(self.next_id.fetch_add(1, Ordering::AcqRel));
        let header = SegmentHeader {
            kind,
            id,
            store: options.store,
            nonce: random_nonce()?,
            capacity: options.capacity(kind),
        };
        let name = FileName::Segment(id, kind).to_string();
        let file = match self
            .home
            .reuse(&name, header.capacity, options.access(kind))
        {
            Some(file) => file,
            None => self.create_file(&name, kind)?,
        };
        if let Err(error) = self.publish(&*file, &header) {
            // What is left must not be taken for a segment by this process; the next one finds it
            // without a row. The first error is the one to report.
            let _ = self.home.disk.remove(&name);
            return Err(self.explain(error, "create a segment"));
        }
        let segment = Arc::new(self.home.segment(file, &header));
        let pin = segment.pin();
        let mut map = self.map.write().unwrap_or_else(PoisonError::into_inner);
        map.insert(id, Arc::clone(&segment));
        Ok(pin)
    }

    /// Forgets a segment at once; its file is used anew or removed when nobody reads it any more.
    /// `false` if there is none of this id.
    ///
    /// The caller has made durable before that no row names it.
    pub fn retire(&self, id: SegmentId) -> bool {
        let removed = {
            let mut map = self.map.write().unwrap_or_else(PoisonError::into_inner);
            map.remove(&id)
        };
        match removed {
            // The file goes when the last one drops the segment, which may be here.
            Some(segment) => {
                segment.retired.store(true, Ordering::Release);
                true
            }
            None => false,
        }
    }

    /// Lets an unreadable file go, once the rows have told that nothing of it is missed.
    pub fn discard(&self, id: SegmentId) -> bool {
        let mut unreadable = lock(&self.unreadable);
        let Some(at) = unreadable.iter().position(|file| file.id == id) else {
            return false;
        };
        let file = unreadable.remove(at);
        let name = FileName::Segment(file.id, file.kind).to_string();
        if let Err(error) = self.home.disk.remove(&name) {
            tracing::warn!(name, %error, "an unreadable segment file stays behind");
        }
        true
    }

    /// Ends all changes, so that the folder can be opened anew while segments are still held: see
    /// [`Disk::close`]. None is being made when this returns, and none will be.
    pub fn close(&self) {
        let _one = lock(&self.creating);
        self.home.disk.close();
    }

    /// Free space of the drive, files kept for reuse not counted.
    pub fn space(&self) -> Result<Space> {
        let space = self.home.disk.space();
        space.map_err(Error::io("ask for free space"))
    }

    /// Bytes of files that wait to be used anew.
    pub fn idle_bytes(&self) -> u64 {
        self.home.idle_bytes()
    }

    fn create_file(&self, name: &str, kind: SegmentKind) -> Result<Arc<dyn DiskFile>> {
        let options = &self.home.options;
        let capacity = options.capacity(kind);
        if kind == SegmentKind::Bulk {
            let free = self.space()?.free_bytes;
            if free < options.reserve_bytes.saturating_add(capacity) {
                return Err(self.no_space(free));
            }
        }
        let created = self.home.disk.create(name, options.access(kind));
        let file = created.map_err(|error| self.explain(error, "create a segment file"))?;
        let prewrite = kind == SegmentKind::Log && options.log_prewrite;
        let prepared = file.allocate(capacity).and_then(|()| match prewrite {
            true => write_zeros(&*file, capacity),
            false => Ok(()),
        });
        match prepared {
            Ok(()) => Ok(file),
            Err(error) => {
                // Half a file helps nobody; the first error is the one to report.
                let _ = self.home.disk.remove(name);
                Err(self.explain(error, "allocate a segment file"))
            }
        }
    }

    /// The order matters: a name without its header is recognised, a header without its name is
    /// found under the old one and does not fit it.
    fn publish(&self, file: &dyn DiskFile, header: &SegmentHeader) -> io::Result<()> {
        let mut block = self.header_blocks.take();
        header.encode(&mut block[..SEGMENT_HEADER_BYTES]);
        file.write_at(&[IoSlice::new(&block[..SEGMENT_HEADER_BYTES])], 0)?;
        file.sync()?;
        self.home.disk.sync_dir()
    }

    /// An error of the drive as the condition it means.
    pub(crate) fn explain(&self, error: io::Error, context: &'static str) -> Error {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                let free = self.home.disk.space().map_or(0, |space| space.free_bytes);
                self.no_space(free)
            }
            _ => Error::io(context)(error),
        }
    }

    fn no_space(&self, free: u64) -> Error {
        Error::NoSpace {
            free,
            reserve: self.home.options.reserve_bytes,
        }
    }
}

/// The outer error refuses the folder, the inner one tells why this file is none.
fn open_segment(
    home: &Arc<Home>,
    id: SegmentId,
    kind: SegmentKind,
) -> Result<std::result::Result<Segment, Unreadable>> {
    let name = FileName::Segment(id, kind).to_string();
    let unreadable = |reason: String, unfinished| {
        Ok(Err(Unreadable {
            id,
            kind,
            reason,
            unfinished,
        }))
    };
    let file = match home.disk.open(&name, home.options.access(kind)) {
        Ok(file) => file,
        Err(error) => return unreadable(error.to_string(), false),
    };
    let mut bytes = [0; SEGMENT_HEADER_BYTES];
    if let Err(error) = file.read_at(&mut bytes, 0) {
        let short = error.kind() == io::ErrorKind::UnexpectedEof;
        return unreadable(error.to_string(), short);
    }
    let header = match SegmentHeader::decode(&bytes) {
        Ok(header) => header,
        Err(bad @ BadHeader::Version(_)) => return Err(Error::Folder(format!("{name}: {bad}"))),
        Err(bad) => return unreadable(bad.to_string(), bad == BadHeader::Blank),
    };
    if header.store != home.options.store {
        let detail = format!("{name} belongs to another store");
        return Err(Error::Folder(detail));
    }
    // A file that was being used anew when the machine stopped can have the new header under its
    // old name, or the other way round.
    if (header.id, header.kind) != (id, kind) {
        return unreadable(format!("header is that of segment {}", header.id), true);
    }
    Ok(Ok(home.segment(file, &header)))
}

fn write_zeros(file: &dyn DiskFile, bytes: u64) -> io::Result<()> {
    let zeros = BlockPool::new(PREWRITE_BYTES, 0).take();
    let mut at = 0;
    while at < bytes {
        let len = (bytes - at).min(PREWRITE_BYTES as u64);
        let piece = usize::try_from(len).map_err(io::Error::other)?;
        file.write_at(&[IoSlice::new(&zeros[..piece])], at)?;
        at += len;
    }
    Ok(())
}

fn random_nonce() -> Result<[u8; 16]> {
    let mut nonce = [0; 16];
    let filled = SystemRandom::new().fill(&mut nonce);
    filled.map_err(|_| Error::io("draw a random nonce")(io::ErrorKind::Other.into()))?;
    Ok(nonce)
}
