//! The ring: reads handed to the kernel without a thread for each of them.
//!
//! One thread per drive runs `tokio_uring` and owns every descriptor and every buffer of an
//! operation until its completion; callers hold nothing but the end of a channel, so dropping a
//! future frees no memory that the kernel still uses. Nothing outside this file knows the crate.
//!
//! Only reads come here. Direct writes of 1 MiB were tried through the ring as well, on a busy
//! machine of two processors: no consistent difference in rate, and from 25 microseconds of
//! processor time less to 6 more for each. That does not pay for a second way to write. Syncs were
//! not tried: their failure must be noted on the file even if nobody awaits the result.
//!
//! Submission errors: the crate submits when its thread goes to sleep and swallows what the kernel
//! answers to that. Entries stay in the queue then, and as the thread wakes at least every
//! [`SUBMIT_AGAIN`] while operations are under way, they are submitted again. The queue is never
//! too short, for it has as many entries as there are permits. The kernel's own threads are
//! limited to four per processor where it needs any.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc as std_mpsc;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio_uring::buf::{IoBuf, IoBufMut};

use super::workers::{lost, submit};
use super::{Block, BlockPool, IoFuture};

/// Operations of one drive between submission and completion; more wait in their futures.
const RING_OPS_MAX: u32 = 256;
/// How long a drive may take over the probe before it gets threads instead.
const PROBE_MILLIS_MAX: u64 = 2000;
const PROBE_FILE_NAME: &str = ".ring-probe";
const PROBE_BYTES: usize = 4096;
/// The length of an operation is 32 bits wide in the ring, and not checked there.
const OP_BYTES_MAX: usize = 1 << 30;
/// Interruptions in a row after which an operation fails.
const INTERRUPTIONS_MAX: usize = 16;
const SUBMIT_AGAIN: Duration = Duration::from_millis(100);

/// What came of the attempt to start a ring.
#[derive(Debug)]
pub(super) enum Ring {
    Available(RingHandle),
    /// Threads do the work; the reason is for the operator.
    Refused(String),
}

impl Ring {
    /// Starts the thread and tries the ring on a real file in `folder`. Takes at most
    /// [`PROBE_MILLIS_MAX`] and tells the outcome in one line of the log.
    pub(super) fn start(folder: &Path) -> Self {
        let ring = match Self::try_start(folder) {
            Ok(handle) => Self::Available(handle),
            Err(error) => Self::Refused(error.to_string()),
        };
        let folder = folder.display();
        match &ring {
            Self::Available(_) => tracing::info!(%folder, "reading through io_uring"),
            Self::Refused(reason) => {
                tracing::info!(%folder, %reason, "io_uring is not available, reading with threads");
            }
        }
        ring
    }

    pub(super) fn available(self) -> Option<RingHandle> {
        match self {
            Self::Available(handle) => Some(handle),
            Self::Refused(_) => None,
        }
    }

    fn try_start(folder: &Path) -> io::Result<RingHandle> {
        let (requests, received) = unbounded_channel();
        let permits = Arc::new(Semaphore::new(RING_OPS_MAX as usize));
        let (outcome, probed) = std_mpsc::channel();
        let (folder, thread_permits) = (folder.to_owned(), Arc::clone(&permits));
        thread::Builder::new()
            .name("disk-ring".into())
            .spawn(move || run_thread(&folder, received, thread_permits, &outcome))?;
        let patience = Duration::from_millis(PROBE_MILLIS_MAX);
        match probed.recv_timeout(patience) {
            Ok(result) => result?,
            Err(std_mpsc::RecvTimeoutError::Timeout) => {
                // The thread ends by itself if the kernel ever answers: its requests are closed.
                let text = format!("no answer within {PROBE_MILLIS_MAX} ms");
                return Err(io::Error::new(io::ErrorKind::TimedOut, text));
            }
            Err(std_mpsc::RecvTimeoutError::Disconnected) => return Err(lost()),
        }
        Ok(RingHandle {
            requests,
            permits,
            next_file: Arc::new(AtomicU64::new(0)),
        })
    }
}

/// The way to the ring's thread, which ends when the last handle and the last file are gone.
#[derive(Debug, Clone)]
pub(super) struct RingHandle {
    /// Without a bound of its own: it holds at most one operation for each permit, and two messages
    /// for each file.
    requests: UnboundedSender<Request>,
    permits: Arc<Semaphore>,
    next_file: Arc<AtomicU64>,
}

impl RingHandle {
    /// Gives the ring a descriptor of its own for an open file.
    pub(super) fn adopt(&self, file: &File) -> io::Result<Arc<RingFile>> {
        let file = file.try_clone()?;
        let id = self.next_file.fetch_add(1, Ordering::Relaxed);
        let adopted = self.requests.send(Request::Adopt { id, file });
        adopted.map_err(|_| lost())?;
        let ring = self.clone();
        Ok(Arc::new(RingFile { ring, id }))
    }
}

/// An open file known to the ring. The ring closes its descriptor when this is dropped and the
/// last operation is done.
#[derive(Debug)]
pub(super) struct RingFile {
    ring: RingHandle,
    id: u64,
}

impl RingFile {
    /// Whether the thread still runs; if not, threads must do the work.
    pub(super) fn is_alive(&self) -> bool {
        !self.ring.requests.is_closed()
    }

    /// Fills `block[start..end]`, which the caller has checked to lie within the block.
    pub(super) fn read(
        self: &Arc<Self>,
        block: Block,
        start: usize,
        end: usize,
        offset: u64,
    ) -> IoFuture<Block> {
        let part = ReadPart { block, start, end };
        // Held until the request is sent, so that the file is never retired before.
        let file = Arc::clone(self);
        let answer = submit(&self.ring.permits, move |permit, reply| {
            let request = Request::Read {
                id: file.id,
                part,
                offset,
                reply,
                permit,
            };
            // If the thread is gone, the reply goes with the request.
            let _ = file.ring.requests.send(request);
        });
        let requests = self.ring.requests.clone();
        // A thread that panicked keeps its operations, and their replies, for ever.
        Box::pin(async move {
            tokio::select! {
                biased;
                result = answer => result,
                () = requests.closed() => Err(lost()),
            }
        })
    }
}

impl Drop for RingFile {
    fn drop(&mut self) {
        // A thread that is gone has closed everything or leaked it on purpose.
        let _ = self.ring.requests.send(Request::Retire { id: self.id });
    }
}

enum Request {
    Adopt {
        id: u64,
        file: File,
    },
    Read {
        id: u64,
        part: ReadPart,
        offset: u64,
        reply: oneshot::Sender<io::Result<Block>>,
        permit: OwnedSemaphorePermit,
    },
    Retire {
        id: u64,
    },
}

fn run_thread(
    folder: &Path,
    requests: UnboundedReceiver<Request>,
    permits: Arc<Semaphore>,
    outcome: &std_mpsc::Sender<io::Result<()>>,
) {
    let mut builder = tokio_uring::builder();
    let runtime = match tokio_uring::Runtime::new(builder.entries(RING_OPS_MAX)) {
        Ok(runtime) => runtime,
        Err(error) => {
            // Nobody listens any more if the answer came too late, here and below.
            let _ = outcome.send(Err(error));
            return;
        }
    };
    let work = async {
        let probed = probe(folder).await;
        let fine = probed.is_ok();
        let _ = outcome.send(probed);
        if fine {
            serve(requests, &permits).await;
        }
    };
    match catch_unwind(AssertUnwindSafe(|| runtime.block_on(work))) {
        Ok(()) => drop(runtime),
        Err(_) => {
            tracing::error!("the thread of the ring panicked; threads read from now on");
            // The kernel may still write into buffers of operations under way, and dropping the
            // runtime would free them.
            std::mem::forget(runtime);
        }
    }
}

/// Takes requests until nobody can send any, then waits for the operations under way.
async fn serve(mut requests: UnboundedReceiver<Request>, permits: &Semaphore) {
    let mut files: HashMap<u64, Rc<tokio_uring::fs::File>> = HashMap::new();
    loop {
        let busy = permits.available_permits() < RING_OPS_MAX as usize;
        let request = match busy {
            false => requests.recv().await,
            true => match tokio::time::timeout(SUBMIT_AGAIN, requests.recv()).await {
                Ok(request) => request,
                Err(_) => continue,
            },
        };
        match request {
            Some(Request::Adopt { id, file }) => {
                files.insert(id, Rc::new(tokio_uring::fs::File::from_std(file)));
            }
            Some(Request::Retire { id }) => {
                files.remove(&id);
            }
            Some(Request::Read {
                id,
                part,
                offset,
                reply,
                permit,
            }) => {
                // Always there: every request of a file is sent before it is retired.
                let Some(file) = files.get(&id).map(Rc::clone) else {
                    continue;
                };
                tokio_uring::spawn(async move {
                    let result = read(&file, part, offset).await;
                    drop(permit);
                    // Nobody waits any more if the future was dropped; the block goes back to its
                    // pool here then.
                    let _ = reply.send(result);
                });
            }
            None => break,
        }
    }
    // Every operation holds a permit. The error case is a closed semaphore, and nobody closes it.
    let _ = permits.acquire_many(RING_OPS_MAX).await;
}

async fn read(
    file: &tokio_uring::fs::File,
    mut part: ReadPart,
    mut offset: u64,
) -> io::Result<Block> {
    let mut interruptions = 0;
    while part.start < part.end {
        let (result, returned) = file.read_at(part, offset).await;
        part = returned;
        match result {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                part.start += read;
                offset += read as u64;
                interruptions = 0;
            }
            Err(error) => allow_interruption(error, &mut interruptions)?,
        }
    }
    Ok(part.block)
}

/// Lets an operation that did not take place be tried again, a few times.
fn allow_interruption(error: io::Error, interruptions: &mut usize) -> io::Result<()> {
    let again = matches!(error.raw_os_error(), Some(libc::EINTR | libc::EAGAIN));
    *interruptions += 1;
    match again && *interruptions <= INTERRUPTIONS_MAX {
        true => Ok(()),
        false => Err(error),
    }
}

/// Sandboxes may accept a ring and refuse what it is for, so this does what will be done, with
/// what was really written.
async fn probe(folder: &Path) -> io::Result<()> {
    let path = folder.join(PROBE_FILE_NAME);
    // Left behind if a process died right after creating it.
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    // The open file stays usable without its name, and nothing can be left behind from here on.
    fs::remove_file(&path)?;
    file.write_all_at(&[0x5A; PROBE_BYTES], 0)?;
    file.sync_data()?;

    let file = tokio_uring::fs::File::from_std(file);
    let part = ReadPart {
        block: BlockPool::new(PROBE_BYTES, 0).take(),
        start: 0,
        end: PROBE_BYTES,
    };
    let found = read(&file, part, 0).await?;
    match found[..PROBE_BYTES] == [0x5A; PROBE_BYTES] {
        true => Ok(()),
        false => Err(io::Error::other(
            "the ring read other bytes than were written",
        )),
    }
}

/// `block[start..end]`, which a read fills from `start` on.
struct ReadPart {
    block: Block,
    start: usize,
    end: usize,
}

// SAFETY: the memory of a block does not move when the block does, and belongs to this value as
// long as it lives; `start..end` lies within it, and all of it is always initialised.
unsafe impl IoBuf for ReadPart {
    fn stable_ptr(&self) -> *const u8 {
        self.block[self.start..].as_ptr()
    }

    fn bytes_init(&self) -> usize {
        self.bytes_total()
    }

    fn bytes_total(&self) -> usize {
        (self.end - self.start).min(OP_BYTES_MAX)
    }
}

// SAFETY: as above, and a `Block` has one owner only.
unsafe impl IoBufMut for ReadPart {
    fn stable_mut_ptr(&mut self) -> *mut u8 {
        let start = self.start;
        self.block[start..].as_mut_ptr()
    }

    unsafe fn set_init(&mut self, _: usize) {}
}

#[cfg(test)]
mod tests;
