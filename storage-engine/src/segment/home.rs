//! The folder that segments come from and go back to: what is left when one is given up.

use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::flush::Flush;
use super::header::SegmentHeader;
use super::name::FileName;
use super::{Segment, SegmentsOptions};
use crate::disk::{Access, Disk, DiskFile};
use crate::ids::SegmentId;
use crate::record::RecordKey;
use crate::row::SegmentKind;

/// What a segment needs of the place it came from when it is let go.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) options: SegmentsOptions,
    idle: Mutex<Vec<IdleFile>>,
}

#[derive(Debug, Clone, Copy)]
struct IdleFile {
    id: SegmentId,
    bytes: u64,
}

impl Home {
    pub(super) fn new(disk: Arc<dyn Disk>, options: SegmentsOptions) -> Self {
        Home {
            disk,
            options,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Bytes of files that wait to be used anew.
    pub(super) fn idle_bytes(&self) -> u64 {
        lock(&self.idle).iter().map(|file| file.bytes).sum()
    }

    /// The file of a segment nobody holds any more.
    pub(super) fn put_aside(&self, id: SegmentId, kind: SegmentKind, bytes: u64) {
        let name = FileName::Segment(id, kind).to_string();
        let mut idle = lock(&self.idle);
        let kept: u64 = idle.iter().map(|file| file.bytes).sum();
        let wanted = kept.saturating_add(bytes) <= self.options.idle_bytes_max;
        let result = match wanted {
            true => self.disk.rename(&name, &FileName::Free(id).to_string()),
            false => self.disk.remove(&name),
        };
        match result {
            Ok(()) if wanted => idle.push(IdleFile { id, bytes }),
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(name, %error, "the file of a retired segment stays behind")
            }
        }
    }

    /// A file found at the start that waits to be used anew. One that cannot be opened stays where
    /// it is and is not counted.
    pub(super) fn note_idle(&self, id: SegmentId) {
        let name = FileName::Free(id).to_string();
        let opened = self.disk.open(&name, Access::Buffered);
        if let Ok(bytes) = opened.and_then(|file| file.len()) {
            lock(&self.idle).push(IdleFile { id, bytes });
        }
    }

    /// A file of the right size that was put aside, under its new name. Failing to get one is no
    /// error: a new one can be made.
    pub(super) fn reuse(
        &self,
        name: &str,
        bytes: u64,
        access: Access,
    ) -> Option<Arc<dyn DiskFile>> {
        loop {
            let file = {
                let mut idle = lock(&self.idle);
                let at = idle.iter().position(|file| file.bytes == bytes)?;
                idle.swap_remove(at)
            };
            let old = FileName::Free(file.id).to_string();
            let renamed = self.disk.rename(&old, name);
            match renamed.and_then(|()| self.disk.open(name, access)) {
                Ok(file) => return Some(file),
                Err(error) => {
                    tracing::warn!(old, %error, "a file could not be used anew");
                    // It may have its new name already, which must be free for a new file.
                    let _ = self.disk.remove(name);
                }
            }
        }
    }

    pub(super) fn segment(
        self: &Arc<Self>,
        file: Arc<dyn DiskFile>,
        header: &SegmentHeader,
    ) -> Segment {
        Segment {
            key: RecordKey::derive(&header.nonce),
            header: header.clone(),
            file,
            flush: Flush::default(),
            writers: AtomicUsize::new(0),
            retired: AtomicBool::new(false),
            home: Arc::clone(self),
        }
    }
}

/// No holder of these locks can leave what they guard half changed.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
