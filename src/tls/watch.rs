//! Reads certificates again when their files have changed.
//!
//! The files are looked at every few seconds instead of being watched by the kernel: they may be
//! links into a folder that is exchanged as a whole, and lie on file systems that tell nobody.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time;
use tracing::{error, info};

use super::{Certificates, TlsFiles};

/// What changes when a file does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look(Vec<Option<(u64, u64, i64, i64)>>);

impl Look {
    pub(super) fn at(files: &[TlsFiles]) -> Self {
        let paths = files.iter().flat_map(|pair| [&pair.certificate, &pair.key]);
        Look(paths.map(|path| one(path)).collect())
    }
}

fn one(path: &Path) -> Option<(u64, u64, i64, i64)> {
    let file = fs::metadata(path).ok()?;
    Some((file.ino(), file.len(), file.mtime(), file.mtime_nsec()))
}

impl Certificates {
    /// Goes on until told to stop. Files that cannot be used are said once, until they change.
    pub(crate) async fn follow(
        self: Arc<Self>,
        every: Duration,
        mut stopping: watch::Receiver<bool>,
    ) {
        let mut seen = self.began.clone();
        loop {
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => return,
                () = time::sleep(every) => {}
            }
            // A few small files of this machine: nothing to move to another thread.
            let look = Look::at(&self.files);
            if look == seen {
                continue;
            }
            seen = look;
            match self.reload() {
                Ok(()) => info!("certificates have changed and were read again"),
                Err(error) => {
                    error!(%error, "certificates have changed and cannot be used: those before stay");
                }
            }
        }
    }
}
