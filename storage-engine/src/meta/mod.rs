//! The metadata seam: rows are read from it, and changed through it in one step.
//!
//! A change is a pure function of the rows it reads ([`Change::evaluate`]), run by the store at
//! the moment of the commit. The embedded store runs it in its committer, one change after the
//! other; a distributed store runs it beside the rows it read and guards each of them when it
//! writes, running it again if a guard refuses. Either way conditions, counters and quotas hold
//! exactly, without locks.
//!
//! Promised: a read after a finished commit sees it; a batch is applied whole or not at all; a
//! commit is durable before its answer. Promised only within one key group (a bucket's row, or one
//! object key with all its versions, uploads and parts): that what `evaluate` read is what the
//! batch meets. Values are never empty and at most [`crate::limits::VALUE_BYTES_MAX`] long.

mod batch;
mod memory;

pub use batch::{Batch, ExtentChange, Place, UsageDelta};
pub(crate) use memory::MemoryMeta;

use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::commit::Holding;
use crate::error::{Error, Result};
use crate::ids::{BucketId, ExtentId, Sequence, Timestamp};
use crate::index::{Ready, Step};
use crate::key::{Key, KeyRange};
use crate::limits::QUEUE_CHANGES_MAX;
use crate::row::{self, Quota, UsageRow};

/// The rows as they are at the moment of a commit, changes of the same group included.
pub trait View {
    fn get(&self, key: &Key) -> Result<Option<Bytes>>;
    /// The first row of a range.
    fn first(&self, range: &KeyRange) -> Result<Option<(Key, Bytes)>>;
    fn usage(&self, bucket: BucketId) -> Result<UsageRow>;
    /// What whoever holds the bucket may hold, where that is bounded, and what it holds.
    fn allowance(&self, bucket: BucketId) -> Option<(Quota, Holding)>;
}

/// What the store gives a change besides the rows.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// Greater than that of every change before. Names new buckets, uploads and versions.
    pub sequence: Sequence,
    /// Hard to guess, different for every change.
    pub tag: u64,
    pub now: Timestamp,
}

/// A small body that is to be committed together with the rows that name it.
#[derive(Debug, Clone)]
pub struct LogBody {
    pub extent: ExtentId,
    pub chunk: crate::chunk::Chunk,
}

/// A change on its way through the store.
pub trait Change: Send {
    /// Appended to the log in front of the batch, if the change is not refused.
    fn body(&self) -> Option<&LogBody>;

    /// Decides: the batch to write, or why not. Pure; may be called more than once, the last call
    /// counts.
    fn evaluate(&mut self, view: &dyn View, stamp: &Stamp) -> Result<Batch>;

    /// Called once: after the batch is durable and visible, or when it will never be. `Ok` for a
    /// refusal by `evaluate` too: a refusal is an answer, not a failure.
    fn done(self: Box<Self>, outcome: Result<()>);
}

/// Rows in one place or many. Implementations: in memory (the reference) and embedded.
pub trait MetaStore: Debug + Send + Sync {
    /// Blocks where the row is not at hand.
    fn get(&self, key: &Key) -> Result<Option<Bytes>>;

    /// Never blocks.
    fn get_ready(&self, key: &Key) -> Result<Ready>;

    /// Shows the rows of a range in order, as of one moment. Blocks.
    fn walk(&self, range: &KeyRange, visit: &mut dyn FnMut(&[u8], &[u8]) -> Step) -> Result<()>;

    /// The sequence the next change gets: greater than that of every change a read now sees.
    fn next_sequence(&self) -> Sequence;

    /// Takes a change; its answer comes through [`Change::done`]. Never blocks: callers hold an
    /// admission of [`Meta`], which bounds how many are under way.
    fn submit(&self, change: Box<dyn Change>);
}

/// The way everything above uses a [`MetaStore`].
#[derive(Debug, Clone)]
pub struct Meta {
    store: Arc<dyn MetaStore>,
    admission: Arc<Semaphore>,
}

impl Meta {
    pub fn new(store: Arc<dyn MetaStore>) -> Self {
        let admission = Arc::new(Semaphore::new(QUEUE_CHANGES_MAX));
        Meta { store, admission }
    }

    pub fn store(&self) -> &Arc<dyn MetaStore> {
        &self.store
    }

    /// The bytes of a row; waits off the runtime's threads if the drive must be asked.
    pub async fn get(&self, key: Key) -> Result<Option<Bytes>> {
        match self.store.get_ready(&key)? {
            Ready::Found(value) => Ok(Some(value)),
            Ready::Missing => Ok(None),
            Ready::Unknown => self.blocking(move |store| store.get(&key)).await,
        }
    }

    /// A decoded row.
    pub async fn row<R: serde::de::DeserializeOwned>(&self, key: Key) -> Result<Option<R>> {
        match self.get(key).await? {
            Some(value) => Ok(Some(row::decode(&value)?)),
            None => Ok(None),
        }
    }

    /// Runs a blocking piece of work against the store.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn MetaStore) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let store = Arc::clone(&self.store);
        let task = tokio::task::spawn_blocking(move || work(store.as_ref()));
        task.await.unwrap_or_else(|stopped| {
            Err(Error::Stopped {
                reason: stopped.to_string(),
            })
        })
    }

    /// Commits what `decide` decides and returns its answer once that is durable.
    ///
    /// Dropping the future does not undo the change: it may or may not happen.
    pub fn commit<T: Send + 'static>(
        &self,
        body: Option<LogBody>,
        decide: impl FnMut(&dyn View, &Stamp) -> Result<(Batch, T)> + Send + 'static,
    ) -> impl Future<Output = Result<T>> + Send {
        let (reply, answer) = oneshot::channel();
        // On the heap from the start: what a caller carries while it waits stays small.
        let mut pending = Box::new(Pending {
            body,
            decide,
            decided: None,
            reply,
            _admission: None,
        });
        async move {
            let admission = Arc::clone(&self.admission).acquire_owned().await;
            pending._admission = Some(admission.map_err(|_| stopped())?);
            self.store.submit(pending);
            answer.await.unwrap_or_else(|_| Err(stopped()))
        }
    }
}

fn stopped() -> Error {
    Error::Stopped {
        reason: "shutting down".into(),
    }
}

/// A change whose answer somebody waits for.
struct Pending<T, F> {
    body: Option<LogBody>,
    decide: F,
    decided: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
    /// Held until the change is done.
    _admission: Option<OwnedSemaphorePermit>,
}

impl<T, F> Change for Pending<T, F>
where
    T: Send,
    F: FnMut(&dyn View, &Stamp) -> Result<(Batch, T)> + Send,
{
    fn body(&self) -> Option<&LogBody> {
        self.body.as_ref()
    }

    fn evaluate(&mut self, view: &dyn View, stamp: &Stamp) -> Result<Batch> {
        match (self.decide)(view, stamp) {
            Ok((batch, answer)) => {
                self.decided = Some(Ok(answer));
                Ok(batch)
            }
            Err(refusal) => {
                self.decided = Some(Err(refusal.clone()));
                Err(refusal)
            }
        }
    }

    fn done(self: Box<Self>, outcome: Result<()>) {
        let Pending {
            decide,
            decided,
            reply,
            ..
        } = *self;
        // What the change held is free by the time its answer is known.
        drop(decide);
        let answer = match outcome {
            Ok(()) => decided.unwrap_or_else(|| Err(stopped())),
            Err(failure) => Err(failure),
        };
        // A caller that has gone away no longer wants to know.
        let _ = reply.send(answer);
    }
}
