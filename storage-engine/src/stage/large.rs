//! Bodies that are stored chunk by chunk while they come.
//!
//! Where the bucket wants it, a chunk whose bytes are stored already is only named once more: one
//! that some row names, or one that came before in the same body. Chunks of bodies that are being
//! received at the same time do not find each other: what no row names may never come to be.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinError;

use super::spill::Spilled;
use super::staged::Pins;
use super::staging::one_run;
use super::{Digester, Stager};
use crate::chunk::{Blocks, Filling, SealedBlock, Transform, Writing};
use crate::error::{Error, Result};
use crate::ids::ExtentId;
use crate::index::RowChange;
use crate::meta::ExtentChange;
use crate::row::{Body, ManifestPage};

/// Chunks of one body that are on their way to the drive while the next one is received.
const WRITES_PER_BODY_MAX: usize = 3;

pub type DedupFuture<'a> = Pin<Box<dyn Future<Output = Result<Option<Known>>> + Send + 'a>>;

/// Finds chunks that are stored already.
pub trait Dedup: Debug + Send + Sync {
    /// A chunk of this owner whose plain bytes have this BLAKE3 digest.
    fn lookup<'a>(&'a self, owner: &'a str, digest: &'a [u8; 32]) -> DedupFuture<'a>;

    /// The row by which a new chunk will be found, to be written in the same step as the rows that
    /// name the chunk.
    fn hint(&self, owner: &str, digest: &[u8; 32], extent: ExtentId) -> RowChange;
}

/// A chunk that is stored already.
pub struct Known {
    pub extent: ExtentId,
    /// Keeps the extent from being freed until the change that names it is committed.
    pub pin: Box<dyn Any + Send + Sync>,
}

impl Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({})", self.extent)
    }
}

/// A body on its way into chunks.
#[derive(Debug)]
pub(super) struct Large {
    stager: Stager,
    transform: Transform,
    finder: Option<Finder>,
    /// Absent between chunks: memory is taken when there is something to put into it.
    filling: Option<Filling>,
    under_way: VecDeque<Writing>,
    spilled: Spilled,
    /// What came behind that. Bounded by the chunks one row may name, as is all below.
    ids: Vec<ExtentId>,
    len: u64,
    /// Named once more than they were, once for each time.
    shared: Vec<ExtentId>,
    hints: Vec<RowChange>,
    pins: Pins,
}

/// Looks for what is stored already on behalf of one body.
#[derive(Debug)]
struct Finder {
    dedup: Arc<dyn Dedup>,
    owner: String,
    /// Chunks of this body that no row names yet.
    own: HashMap<[u8; 32], ExtentId>,
}

/// A body all of whose chunks are durable.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) body: Body,
    pub(super) extents: Vec<ExtentChange>,
    pub(super) hints: Vec<RowChange>,
    pub(super) pages: Vec<ManifestPage>,
    pub(super) pins: Pins,
}

impl Large {
    pub(super) fn new(
        stager: Stager,
        transform: Transform,
        dedup: Option<(Arc<dyn Dedup>, String)>,
        spilled: Spilled,
    ) -> Self {
        let finder = dedup.map(|(dedup, owner)| Finder {
            dedup,
            owner,
            own: HashMap::new(),
        });
        Large {
            stager,
            transform,
            finder,
            filling: None,
            under_way: VecDeque::new(),
            spilled,
            ids: Vec::new(),
            len: 0,
            shared: Vec::new(),
            hints: Vec::new(),
            pins: Pins::default(),
        }
    }

    /// Takes bytes in. Waits for the drive where too much is on its way already.
    pub(super) async fn push(&mut self, mut data: Bytes, digester: &mut Digester) -> Result<()> {
        while !data.is_empty() {
            let blocks = &self.stager.blocks;
            let filling = self.filling.get_or_insert_with(|| Filling::new(blocks));
            filling.push(&mut data);
            if filling.is_full() {
                self.ship(digester).await?;
            }
        }
        Ok(())
    }

    /// Waits until everything that was pushed is durable and hashed.
    pub(super) async fn finish(
        mut self,
        mut digester: Digester,
    ) -> Result<(Stored, crate::Digests)> {
        self.ship(&mut digester).await?;
        let (durable, digests) = tokio::join!(self.settle(), digester.finish());
        durable?;
        Ok((self.name().await?, digests))
    }

    /// What a row needs to name everything, all of which is durable.
    async fn name(mut self) -> Result<Stored> {
        if !self.spilled.is_empty() {
            Box::pin(self.put_aside()).await?;
            if let Some((body, pages, home)) = self.spilled.whole() {
                return Ok(Stored {
                    body,
                    extents: Vec::new(),
                    hints: Vec::new(),
                    pages,
                    pins: Pins {
                        home: Some(home),
                        ..Pins::default()
                    },
                });
            }
        }
        Ok(Stored {
            extents: extents(&self.pins, &self.shared),
            body: one_run(self.len, self.ids),
            hints: self.hints,
            pages: Vec::new(),
            pins: self.pins,
        })
    }

    /// Makes room in memory for more: what has come so far is named by a row of its own.
    async fn spill(&mut self) -> Result<()> {
        self.settle().await?;
        self.put_aside().await
    }

    async fn put_aside(&mut self) -> Result<()> {
        if self.ids.is_empty() {
            return Ok(());
        }
        let pins = std::mem::take(&mut self.pins);
        let shared = std::mem::take(&mut self.shared);
        let extents = extents(&pins, &shared);
        let (ids, len) = (std::mem::take(&mut self.ids), std::mem::take(&mut self.len));
        let hints = std::mem::take(&mut self.hints);
        let body = one_run(len, ids);
        let put_aside = self.spilled.put_aside(len, body, extents, hints, pins);
        put_aside.await?;
        // From now on they are found as those of every other body are.
        if let Some(finder) = &mut self.finder {
            finder.own.clear();
        }
        Ok(())
    }

    async fn settle(&mut self) -> Result<()> {
        while let Some(writing) = self.under_way.pop_front() {
            self.pins.written.push(writing.finish().await?);
        }
        self.stager.chunks.settle(&self.pins.written).await
    }

    /// Sends the chunk that is being filled on its way.
    async fn ship(&mut self, digester: &mut Digester) -> Result<()> {
        let Some(filling) = self.filling.take() else {
            return Ok(());
        };
        if self.ids.len() >= self.stager.tuning.row_chunks_max {
            // Once in thousands of chunks: its state stays off that of every upload.
            Box::pin(self.spill()).await?;
        }
        self.len += filling.len() as u64;
        let digest = self.finder.as_ref().map(|_| filling.digest());
        if let Some(extent) = self.known(digest.as_ref()).await? {
            self.ids.push(extent);
            self.shared.push(extent);
            digester.update(filling.into_plain()).await;
            return Ok(());
        }
        let (transform, blocks) = (self.transform.clone(), self.stager.blocks.clone());
        let sealed = seal(filling, digest, transform, blocks).await?;
        while self.under_way.len() >= WRITES_PER_BODY_MAX {
            if let Some(oldest) = self.under_way.pop_front() {
                self.pins.written.push(oldest.finish().await?);
            }
        }
        let plain = sealed.plain();
        let extent = self.stager.ids.next();
        let writing = self.stager.chunks.write(extent, sealed).await?;
        // The drive reads the same memory at the same time.
        let plain = plain.unwrap_or_else(|| writing.payload().clone());
        self.ids.push(extent);
        self.under_way.push_back(writing);
        self.remember(digest, extent);
        digester.update(plain).await;
        Ok(())
    }

    /// A chunk with the same plain bytes, kept from being freed.
    async fn known(&mut self, digest: Option<&[u8; 32]>) -> Result<Option<ExtentId>> {
        let (Some(finder), Some(digest)) = (&mut self.finder, digest) else {
            return Ok(None);
        };
        if let Some(extent) = finder.own.get(digest) {
            return Ok(Some(*extent));
        }
        let Some(known) = finder.dedup.lookup(&finder.owner, digest).await? else {
            return Ok(None);
        };
        let extent = known.extent;
        finder.own.insert(*digest, extent);
        self.pins.known.push(known);
        Ok(Some(extent))
    }

    fn remember(&mut self, digest: Option<[u8; 32]>, extent: ExtentId) {
        if let (Some(finder), Some(digest)) = (&mut self.finder, digest) {
            let hint = finder.dedup.hint(&finder.owner, &digest, extent);
            self.hints.push(hint);
            finder.own.insert(digest, extent);
        }
    }
}

/// Compressing and encrypting take too long for a thread of the runtime.
async fn seal(
    filling: Filling,
    digest: Option<[u8; 32]>,
    transform: Transform,
    blocks: Blocks,
) -> Result<SealedBlock> {
    if transform.is_plain() {
        return filling.seal(digest, &transform, &blocks);
    }
    let sealing = move || filling.seal(digest, &transform, &blocks);
    let sealed = tokio::task::spawn_blocking(sealing).await;
    sealed.unwrap_or_else(|stopped| Err(sealing_failed(&stopped)))
}

fn extents(pins: &Pins, shared: &[ExtentId]) -> Vec<ExtentChange> {
    let added = pins.written.iter();
    let added = added.map(|one| ExtentChange::Add(one.extent, one.place));
    // Behind those that are added: a body may share chunks with itself.
    let retained = shared.iter().copied().map(ExtentChange::Retain);
    added.chain(retained).collect()
}

pub(super) fn sealing_failed(stopped: &JoinError) -> Error {
    Error::Stopped {
        reason: stopped.to_string(),
    }
}
